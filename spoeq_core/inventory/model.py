"""Stock of one SKU: what is on hand, what is promised, and why it moved."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from spoeq_core.kernel.errors import Conflict
from spoeq_core.kernel.messages import message

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


@dataclass(frozen=True, slots=True)
class Movement:
    """A row of the stock log.

    Attributes:
        delta: Change of `on_hand`; `reserved_delta` that of `reserved`. Both always sum to the stock.
        ref: The order, the shipment, the return or the import that caused it.
        actor: Who did it: a staff id, "shopper" or "system".
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


@dataclass(frozen=True, slots=True)
class Stock:
    """How many pieces of a SKU there are.

    Attributes:
        backorder_limit: So many pieces may be promised beyond what is on hand; 0 for none.
        owed: How many were when the limit was lowered under that: they stay promised, and no more are added.
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
    holds: Mapping[str, int] = field(default_factory=dict)
    told: str = OUT
    low_told: bool = False
    retired: bool = False

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


def faults(stock: Stock, *, available: int, headroom: int, log: Iterable[Movement]) -> Iterator[str]:
    """Where a stock breaks its laws.

    Args:
        stock: What is stored.
        available: The stored count of pieces that can be promised.
        headroom: The stored count of those above the threshold.
        log: Every row, archived ones included, in any order; a row that stands twice counts once.
    """
    rows = list({row.id: row for row in log}.values())
    moved, promised = sum(row.delta for row in rows), sum(row.reserved_delta for row in rows)
    yield from _miscounted(stock, available, headroom)
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


class OutOfStock(Conflict):
    """Fewer pieces are left than were asked for; `extra["available"]` says how many of which SKU."""

    code = "out_of_stock"

    def __init__(self, left: Mapping[str, int]) -> None:
        words = ", ".join(f"{sku}: {count} left" for sku, count in sorted(left.items()))
        super().__init__(
            f"Not enough in stock ({words}).",
            hint="Lower the quantity and try again.",
            extra={"available": [{"sku": sku, "available": count} for sku, count in sorted(left.items())]},
        )
        self.left = dict(left)


class HoldMissing(Conflict):
    """An order does not hold the pieces that were to be shipped for it."""

    code = "not_reserved"


class NoGoods(Conflict):
    """Pieces that were to be packed have not come yet; `extra["on_hand"]` says how many of which SKU there are."""

    code = "no_goods"

    def __init__(self, on_hand: Mapping[str, int]) -> None:
        words = ", ".join(f"{sku}: {count}" for sku, count in sorted(on_hand.items()))
        super().__init__(
            message("The goods are not on the shelf (on hand: %(words)s).", words=words),
            hint=message("Book the goods when they come, or pack what is there in a parcel of its own."),
            extra={"on_hand": [{"sku": sku, "on_hand": count} for sku, count in sorted(on_hand.items())]},
        )


class BelowReserved(Conflict):
    """An adjustment would take pieces away that are promised to orders."""

    code = "below_reserved"
