"""Orders whose total is rounded to cash: what goes back never exceeds what came in, and closes to zero exactly."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import given, settings, strategies as st

from spoeq_core.checkout.invariants import faults
from spoeq_core.kernel.errors import SpoeqError
from spoeq_core.orders.model import (
    Order,
    OrderEdit,
    OrderLine,
    Refund,
    Revision,
    amount_of_items,
    check_edit,
    edited,
    new_change,
    refund_done,
    refundable,
    resized_lines,
    settled,
    with_refund,
)
from spoeq_core.payments.model import PaymentStatus, Settled
from spoeq_core.pricing.model import (
    Charge,
    PricedCart,
    PricingCart,
    PricingLine,
    TaxAnswer,
    TaxRate,
    price,
    refigured,
    reopened,
)
from tests.orders.test_laws import STARTS
from tests.orders.test_machine import NOON, order
from tests.pricing.strategies import steps

GST = (TaxRate("CGST", Decimal(9)), TaxRate("SGST", Decimal(9)))


@st.composite
def orders(draw: Any, most_shipping: int = 4930) -> Order:
    """A paid order of some lines, with and without tax in its prices, delivered for something or for nothing."""
    rows = draw(
        st.lists(st.tuples(st.integers(1, 4), st.integers(0, 99_999) | st.integers(0, 60)), min_size=1, max_size=4)
    )
    cart = PricingCart(
        "INR",
        tuple(PricingLine(f"l{n}", f"S{n}", f"p{n}", f"Thing {n}", *row) for n, row in enumerate(rows)),
        NOON,
        shipping=Charge("s", "Standard", draw(st.integers(0, most_shipping)), "delivery"),
        prices_include_tax=draw(st.booleans()),
        cash_step=draw(steps),
    )
    priced = price(cart, tax=TaxAnswer({line.id: GST for line in cart.lines}))
    lines = tuple(
        OrderLine(
            it.line.id, it.line.sku, "p", it.line.name, it.line.quantity, it.line.unit_price, it.subtotal, it.total
        )
        for it in priced.lines
    )
    total = priced.totals.grand_total
    made = replace(order(*STARTS[0]), lines=lines, priced=priced.as_json(), grand_total=total)
    return settled(made, "pay", Settled("p", total, "INR"), NOON)


def given_back(now: Order, key: str, amount: int, items: dict[str, int] | None = None) -> Order:
    return refund_done(with_refund(now, Refund(key, amount, NOON, "", "staff", items=items or {})), key, "ref", NOON)


def changed(now: Order, quantities: dict[str, int]) -> Order:
    wish = OrderEdit(quantities=quantities)
    check_edit(now, wish)
    lines = resized_lines(now, wish)
    priced = refigured(reopened(PricedCart.from_json(now.priced), lines))
    return edited(now, Revision(priced), new_change(f"c{len(now.changes)}", NOON, "staff", ""))


@settings(max_examples=300)
@given(orders(most_shipping=0), st.randoms(use_true_random=False))
def test_pieces_that_go_back_one_by_one_bring_back_all_that_was_paid(now: Order, random: Any):
    pieces = [line.id for line in now.lines for _ in range(line.quantity)]
    random.shuffle(pieces)
    for number, line_id in enumerate(pieces):
        asked = amount_of_items(now, {line_id: 1})
        assert 0 <= asked <= refundable(now)
        if asked:
            now = given_back(now, f"r{number}", asked, {line_id: 1})
        else:
            nothing = Refund(f"r{number}", 0, NOON, "", "staff", items={line_id: 1})
            now = replace(now, refunds=(*now.refunds, nothing))
        assert now.refunded <= now.paid
    assert now.refunded == now.paid
    assert amount_of_items(now, {}) == 0


@settings(max_examples=300)
@given(orders())
def test_what_is_kept_when_all_goods_go_back_is_their_delivery(now: Order):
    asked = amount_of_items(now, {line.id: line.quantity for line in now.lines})
    totals = now.priced["totals"]
    taxes = [tax["amount"] for share in now.priced["shipping"]["shares"] for tax in share["taxes"]]
    delivery = totals["shipping"] + (sum(taxes) if totals["tax"] else 0)
    goods = totals["grand_total"] - totals["rounding"] - delivery
    assert asked == max(0, goods + totals["rounding"])
    assert asked <= refundable(now)


@settings(max_examples=300)
@given(orders(), st.data())
def test_whatever_is_changed_and_given_back_the_last_refund_closes_to_zero(now: Order, data: st.DataObject):
    step = now.priced["cart"]["cash_step"]
    for number in range(data.draw(st.integers(0, 4))):
        line = data.draw(st.sampled_from(now.lines))
        with suppress(SpoeqError):
            if data.draw(st.booleans()):
                now = changed(now, {line.id: data.draw(st.integers(0, line.quantity))})
            elif now.overpaid:
                now = given_back(now, f"over{number}", now.overpaid)
            else:
                now = given_back(now, f"back{number}", data.draw(st.integers(1, max(1, refundable(now)))))
        assert list(faults(now)) == []
        assert now.refunded <= now.paid
        assert now.priced["cart"]["cash_step"] == step
        assert not step or now.grand_total % step == 0
    if left := refundable(now):
        now = given_back(now, "last", left)
    assert now.refunded == now.paid
    assert now.payment_status is PaymentStatus.REFUNDED or not now.paid
