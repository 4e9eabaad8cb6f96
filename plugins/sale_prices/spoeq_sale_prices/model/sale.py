"""A sale: what it is for, when, and what it makes of a price. Of several sales the lowest price holds."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise

from spoeq_core.sdk import Reduction, round_ratio

HUNDRED = 100


class Kind(StrEnum):
    """What is taken off each piece."""

    PERCENT = "percent"
    AMOUNT = "amount"


class SaleState(StrEnum):
    """Whether a sale is in force."""

    RUNNING = "running"
    COMING = "coming"
    OVER = "over"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Sale:
    """A lower price for a while.

    Attributes:
        name: What shoppers read: "Winter sale".
        percent: Per cent off, of a percentage.
        amount: Minor units of `currency` off a piece, of an amount.
        products: Ids of the products that it is for; `categories` and `brands` likewise. What it does not name narrows
            nothing; with more than one kind, goods must be in each.
        segments: Segments of customers that it is for, as `<plugin>.<code>`, each of them enough; empty for everybody.
        starts_at: Its first moment.
        ends_at: The first moment after it.
        deleted: That it is to go as soon as the products have heard of it.
        settled: Whether its prices, as it is now, are written into the products.
    """

    id: str
    name: str
    kind: Kind
    starts_at: datetime
    ends_at: datetime
    percent: Decimal = Decimal(0)
    amount: int = 0
    currency: str = ""
    products: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    active: bool = True
    deleted: bool = False
    settled: bool = False
    version: int = 1
    created_at: datetime | None = None
    updated_at: datetime | None = None

    @property
    def is_on(self) -> bool:
        """Whether it counts at all."""
        return self.active and not self.deleted

    def holds(self, at: datetime) -> bool:
        """Whether it is in force at that moment."""
        return self.is_on and self.starts_at <= at < self.ends_at

    def is_for(self, segments: Collection[str]) -> bool:
        """Whether a customer who is in these segments gets it; a guest is in none."""
        return not self.segments or any(code in self.segments for code in segments)

    def state(self, at: datetime) -> SaleState:
        """How staff see it."""
        if not self.is_on:
            return SaleState.OFF
        if at >= self.ends_at:
            return SaleState.OVER
        return SaleState.RUNNING if at >= self.starts_at else SaleState.COMING

    def covers(self, piece: Piece) -> bool:
        """Whether it is for these goods."""
        return (
            (not self.products or piece.product_id in self.products)
            and (not self.categories or not piece.category_ids.isdisjoint(self.categories))
            and (not self.brands or piece.brand_id in self.brands)
        )


@dataclass(frozen=True, slots=True)
class Piece:
    """What a sale looks at: a variant with its product's brand and categories; prices in minor units."""

    product_id: str
    price: int
    min_price: int = 0
    brand_id: str | None = None
    category_ids: frozenset[str] = frozenset()


def price_under(sale: Sale, piece: Piece) -> int:
    """What a piece costs in a sale, minor units: at most its price, at least its minimum and zero.

    A percentage is taken off one piece and rounded there, half away from zero (POLICIES, Money): the result is a price.
    """
    if sale.kind is Kind.PERCENT:
        numerator, denominator = sale.percent.as_integer_ratio()
        off = round_ratio(piece.price * numerator, HUNDRED * denominator)
    else:
        off = sale.amount
    return max(0, min(piece.price, max(piece.price - off, piece.min_price)))


def best(sales: Iterable[Sale], piece: Piece, at: datetime) -> tuple[int, Sale] | None:
    """The lowest price that holds at that moment, and whose it is; None if no sale makes it cheaper.

    Of equal prices that of the sale which ends last, then of the lower id: the order of the sales does not matter.
    """
    found = [(price_under(sale, piece), sale) for sale in sales if sale.holds(at) and sale.covers(piece)]
    cheaper = [(price, sale) for price, sale in found if price < piece.price]
    return min(cheaper, key=lambda pair: (pair[0], -pair[1].ends_at.timestamp(), pair[1].id), default=None)


def boundaries(sales: Iterable[Sale]) -> list[datetime]:
    """The moments at which a price may change by them, in order."""
    return sorted({moment for sale in sales if sale.is_on for moment in (sale.starts_at, sale.ends_at)})


def reduction(sales: Sequence[Sale], piece: Piece, at: datetime) -> Reduction | None:
    """The reduction of a piece that is in force at that moment, or else the next one; None if none is to come."""
    mine = [sale for sale in sales if sale.covers(piece)]
    found: Reduction | None = None
    for start, end in pairwise(boundaries(mine)):
        won = best(mine, piece, start) if end > at else None
        if found is not None and (won is None or (won[0], won[1].name) != (found.price, found.name)):
            break
        if won is not None:
            found = Reduction(won[0], found.starts_at if found else start, end, won[1].name)
    return found
