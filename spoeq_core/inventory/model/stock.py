"""Stock of one SKU: what is on hand, what is promised, and why it moved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from spoeq_core.inventory.model.locations import HOME

IN_STOCK = "in_stock"
LOW = "low"
BACKORDER = "backorder"
OUT = "out"

RECENT = 50
"""So many rows of the log stay in the stock's own document; older ones move to the archive."""
DEFAULT_THRESHOLD = 5
MAX_PIECES = 10**9
LONGEST_NOTE = 200


class Reason(StrEnum):
    """Why stock moved."""

    INITIAL = "initial"
    ADJUSTMENT = "adjustment"
    RESERVE = "reserve"
    RELEASE = "release"
    SHIP = "ship"
    UNSHIP = "unship"
    RETURN = "return"
    TRANSFER = "transfer"


@dataclass(frozen=True, slots=True)
class Movement:
    """A row of the stock log.

    Attributes:
        delta: Change of `on_hand`; `reserved_delta` that of `reserved`. Both always sum to the stock.
        ref: The order, the shipment, the return or the import that caused it.
        actor: Who did it: a staff id, "shopper" or "system".
        location: The code of the place where `on_hand` changed.
    """

    id: str
    sku: str
    delta: int
    reserved_delta: int
    reason: Reason
    ref: str
    actor: str
    at: datetime
    note: str = ""
    location: str = HOME


@dataclass(frozen=True, slots=True)
class Stock:
    """How many pieces of a SKU there are.

    Attributes:
        backorder_limit: So many pieces may be promised beyond what is on hand; 0 for none.
        owed: How many were when the limit was lowered under that: they stay promised, and no more are added.
        elsewhere: Of those on hand, the pieces at other places than the main one, by the place's code.
        holds: Each reservation's owner: pieces by order id.
        told: The state that was told last; `low_told` whether the threshold's crossing was.
        retired: No product has this SKU any more.
    """

    sku: str
    product_id: str
    name: str = ""
    on_hand: int = 0
    reserved: int = 0
    threshold: int = DEFAULT_THRESHOLD
    backorder_limit: int = 0
    owed: int = 0
    elsewhere: Mapping[str, int] = field(default_factory=dict)
    holds: Mapping[str, int] = field(default_factory=dict)
    told: str = OUT
    low_told: bool = False
    retired: bool = False

    @property
    def away(self) -> int:
        """Pieces at other places than the main one."""
        return sum(self.elsewhere.values())

    def at(self, location: str) -> int:
        """Pieces on hand at the place of that code."""
        return self.on_hand - self.away if location == HOME else self.elsewhere.get(location, 0)

    @property
    def lying(self) -> dict[str, int]:
        """Pieces on hand by the code of the place where they lie; places without any are left out."""
        return {code: n for code in (HOME, *sorted(self.elsewhere)) if (n := self.at(code))}

    @property
    def available(self) -> int:
        """Pieces on hand that nobody was promised; under 0 are those promised that have yet to come."""
        return self.on_hand - self.reserved

    @property
    def promisable(self) -> int:
        """Pieces that can still be promised, those that have yet to come included."""
        return max(0, self.available + self.backorder_limit)

    @property
    def backordered(self) -> int:
        """Pieces that were promised and have yet to come."""
        return max(0, -self.available)

    @property
    def state(self) -> str:
        """What shoppers are told: in_stock, low, backorder or out."""
        return stock_state(self.available, self.threshold, self.backorder_limit)

    @property
    def is_low(self) -> bool:
        """Whether staff should buy more: at the threshold or under it."""
        return self.available <= self.threshold


@dataclass(frozen=True, slots=True)
class StockPage:
    """One page of the stock list."""

    items: tuple[Stock, ...]
    total: int
    page: int
    per_page: int


def stock_state(available: int, threshold: int, backorder_limit: int = 0) -> str:
    """in_stock, low (at or under the threshold), backorder (none left, to be ordered all the same) or out."""
    if available > 0:
        return LOW if available <= threshold else IN_STOCK
    return BACKORDER if available + backorder_limit > 0 else OUT


def waiting(stock: Stock) -> dict[str, int]:
    """Pieces that orders wait for, by order id: what is on hand serves the oldest first. Ids sort by age (ULID)."""
    found, left = {}, stock.on_hand
    for order_id, pieces in sorted(stock.holds.items()):
        served = min(pieces, left)
        left -= served
        if pieces > served:
            found[order_id] = pieces - served
    return found


def faults(stock: Stock, *, available: int, headroom: int, away: int, log: Iterable[Movement]) -> Iterator[str]:
    """Where a stock breaks its laws.

    Args:
        stock: What is stored.
        away: The stored count of pieces at other places than the main one.
        available: The stored count of pieces that can be promised.
        headroom: The stored count of those above the threshold.
        log: Every row, archived ones included, in any order; a row that stands twice counts once.
    """
    rows = list({row.id: row for row in log}.values())
    moved, promised = sum(row.delta for row in rows), sum(row.reserved_delta for row in rows)
    yield from _miscounted(stock, available, headroom)
    yield from _misplaced(stock, away, rows)
    if moved != stock.on_hand:
        yield f"on_hand is {stock.on_hand}, but its log sums to {moved}"
    if promised != stock.reserved:
        yield f"reserved is {stock.reserved}, but its log sums to {promised}"


def _miscounted(stock: Stock, available: int, headroom: int) -> Iterator[str]:
    held = sum(stock.holds.values())
    if available != stock.available:
        yield f"available is {available}, but on_hand - reserved is {stock.available}"
    if headroom != available - stock.threshold:
        yield f"headroom is {headroom}, but available - threshold is {available - stock.threshold}"
    if stock.on_hand < 0 or stock.reserved < 0:
        yield f"on_hand {stock.on_hand} or reserved {stock.reserved} is under 0"
    if stock.backordered > max(stock.backorder_limit, stock.owed):
        yield f"on_hand {stock.on_hand} and reserved {stock.reserved} promise more than there is"
    if held != stock.reserved:
        yield f"reserved is {stock.reserved}, but its orders hold {held}"
    if any(pieces <= 0 for pieces in stock.holds.values()):
        yield "an order holds nothing"


def _misplaced(stock: Stock, away: int, rows: Iterable[Movement]) -> Iterator[str]:
    moved: Counter[str] = Counter()
    for row in rows:
        moved[row.location] += row.delta
    if away != stock.away:
        yield f"away is {away}, but the other places hold {stock.away}"
    for code in sorted({HOME, *moved, *stock.elsewhere}):
        if (lying := stock.at(code)) < 0:
            yield f"{code} holds {lying}, under 0"
        if code != HOME and lying != moved[code]:  # what lies at the main one is the rest of both sums
            yield f"{code} holds {lying}, but its log sums to {moved[code]}"
