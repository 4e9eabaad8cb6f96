"""Which packages' catalogues a shop speaks from: those of its enabled plugins, then the core's own."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from spoeq_core.hooks.caller import Hooks
from spoeq_core.kernel.languages import ENGLISH, SOURCE, Catalogue, Tongue, catalogue, tongue, tongue_for
from spoeq_core.shop import Shop

CORE = Path(__file__).parents[1]


def catalogue_roots(hooks: Hooks) -> tuple[Path, ...]:
    """The packages in the order in which they are asked; a plugin that is switched off is not."""
    return _roots(hooks, hooks.enabled)


@lru_cache(maxsize=32)
def _roots(hooks: Hooks, enabled: frozenset[str]) -> tuple[Path, ...]:
    files = [getattr(hooks.manager.get_plugin(name), "__file__", None) for name in sorted(enabled)]
    return (*(Path(file).parent for file in files if file), CORE)


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
