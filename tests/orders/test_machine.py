"""The state machines, and what may happen to an order: decided without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, strategies as st

from spoeq_core.kernel.errors import Invalid
from spoeq_core.orders.model import (
    ORDER_TRANSITIONS,
    PAYMENT_MISMATCH,
    PAYMENT_TRANSITIONS,
    REFUND_DUE,
    Address,
    ChosenPayment,
    ChosenShipping,
    FulfilmentStatus,
    NotAllowed,
    Order,
    OrderLine,
    OrderStatus,
    Shipment,
    cancelled,
    delivered,
    moved,
    payment_failed,
    settled,
    with_shipment,
)
from spoeq_core.payments.model import PaymentStatus, Settled
from spoeq_core.pricing.model import PricingCart, PricingLine, price

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
ASHA = Address("Asha Rao", "+919845012345", "12 Temple Street", "Bengaluru", "Karnataka", "560001")
PRICED = price(
    PricingCart("INR", tuple(PricingLine(f"l{n}", f"SKU-{n}", f"p{n}", f"Thing {n}", n, 100) for n in (1, 3)), NOON)
).as_json()
FINAL = {OrderStatus.COMPLETED, OrderStatus.CANCELLED}


def order(status: OrderStatus = OrderStatus.CONFIRMED, payment: PaymentStatus = PaymentStatus.PENDING_COD) -> Order:
    lines = tuple(OrderLine(f"l{n}", f"SKU-{n}", f"p{n}", f"Thing {n}", n, 100, 100 * n, 100 * n) for n in (1, 3))
    return Order(
        "01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "SPQ-1",
        "INR",
        status,
        payment,
        "asha@example.in",
        ASHA.phone,
        ASHA,
        ASHA,
        lines,
        ChosenShipping("s", "Standard", 0),
        ChosenPayment("door", "At the door", on_delivery=True),
        400,
        PRICED,
        "cart",
        NOON,
    )


def parcel(name: str = "s1", **items: int) -> Shipment:
    return Shipment(name, items, NOON)


def test_every_status_has_its_steps_and_the_last_have_none():
    assert set(ORDER_TRANSITIONS) == set(OrderStatus)
    assert set(PAYMENT_TRANSITIONS) == set(PaymentStatus)
    assert {status for status, steps in ORDER_TRANSITIONS.items() if not steps} == FINAL


@given(st.sampled_from(OrderStatus), st.lists(st.sampled_from(OrderStatus), max_size=12))
def test_staff_never_leave_the_machine(start: OrderStatus, wishes: list[OrderStatus]):
    now = order(start)
    for wish in wishes:
        if wish in ORDER_TRANSITIONS[now.status] and wish is not OrderStatus.CONFIRMED:
            now = moved(now, wish, actor="staff", at=NOON)
            assert now.status is wish
        else:
            with pytest.raises(NotAllowed) as caught:
                moved(now, wish, actor="staff", at=NOON)
            assert caught.value.code == "transition"
            assert "Possible:" in caught.value.hint


def test_only_money_confirms_an_order_that_waits_for_it():
    waiting = order(OrderStatus.PENDING_PAYMENT, PaymentStatus.PENDING)
    assert waiting.next_statuses() == (OrderStatus.CANCELLED,)


def test_parcels_add_up():
    first = with_shipment(order(), parcel(l3=2), actor="staff")
    assert (first.status, first.fulfilment_status) == (OrderStatus.PROCESSING, FulfilmentStatus.PARTIAL)
    assert first.unshipped() == {"l1": 1, "l3": 1}
    assert first.promised() == {"SKU-1": 1, "SKU-3": 1}
    last = with_shipment(first, parcel("s2", l1=1, l3=1), actor="staff")
    assert (last.status, last.fulfilment_status) == (OrderStatus.SHIPPED, FulfilmentStatus.FULFILLED)
    assert last.promised() == {}
    with pytest.raises(NotAllowed):
        with_shipment(last, parcel("s3", l1=1), actor="staff")


@pytest.mark.parametrize("items", [{}, {"l3": 4}, {"l3": 0}, {"l3": -1}, {"l9": 1}, {"l1": True}])
def test_a_parcel_holds_what_is_still_to_be_shipped(items: dict[str, int]):
    with pytest.raises(Invalid) as caught:
        with_shipment(order(), parcel(**items), actor="staff")
    assert caught.value.errors[0].field == "items"


@pytest.mark.parametrize("status", [OrderStatus.PENDING_PAYMENT, OrderStatus.CANCELLED, OrderStatus.DELIVERED])
def test_only_confirmed_orders_are_shipped(status: OrderStatus):
    with pytest.raises(NotAllowed):
        with_shipment(order(status), parcel(l1=1), actor="staff")


def test_what_has_left_is_not_cancelled():
    sent = with_shipment(order(), parcel(l1=1), actor="staff")
    assert OrderStatus.CANCELLED not in sent.next_statuses()
    with pytest.raises(NotAllowed):
        cancelled(sent, actor="staff", at=NOON, reason="")


def test_a_shopper_cancels_only_what_is_not_being_packed():
    assert cancelled(order(), actor="shopper", at=NOON, reason="", by_shopper=True).promised() == {}
    packing = moved(order(), OrderStatus.PROCESSING, actor="staff", at=NOON)
    with pytest.raises(NotAllowed):
        cancelled(packing, actor="shopper", at=NOON, reason="", by_shopper=True)
    assert cancelled(packing, actor="staff", at=NOON, reason="").status is OrderStatus.CANCELLED


def test_money_for_a_cancelled_order_is_to_be_given_back():
    paid = settled(order(payment=PaymentStatus.PENDING), "pay", Settled("p1", 400, "INR"), NOON)
    assert REFUND_DUE in cancelled(paid, actor="staff", at=NOON, reason="").flags


def test_cash_counts_when_it_is_delivered():
    done = delivered(with_shipment(order(), parcel(l1=1, l3=3), actor="staff"), actor="courier", at=NOON)
    assert (done.status, done.payment_status, done.paid, done.due) == (
        OrderStatus.DELIVERED,
        PaymentStatus.PAID,
        400,
        0,
    )
    assert [payment.payment_id for payment in done.payments] == [f"delivery:{done.id}"]
    assert all(shipment.delivered_at == NOON for shipment in done.shipments)


@pytest.mark.parametrize(
    ("amount", "currency"), [(399, "INR"), (401, "INR"), (400, "USD"), (0, "INR"), (-400, "INR"), (40000, "INR")]
)
def test_another_amount_or_currency_pays_nothing_and_is_flagged(amount: int, currency: str):
    waiting = order(OrderStatus.PENDING_PAYMENT, PaymentStatus.PENDING)
    after = settled(waiting, "pay", Settled("p1", amount, currency), NOON)
    assert (after.status, after.payment_status, after.paid) == (waiting.status, waiting.payment_status, 0)
    assert after.flags == (PAYMENT_MISMATCH,)
    assert [payment.accepted for payment in after.payments] == [False]
    assert settled(after, "pay", Settled("p1", amount, currency), NOON) == after
    right = settled(after, "pay", Settled("p2", 400, "INR"), NOON)
    assert (right.status, right.paid) == (OrderStatus.CONFIRMED, 400)


messages = st.lists(
    st.tuples(st.sampled_from(["p1", "p2", "p3"]), st.sampled_from([400, 400, 400, 100]), st.booleans()), max_size=10
)


@given(messages, st.sampled_from([OrderStatus.PENDING_PAYMENT, OrderStatus.CANCELLED]))
def test_a_paid_order_never_moves_back_whatever_arrives_how_often(
    told: list[tuple[str, int, bool]], start: OrderStatus
):
    now = order(start, PaymentStatus.PENDING)
    for payment_id, amount, failed in told:
        before = now
        if failed:
            now = payment_failed(now, "declined", NOON)
        else:
            now = settled(now, "pay", Settled(payment_id, amount, "INR"), NOON)
        if before.payment_status is PaymentStatus.PAID:
            assert (now.payment_status, now.status, now.paid) == (PaymentStatus.PAID, OrderStatus.CONFIRMED, 400)
    ids = [payment.payment_id for payment in now.payments]
    assert len(ids) == len(set(ids))
    assert now.paid == sum(payment.amount for payment in now.payments if payment.accepted) <= 400
    if start is OrderStatus.CANCELLED:
        assert (now.status, now.paid) == (OrderStatus.CANCELLED, 0)
    if len([payment for payment in now.payments if payment.amount == 400]) > 1:
        assert REFUND_DUE in now.flags


def test_unshipped_lines_of_one_sku_are_promised_together():
    twice = replace(order(), lines=tuple(replace(line, sku="SAME") for line in order().lines))
    assert twice.promised() == {"SAME": 4}
    assert twice.quantities() == {"SAME": 4}
