"""What a merchant may set in a theme: the settings that its `settings.json` and its sections declare."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from spoeq_core.kernel.messages import message

TYPES = (
    "color",
    "font",
    "range",
    "select",
    "bool",
    "text",
    "richtext",
    "image",
    "url",
    "menu",
    "product",
    "collection",
)
IN_CSS = frozenset({"color", "font", "range", "select"})
MOST = 30
LONGEST = 2000

FONTS: Mapping[str, tuple[str, str]] = {
    "sans": (
        message("Plain (the device's own)"),
        'system-ui,"Segoe UI",Roboto,"Noto Sans","Noto Sans Devanagari","Nirmala UI",sans-serif',
    ),
    "serif": (
        message("Bookish"),
        '"Iowan Old Style","Palatino Linotype","Noto Serif","Noto Serif Devanagari",Georgia,serif',
    ),
    "humanist": (
        message("Warm"),
        'Optima,Candara,"Gill Sans","Noto Sans","Noto Sans Devanagari","Nirmala UI",sans-serif',
    ),
    "rounded": (
        message("Round"),
        'ui-rounded,"Arial Rounded MT Bold",Quicksand,"Noto Sans","Noto Sans Devanagari","Nirmala UI",sans-serif',
    ),
    "mono": (message("Typewriter"), 'ui-monospace,"Cascadia Mono","Roboto Mono","Noto Sans Mono",monospace'),
}
"""Fonts that devices have, by the name a setting keeps: the words shown, and the CSS. Nothing is fetched for them."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing to set.

    Attributes:
        id: Its name in templates: `theme.settings.<id>`, `section.settings.<id>`.
        type: One of `TYPES`.
        label: Above its field.
        default: Its value until somebody sets it, unchecked.
        hint: Below the label.
        group: The heading it stands under.
        css: The custom property that it becomes (`--c-accent`), or empty.
        scheme: "light" or "dark" where the property differs by colour scheme.
        mix: Properties made of it: the other property that is mixed in, and its share.
        options: Of a select: value and words.
        minimum: Of a range, as `maximum`, `step` and `unit`.
        max_length: Of a text.
    """

    id: str
    type: str
    label: str
    default: Any = None
    hint: str = ""
    group: str = ""
    css: str = ""
    scheme: str = ""
    mix: Mapping[str, tuple[str, float]] = field(default_factory=dict)
    options: tuple[tuple[str, str], ...] = ()
    minimum: float = 0
    maximum: float = 100
    step: float = 1
    unit: str = ""
    max_length: int = 200


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a theme's files that is passed over: where it is, and what to do."""

    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"


def parse_settings(data: object, where: str) -> tuple[dict[str, Setting], list[Problem]]:
    """The settings of a list as it stands in JSON, and what is wrong with the others."""
    if not isinstance(data, list):
        return {}, [Problem(where, '"settings" must be a list.')]
    found: dict[str, Setting] = {}
    problems: list[Problem] = []
    for number, item in enumerate(data, 1):
        place = f"{where}, setting {number}"
        try:
            setting = _parsed(item)
        except (TypeError, ValueError) as error:
            problems.append(Problem(place, str(error)))
            continue
        if setting.id in found:
            problems.append(Problem(place, f"{setting.id} is there twice."))
        elif len(found) >= MOST:
            problems.append(Problem(place, f"a theme has at most {MOST} settings; {setting.id} is left out."))
        else:
            found[setting.id] = setting
    return found, problems


def _parsed(item: object) -> Setting:
    if not isinstance(item, dict):
        raise TypeError("must be an object.")
    name, kind = item.get("id"), item.get("type")
    if not isinstance(name, str) or not name.isidentifier():
        raise ValueError(f'"id" must be a word of letters, digits and _, not {name!r}.')
    if kind not in TYPES:
        raise ValueError(f"{name} has the type {kind!r}; there are {', '.join(TYPES)}.")
    unknown = set(item) - set(Setting.__dataclass_fields__) - {"min", "max"}
    if unknown:
        raise ValueError(f"{name} says {', '.join(sorted(unknown))}, which no setting has.")
    css = _css_name(name, item.get("css", ""))
    if css and kind not in IN_CSS:
        raise ValueError(f"{name} is a {kind}; only {', '.join(sorted(IN_CSS))} can be a CSS property.")
    return Setting(
        id=name,
        type=kind,
        label=str(item.get("label", name.replace("_", " ").capitalize())),
        default=item.get("default"),
        hint=str(item.get("hint", "")),
        group=str(item.get("group", "")),
        css=css,
        scheme=_one_of(name, "scheme", str(item.get("scheme", "")), ("", "light", "dark")),
        mix=_mixes(name, item.get("mix", {})),
        options=_options(name, kind, item.get("options", ())),
        minimum=_number(name, item.get("min", 0)),
        maximum=_number(name, item.get("max", 100)),
        step=_number(name, item.get("step", 1)) or 1,
        unit=_one_of(name, "unit", str(item.get("unit", "")), ("", "px", "rem", "em", "%", "ch", "ms")),
        max_length=min(int(_number(name, item.get("max_length", 200))), LONGEST),
    )


def _css_name(name: str, value: object) -> str:
    text = str(value)
    if text and not (text.startswith("--") and text[2:].replace("-", "").isalnum() and text.isascii()):
        raise ValueError(f"{name}: a CSS property is written --name, not {text!r}.")
    return text


def _mixes(name: str, data: object) -> dict[str, tuple[str, float]]:
    if not isinstance(data, dict):
        raise TypeError(f'{name}: "mix" must be an object of property: [other property, share].')
    found = {}
    for key, pair in data.items():
        if not isinstance(pair, list) or len(pair) != len(("property", "share")):
            raise ValueError(f"{name}: the mix {key} must be [other property, share].")
        share = _number(name, pair[1])
        if not 0 <= share <= 1:
            raise ValueError(f"{name}: the share of the mix {key} must be from 0 to 1.")
        found[_css_name(name, key)] = (_css_name(name, pair[0]), share)
    return found


def _options(name: str, kind: str, data: Iterable[object]) -> tuple[tuple[str, str], ...]:
    options = []
    for item in data:
        value, label = (item.get("value"), item.get("label")) if isinstance(item, dict) else (item, item)
        if not isinstance(value, str) or any(char in value for char in ";{}<>\\\"'"):
            raise ValueError(f"{name}: an option's value must be plain text, not {value!r}.")
        options.append((value, str(label if label is not None else value)))
    if kind == "select" and not options:
        raise ValueError(f"{name} is a select without options.")
    return tuple(options)


def _one_of(name: str, what: str, value: str, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise ValueError(f"{name}: {what} is {value!r}; there are {', '.join(filter(None, allowed))}.")
    return value


def _number(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{name}: {value!r} is no number.")
    return value
