"""Stock of one SKU: what is on hand, what is promised, and why it moved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from spoeq_core.kernel.errors import Conflict


class Reason(StrEnum):
    """Why stock moved."""

    INITIAL = "initial"
    ADJUSTMENT = "adjustment"
    RESERVE = "reserve"
    RELEASE = "release"
    SHIP = "ship"
    RETURN = "return"


@dataclass(frozen=True, slots=True)
class Movement:
    """A row of the stock log.

    Attributes:
        delta: Change of `on_hand`; `reserved_delta` that of `reserved`. Both always sum to the stock.
        ref: The order, or what else caused it.
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
    """How many pieces of a SKU there are. `holds` names each reservation's owner: pieces by order id."""

    sku: str
    product_id: str
    name: str = ""
    on_hand: int = 0
    reserved: int = 0
    threshold: int = 5
    holds: Mapping[str, int] = field(default_factory=dict)
    low_told: bool = False

    @property
    def available(self) -> int:
        """Pieces that can still be promised."""
        return self.on_hand - self.reserved

    @property
    def state(self) -> str:
        """What shoppers are told: in_stock, low or out."""
        return stock_state(self.available, self.threshold)


def stock_state(available: int, threshold: int) -> str:
    """in_stock, low (at or under the threshold) or out."""
    if available <= 0:
        return "out"
    return "low" if available <= threshold else "in_stock"


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
