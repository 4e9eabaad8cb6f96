"""A cart: lines of one currency, coupon codes, an owner."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

MAX_LINES = 200
MAX_QUANTITY = 999
"""Most pieces of one line a shop accepts by default; the merchant may lower it."""


class CartStatus(StrEnum):
    """A placed cart stays as it was; the next thing added starts a new one."""

    OPEN = "open"
    PLACED = "placed"


@dataclass(frozen=True, slots=True)
class CartLine:
    """A SKU with its properties.

    Attributes:
        seen_price: What a piece cost when the shopper last changed the cart, minor units.
        name: What the product was called then, for the day it is gone.
        ext: Extension data by plugin; no part of the line's identity.
        property_labels: What its properties were called then, by their names; no part of what the line is.
    """

    id: str
    sku: str
    product_id: str
    quantity: int
    properties: Mapping[str, str] = field(default_factory=dict)
    seen_price: int = 0
    name: str = ""
    ext: Mapping[str, Any] = field(default_factory=dict)
    property_labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cart:
    """Somebody's cart. A guest's has no `customer_id`; `order_id` is set while and after it is placed.

    `removed` is the line taken out last, which can be put back; a cart of version 0 is not stored yet.
    """

    id: str
    currency: str
    customer_id: str | None = None
    lines: tuple[CartLine, ...] = ()
    codes: tuple[str, ...] = ()
    status: CartStatus = CartStatus.OPEN
    order_id: str | None = None
    removed: CartLine | None = None
    version: int = 1
    created_at: datetime | None = None
    updated_at: datetime | None = None

    @property
    def pieces(self) -> int:
        """How many pieces lie in it."""
        return sum(line.quantity for line in self.lines)

    def quantities(self) -> dict[str, int]:
        """Pieces by SKU, lines with different properties summed."""
        sums: dict[str, int] = {}
        for line in self.lines:
            sums[line.sku] = sums.get(line.sku, 0) + line.quantity
        return sums

    def line(self, line_id: str) -> CartLine | None:
        """The line of that id."""
        return next((line for line in self.lines if line.id == line_id), None)

    def same(self, sku: str, properties: Mapping[str, str]) -> CartLine | None:
        """The line of the same SKU and the same properties."""
        wanted = dict(properties)
        return next((line for line in self.lines if line.sku == sku and dict(line.properties) == wanted), None)

    def with_line(self, line: CartLine) -> Cart:
        """The cart with that line put in place of the one with its id, or added at the end."""
        if self.line(line.id) is None:
            return replace(self, lines=(*self.lines, line))
        return replace(self, lines=tuple(line if old.id == line.id else old for old in self.lines))

    def without_line(self, line_id: str) -> Cart:
        """The cart without that line, which is kept aside so that it can be put back."""
        kept = tuple(line for line in self.lines if line.id != line_id)
        return replace(self, lines=kept, removed=self.line(line_id))

    def with_properties(self, line: CartLine, kept: Mapping[str, str]) -> Cart:
        """The cart with only these properties at that line, which joins a line that says the same."""
        other = self.same(line.sku, kept)
        if other is None or other.id == line.id:
            return self.with_line(replace(line, properties=kept))
        joined = replace(other, quantity=other.quantity + line.quantity)
        rest = tuple(each for each in self.lines if each.id != line.id)
        return replace(self, lines=rest).with_line(joined)

    def elsewhere(self, line: CartLine) -> int:
        """Pieces of the line's SKU that lie in other lines."""
        return sum(other.quantity for other in self.lines if other.sku == line.sku and other.id != line.id)

    def has_code(self, code: str) -> bool:
        """Whether the code is in the cart, whatever its case."""
        return code.casefold() in {known.casefold() for known in self.codes}


def merge(mine: Cart, guest: Cart, available: Mapping[str, int], limit: int = MAX_QUANTITY) -> Cart:
    """A customer's cart after signing in: the same SKU keeps the larger quantity, capped by stock and limit.

    Extension data of the guest's line comes along where the plugin has none with the customer's. A guest cart of
    another currency stays apart: `mine` is returned unchanged.
    """
    if guest.currency != mine.currency:
        return mine
    merged = mine
    for line in guest.lines:
        old = merged.same(line.sku, line.properties)
        if old is None and len(merged.lines) >= MAX_LINES:
            continue
        had = old.quantity if old else 0
        room = min(available.get(line.sku, 0), limit) - merged.elsewhere(old or line)
        quantity = min(max(line.quantity, had), max(room, had))
        if quantity > 0:
            ext = {**line.ext, **(old or line).ext}
            merged = merged.with_line(replace(old or line, quantity=quantity, ext=ext))
    added = [code for code in guest.codes if not mine.has_code(code)]
    return replace(merged, codes=(*mine.codes, *added))
