"""Finds the texts of packages and compares them with their catalogues: python -m spoeq_core.testing.messages.

Without a folder it looks at the core, the themes and the plugins of this checkout. It writes each language's catalogue
anew: what is translated stays, new texts wait with an empty translation, what nothing says any more is dropped. With
`--check` it writes nothing, and says which text is missing, empty, fuzzy or differs in its placeholders.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.pofile import read_po, write_po

from spoeq_core.kernel.languages import FOLDER
from spoeq_core.testing.texts import Found, sealed, texts_of

LANGUAGES = ("hi",)
PLACEHOLDER = re.compile(r"%\([a-z_]+\)[a-z]|%%")


def main(arguments: list[str]) -> int:
    """Write the catalogues, or compare them."""
    check = "--check" in arguments
    folders = [Path(each).resolve() for each in arguments if not each.startswith("--")] or packages(Path.cwd())
    faults = [
        fault for folder in folders for language in LANGUAGES for fault in bring(folder, language, write=not check)
    ] + [fault for folder in folders for fault in sealed(folder)]
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
