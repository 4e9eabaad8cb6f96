"""Whose words a shop speaks: those of enabled plugins, the core's own, last those of plugins that are off."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from spoeq_core.hooks.caller import Hooks
from spoeq_core.kernel.languages import ENGLISH, SOURCE, Catalogue, Tongue, catalogue, tongue, tongue_for
from spoeq_core.shop import Shop

CORE = Path(__file__).parents[1]


def active_roots(hooks: Hooks) -> tuple[Path, ...]:
    """The packages whose templates count, in the order in which they are asked: enabled plugins, then the core."""
    return (*_roots(hooks, hooks.enabled), CORE)


def catalogue_roots(hooks: Hooks) -> tuple[Path, ...]:
    """The packages whose words count: last plugins that are off, which staff read about before they switch one on."""
    names = frozenset(name for name, _ in hooks.manager.list_name_plugin())
    return (*active_roots(hooks), *_roots(hooks, names - hooks.enabled))


@lru_cache(maxsize=64)
def _roots(hooks: Hooks, names: frozenset[str]) -> tuple[Path, ...]:
    files = [getattr(hooks.manager.get_plugin(name), "__file__", None) for name in sorted(names)]
    return tuple(Path(file).parent for file in files if file)


def speech(shop: Shop) -> Catalogue:
    """What the shop says in the language of whoever is served now."""
    language = tongue().language
    return ENGLISH if language == SOURCE else catalogue(catalogue_roots(shop.hooks), language)


def default_language(shop: Shop) -> str:
    """The language of those who chose none."""
    return shop.profile.languages[0]


def shop_tongue(shop: Shop, language: str) -> Tongue:
    """A language as this shop writes it."""
    profile = shop.profile
    return tongue_for(language, locale=profile.locale, country=profile.country, timezone=profile.timezone)
