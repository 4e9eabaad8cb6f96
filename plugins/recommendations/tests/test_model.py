"""The rules: pairs, what goes with a whole cart, and how alike two products are."""

from __future__ import annotations

from collections import Counter
from itertools import permutations

from hypothesis import given, strategies as st

from spoeq_core.catalog.model import Product, Variant
from spoeq_recommendations.model import (
    MOST_NEIGHBOURS,
    Neighbour,
    Neighbours,
    going_with,
    neighbours,
    score,
    seen_with,
    similar,
    why_similar,
    why_together,
)

IDS = st.sampled_from("abcdefgh")
BASKETS = st.lists(st.lists(IDS, max_size=6), max_size=20)


@given(BASKETS, IDS)
def test_a_pair_counts_the_orders_that_hold_both(baskets: list[list[str]], one: str) -> None:
    holding = [basket for basket in baskets if one in basket]
    found = neighbours(one, holding)
    truth = Counter(other for basket in holding for other in set(basket) - {one})
    assert {each.product_id: each.orders for each in found} == dict(truth)
    assert [each.orders for each in found] == sorted(truth.values(), reverse=True)


@given(BASKETS, IDS)
def test_the_order_of_the_orders_does_not_matter(baskets: list[list[str]], one: str) -> None:
    assert neighbours(one, baskets) == neighbours(one, baskets[::-1])


@given(BASKETS)
def test_a_pair_counts_the_same_both_ways(baskets: list[list[str]]) -> None:
    def orders(one: str, other: str) -> int:
        holding = [basket for basket in baskets if one in basket]
        return next((each.orders for each in neighbours(one, holding) if each.product_id == other), 0)

    assert all(orders(one, other) == orders(other, one) for one, other in permutations("abcd", 2))


def test_what_is_kept_of_a_product_is_bounded() -> None:
    assert len(neighbours("me", [["me", *(f"p{n}" for n in range(500))]])) == MOST_NEIGHBOURS


def test_a_cart_is_answered_by_its_products_together() -> None:
    found = [
        Neighbours("a", (Neighbour("x", 5), Neighbour("y", 4), Neighbour("b", 9)), 9),
        Neighbours("b", (Neighbour("y", 4), Neighbour("z", 1)), 4, hidden=frozenset({"q"})),
    ]
    unwanted = frozenset({"a", "b"})
    assert going_with(found, 2, unwanted) == [("y", "b", 4), ("x", "a", 5)]
    assert going_with(found, 1, unwanted)[-1] == ("z", "b", 1)
    assert going_with([Neighbours("a", found[0].together, hidden=frozenset({"x"}))], 2, unwanted) == [("y", "a", 4)]


def product(key: str, price: int, **more: object) -> Product:
    return Product(key, key, key.title(), variants=(Variant(key, sale=price),), **more)  # type: ignore[arg-type]


def test_each_likeness_says_what_it_is() -> None:
    saree = product("saree", 1000, category_ids=("w", "s"), specs={"Fabric": "Silk"}, brand_id="n")
    others = {
        "Same category, similar price": product("a", 1250, category_ids=("w", "s")),
        "Same category, same brand": product("b", 5000, category_ids=("w", "s"), brand_id="n"),
        "Same category": product("c", 5000, category_ids=("w", "s")),
        "Also Fabric: Silk": product("d", 1000, category_ids=("w",), specs={"Fabric": "Silk"}),
    }
    assert {why: str(why_similar(saree, other)) for why, other in others.items()} == {why: why for why in others}
    assert score(saree, product("e", 1000, brand_id="n")) == 0, "a price and a brand alone make nothing alike"
    order = [one.product_id for one in similar(saree, [saree, *others.values(), product("e", 1000)])]
    assert order == ["a", "b", "c", "d"]


def test_one_order_is_not_orders() -> None:
    assert str(why_together(1, "")) == "Bought together in 1 order"
    assert str(why_together(14, "X")) == "Bought together with X in 14 orders"


@given(st.lists(IDS), IDS)
def test_what_was_seen_is_remembered_once_newest_first(seen: list[str], now: str) -> None:
    found = seen_with(seen, now, 4)
    assert found[0] == now
    assert len(found) == len(set(found)) <= 4
    assert seen_with(found, now, 4) == found
    assert seen_with(found, "", 4) == found
