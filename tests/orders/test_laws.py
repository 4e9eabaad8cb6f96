"""Laws of an order, whatever happens to it in whatever order: machines keep to their tables, money closes to zero."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import example, given, settings, strategies as st

from spoeq_core.checkout.invariants import faults
from spoeq_core.kernel.errors import Invalid, SpoeqError
from spoeq_core.orders.model import (
    FULFILMENT_TRANSITIONS,
    ORDER_TRANSITIONS,
    PAYMENT_TRANSITIONS,
    RETURN_TRANSITIONS,
    FulfilmentStatus,
    NotAllowed,
    Order,
    OrderStatus,
    Refund,
    Return,
    ReturnStatus,
    Shipment,
    amount_of_items,
    cancelled,
    delivered,
    moved,
    payment_failed,
    refund_done,
    refund_failed,
    settled,
    step,
    with_refund,
    with_return,
    with_shipment,
)
from spoeq_core.payments.model import PaymentStatus, Settled
from tests.orders.test_machine import NOON, order

TABLES: list[tuple[type[StrEnum], Any]] = [
    (OrderStatus, ORDER_TRANSITIONS),
    (PaymentStatus, PAYMENT_TRANSITIONS),
    (FulfilmentStatus, FULFILMENT_TRANSITIONS),
    (ReturnStatus, RETURN_TRANSITIONS),
]
STARTS = [(OrderStatus.PENDING_PAYMENT, PaymentStatus.PENDING), (OrderStatus.CONFIRMED, PaymentStatus.PENDING_COD)]
LINES = ("l1", "l3")


def _items(a: int, b: int) -> dict[str, int]:
    return {line: pieces for line, pieces in zip(LINES, (a, b), strict=True) if pieces}


def _refund(now: Order, key: str, a: int, b: int, amount: int) -> Order:
    items = _items(a, b)
    asked = amount or amount_of_items(now, items)
    return with_refund(now, Refund(key, asked, NOON, "", "staff", items=items, restock=bool(items)))


OPERATIONS: dict[str, Callable[..., Order]] = {
    "move": lambda now, key, a, b, n: moved(now, list(OrderStatus)[n % 7], actor="staff", at=NOON),
    "ship": lambda now, key, a, b, n: with_shipment(now, Shipment(key, _items(a, b), NOON), actor="staff"),
    "deliver": lambda now, key, a, b, n: delivered(now, actor="staff", at=NOON),
    "cancel": lambda now, key, a, b, n: cancelled(now, actor="x", at=NOON, reason="", by_shopper=bool(n % 2)),
    "pay": lambda now, key, a, b, n: settled(now, "pay", Settled(f"p{n % 3}", 400 - (n % 7 == 0), "INR"), NOON),
    "fail": lambda now, key, a, b, n: payment_failed(now, "declined", NOON),
    "refund": lambda now, key, a, b, n: _refund(now, key, a, b, n if n % 2 else 0),
    "refunded": lambda now, key, a, b, n: refund_done(now, now.refunds[n % len(now.refunds)].id, "ref", NOON),
    "declined": lambda now, key, a, b, n: refund_failed(now, now.refunds[n % len(now.refunds)].id, "no", NOON),
    "return": lambda now, key, a, b, n: with_return(now, Return(key, _items(a, b), NOON, "", "shopper")),
}
wishes = st.lists(
    st.tuples(st.sampled_from(sorted(OPERATIONS)), st.integers(0, 1), st.integers(0, 3), st.integers(0, 400)),
    max_size=25,
)


@pytest.mark.parametrize(("states", "table"), TABLES)
def test_each_table_names_each_state_and_ends_somewhere(states: type[StrEnum], table: Any):
    assert set(table) == set(states)
    assert [state for state, steps in table.items() if not steps]
    assert all(state not in steps for state, steps in table.items())


@pytest.mark.parametrize(("states", "table"), TABLES)
def test_what_a_table_does_not_say_is_refused_with_what_it_says(states: type[StrEnum], table: Any):
    for current in states:
        for wanted in states:
            if wanted in table[current]:
                assert step(table, current, wanted, "SPQ-1") is wanted
                continue
            with pytest.raises(NotAllowed) as caught:
                step(table, current, wanted, "SPQ-1")
            assert caught.value.code == "transition"
            assert all(state.value in caught.value.hint for state in table[current])
            assert table[current] or "none" in caught.value.hint


@settings(max_examples=400)
@example(
    STARTS[0], [("pay", 0, 0, 1), ("ship", 1, 0, 0), ("refund", 1, 0, 0), ("refunded", 0, 0, 0), ("ship", 0, 3, 0)]
)
@given(st.sampled_from(STARTS), wishes)
def test_machines_keep_to_their_tables_whatever_happens(start: Any, happened: list[tuple[str, int, int, int]]):
    now = order(*start)
    for number, (name, a, b, n) in enumerate(happened):
        before = now
        with suppress(SpoeqError, ZeroDivisionError):
            now = OPERATIONS[name](now, f"k{number}", a, b, n)
        for field, table in zip(
            ("status", "payment_status", "fulfilment_status"), (t for _, t in TABLES), strict=False
        ):
            was, is_ = getattr(before, field), getattr(now, field)
            assert is_ is was or is_ in table[was], f"{name} took {field} from {was} to {is_}"
        assert list(faults(now)) == [], name


@given(st.lists(st.integers(1, 3), max_size=5), st.integers(0, 400))
def test_refunds_close_to_zero_and_never_exceed(pieces: list[int], odd: int):
    now = settled(order(*STARTS[0]), "pay", Settled("p", 400, "INR"), NOON)
    for number, count in enumerate([*pieces, 1, 1, 1]):
        with suppress(SpoeqError):
            now = refund_done(_refund(now, f"r{number}", 0, count, odd if number == 1 else 0), f"r{number}", "", NOON)
        assert now.refunded <= now.paid
    with suppress(SpoeqError):
        now = refund_done(_refund(now, "last", 0, 0, now.paid - now.refunded), "last", "", NOON)
    assert (now.refunded, now.payment_status) == (400, PaymentStatus.REFUNDED)


TAKING = {
    "ship": lambda now, items: with_shipment(now, Shipment("s", items, NOON), actor="staff"),
    "return": lambda now, items: with_return(now, Return("r", items, NOON, "", "shopper")),
    "refund": amount_of_items,
}


@pytest.mark.parametrize("step_name", TAKING)
def test_pieces_that_are_not_there_are_refused_naming_every_line(step_name: str):
    now = settled(order(*STARTS[0]), "pay", Settled("p", 400, "INR"), NOON)
    if step_name == "return":
        now = with_shipment(now, Shipment("s", now.unshipped(), NOON), actor="staff")
    with pytest.raises(Invalid) as refused:
        TAKING[step_name](now, {line.id: 900 for line in now.lines})
    (error,) = refused.value.errors
    assert error.code == "quantity"
    assert [line.name in error.message for line in now.lines] == [True, True]
    with pytest.raises(Invalid) as refused:
        TAKING[step_name](now, {"nope": 1})
    assert refused.value.errors[0].code == "unknown_item"
