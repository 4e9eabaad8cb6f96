"""A CSV as rows with the lines they stand in, whatever wrote it; what cannot be read says where it stands."""

from __future__ import annotations

import csv
import difflib
import io
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from spoeq_core.bulk.model.columns import AT_LOCATION
from spoeq_core.bulk.model.text import as_meant, decoded
from spoeq_core.kernel.errors import FieldError, Invalid
from spoeq_core.kernel.messages import message, sentences

SEPARATORS: Final = ",;\t|"
MAX_ROWS: Final = 100_000
MOST_COLUMNS: Final = 200
LONGEST_CELL: Final = 60_000
KEY: Final = "sku"
_SEP = re.compile(r'^"?sep=(.)"?\r?\n', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong with a row: the line it begins in, the column (empty: the whole row), what to do."""

    line: int
    column: str
    message: str
    sku: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row: the line it begins in, and its cells by column; a cell that the row does not reach is left out.

    `problem` says why the row as a whole cannot be used; it keeps its place all the same.
    """

    line: int
    cells: Mapping[str, str]
    problem: str = ""

    @property
    def sku(self) -> str:
        """The row's SKU."""
        return self.cells.get(KEY, "")

    def cell(self, column: str) -> str:
        """The cell's text; empty where there is none."""
        return self.cells.get(column, "")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file that was read: its columns, its rows, and what staff should know of how it was read."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()


@dataclass
class _Reading:
    """Where in the file the reader is."""

    columns: tuple[str, ...]
    reader: Iterator[list[str]]
    skipped: int


def read_sheet(content: bytes, known: Collection[str]) -> Sheet:
    """The rows of a file.

    Args:
        content: The file as it was uploaded.
        known: Names of the columns there are.

    Raises:
        Invalid: the file as a whole cannot be read: its encoding, its header, a quote that is never closed.
    """
    text, notes = decoded(content)
    text, separator, skipped = _separated(text, known)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    reading = _Reading((), reader, skipped)
    header = next((cells for _, cells in _lines(reading) if any(cell.strip() for cell in cells)), [])
    reading.columns = _columns(header, known)
    rows, last = _rows(reading)
    if not rows:
        raise _refused("The file has a header but no rows.")
    if not text.endswith(("\n", "\r")):
        notes.append("The last line does not end with a line break; check that the file is whole.")
        if last < len(reading.columns):
            problem = message(
                "The file ends in the middle of this row (%(last)s of %(cells)s cells): it was cut off. "
                "Upload the whole file.",
                last=last,
                cells=len(reading.columns),
            )
            rows[-1] = replace(rows[-1], problem=problem)
    return Sheet(reading.columns, tuple(rows), tuple(notes))


def plain_name(header: str) -> str:
    """A header as the name of a column: "Net quantity" is "net_quantity"."""
    return re.sub(r"[\s-]+", "_", header.strip().casefold())


def _separated(text: str, known: Collection[str]) -> tuple[str, str, int]:
    """The text without Excel's `sep=` line, the separator, and how many lines were left out."""
    if found := _SEP.match(text):
        return text[found.end() :], found[1], 1
    header = next((line for line in text.splitlines() if line.strip()), "")
    plain = {plain_name(name) for name in known}
    best = max(SEPARATORS, key=lambda mark: sum(name in plain for name in _names(header, mark)))
    return text, best, 0


def _names(header: str, separator: str) -> list[str]:
    return [plain_name(name.strip().strip('"')) for name in header.split(separator)]


def _lines(reading: _Reading) -> Iterator[tuple[int, list[str]]]:
    """Every row with the line it begins in.

    Raises:
        Invalid: the quotes do not fit together.
    """
    while True:
        begins = reading.skipped + getattr(reading.reader, "line_num", 0) + 1
        try:
            cells = next(reading.reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise _refused(_quotes(str(error), begins)) from None
        yield begins, cells


def _quotes(problem: str, line: int) -> str:
    if "field larger" in problem or "unexpected end" in problem:
        return message(
            'A quote (") in the row that begins at line %(line)s is never closed. Close it, or double it in a text.',
            line=line,
        )
    return message(
        "The quotes in the row that begins at line %(line)s do not fit together (%(problem)s). "
        'Put a text with a quote in quotes, and double the quote inside: "12"" plate".',
        line=line,
        problem=problem,
    )


def _columns(header: Sequence[str], known: Collection[str]) -> tuple[str, ...]:
    by_plain = {plain_name(name): name for name in known}
    names = [by_plain.get(plain_name(name), plain_name(name)) for name in header]
    while names and not names[-1]:
        names.pop()
    errors = [*_unknown(names, known), *_twice(names)]
    if KEY not in names:
        errors.append(message("The column “%(name)s” is missing: every row is found by its SKU.", name=KEY))
    if len(names) > MOST_COLUMNS:
        errors = [
            message(
                "The header has %(columns)s columns; at most %(most)s are read.", columns=len(names), most=MOST_COLUMNS
            )
        ]
    if errors:
        raise Invalid(
            sentences(("The header cannot be used.", *errors)),
            errors=[FieldError("file", sentences(errors), "header")],
        )
    return tuple(names)


def _unknown(names: Sequence[str], known: Collection[str]) -> Iterator[str]:
    for place, name in enumerate(names, start=1):
        if not name:
            yield message("Column %(place)s has no name.", place=place)
        elif name.startswith(AT_LOCATION) and name not in known:
            yield _no_location(name, known)
        elif name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            guess = (
                message("Did you mean “%(name)s”?", name=close[0])
                if close
                else message("Remove it, or rename it as the list of columns says.")
            )
            yield sentences((message("There is no column “%(name)s”.", name=name[:60]), guess))


def _no_location(name: str, known: Collection[str]) -> str:
    code = name.removeprefix(AT_LOCATION).upper().replace("_", "-")
    codes = sorted(one.removeprefix(AT_LOCATION) for one in known if one.startswith(AT_LOCATION))
    if not codes:
        return message("There is no location “%(code)s”: this shop has one. Name the column “stock”.", code=code[:60])
    return message(
        "There is no location “%(code)s”. Make it first, or name one of these: %(known)s.",
        code=code[:60],
        known=", ".join(codes),
    )


def _twice(names: Sequence[str]) -> Iterator[str]:
    for name, count in Counter(names).items():
        if name and count > 1:
            yield message("The column “%(name)s” stands %(count)s times; keep one.", name=name, count=count)


def _rows(reading: _Reading) -> tuple[list[Row], int]:
    """The rows that could be read, and how many cells the last one had."""
    rows: list[Row] = []
    last, most = 0, len(reading.columns)
    for line, cells in _lines(reading):
        if not any(cell.strip() for cell in cells):
            continue
        if len(rows) >= MAX_ROWS:
            raise _refused(message("The file has more than %(most)s rows. Split it.", most=format(MAX_ROWS, ",")))
        last = len(cells)
        named = zip(reading.columns, cells, strict=False)
        rows.append(Row(line, {name: _meant(cell) for name, cell in named}, _wrong(cells, most)))
    return rows, last


def _meant(cell: str) -> str:
    return as_meant(cell.strip()).replace("\r\n", "\n")


def _wrong(cells: Sequence[str], most: int) -> str:
    if any(cell.strip() for cell in cells[most:]):
        return message(
            "The row has %(cells)s cells, the header %(most)s. Put a text that holds the separator in quotes.",
            cells=len(cells),
            most=most,
        )
    if any(len(cell) > LONGEST_CELL for cell in cells):
        return message(
            "A cell is longer than %(most)s characters. Shorten it, or close a quote that was left open.",
            most=f"{LONGEST_CELL:,}",
        )
    return ""


def _refused(what: str) -> Invalid:
    return Invalid.field("file", what, "unreadable")
