"""The state machines of an order, and that of a return, as tables. docs/reference.md draws them from here."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from spoeq_core.kernel.errors import Conflict
from spoeq_core.kernel.messages import message
from spoeq_core.payments.model import PaymentStatus

S = TypeVar("S", bound=StrEnum)


class OrderStatus(StrEnum):
    """Where the order is."""

    PENDING_PAYMENT = "pending_payment"
    CONFIRMED = "confirmed"
    PROCESSING = "processing"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


OPEN = frozenset({OrderStatus.PENDING_PAYMENT, OrderStatus.CONFIRMED, OrderStatus.PROCESSING, OrderStatus.SHIPPED})
"""Those in which an order waits for something. However many orders there have been, few wait at a time."""


class FulfilmentStatus(StrEnum):
    """Where the goods are."""

    UNFULFILLED = "unfulfilled"
    PARTIAL = "partial"
    FULFILLED = "fulfilled"
    PARTIALLY_RETURNED = "partially_returned"
    RETURNED = "returned"


class ReturnStatus(StrEnum):
    """How far a return has come."""

    REQUESTED = "requested"
    APPROVED = "approved"
    REFUSED = "refused"
    RECEIVED = "received"
    INSPECTED = "inspected"


class NotAllowed(Conflict):
    """The order is not in a state in which this may happen."""

    code = "transition"


ORDER_TRANSITIONS: Mapping[OrderStatus, frozenset[OrderStatus]] = {
    OrderStatus.PENDING_PAYMENT: frozenset({OrderStatus.CONFIRMED, OrderStatus.CANCELLED}),
    OrderStatus.CONFIRMED: frozenset({OrderStatus.PROCESSING, OrderStatus.SHIPPED, OrderStatus.CANCELLED}),
    OrderStatus.PROCESSING: frozenset({OrderStatus.SHIPPED, OrderStatus.CANCELLED}),
    OrderStatus.SHIPPED: frozenset({OrderStatus.DELIVERED}),
    OrderStatus.DELIVERED: frozenset({OrderStatus.COMPLETED}),
    OrderStatus.COMPLETED: frozenset(),
    OrderStatus.CANCELLED: frozenset(),
}

PAYMENT_TRANSITIONS: Mapping[PaymentStatus, frozenset[PaymentStatus]] = {
    PaymentStatus.PENDING: frozenset(
        {PaymentStatus.AUTHORIZED, PaymentStatus.PARTIALLY_PAID, PaymentStatus.PAID, PaymentStatus.FAILED}
    ),
    PaymentStatus.PENDING_COD: frozenset({PaymentStatus.PAID, PaymentStatus.FAILED}),
    PaymentStatus.AUTHORIZED: frozenset({PaymentStatus.PARTIALLY_PAID, PaymentStatus.PAID, PaymentStatus.FAILED}),
    PaymentStatus.PARTIALLY_PAID: frozenset(
        {PaymentStatus.PAID, PaymentStatus.PARTIALLY_REFUNDED, PaymentStatus.REFUNDED}
    ),
    PaymentStatus.PAID: frozenset(
        {
            PaymentStatus.PARTIALLY_PAID,
            PaymentStatus.PARTIALLY_REFUNDED,
            PaymentStatus.REFUNDED,
            PaymentStatus.DISPUTED,
        }
    ),
    PaymentStatus.FAILED: frozenset({PaymentStatus.PENDING, PaymentStatus.AUTHORIZED, PaymentStatus.PAID}),
    PaymentStatus.PARTIALLY_REFUNDED: frozenset({PaymentStatus.REFUNDED, PaymentStatus.DISPUTED}),
    PaymentStatus.REFUNDED: frozenset(),
    PaymentStatus.DISPUTED: frozenset({PaymentStatus.PAID, PaymentStatus.REFUNDED}),
}


FULFILMENT_TRANSITIONS: Mapping[FulfilmentStatus, frozenset[FulfilmentStatus]] = {
    FulfilmentStatus.UNFULFILLED: frozenset({FulfilmentStatus.PARTIAL, FulfilmentStatus.FULFILLED}),
    FulfilmentStatus.PARTIAL: frozenset(
        {FulfilmentStatus.FULFILLED, FulfilmentStatus.PARTIALLY_RETURNED, FulfilmentStatus.RETURNED}
    ),
    FulfilmentStatus.FULFILLED: frozenset({FulfilmentStatus.PARTIALLY_RETURNED, FulfilmentStatus.RETURNED}),
    FulfilmentStatus.PARTIALLY_RETURNED: frozenset({FulfilmentStatus.RETURNED}),
    FulfilmentStatus.RETURNED: frozenset(),
}

RETURN_TRANSITIONS: Mapping[ReturnStatus, frozenset[ReturnStatus]] = {
    ReturnStatus.REQUESTED: frozenset({ReturnStatus.APPROVED, ReturnStatus.REFUSED}),
    ReturnStatus.APPROVED: frozenset({ReturnStatus.RECEIVED, ReturnStatus.REFUSED}),
    ReturnStatus.REFUSED: frozenset(),
    ReturnStatus.RECEIVED: frozenset({ReturnStatus.INSPECTED}),
    ReturnStatus.INSPECTED: frozenset(),
}


def step(
    table: Mapping[S, frozenset[S]], current: S, wanted: S, number: str, *, barred: frozenset[S] = frozenset()
) -> S:
    """The wanted state, if a machine goes there from the current one.

    Args:
        table: The machine.
        current: Where it is.
        wanted: Where it is to go.
        number: Of the order, for the refusal.
        barred: States that the table allows and the case does not.

    Raises:
        NotAllowed: it has no such step; the hint names those it has.
    """
    allowed = table[current] - barred
    if wanted in allowed:
        return wanted
    known = ", ".join(state.value for state in type(current) if state in allowed) or "none: this is its end"
    raise NotAllowed(
        message(
            "Order %(number)s cannot go from %(now)s to %(wanted)s.",
            number=number,
            now=current.value,
            wanted=wanted.value,
        ),
        hint=message("Possible: %(known)s.", known=known),
    )


def can_transition(current: OrderStatus, wanted: OrderStatus) -> bool:
    """Whether an order may go from one status to another."""
    return wanted in ORDER_TRANSITIONS[current]


def can_be_paid(current: PaymentStatus, wanted: PaymentStatus) -> bool:
    """Whether an order's money may go from one state to another; repeated and late messages never move it back."""
    return wanted in PAYMENT_TRANSITIONS[current]
