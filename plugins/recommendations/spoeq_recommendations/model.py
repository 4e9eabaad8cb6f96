"""What goes with what, and how alike two products are: pure rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from spoeq_core.sdk import Product, Recommendation, counted, message

KEPT = timedelta(days=180)
"""How long an order counts: what people buy together changes with the season."""
MOST_IN_BASKET = 100
"""Products of one order that count; a wholesale order says little about pairs."""
MOST_ORDERS = 1000
"""The newest orders with a product that are counted for it."""
MOST_NEIGHBOURS = 24
"""Products kept for each product."""
NEAR = 30
"""Per cent by which a price may differ and still be similar."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A product that was bought together with another one, in so many orders."""

    product_id: str
    orders: int


@dataclass(frozen=True, slots=True)
class Neighbours:
    """What was bought together with a product.

    Attributes:
        id: The product's.
        together: The most frequent ones first, at most `MOST_NEIGHBOURS`, hidden ones too.
        best: In how many orders the first of them was.
        hidden: Ids of products that staff do not want to see beside this one.
        counted_at: When the orders were counted, UTC.
    """

    id: str
    together: tuple[Neighbour, ...] = ()
    best: int = 0
    hidden: frozenset[str] = frozenset()
    counted_at: datetime | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class KeptBasket:
    """Which products an order holds, and whether the pairs in it wait to be counted.

    Attributes:
        id: The order's.
        products: At least two.
        sold: False once it is cancelled, which it stays.
        fresh: There while its pairs wait to be counted; another one after each change.
    """

    id: str
    products: tuple[str, ...]
    at: datetime
    expires_at: datetime
    sold: bool = True
    fresh: str = ""
    version: int = 1


def neighbours(product_id: str, baskets: Iterable[Sequence[str]]) -> tuple[Neighbour, ...]:
    """What is in the same baskets as a product, the most frequent first; equals by id, so that nothing flickers."""
    counts = Counter(other for basket in baskets for other in set(basket) if other != product_id)
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(Neighbour(key, orders) for key, orders in ranked[:MOST_NEIGHBOURS])


def going_with(found: Sequence[Neighbours], minimum: int, unwanted: frozenset[str]) -> list[tuple[str, str, int]]:
    """What goes with several products together: (product, the one it goes with most, in how many orders), best first.

    Orders in which it was with any of them add up for the order of the rail; what is said is of one pair.
    """
    sums: Counter[str] = Counter()
    strongest: dict[str, tuple[int, str]] = {}
    for one in found:
        for other in one.together:
            if other.orders < minimum or other.product_id in one.hidden or other.product_id in unwanted:
                continue
            sums[other.product_id] += other.orders
            mine = (other.orders, one.id)
            strongest[other.product_id] = max(mine, strongest.get(other.product_id, mine))
    ranked = sorted(sums, key=lambda key: (-sums[key], key))
    return [(key, strongest[key][1], strongest[key][0]) for key in ranked]


def why_together(orders: int, name: str) -> str:
    """Why it is shown: `name` says with what, where that is not the product of the page."""
    if not name:
        return counted("Bought together in %(n)s order", "Bought together in %(n)s orders", orders)
    return counted(
        "Bought together with %(name)s in %(n)s order",
        "Bought together with %(name)s in %(n)s orders",
        orders,
        name=name,
    )


def similar(anchor: Product, others: Iterable[Product]) -> list[Recommendation]:
    """The products that are most like one, best first, and why; those with nothing in common are left out."""
    scored = [(score(anchor, other), other) for other in others if other.id != anchor.id]
    scored.sort(key=lambda pair: (-pair[0], -pair[1].sold_count, pair[1].id))
    return [Recommendation(other.id, why_similar(anchor, other)) for points, other in scored if points > 0]


def score(anchor: Product, other: Product) -> int:
    """How alike two products are; their own category counts most, then attributes, price and brand."""
    points = 6 * shares_category(anchor, other)
    points += 2 * min(5, len(shared_attributes(anchor, other)))
    points += min(3, len(set(anchor.tags) & set(other.tags)))
    if not points:
        return 0  # a price alone makes nothing alike
    return points + 3 * is_near(anchor, other) + 2 * same_brand(anchor, other)


def why_similar(anchor: Product, other: Product) -> str:
    """The most telling thing that they have in common."""
    category, near = shares_category(anchor, other), is_near(anchor, other)
    if category and near:
        return message("Same category, similar price")
    if category and same_brand(anchor, other):
        return message("Same category, same brand")
    attributes = shared_attributes(anchor, other)
    if not category and attributes:
        name, value = min(attributes)
        return message("Also %(attribute)s: %(value)s", attribute=name, value=value)
    return message("Same category") if category else message("Similar product")


def shares_category(anchor: Product, other: Product) -> bool:
    """Whether they stand on the same shelf: the category that a product names last is its own."""
    return bool(anchor.category_ids and other.category_ids) and anchor.category_ids[-1] in other.category_ids


def shared_attributes(anchor: Product, other: Product) -> set[tuple[str, str]]:
    """Specifications that are the same of both."""
    return set(anchor.specs.items()) & set(other.specs.items())


def is_near(anchor: Product, other: Product) -> bool:
    """Whether the lowest prices differ by no more than `NEAR` per cent of the anchor's."""
    mine, its = anchor.lowest_price, other.lowest_price
    return mine > 0 and abs(mine - its) * 100 <= NEAR * mine


def same_brand(anchor: Product, other: Product) -> bool:
    """Whether both are of one brand."""
    return anchor.brand_id is not None and anchor.brand_id == other.brand_id


def seen_with(seen: Sequence[str], now: str, most: int) -> tuple[str, ...]:
    """What a visitor looked at, the newest first, each once."""
    return tuple(dict.fromkeys((*([now] if now else []), *seen)))[:most]
