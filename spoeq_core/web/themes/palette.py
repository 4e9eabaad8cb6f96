"""What the settings become in CSS: a sheet of custom properties, and whether its colours can be read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from spoeq_core.web.themes.colours import LEAST, contrast, mix, normal
from spoeq_core.web.themes.settings import FONTS, Problem, Setting

SCHEMES = ("light", "dark")
PAIR = ("ink", "paper")
Tokens = dict[str, str]


@dataclass(frozen=True, slots=True)
class Palette:
    """Which colours of a theme stand on which.

    Attributes:
        pairs: Properties (ink, paper) that must differ enough to be read.
        fixed: By scheme the colours of properties that no setting changes.
    """

    pairs: tuple[tuple[str, str], ...] = ()
    fixed: Mapping[str, Tokens] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Faint:
    """A pair of colours that cannot be read: the setting to change, and a sentence that names both and the ratio."""

    setting: str
    message: str


def parse_palette(data: Mapping[str, Any], where: str) -> tuple[Palette, list[Problem]]:
    """The `pairs` and `fixed` of a `settings.json`, and what is wrong with them."""
    problems: list[Problem] = []
    pairs = []
    for item in data.get("pairs", ()):
        if isinstance(item, list) and len(item) == len(PAIR) and all(str(name).startswith("--") for name in item):
            pairs.append((str(item[0]), str(item[1])))
        else:
            problems.append(Problem(where, f"a pair must be two CSS properties, not {item!r}."))
    fixed: dict[str, Tokens] = {}
    for scheme, tokens in dict(data.get("fixed", {})).items():
        for name, colour in dict(tokens).items():
            found = normal(str(colour))
            if found is None or scheme not in SCHEMES:
                problems.append(Problem(where, f"the fixed colour {name} of {scheme} is {colour!r}."))
            else:
                fixed.setdefault(scheme, {})[name] = found
    return Palette(tuple(pairs), fixed), problems


def too_faint(settings: Mapping[str, Setting], palette: Palette, values: Mapping[str, Any]) -> list[Faint]:
    """The pairs under 4.5 to 1."""
    found = []
    for scheme in SCHEMES:
        tokens = {**palette.fixed.get(scheme, {}), **_colours(settings, values, scheme)}
        for ink, paper in palette.pairs:
            if ink not in tokens or paper not in tokens:
                continue
            ratio = contrast(tokens[ink], tokens[paper])
            if ratio < LEAST:
                owner = _owner(settings, scheme, ink) or _owner(settings, scheme, paper)
                one, other = (f"{_words(settings, scheme, token)} {tokens[token]}" for token in (ink, paper))
                needed = f"{int(ratio * 100) / 100:.2f} to 1; {LEAST} to 1 is needed to be read"
                found.append(Faint(owner.id if owner else "", f"{one} on {other} ({scheme}): {needed}."))
    return found


def stylesheet(settings: Mapping[str, Setting], values: Mapping[str, Any], shipped: Mapping[str, Any]) -> str:
    """The properties that differ from what the theme's own style sheet says; empty if none does.

    Args:
        settings: All settings.
        values: What is set.
        shipped: The values that the theme's style sheet was written with; one that is missing is always printed.
    """
    changed = {name for name, setting in settings.items() if setting.css and values[name] != shipped.get(name)}
    everywhere = "".join(_plain(settings, values, changed))
    light, dark = ("".join(_of_scheme(settings, values, changed, scheme)) for scheme in SCHEMES)
    rules = f":root{{{everywhere}{light}}}\n" if everywhere or light else ""
    if dark:
        rules += f'@media (prefers-color-scheme:dark){{:root:not([data-scheme="light"]){{{dark}}}}}\n'
        rules += f':root[data-scheme="dark"]{{{dark}}}\n'
    return rules


def digest(sheet: str) -> str:
    """A short hash for the sheet's address."""
    return hashlib.sha256(sheet.encode()).hexdigest()[:12]


def _plain(settings: Mapping[str, Setting], values: Mapping[str, Any], changed: set[str]) -> Iterator[str]:
    for name in settings:
        if name in changed and not settings[name].scheme:
            yield f"{settings[name].css}:{_in_css(settings[name], values[name])};"


def _of_scheme(
    settings: Mapping[str, Setting], values: Mapping[str, Any], changed: set[str], scheme: str
) -> Iterator[str]:
    colours = _colours(settings, values, scheme)
    touched = {settings[name].css for name in changed if settings[name].scheme in {"", scheme}}
    for name, setting in settings.items():
        if setting.scheme == scheme and name in changed:
            yield f"{setting.css}:{_in_css(setting, values[name])};"
        if setting.type == "color" and setting.scheme in {"", scheme}:
            for token, (other, _) in setting.mix.items():
                if {setting.css, other} & touched and token in colours:
                    yield f"{token}:{colours[token]};"


def _colours(settings: Mapping[str, Setting], values: Mapping[str, Any], scheme: str) -> Tokens:
    mine = [each for each in settings.values() if each.type == "color" and each.css and each.scheme in {"", scheme}]
    found = {setting.css: str(values[setting.id]) for setting in mine}
    mixed = {
        token: mix(found[setting.css], found[other], share)
        for setting in mine
        for token, (other, share) in setting.mix.items()
        if other in found
    }
    return {**mixed, **found}


def _in_css(setting: Setting, value: Any) -> str:
    if setting.type == "font":
        return FONTS[value][1]
    return f"{value:g}{setting.unit}" if setting.type == "range" else str(value)


def _owner(settings: Mapping[str, Setting], scheme: str, token: str) -> Setting | None:
    mine = [each for each in settings.values() if each.scheme in {"", scheme}]
    direct = next((each for each in mine if each.css == token), None)
    return direct or next((each for each in mine if token in each.mix), None)


def _words(settings: Mapping[str, Setting], scheme: str, token: str) -> str:
    owner = _owner(settings, scheme, token)
    if owner is None:
        return token.removeprefix("--c-").replace("-", " ")
    return owner.label if owner.css == token else f"{owner.label} ({token.removeprefix('--c-').replace('-', ' ')})"
