"""Giving money back and taking goods back, decided purely: Σ refunds never exceeds what came in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from spoeq_core.kernel.errors import Conflict, Invalid
from spoeq_core.kernel.messages import message
from spoeq_core.kernel.money import plain_amount
from spoeq_core.orders.model.changes import REFUND_DUE, told
from spoeq_core.orders.model.order import (
    Order,
    OrderLine,
    Refund,
    RefundStatus,
    TimelineEntry,
    fulfilment_of,
)
from spoeq_core.orders.model.pieces import require_pieces
from spoeq_core.orders.model.states import PAYMENT_TRANSITIONS
from spoeq_core.payments.model import PaymentStatus


class RefundTooLarge(Conflict):
    """More is asked for than came in and was not given back yet."""

    code = "refund_exceeds"


def refundable(order: Order) -> int:
    """What came in and is neither given back nor about to be, minor units."""
    return order.paid - order.refunded - sum(it.amount for it in order.refunds if it.status is RefundStatus.PENDING)


def amount_of_items(order: Order, items: Mapping[str, int]) -> int:
    """What these pieces cost, minor units: line totals after discounts, with tax where prices are without.

    Pieces of one line that are refunded one after the other are rounded cumulatively, so that together they come to
    the line's total exactly. What the order's total was rounded to cash by comes with the last of all pieces.

    Raises:
        Invalid: a line is unknown, or has fewer pieces that are not refunded yet.
    """
    before = _pieces(refund.items for refund in order.refunds if refund.status is not RefundStatus.FAILED)
    require_pieces(order, "lines", items, {line.id: line.quantity - before.get(line.id, 0) for line in order.lines})
    after = {line.id: before.get(line.id, 0) + items.get(line.id, 0) for line in order.lines}
    return _cost_of(order, after) - _cost_of(order, before)


def with_refund(order: Order, refund: Refund) -> Order:
    """The order with a refund on its way.

    Raises:
        RefundTooLarge: the money is not there.
        Invalid: which pieces go back on the shelf is not said.
    """
    left = refundable(order)
    if refund.amount > left:
        raise RefundTooLarge(
            message(
                "Order %(number)s has %(left)s %(currency)s left to refund.",
                number=order.number,
                left=plain_amount(left, order.currency),
                currency=order.currency,
            ),
            hint="Refund that much at most.",
            extra={"refundable": {"amount": left, "currency": order.currency}},
        )
    if refund.restock and not refund.items and refund.amount < left:
        raise Invalid.field("lines", "Say which pieces go back on the shelf.", "missing")
    settles = 0 if refund.items else min(refund.amount, order.overpaid)
    return replace(order, refunds=(*order.refunds, replace(refund, settles=settles)))


def refund_done(order: Order, refund_id: str, reference: str, at: datetime) -> Order:
    """The order after the money of a refund went out; the same order if it is known already."""
    refund = order.refund(refund_id)
    if refund is None or refund.status is RefundStatus.DONE:
        return order
    back = _back_on_the_shelf(order, refund) if refund.restock else {}
    done = replace(refund, status=RefundStatus.DONE, reference=reference or refund.reference, restocked=back)
    refunded = order.refunded + refund.amount
    lines = tuple(replace(line, returned=line.returned + back.get(line.id, 0)) for line in order.lines)
    after = replace(
        order,
        refunds=tuple(done if it.id == refund_id else it for it in order.refunds),
        refunded=refunded,
        lines=lines,
        fulfilment_status=fulfilment_of(lines, order.fulfilment_status),
    )
    after = replace(after, payment_status=_after_refund(after), flags=_flags_after_refund(after, done))
    return told(after, TimelineEntry(at, "refunded", "Refunded", refund.actor, refund.reason, public=True))


def refund_failed(order: Order, refund_id: str, reason: str, at: datetime) -> Order:
    """The order after a provider declined to give money back; it may be tried again as another refund."""
    refund = order.refund(refund_id)
    if refund is None or refund.status is not RefundStatus.PENDING:
        return order
    failed = replace(refund, status=RefundStatus.FAILED)
    after = replace(order, refunds=tuple(failed if it.id == refund_id else it for it in order.refunds))
    return told(after, TimelineEntry(at, "refund_failed", "Refund failed", "system", reason))


def _after_refund(order: Order) -> PaymentStatus:
    """Where the money is after some went back; what has no such step, as money in dispute, stays where it is.

    What came in above a lowered total leaves the order paid when it goes back.
    """
    settled = sum(it.settles for it in order.refunds if it.status is RefundStatus.DONE)
    wanted = PaymentStatus.REFUNDED if order.refunded == order.paid else PaymentStatus.PARTIALLY_REFUNDED
    if order.refunded == settled < order.paid:
        return order.payment_status
    return wanted if wanted in PAYMENT_TRANSITIONS[order.payment_status] else order.payment_status


def _flags_after_refund(order: Order, refund: Refund) -> tuple[str, ...]:
    """The flags; money is not due any more once all of it, or all above a lowered total, is back."""
    aside = any(not payment.accepted for payment in order.payments)
    settled = order.refunded == order.paid or (refund.settles and not order.overpaid and not aside)
    return tuple(flag for flag in order.flags if flag != REFUND_DUE or not settled)


def _pieces(parts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for items in parts:
        for line_id, pieces in items.items():
            sums[line_id] = sums.get(line_id, 0) + pieces
    return sums


def _cost_of(order: Order, pieces: Mapping[str, int]) -> int:
    """What so many pieces of each line cost the buyer; all of them, with what their order was rounded by."""
    costs = {line.id: _cost(order, line) for line in order.lines}
    part = sum(_share(costs[line.id], pieces.get(line.id, 0), line.quantity) for line in order.lines)
    rounded = max(0, sum(costs.values()) + int(order.priced["totals"].get("rounding", 0)))
    return rounded if all(pieces.get(line.id, 0) == line.quantity for line in order.lines) else min(part, rounded)


def _cost(order: Order, line: OrderLine) -> int:
    """What the line cost the buyer: in shops whose prices are without tax, its tax comes on top."""
    if not order.priced["totals"]["tax"]:
        return line.total
    frozen = next((it for it in order.priced["lines"] if it["line"]["id"] == line.id), {"taxes": ()})
    return line.total + sum(int(tax["amount"]) for tax in frozen["taxes"])


def _share(cost: int, pieces: int, of: int) -> int:
    """`cost × pieces / of`, rounded half up."""
    return (2 * cost * pieces + of) // (2 * of)


def _back_on_the_shelf(order: Order, refund: Refund) -> dict[str, int]:
    """Pieces by line that were shipped and are not back yet; what was never shipped is released by cancelling."""
    wanted = refund.items or {line.id: line.quantity for line in order.lines}
    lines = ((order.line(line_id), pieces) for line_id, pieces in wanted.items())
    found = {line.id: min(pieces, line.shipped - line.returned) for line, pieces in lines if line is not None}
    return {line_id: pieces for line_id, pieces in found.items() if pieces > 0}
