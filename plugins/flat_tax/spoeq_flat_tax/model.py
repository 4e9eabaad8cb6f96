"""The table of taxes: which components a class of goods bears at an address, and at which rates."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from spoeq_core.sdk import Destination, State, TaxAnswer, TaxRate, message

NAME = "flat_tax"
COLUMNS = ("country", "state", "postal_code", "class", "name", "rate")
SHIPPING_CLASS = "shipping"
MOST_ROWS = 2000
MOST_COMPONENTS = 10
LONGEST = 60
DECIMALS = 4
HUNDRED = 100
_COUNTRY = re.compile("[A-Z]{2}")
_CLASS = re.compile("[a-z0-9_-]{0,40}")


@dataclass(frozen=True, slots=True)
class TaxRow:
    """One component of tax at the addresses that the row names; what is empty names any.

    Attributes:
        country: ISO 3166 alpha-2.
        state: As addresses write it, whatever its case.
        postal_code: The beginning of postal codes, without spaces.
        tax_class: Of goods; empty for all that no row with a class names there.
        name: What the tax is called.
        rate: Percent.
    """

    country: str
    state: str
    postal_code: str
    tax_class: str
    name: str
    rate: Decimal

    def precision(self, there: Destination) -> int | None:
        """How exactly the row names an address; None if it does not."""
        if self.country and self.country != there.country:
            return None
        if self.state and _plain(self.state) != _plain(there.state):
            return None
        if not _plain(there.postal_code).startswith(self.postal_code):
            return None
        return 100 * len(self.postal_code) + 10 * bool(self.state) + bool(self.country)

    @property
    def place(self) -> tuple[str, ...]:
        """What no two rows share."""
        return self.country, _plain(self.state), self.postal_code, self.tax_class, self.name


def read_table(text: str) -> tuple[TaxRow, ...]:
    """The rows of a table as CSV, with or without its line of names.

    Raises:
        ValueError: a line cannot be read, or says the same as another; the sentence names it.
    """
    rows: list[TaxRow] = []
    seen: dict[tuple[str, ...], int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        cells = _cells(number, line)
        if not any(cells) or (number == 1 and tuple(map(str.lower, cells)) == COLUMNS):
            continue
        row = _row(number, cells)
        if row.place in seen:
            raise ValueError(message("Line %(n)s says the same as line %(m)s.", n=number, m=seen[row.place]))
        seen[row.place] = number
        rows.append(row)
    if len(rows) > MOST_ROWS:
        raise ValueError(message("At most %(n)s lines.", n=MOST_ROWS))
    return tuple(rows)


def rates_at(rows: Iterable[TaxRow], there: Destination | None, tax_class: str) -> tuple[TaxRate, ...]:
    """The components that a class of goods bears at an address; none where no row names it.

    Rows of the class come before those without one. Of rows with one name the most exact counts: by postal code, then
    by state, then by country; rows with different names add up, as a state's and a city's tax do.
    """
    if there is None:
        return ()
    named = [(precision, row) for row in rows if (precision := row.precision(there)) is not None]
    own = [pair for pair in named if tax_class and pair[1].tax_class == tax_class]
    best: dict[str, tuple[int, TaxRow]] = {}
    for precision, row in own or [pair for pair in named if not pair[1].tax_class]:
        if row.name not in best or precision > best[row.name][0]:
            best[row.name] = precision, row
    return tuple(TaxRate(name, best[name][1].rate) for name in sorted(best))


@dataclass(frozen=True, slots=True)
class Taxation:
    """What a price depends on: the table, where a cart goes while nobody knows, and how charges are taxed.

    `shipping` is "goods" (at the rates of the goods, in proportion), "own" (at those of class shipping) or "none".
    """

    rows: Sequence[TaxRow]
    home: Destination | None
    shipping: str = "goods"


def answer(taxation: Taxation, state: State) -> TaxAnswer:
    """The component rates of every line, and of shipping and fees if they are not the goods'."""
    there = state.cart.destination or taxation.home
    known: dict[str, tuple[TaxRate, ...]] = {}

    def rates(tax_class: str) -> tuple[TaxRate, ...]:
        if tax_class not in known:
            known[tax_class] = rates_at(taxation.rows, there, tax_class)
        return known[tax_class]

    lines = {one.line.id: rates(class_of(one.line.ext.get(NAME))) for one in state.lines}
    charges = {"own": rates(SHIPPING_CLASS), "none": ()}.get(taxation.shipping)
    return TaxAnswer(lines, charges)


def class_of(ext: object) -> str:
    """The tax class in a line's extension data."""
    found = ext.get("tax_class") if isinstance(ext, dict) else None
    return found if isinstance(found, str) else ""


def _cells(number: int, line: str) -> list[str]:
    try:
        return [cell.strip() for cell in next(csv.reader([line], skipinitialspace=True), [])]
    except csv.Error:
        raise ValueError(message("Line %(n)s cannot be read.", n=number)) from None


def _row(number: int, cells: Sequence[str]) -> TaxRow:
    if len(cells) != len(COLUMNS):
        wanted = ", ".join(COLUMNS)
        raise ValueError(message("Line %(n)s: write %(columns)s, separated by commas.", n=number, columns=wanted))
    country, state, postal_code, tax_class, name, rate = cells
    if country and not _COUNTRY.fullmatch(country.upper()):
        raise ValueError(message("Line %(n)s: a country is two letters, as in DE.", n=number))
    if not _CLASS.fullmatch(tax_class.lower()):
        raise ValueError(message("Line %(n)s: a class is letters, digits, - and _.", n=number))
    if not name or max(len(name), len(state), len(postal_code)) > LONGEST:
        raise ValueError(message("Line %(n)s: name the tax, in at most %(most)s characters.", n=number, most=LONGEST))
    return TaxRow(country.upper(), state, _plain(postal_code), tax_class.lower(), name, _rate(number, rate))


def _rate(number: int, text: str) -> Decimal:
    try:
        rate = Decimal(text.removesuffix("%").strip())
    except InvalidOperation:
        rate = Decimal("NaN")
    if not rate.is_finite() or not 0 <= rate <= HUNDRED or round(rate, DECIMALS) != rate:
        raise ValueError(
            message("Line %(n)s: a rate is 0 to 100 percent, with at most %(most)s decimals.", n=number, most=DECIMALS)
        )
    return rate


def _plain(text: str) -> str:
    return "".join(text.split()).casefold()
