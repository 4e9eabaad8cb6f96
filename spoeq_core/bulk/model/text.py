"""Text of tables: the encoding of a file, lists inside a cell, and formulas that must not run in a spreadsheet."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Mapping
from typing import Final

from spoeq_core.kernel.errors import Invalid
from spoeq_core.kernel.messages import message, sentences

BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
FOREIGN: Final = (
    (b"PK\x03\x04", "an Excel or LibreOffice workbook"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"\x1f\x8b", "a compressed file"),
    (b"%PDF", "a PDF"),
)
SAMPLE: Final = 4_000
NULS: Final = 10
"""Where one byte in so many is NUL, the text is UTF-16."""
LIST: Final = " | "
RISKY: Final = "=+-@\t\r\n＝＋－＠"  # noqa: RUF001 - the wide forms start a formula too
_RISKY = re.compile(f"^'*[{re.escape(RISKY)}]")
_QUOTED = re.compile(f"^'+[{re.escape(RISKY)}]")
_EXCERPT = 60


def decoded(content: bytes) -> tuple[str, list[str]]:
    """The text of a file, and what staff should know of how it was read.

    UTF-8 and UTF-16 are recognised; anything else is read as Windows-1252 (which is said) or refused.

    Raises:
        Invalid: the file is empty, no text, or cut off in the middle of a character.
    """
    if not content.strip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"):
        raise _refused("The file is empty.", "Choose a CSV file with a header line and at least one row.")
    kind = next((name for start, name in FOREIGN if content.startswith(start)), "")
    if kind:
        raise _refused(
            message("The file is %(kind)s, not a CSV.", kind=kind),
            "Save the table as CSV (UTF-8) and choose that file.",
        )
    encoding = next((name for bom, name in BOMS if content.startswith(bom)), "") or _without_bom(content)
    notes: list[str] = []
    if encoding:
        text = _strictly(content, encoding)
    else:
        text, encoding = _guessed(content), "windows-1252"
        notes.append(f"The file is not UTF-8. It was read as Windows-1252; check for example: {_excerpt(text)}")
    text = text.removeprefix("\ufeff")
    if "\x00" in text:
        raise _refused("The file holds NUL characters: it is damaged, or no text.", "Save the table as CSV (UTF-8).")
    return text, notes


def split_list(cell: str) -> list[str]:
    r"""The items of a cell: "a | b" is two; `\|` is a bar inside an item, `\\` a backslash."""
    items, item, escaped = [], "", False
    for letter in cell:
        if escaped:
            item, escaped = item + (letter if letter in "\\|" else f"\\{letter}"), False
        elif letter == "\\":
            escaped = True
        elif letter == "|":
            items.append(item.strip())
            item = ""
        else:
            item += letter
    items.append((item + ("\\" if escaped else "")).strip())
    return [found for found in items if found]


def join_list(items: Iterable[str]) -> str:
    """The cell that `split_list` reads back."""
    return LIST.join(item.replace("\\", "\\\\").replace("|", "\\|") for item in items)


def split_pairs(cell: str) -> dict[str, str]:
    """The pairs of a cell: "Size=M | Colour=Blue"; the first "=" divides.

    Raises:
        ValueError: an item has no "=", or a name stands twice.
    """
    found: dict[str, str] = {}
    for item in split_list(cell):
        name, divider, value = (part.strip() for part in item.partition("="))
        if not divider:
            raise ValueError(message("“%(item)s” has no “=”. Write it like Size=M | Colour=Blue.", item=item))
        if name in found:
            raise ValueError(message("“%(name)s” stands twice.", name=name))
        found[name] = value
    return found


def join_pairs(pairs: Mapping[str, str]) -> str:
    """The cell that `split_pairs` reads back."""
    return join_list(f"{name}={value}" for name, value in pairs.items())


def harmless(cell: str) -> str:
    """The cell with an apostrophe before what a spreadsheet would run as a formula (OWASP, CSV injection)."""
    return f"'{cell}" if _RISKY.match(cell) else cell


def as_meant(cell: str) -> str:
    """The cell without the apostrophe that `harmless` put before it."""
    return cell[1:] if _QUOTED.match(cell) else cell


def _without_bom(content: bytes) -> str:
    """utf-8, utf-16-le, utf-16-be, or nothing when it is none of them."""
    sample = content[:SAMPLE]
    if sample.count(0) * NULS > len(sample):
        even, odd = sample[0::2].count(0), sample[1::2].count(0)
        return "utf-16-le" if odd > even else "utf-16-be"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        return "utf-8" if _is_cut(error, content) else ""
    return "utf-8"


def _is_cut(error: UnicodeDecodeError, content: bytes) -> bool:
    """Whether all was good until a last character that is not whole (and something before it was not ASCII)."""
    at_end = error.end == len(content) and "unexpected end" in error.reason
    return at_end and any(byte > 127 for byte in content[: error.start])  # noqa: PLR2004 - ASCII ends there


def _strictly(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        if error.end >= len(content):
            raise _refused(
                "The file ends in the middle of a character: it was cut off.",
                "Export or copy it again, and upload the whole file.",
            ) from None
        line = content[: error.start].count(b"\n") + 1
        said = message(
            "The file begins like %(encoding)s, but line %(line)s has bytes that are not.",
            encoding=encoding.upper(),
            line=line,
        )
        raise _refused(said, "Save the table as CSV (UTF-8).") from None


def _guessed(content: bytes) -> str:
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        said = message(
            "The encoding of the file is unknown: line %(line)s is neither UTF-8 nor Windows-1252.", line=line
        )
        raise _refused(said, "Save the table as CSV (UTF-8).") from None


def _excerpt(text: str) -> str:
    place = next(place for place, letter in enumerate(text) if not letter.isascii())
    start, end = text.rfind("\n", 0, place) + 1, text.find("\n", place)
    line = text[max(start, place - _EXCERPT // 2) : end if end >= 0 else None]
    return f"“{line[:_EXCERPT].strip()}”"


def _refused(what: str, hint: str) -> Invalid:
    error = Invalid.field("file", sentences((what, hint)), "unreadable")
    error.hint = ""
    return error
