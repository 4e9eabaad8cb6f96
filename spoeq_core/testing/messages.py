"""Finds the texts of packages and compares them with their catalogues: python -m spoeq_core.testing.messages.

Without a folder it looks at the core, the themes and the plugins of this checkout. It writes each language's catalogue
anew: what is translated stays, new texts wait with an empty translation, what nothing says any more is dropped. With
`--check` it writes nothing, and says which text is missing, empty, fuzzy or differs in its placeholders.
"""

from __future__ import annotations

import ast
import io
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babel.messages import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

from spoeq_core.kernel.languages import FOLDER

LANGUAGES = ("hi",)
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
PLACEHOLDER = re.compile(r"%\([a-z_]+\)[a-z]|%%")

Text = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A text, and where it stands first."""

    text: Text
    context: str
    place: str


def main(arguments: list[str]) -> int:
    """Write the catalogues, or compare them."""
    check = "--check" in arguments
    folders = [Path(each).resolve() for each in arguments if not each.startswith("--")] or packages(Path.cwd())
    faults = [
        fault for folder in folders for language in LANGUAGES for fault in bring(folder, language, write=not check)
    ] + [fault for folder in folders for fault in _sealed(folder)]
    for fault in faults:
        sys.stderr.write(f"{fault}\n")
    if faults:
        sys.stderr.write(
            f"{len(faults)} texts are not translated. Run: python -m spoeq_core.testing.messages; "
            f"then fill the empty msgstr in {FOLDER}/<language>/LC_MESSAGES/.\n"
        )
    return 1 if faults and check else 0


def packages(root: Path) -> list[Path]:
    """The packages of a checkout that speak to people."""
    return [root / "spoeq_core", *sorted(root.glob("themes/*/spoeq_*")), *sorted(root.glob("plugins/*/spoeq_*"))]


def bring(package: Path, language: str, *, write: bool) -> list[str]:
    """Bring a package's catalogue up to date, or only look at it; what is wrong with it."""
    found = texts_of(package)
    path = package / FOLDER / language / "LC_MESSAGES" / f"{package.name}.po"
    if not found and not path.exists():
        return []
    known = _read(path, language)
    fresh = Catalog(locale=language, project=package.name, header_comment="", fuzzy=False)
    faults: list[str] = []
    for item in found:
        key = item.text[0] if len(item.text) == 1 else item.text
        old = known.get(item.text[0], item.context or None)
        string = _string_of(old) if old is not None and not old.fuzzy and old.id == key else ""
        fresh.add(key, string, context=item.context or None)
        faults += [
            f"{item.place}: {item.text[0]!r} {wrong} ({path.name}, {language})" for wrong in _faults(item, string)
        ]
    if write:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(written(fresh, language))
    else:
        texts = {(item.text[0], item.context) for item in found}
        faults += [
            f"{path.name} ({language}): {entry.id!r} is said nowhere any more"
            for entry in known
            if entry.id and ((entry.id if isinstance(entry.id, str) else entry.id[0]), entry.context or "") not in texts
        ]
    return faults


def _sealed(package: Path) -> Iterator[str]:
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


def written(fresh: Catalog, language: str) -> bytes:
    """A catalogue as a file that changes only where its texts do."""
    out = io.BytesIO()
    write_po(out, fresh, width=120, omit_header=True, sort_output=True)
    head = (
        'msgid ""\nmsgstr ""\n'
        f'"Language: {language}\\n"\n"MIME-Version: 1.0\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'
        f'"Content-Transfer-Encoding: 8bit\\n"\n"Plural-Forms: {fresh.plural_forms}\\n"\n\n'
    )
    return head.encode() + out.getvalue()


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
    """What the form of a settings model calls the fields that have no title."""
    if not any(isinstance(base, ast.Name) and base.id == "BaseModel" for base in node.bases):
        return
    for field in node.body:
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            value = field.value
            if not (isinstance(value, ast.Call) and any(word.arg == "title" for word in value.keywords)):
                yield field.target.id.replace("_", " ").capitalize()


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


def _string_of(entry: Message) -> str | tuple[str, ...]:
    return entry.string if isinstance(entry.string, str) else tuple(entry.string or ())


def _read(path: Path, language: str) -> Catalog:
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def _faults(item: Found, string: str | tuple[str, ...]) -> Iterator[str]:
    forms = (string,) if isinstance(string, str) else tuple(string)
    if ".html:" in item.place and any("%" in PLACEHOLDER.sub("", text) for text in item.text):
        yield "has a lone % sign, which breaks the page: write %%"
    if not all(forms):
        yield "has no translation"
        return
    wanted = {each for text in item.text for each in PLACEHOLDER.findall(text)}
    for form in forms:
        has = set(PLACEHOLDER.findall(form))
        if has - wanted or (len(item.text) == 1 and has != wanted):
            yield f"has other placeholders in its translation: {form!r}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
