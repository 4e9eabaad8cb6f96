"""What the modules, templates and settings of a package say to people, for its catalogues."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babel.messages.extract import extract

TEMPLATES = {".html", ".txt", ".xml"}
OPTIONS = {
    "silent": "false",
    "extensions": "jinja2.ext.do,jinja2.ext.loopcontrols",
    "trim_blocks": "true",
    "lstrip_blocks": "true",
}
SAYS = {"message", "counted", "translate"}
"""Functions whose texts are for people; `counted` takes two."""
SHOWS: dict[str, tuple[int, ...]] = {
    "flash": (1,),
    "page": (0,),
    "FieldError": (1,),
    "field": (1,),
    "Problem": (0, 1),
    "Reason": (0, 1),
    "Refusal": (1,),
    "TimelineEntry": (2,),
    "MenuEntry": (0, 3),
    "Manifest": (1, 2),
    "PaymentOption": (0, 1),
    "LineProperty": (1, 4),
    "CheckoutField": (1,),
    **dict.fromkeys(
        (
            *("BelowReserved", "Conflict", "Forbidden", "HoldMissing", "Invalid", "NotAllowed", "NotFound"),
            *("RefundTooLarge", "StaleAggregate", "TooLarge", "TooManyRequests", "Unavailable"),
        ),
        (0,),
    ),
    "Unauthenticated": (0,),
}
"""Calls whose plain text at that place is looked up when a page shows it."""
RECORDS = {"record", "note", "noted", "_note"}
"""Calls that write into the audit log (or are given what to write as `records=`), where
`page.published` is shown as `Page published`."""
ACTION = re.compile(r"[a-z_]+\.[a-z_]+")
NAMED = {"hint", "message", "label", "reason", "title", "description"}
FOR_PROGRAMS = {"api", "cli", "testing", "kernel", "sitemaps", "themes", "hooks"}
"""Rooms of the core whose errors are for programs, or for staff who mend the shop itself: they stay English."""
SETTINGS = {"settings.py", "shop.py"}
SECTIONS = {"templates", "composition"}
SECTION_WORDS = {"title", "text", "link", "cta"}
FORM_WORDS = ("title", "group", "label", "hint")
SENTENCE = re.compile(r"^[A-Z“].*[a-z]", re.DOTALL)

Text = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A text, and where it stands first."""

    text: Text
    context: str
    place: str


def texts_of(package: Path) -> list[Found]:
    """Every text of a package's templates and modules, once."""
    found: dict[tuple[str, str], Found] = {}
    for path in sorted(package.rglob("*")):
        place = path.relative_to(package.parent)
        if path.suffix in TEMPLATES and "templates" in path.parts:
            texts = _of_template(path)
        elif path.name == "settings.json" or (path.suffix == ".json" and set(place.parts) & SECTIONS):
            texts = ((1, (text,), "") for text in _of_sections(json.loads(path.read_text(encoding="utf-8"))))
        elif path.suffix == ".py" and "testing" not in place.parts:
            shows = place.parts[0] != "spoeq_core" or not FOR_PROGRAMS.intersection(place.parts)
            texts = _of_module(path, shows=shows)
        else:
            continue
        for line, text, context in texts:
            item = Found(text, context, f"{place}:{line}")
            old = found.setdefault((text[0], context), item)
            if len(text) > len(old.text):
                found[text[0], context] = item
    return list(found.values())


def _of_template(path: Path) -> Iterator[tuple[int, Text, str]]:
    with path.open("rb") as file:
        for line, said, _, context in extract("jinja2", file, options=OPTIONS):
            yield line, (said,) if isinstance(said, str) else tuple(said), context or ""


def _of_sections(data: Any) -> Iterator[str]:
    """The words of a theme's sections and settings: their forms, defaults of texts, and what a composed page says."""
    if isinstance(data, list):
        for item in data:
            yield from _of_sections(item)
    elif isinstance(data, dict):
        yield from (data[name] for name in FORM_WORDS if isinstance(data.get(name), str) and data[name])
        if data.get("type") == "text" and data.get("default"):
            yield data["default"]
        settings = data.get("settings")
        if isinstance(settings, dict):
            yield from (text for name, text in settings.items() if name in SECTION_WORDS and text)
        yield from _of_sections([value for value in data.values() if isinstance(value, list)])


def _of_module(path: Path, *, shows: bool) -> Iterator[tuple[int, Text, str]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ClassDef) and shows and path.name in SETTINGS:
            yield from ((node.lineno, (text,), "") for text in _of_settings(node))
        elif isinstance(node, ast.Call):
            yield from ((node.lineno, text, "") for text in _of_call(node, shows=shows))


def _of_settings(node: ast.ClassDef) -> Iterator[str]:
    """What the form of a settings model calls the fields that have no title, and the choices of a list."""
    if not any(isinstance(base, ast.Name) and base.id == "BaseModel" for base in node.bases):
        return
    for field in node.body:
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            value = field.value
            if not (isinstance(value, ast.Call) and any(word.arg == "title" for word in value.keywords)):
                yield field.target.id.replace("_", " ").capitalize()
            yield from _of_choices(field)


def _of_choices(field: ast.AnnAssign) -> Iterator[str]:
    """What the choices of a `Literal` are called: by the field's `labels`, or by their own names."""
    dicts = [node for node in ast.walk(field) if isinstance(node, ast.Dict)]
    extra = {_literal(key): value for node in dicts for key, value in zip(node.keys, node.values, strict=True) if key}
    named = extra.get("labels")
    pairs = zip(named.keys, named.values, strict=True) if isinstance(named, ast.Dict) else ()
    labels = {_literal(key): _literal(value) for key, value in pairs if key}
    for node in ast.walk(field.annotation):
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id == "Literal":
            for choice in map(_literal, getattr(node.slice, "elts", (node.slice,))):
                yield labels.get(choice) or choice.replace("_", " ").capitalize()


def _called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")


def _around(text: ast.JoinedStr) -> str:
    return "".join(_literal(part) or "X" for part in text.values)


def _of_call(node: ast.Call, *, shows: bool) -> Iterator[Text]:
    name = _called(node)
    if name in SAYS:
        texts = tuple(filter(None, map(_literal, node.args[: 2 if name == "counted" else 1])))
        if texts:
            yield texts
    elif name in RECORDS or any(word.arg == "records" for word in node.keywords):
        yield from ((text.replace(".", " ").replace("_", " ").capitalize(),) for text in _actions(node))
    elif shows and name in SHOWS:
        yield from ((text,) for text in _shown(node, SHOWS[name]))
    elif shows and name == "Field":
        said = (_literal(word.value) for word in node.keywords if word.arg in {"title", "description"})
        yield from ((text,) for text in said if text)


def _shown(node: ast.Call, places: tuple[int, ...]) -> Iterator[str]:
    yield from (text for each in _values(node, places) if (text := _literal(each)) and SENTENCE.match(text))


def _values(node: ast.Call, places: tuple[int, ...]) -> Iterator[ast.expr]:
    values = [node.args[place] for place in places if place < len(node.args)]
    values += [word.value for word in node.keywords if word.arg in NAMED]
    for value in values:
        yield from (value.body, value.orelse) if isinstance(value, ast.IfExp) else (value,)


def _actions(node: ast.Call) -> Iterator[str]:
    for value in (*node.args, *(word.value for word in node.keywords if word.arg == "records")):
        several = (value.body, value.orelse) if isinstance(value, ast.IfExp) else getattr(value, "elts", (value,))
        yield from (text for each in several if ACTION.fullmatch(text := _literal(each)))


def _literal(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def sealed(package: Path) -> Iterator[str]:
    """Sentences that no catalogue can know: f-strings where a page shows the text."""
    for path in sorted(package.rglob("*.py")):
        place = path.relative_to(package.parent)
        if "testing" in place.parts or (place.parts[0] == "spoeq_core" and FOR_PROGRAMS.intersection(place.parts)):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and (places := SHOWS.get(_called(node))):
                for value in _values(node, places):
                    if isinstance(value, ast.JoinedStr) and SENTENCE.match(_around(value)):
                        yield f"{place}:{value.lineno}: an f-string cannot be translated: use message(...)"
