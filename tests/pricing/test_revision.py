"""A frozen price that is changed: what is taken away step by step comes to the whole, and nothing is judged again."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import given, strategies as st

from spoeq_core.pricing.model import (
    Adjustment,
    Charge,
    OnOrder,
    Percent,
    Phase,
    PricedCart,
    PricingCart,
    PricingLine,
    TaxAnswer,
    TaxRate,
    cash_rounding,
    price,
    refigured,
    reopened,
    resized,
)
from tests.pricing.strategies import steps

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
RATES = [(), (TaxRate("GST", Decimal(18)),), (TaxRate("CGST", Decimal("2.5")), TaxRate("SGST", Decimal("2.5")))]
lines = st.lists(
    st.tuples(st.integers(1, 9), st.integers(0, 99_999), st.integers(0, 100), st.sampled_from(RATES)),
    min_size=1,
    max_size=4,
)


def frozen(rows: list[tuple[int, int, int, object]], percent: int, *, inclusive: bool, step: int = 0) -> PricedCart:
    cart = PricingCart(
        "INR",
        tuple(
            PricingLine(f"l{n}", f"S{n}", f"p{n}", "", pieces, unit, min_price=unit * least // 100)
            for n, (pieces, unit, least, _) in enumerate(rows)
        ),
        NOON,
        shipping=Charge("s", "Standard", 4900, "delivery"),
        prices_include_tax=inclusive,
        cash_step=step,
    )
    off = Adjustment("ten", "Off", OnOrder(), Percent(Decimal(percent)))
    rates = TaxAnswer({f"l{n}": row[3] for n, row in enumerate(rows)})  # type: ignore[misc]
    return PricedCart.from_json(price(cart, {Phase.ORDER: [("coupons", off)]}, rates).as_json())


def adds_up(priced: PricedCart) -> None:
    sums = priced.totals
    assert sums.grand_total == sums.items - sums.discounts + sums.shipping + sums.fees + sums.tax + sums.rounding
    assert sums.rounding == cash_rounding(sums.grand_total - sums.rounding, priced.cart.cash_step)
    ends = [it.rule for it in priced.trace if it.phase is Phase.PAYABLE and it.rule != "changed"]
    assert ends == (["rounding", "total"] if sums.rounding else ["total"])
    for line in priced.lines:
        assert line.floor <= line.total <= line.subtotal
        assert line.total == line.subtotal - sum(given.amount for given in line.discounts)
        contained = sum(tax.amount for tax in line.taxes) if priced.cart.prices_include_tax else 0
        assert line.taxable == line.total - contained
        for tax in line.taxes:
            assert tax.amount * 200 <= line.total * 2 * tax.rate + 100


@given(lines, st.integers(0, 100), st.booleans(), steps, st.data())
def test_whatever_is_taken_out_in_whatever_steps_the_rest_adds_up(rows, percent: int, inclusive: bool, step: int, data):
    now = first = frozen(rows, percent, inclusive=inclusive, step=step)
    agreed = {line.line.id: [(tax.name, tax.rate) for tax in line.taxes] for line in now.lines}
    gone = 0
    for _ in range(3):
        wanted = {line.line.id: data.draw(st.integers(0, line.line.quantity)) for line in now.lines}
        kept = [resized(line, wanted[line.line.id]) for line in now.lines if wanted[line.line.id]]
        after = refigured(reopened(now, kept))
        assert after.totals.items <= now.totals.items
        assert all([(tax.name, tax.rate) for tax in line.taxes] == agreed[line.line.id] for line in after.lines)
        adds_up(after)
        gone += now.totals.grand_total - after.totals.grand_total
        now = after
    assert gone + now.totals.grand_total == first.totals.grand_total


@given(lines, st.integers(0, 100), st.booleans(), steps)
def test_a_change_of_nothing_changes_nothing(rows, percent: int, inclusive: bool, step: int):
    before = frozen(rows, percent, inclusive=inclusive, step=step)
    after = refigured(reopened(before, [resized(line, line.line.quantity) for line in before.lines]))
    assert (after.totals, after.lines, after.shipping) == (before.totals, before.lines, before.shipping)
    assert PricedCart.from_json(after.as_json()) == after


@given(lines, st.integers(0, 100), st.integers(1, 20))
def test_more_pieces_cost_the_agreed_unit_price_without_further_discount(rows, percent: int, more: int):
    line = frozen(rows, percent, inclusive=True).lines[0]
    larger = resized(line, line.line.quantity + more)
    assert larger.total - line.total == more * line.line.unit_price
    assert larger.discounts == line.discounts
