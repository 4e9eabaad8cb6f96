"""Everything that a theme and its parents declare: settings, colours, kinds of sections, pages; and what is wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from spoeq_core.kernel.messages import message
from spoeq_core.web.themes.composition import Composition, parse_composition
from spoeq_core.web.themes.installed import CORE, Theme
from spoeq_core.web.themes.palette import Palette, parse_palette
from spoeq_core.web.themes.settings import Problem, Setting, parse_settings
from spoeq_core.web.themes.values import Values, read_values

PAGES: Mapping[str, str] = {
    "home": message("Home page"),
    "product": message("Product page, below the product"),
    "listing": message("Lists of products, below the products"),
}
"""The pages that are composed, with their words."""

_KIND = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of section or block.

    Attributes:
        type: Its template's name without folder and ending.
        title: For people.
        settings: What can be set in it.
        blocks: Kinds of blocks it takes; "@slot" for any slot of the page.
        pages: Where it can stand; everywhere if empty.
        needs: What the shop looks up for it: "products", "categories", "product".
        heading: Whether it can hold the page's main heading.
        plugin: The plugin that brought it, if one did.
    """

    type: str
    title: str
    settings: Mapping[str, Setting] = field(default_factory=dict)
    blocks: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    heading: bool = False
    plugin: str = ""


@dataclass(frozen=True, slots=True)
class Design:
    """What a theme offers.

    Attributes:
        settings: By id; a child's win over its parent's.
        palette: Which colours stand on which.
        defaults: The settings' defaults, checked.
        shipped: The values that the style sheet was written with.
        sections: Kinds of sections by type.
        blocks: Kinds of blocks by type.
        pages: The composition of each page.
        problems: What was passed over.
    """

    settings: Mapping[str, Setting]
    palette: Palette
    defaults: Values
    shipped: Values
    sections: Mapping[str, Kind]
    blocks: Mapping[str, Kind]
    pages: Mapping[str, Composition]
    problems: tuple[Problem, ...]


def read_design(chain: Sequence[Theme], plugin_roots: Mapping[str, Path]) -> Design:
    """What a theme (first in its chain) and its parents declare; what cannot be used is a problem and left out."""
    problems: list[Problem] = []
    settings: dict[str, Setting] = {}
    root: dict[str, Setting] = {}
    palette = Palette()
    for theme in reversed(chain):
        own, own_palette = _declared(theme, problems)
        root = root if settings else own
        settings |= own
        palette = Palette(
            (*palette.pairs, *own_palette.pairs),
            {s: {**palette.fixed.get(s, {}), **own_palette.fixed.get(s, {})} for s in ("light", "dark")},
        )
    defaults, faults = read_values(settings, {}, "settings.json")
    shipped, _ = read_values(root, {}, "settings.json")
    return Design(
        settings=settings,
        palette=palette,
        defaults=defaults,
        shipped=shipped,
        sections=dict(_kinds("sections", chain, plugin_roots, problems)),
        blocks=dict(_kinds("blocks", chain, plugin_roots, problems)),
        pages={page: _composed(page, chain, problems) for page in PAGES},
        problems=(*problems, *faults),
    )


def _declared(theme: Theme, problems: list[Problem]) -> tuple[dict[str, Setting], Palette]:
    data = _read_json(theme.root / "settings.json", theme.name, problems)
    if data is None:
        return {}, Palette()
    where = f"{theme.name}/settings.json"
    settings, faults = parse_settings(data.get("settings", []), where)
    palette, more = _parsed_palette(data, where)
    problems += [*faults, *more]
    return settings, palette


def _parsed_palette(data: Mapping[str, Any], where: str) -> tuple[Palette, list[Problem]]:
    try:
        return parse_palette(data, where)
    except (AttributeError, TypeError, ValueError) as error:
        return Palette(), [Problem(where, f'"pairs" or "fixed" cannot be read: {error}.')]


def _composed(page: str, chain: Sequence[Theme], problems: list[Problem]) -> Composition:
    for theme in chain:
        data = _read_json(theme.root / "composition" / f"{page}.json", theme.name, problems)
        if data is not None:
            found, faults = parse_composition(data, f"{theme.name}/composition/{page}.json")
            problems += faults
            if found or not faults:
                return found
    return ()


def _kinds(
    folder: str, chain: Sequence[Theme], plugin_roots: Mapping[str, Path], problems: list[Problem]
) -> Iterator[tuple[str, Kind]]:
    places = [(theme.templates, "", theme.name) for theme in chain]
    places += [(root / "templates", plugin, plugin) for plugin, root in plugin_roots.items()]
    seen: set[str] = set()
    for root, plugin, owner in (*places, (CORE, "", "core")):
        for path in sorted((root / folder).glob("*.json")):
            name = path.stem
            if name in seen or not _KIND.fullmatch(name):
                continue
            data = _read_json(path, owner, problems)
            if data is not None:
                seen.add(name)
                yield name, _kind(name, data, plugin, f"{owner}/templates/{folder}/{path.name}", problems)


def _kind(name: str, data: Mapping[str, Any], plugin: str, where: str, problems: list[Problem]) -> Kind:
    settings, faults = parse_settings(data.get("settings", []), where)
    problems += faults
    lists = {key: tuple(map(str, data.get(key) or ())) for key in ("blocks", "pages", "needs")}
    title = str(data.get("title", name.replace("_", " ").capitalize()))
    return Kind(name, title, settings, heading=bool(data.get("heading")), plugin=plugin, **lists)


def _read_json(path: Path, owner: str, problems: list[Problem]) -> Mapping[str, Any] | None:
    if not path.is_file():
        return None
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        problems.append(Problem(f"{owner}/{path.name}", f"cannot be read, and the parent's is used: {error}."))
        return None
    if not isinstance(data, dict):
        problems.append(Problem(f"{owner}/{path.name}", "must hold an object, and the parent's is used."))
        return None
    return data
