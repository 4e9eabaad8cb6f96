"""What a row says of the pieces on hand, in sum or location by location, and why it cannot be booked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from spoeq_core.bulk.model.columns import CellError, PlaceColumn, pieces
from spoeq_core.bulk.model.sheet import Row, RowError
from spoeq_core.bulk.model.table import SEEN, STOCK
from spoeq_core.bulk.model.text import join_pairs
from spoeq_core.bulk.model.variant_columns import pairs
from spoeq_core.inventory.model import HOME, Stock
from spoeq_core.kernel.messages import message

Counts = dict[str, tuple[int | None, int]]
"""What is on hand (None: no stock yet) and what should be: by SKU, or by `SKU@CODE` for one location."""
AT = "@"


@dataclass(frozen=True, slots=True)
class Seen:
    """What was on hand when the file was exported: the sum, and by location where the file says so."""

    total: int | None = None
    lying: Mapping[str, int] | None = None

    def at(self, code: str) -> int | None:
        """Pieces at that location; None where nobody knows."""
        return None if self.lying is None else self.lying.get(code, 0)


class Refused(Exception):
    """A count that cannot be booked: the column, and what to do."""


def key_of(sku: str, code: str) -> str:
    """The key of what lies at a location."""
    return f"{sku}{AT}{code}"


def split_key(key: str) -> tuple[str, str]:
    """The SKU and the location's code; the code is empty where the sum is meant."""
    sku, _, code = key.partition(AT)
    return sku, code


def column_of(key: str) -> str:
    """The column that such a count stands in."""
    _, code = split_key(key)
    return PlaceColumn.named(code) if code else STOCK.name


def seen_cell(stock: Stock, places: Sequence[PlaceColumn]) -> str:
    """What an export writes, so that its import knows what was edited."""
    if not places:
        return str(stock.on_hand)
    return join_pairs({place.location: str(stock.at(place.location)) for place in places})


def counts_of_row(row: Row, stock: Stock | None, places: Sequence[PlaceColumn]) -> tuple[Counts, list[RowError]]:
    """What the row would have booked, and what forbids it."""
    try:
        found = _counted(row, stock, places)
    except Refused as refusal:
        column, said = refusal.args
        return {}, [RowError(row.line, column, said, row.sku)]
    return found, []


def _counted(row: Row, stock: Stock | None, places: Sequence[PlaceColumn]) -> Counts:
    seen = _seen(row)
    by_place = {code: pair for place in places for code, pair in _at_place(row, place, stock, seen)}
    more = sum(wanted - now for now, wanted in by_place.values())
    _check_promised(PlaceColumn.named(next(iter(by_place), HOME)), more, stock)
    total, now = _number(row, STOCK.name), stock.on_hand if stock else 0
    if total is None or total in (now, seen.total) or (by_place and total == now + more):
        return {key_of(row.sku, code): (old if stock else None, new) for code, (old, new) in by_place.items()}
    if by_place:
        said = message(
            "The locations come to %(sum)s, the total is %(total)s. Write what was counted at the locations, and leave "
            "the total as it was.",
            sum=now + more,
            total=total,
        )
        raise Refused(STOCK.name, said)
    _check_moved(STOCK.name, seen.total, now)
    if stock is not None and now - total > stock.at(HOME):
        said = message(
            "Only %(there)s of %(now)s lie at the main location. Adjust the others on the page of the stock.",
            there=stock.at(HOME),
            now=now,
        )
        raise Refused(STOCK.name, said)
    _check_promised(STOCK.name, total - now, stock)
    return {row.sku: (stock.on_hand if stock else None, total)}


def _at_place(row: Row, place: PlaceColumn, stock: Stock | None, seen: Seen) -> Iterator[tuple[str, tuple[int, int]]]:
    """The pieces of one location, now and as they should be, if they are others."""
    wanted, now = _number(row, place.name), stock.at(place.location) if stock else 0
    if wanted is None or wanted in (now, seen.at(place.location)):
        return
    _check_moved(place.name, seen.at(place.location), now)
    if wanted > now and not place.open:
        said = message("The location “%(code)s” is closed: nothing comes there any more.", code=place.location)
        raise Refused(place.name, said)
    yield place.location, (now, wanted)


def _number(row: Row, column: str) -> int | None:
    cell = row.cell(column)
    try:
        return pieces(cell) if cell else None
    except CellError as error:
        raise Refused(column, error.args[0]) from None


def _seen(row: Row) -> Seen:
    cell = row.cell(SEEN.name)
    try:
        if "=" not in cell:
            return Seen(pieces(cell) if cell else None)
        lying = {code: pieces(text) for code, text in pairs(cell).items()}
    except CellError as error:
        raise Refused(SEEN.name, error.args[0]) from None
    return Seen(sum(lying.values()), lying)


def _check_moved(column: str, seen: int | None, now: int) -> None:
    if seen is not None and seen != now:
        said = message(
            "There were %(seen)s when the file was exported and are %(now)s now. Count again, then write %(now)s into "
            "%(column)s, or empty that cell.",
            seen=seen,
            now=now,
            column=SEEN.name,
        )
        raise Refused(column, said)


def _check_promised(column: str, more: int, stock: Stock | None) -> None:
    if stock is not None and more < 0 and -more > stock.promisable:
        said = message(
            "%(reserved)s are promised to orders. Ship or cancel those first, or give at least so many.",
            reserved=stock.reserved,
        )
        raise Refused(column, said)
