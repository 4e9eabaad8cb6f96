"""What may happen to an order, decided purely: each function returns the order after it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from spoeq_core.kernel.errors import Invalid
from spoeq_core.kernel.messages import message
from spoeq_core.orders.model.order import Order, OrderLine, Payment, TimelineEntry, fulfilment_of
from spoeq_core.orders.model.parcels import Shipment
from spoeq_core.orders.model.pieces import require_pieces
from spoeq_core.orders.model.states import ORDER_TRANSITIONS, NotAllowed, OrderStatus, can_be_paid, step
from spoeq_core.payments.model import PaymentStatus, Settled

REFUND_DUE = "refund_due"
PAYMENT_MISMATCH = "payment_mismatch"
SHOPPER_MAY_CANCEL = frozenset({OrderStatus.PENDING_PAYMENT, OrderStatus.CONFIRMED})
LABELS: Mapping[OrderStatus, str] = {
    OrderStatus.PENDING_PAYMENT: message("Waiting for payment"),
    OrderStatus.CONFIRMED: message("Order confirmed"),
    OrderStatus.PROCESSING: message("Being packed"),
    OrderStatus.SHIPPED: message("Shipped"),
    OrderStatus.DELIVERED: message("Delivered"),
    OrderStatus.COMPLETED: message("Completed"),
    OrderStatus.CANCELLED: message("Cancelled"),
}


def told(order: Order, entry: TimelineEntry) -> Order:
    """The order with something written into its timeline."""
    return replace(order, timeline=(*order.timeline, entry))


def moved(order: Order, status: OrderStatus, *, actor: str, at: datetime, note: str = "") -> Order:
    """The order in its next status, by staff.

    Raises:
        NotAllowed: the machine has no such step.
    """
    barred = frozenset(ORDER_TRANSITIONS[order.status]) - frozenset(order.next_statuses())
    step(ORDER_TRANSITIONS, order.status, status, order.number, barred=barred)
    entry = TimelineEntry(at, "status", LABELS[status], actor, note, public=True)
    return told(replace(order, status=status), entry)


def cancelled(order: Order, *, actor: str, at: datetime, reason: str, by_shopper: bool = False) -> Order:
    """The order cancelled; money that came in for it is flagged to be given back.

    Raises:
        NotAllowed: it is on its way, or a shopper is too late.
    """
    if by_shopper and order.status not in SHOPPER_MAY_CANCEL:
        raise NotAllowed(
            message("Order %(number)s can no longer be cancelled here.", number=order.number),
            hint="Contact the shop: it may be on its way.",
        )
    after = moved(order, OrderStatus.CANCELLED, actor=actor, at=at, note=reason)
    return flagged(after, REFUND_DUE) if after.paid > after.refunded else after


def flagged(order: Order, flag: str) -> Order:
    """The order with a flag that staff see."""
    return order if flag in order.flags else replace(order, flags=(*order.flags, flag))


def with_shipment(order: Order, shipment: Shipment, *, actor: str, note: str = "") -> Order:
    """The order with a parcel on its way.

    Raises:
        NotAllowed: it is not ready to be shipped.
        Invalid: the parcel holds nothing, an unknown line, or more pieces than are still to be shipped.
    """
    if order.status not in {OrderStatus.CONFIRMED, OrderStatus.PROCESSING}:
        raise NotAllowed(
            message(
                "Order %(number)s is %(status)s and cannot be shipped.", number=order.number, status=order.status.value
            ),
            hint="Ship confirmed orders only.",
        )
    _check_parcel(order, shipment.items)
    lines = tuple(_shipped(line, shipment.items.get(line.id, 0)) for line in order.lines)
    complete = all(line.shipped == line.quantity for line in lines)
    label = message("Shipped") if complete else message("Partly shipped")
    words = " ".join(part for part in (shipment.carrier, shipment.awb, note) if part)
    after = replace(
        order,
        lines=lines,
        status=OrderStatus.SHIPPED if complete else OrderStatus.PROCESSING,
        fulfilment_status=fulfilment_of(lines, order.fulfilment_status),
        shipments=(*order.shipments, shipment),
    )
    return told(after, TimelineEntry(shipment.shipped_at, "shipment", label, actor, words, public=True))


def delivered(order: Order, *, actor: str, at: datetime, note: str = "") -> Order:
    """The order delivered; what is paid at the door counts as paid now.

    Raises:
        NotAllowed: it was not shipped.
    """
    after = moved(order, OrderStatus.DELIVERED, actor=actor, at=at, note=note)
    shipments = tuple(replace(parcel, delivered_at=parcel.delivered_at or at) for parcel in after.shipments)
    after = replace(after, shipments=shipments)
    if after.payment_status is not PaymentStatus.PENDING_COD:
        return after
    cash = Payment(after.payment.provider, f"delivery:{after.id}", after.due, at, after.currency)
    entry = TimelineEntry(at, "paid", "Paid on delivery", actor, public=True)
    return told(
        replace(
            after, payment_status=PaymentStatus.PAID, paid=after.paid + after.due, payments=(*after.payments, cash)
        ),
        entry,
    )


def settled(order: Order, provider: str, money: Settled, at: datetime) -> Order:
    """The order after a provider reported money; the same order if that payment is known already.

    The whole due in the order's currency pays it, and confirms it if it waited. Anything else is kept aside and
    flagged: less, more or another currency, or money for an order that is cancelled or paid already.
    """
    if any(known.provider == provider and known.payment_id == money.payment_id for known in order.payments):
        return order
    payment = Payment(provider, money.payment_id, money.amount, at, money.currency)
    if order.status is OrderStatus.CANCELLED or not can_be_paid(order.payment_status, PaymentStatus.PAID):
        return _set_aside(order, payment, REFUND_DUE, f"for an order that is {order.status}, {order.payment_status}")
    if (money.amount, money.currency) != (order.due, order.currency):
        return _set_aside(order, payment, PAYMENT_MISMATCH, f"where {order.due} {order.currency} was due")
    waiting = order.status is OrderStatus.PENDING_PAYMENT
    paid = replace(
        order,
        status=OrderStatus.CONFIRMED if waiting else order.status,
        payment_status=PaymentStatus.PAID,
        paid=order.paid + money.amount,
        payments=(*order.payments, payment),
    )
    return told(paid, TimelineEntry(at, "paid", "Payment received", "system", money.payment_id, public=True))


def payment_failed(order: Order, reason: str, at: datetime) -> Order:
    """The order after a try to pay failed; the same order if it is paid or cancelled by now."""
    if order.status is OrderStatus.CANCELLED or not can_be_paid(order.payment_status, PaymentStatus.FAILED):
        return order
    entry = TimelineEntry(at, "payment_failed", "Payment failed", "system", reason, public=True)
    return told(replace(order, payment_status=PaymentStatus.FAILED), entry)


def _set_aside(order: Order, payment: Payment, flag: str, why: str) -> Order:
    note = f"{payment.amount} {payment.currency} as {payment.provider} {payment.payment_id}, {why}"
    kept = replace(order, payments=(*order.payments, replace(payment, accepted=False)))
    return told(flagged(kept, flag), TimelineEntry(payment.at, flag, "Payment to be looked at", "system", note))


def _check_parcel(order: Order, items: Mapping[str, int]) -> None:
    if not items:
        raise Invalid.field("items", "A parcel must hold something.", "empty")
    require_pieces(order, "items", items, order.unshipped())


def _shipped(line: OrderLine, pieces: int) -> OrderLine:
    return replace(line, shipped=line.shipped + pieces)
