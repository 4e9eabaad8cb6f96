"""Carts as values: lines, codes, and the laws of merging."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, strategies as st

from spoeq_core.cart.model import MAX_LINES, Cart, CartLine, merge

SKUS = ("A", "B", "C")


@st.composite
def carts(draw: st.DrawFn, name: str) -> Cart:
    keys = draw(st.lists(st.tuples(st.sampled_from(SKUS), st.sampled_from(["", "red"])), unique=True, max_size=5))
    lines = tuple(
        CartLine(f"{name}{place}", sku, f"p-{sku}", draw(st.integers(1, 20)), {"ink": ink} if ink else {})
        for place, (sku, ink) in enumerate(keys)
    )
    codes = draw(st.lists(st.sampled_from(["TEN", "ten", "FREE"]), max_size=3))
    return Cart(name, "INR", lines=lines, codes=tuple(codes))


available = st.dictionaries(st.sampled_from(SKUS), st.integers(0, 30))


@given(carts("mine"), carts("guest"), available, st.integers(1, 25))
def test_merging_never_loses_raises_above_the_stock_or_repeats(
    mine: Cart, guest: Cart, stock: dict[str, int], limit: int
):
    merged = merge(mine, guest, stock, limit)
    had, wanted, sums = mine.quantities(), guest.quantities(), merged.quantities()
    for line in mine.lines:
        kept = merged.line(line.id)
        assert kept is not None
        assert kept.quantity >= line.quantity
    for sku, pieces in sums.items():
        assert pieces <= max(had.get(sku, 0), min(stock.get(sku, 0), limit))
        assert pieces <= had.get(sku, 0) + wanted.get(sku, 0)
    keys = [(line.sku, str(line.properties)) for line in merged.lines]
    assert len(keys) == len(set(keys))
    assert merge(merged, guest, stock, limit) == merged, "a repeated merge changes nothing"


@given(carts("mine"), carts("guest"))
def test_with_enough_of_everything_the_larger_quantity_is_kept(mine: Cart, guest: Cart):
    merged = merge(mine, guest, dict.fromkeys(SKUS, 10**6), limit=10**6)
    for line in (*mine.lines, *guest.lines):
        ours, theirs = mine.same(line.sku, line.properties), guest.same(line.sku, line.properties)
        expected = max(ours.quantity if ours else 0, theirs.quantity if theirs else 0)
        found = merged.same(line.sku, line.properties)
        assert found is not None
        assert found.quantity == expected
    assert {code.casefold() for code in merged.codes} == {code.casefold() for code in (*mine.codes, *guest.codes)}


def test_another_currency_stays_apart():
    mine, guest = Cart("m", "INR"), Cart("g", "USD", lines=(CartLine("l", "A", "p", 1),))
    assert merge(mine, guest, {"A": 5}) == mine


def test_a_merged_cart_does_not_grow_beyond_what_a_cart_holds():
    full = Cart("m", "INR", lines=tuple(CartLine(f"l{n}", f"S{n}", "p", 1) for n in range(MAX_LINES)))
    guest = Cart("g", "INR", lines=(CartLine("x", "NEW", "p", 1), CartLine("y", "S0", "p", 3)))
    merged = merge(full, guest, {"NEW": 5, "S0": 5})
    assert len(merged.lines) == MAX_LINES
    assert merged.line("l0") == replace(full.lines[0], quantity=3)
