"""An order changed after it was placed, decided purely: its lines, its address, its delivery, its money."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from spoeq_core.identity.model import Address
from spoeq_core.kernel.errors import Invalid
from spoeq_core.kernel.messages import message
from spoeq_core.orders.model.changes import REFUND_DUE, SHOPPER_MAY_CANCEL, flagged, told
from spoeq_core.orders.model.order import (
    ChosenShipping,
    Order,
    OrderChange,
    OrderLine,
    RefundStatus,
    TimelineEntry,
    fulfilment_of,
)
from spoeq_core.orders.model.states import PAYMENT_TRANSITIONS, NotAllowed, OrderStatus, step
from spoeq_core.payments.model import PaymentStatus
from spoeq_core.pricing.model import PricedCart, PricedLine, resized

EDITABLE = frozenset({OrderStatus.PENDING_PAYMENT, OrderStatus.CONFIRMED, OrderStatus.PROCESSING})
PAYABLE = frozenset(
    {
        PaymentStatus.PENDING,
        PaymentStatus.PENDING_COD,
        PaymentStatus.FAILED,
        PaymentStatus.PAID,
        PaymentStatus.PARTIALLY_PAID,
    }
)
"""Where the money may be of an order that is to cost more."""


@dataclass(frozen=True, slots=True)
class OrderEdit:
    """What is to be different.

    Attributes:
        reason: Why, for the timeline and the shopper.
        quantities: The new number of pieces by line id; 0 takes the line out. Lines that are not named stay.
        added: Pieces by SKU, sold as they are sold now.
        shipping_address: Where it goes instead.
        shipping_method: How it goes instead, by the option's id.
    """

    reason: str = ""
    quantities: Mapping[str, int] = field(default_factory=dict)
    added: Mapping[str, int] = field(default_factory=dict)
    shipping_address: Address | None = None
    shipping_method: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether it asks for nothing."""
        return not (self.quantities or self.added or self.shipping_address or self.shipping_method)


@dataclass(frozen=True, slots=True)
class Revision:
    """What an edit comes to: the new price, the lines of what was added, and where and how it goes."""

    priced: PricedCart
    added: tuple[OrderLine, ...] = ()
    shipping: ChosenShipping | None = None
    address: Address | None = None


def check_edit(order: Order, edit: OrderEdit, *, by_shopper: bool = False) -> None:
    """Refuse what cannot be changed any more.

    Before anything is sent all may change; then only pieces that are still in the house may be taken out. Shoppers take
    pieces out while they may cancel the order.

    Raises:
        NotAllowed: it is too late.
        Invalid: nothing is asked for, a line is unknown, or a number of pieces is not possible.
    """
    if by_shopper and order.status not in SHOPPER_MAY_CANCEL:
        raise NotAllowed(
            message("Order %(number)s can no longer be changed here.", number=order.number),
            hint="Contact the shop: it may be on its way.",
        )
    if order.status not in EDITABLE:
        raise NotAllowed(
            message(
                "Order %(number)s is %(status)s and cannot be changed.", number=order.number, status=order.status.value
            ),
            hint="Change orders that are not sent yet; take goods back by a return.",
        )
    if edit.is_empty:
        raise Invalid.field("quantities", "Say what is to be different.", "empty")
    more = any(pieces > line.quantity for line, pieces in _wanted(order, edit))
    if order.shipments and (more or edit.added or edit.shipping_address or edit.shipping_method):
        raise NotAllowed(
            message(
                "A parcel of order %(number)s has left: only what is still here can be taken out.", number=order.number
            ),
            hint="Take another order for what is to be added.",
        )
    if not edit.added and not any(_after(order, edit).values()):
        raise Invalid.field("quantities", "Nothing would be left: cancel the order instead.", "empty")


def resized_lines(order: Order, edit: OrderEdit) -> list[PricedLine]:
    """The frozen prices of the lines that stay, with their new pieces, before tax where these are others."""
    after = _after(order, edit)
    frozen = PricedCart.from_json(order.priced)
    kept = [line for line in frozen.lines if after.get(line.line.id)]
    return [resized(line, after[line.line.id]) if after[line.line.id] != line.line.quantity else line for line in kept]


def edited(order: Order, revision: Revision, change: OrderChange) -> Order:
    """The order after an edit: its lines, prices and money, with what changed in its timeline.

    Raises:
        NotAllowed: it would cost more, and its money is in a state in which nothing more can be asked for.
        Invalid: it would cost nothing.
    """
    lines = _lines(order, revision)
    held, wanted = order.promised(), replace(order, lines=lines).promised()
    skus = sorted({*held, *wanted})
    steps = {sku: wanted.get(sku, 0) - held.get(sku, 0) for sku in skus}
    change = replace(
        change,
        before=order.grand_total,
        after=revision.priced.totals.grand_total,
        taken={sku: more for sku, more in steps.items() if more > 0},
        released={sku: -less for sku, less in steps.items() if less < 0},
        words=tuple(_words(order, lines, revision)),
    )
    after = replace(
        order,
        lines=lines,
        priced=revision.priced.as_json(),
        grand_total=change.after,
        shipping=revision.shipping or order.shipping,
        shipping_address=revision.address or order.shipping_address,
        phone=revision.address.phone if revision.address else order.phone,
        fulfilment_status=fulfilment_of(lines, order.fulfilment_status),
        changes=(*order.changes, change),
    )
    if order.shipments and not after.unshipped():
        after = replace(after, status=OrderStatus.SHIPPED)
    note = "; ".join(filter(None, (*change.words, change.reason)))
    entry = TimelineEntry(change.at, "changed", message("Order changed"), change.actor, note, public=True)
    return told(_with_money(order, after), entry)


def _with_money(before: Order, after: Order) -> Order:
    """The order with its money where the new total puts it: more is due, or something is to be given back."""
    if not after.grand_total and before.grand_total:
        raise Invalid.field("quantities", "It would cost nothing: cancel the order instead.", "empty")
    if after.grand_total > before.grand_total and before.payment_status not in PAYABLE:
        raise NotAllowed(
            message(
                "The payment of order %(number)s is %(status)s: it cannot cost more.",
                number=before.number,
                status=before.payment_status.value,
            ),
            hint="Take another order for what is to be added.",
        )
    status = before.payment_status
    if status is PaymentStatus.PAID and after.due:
        status = step(PAYMENT_TRANSITIONS, status, PaymentStatus.PARTIALLY_PAID, after.number)
    elif status is PaymentStatus.PARTIALLY_PAID and not after.due:
        status = step(PAYMENT_TRANSITIONS, status, PaymentStatus.PAID, after.number)
    payment = after.payment
    if after.grand_total != before.grand_total and after.due and payment.reference:
        payment = replace(payment, reference="")  # what was asked of the provider is another amount
    after = replace(after, payment_status=status, payment=payment)
    if after.overpaid:
        return flagged(after, REFUND_DUE)
    settled = not any(not payment.accepted for payment in after.payments)
    return replace(after, flags=tuple(flag for flag in after.flags if flag != REFUND_DUE or not settled))


def _wanted(order: Order, edit: OrderEdit) -> Sequence[tuple[OrderLine, int]]:
    """The named lines with their new pieces."""
    refunded: dict[str, int] = {}
    for refund in order.refunds:
        if refund.status is not RefundStatus.FAILED:
            for line_id, pieces in refund.items.items():
                refunded[line_id] = refunded.get(line_id, 0) + pieces
    found = []
    for line_id, pieces in edit.quantities.items():
        line = order.line_for(line_id, "quantities")
        least = max(line.shipped, refunded.get(line_id, 0))
        if type(pieces) is not int or pieces < least:
            raise Invalid.field(
                "quantities",
                message(
                    "%(name)s: %(least)s pieces are sent or refunded already; give that many or more.",
                    name=line.name,
                    least=least,
                ),
                "quantity",
            )
        found.append((line, pieces))
    return found


def _after(order: Order, edit: OrderEdit) -> dict[str, int]:
    """Pieces by line id when the edit is made."""
    return {line.id: line.quantity for line in order.lines} | {line.id: pieces for line, pieces in _wanted(order, edit)}


def _lines(order: Order, revision: Revision) -> tuple[OrderLine, ...]:
    priced = {line.line.id: line for line in revision.priced.lines}
    kept = (
        replace(line, quantity=new.line.quantity, subtotal=new.subtotal, total=new.total)
        for line in order.lines
        if (new := priced.get(line.id)) is not None
    )
    return (*kept, *revision.added)


def _words(order: Order, lines: Sequence[OrderLine], revision: Revision) -> list[str]:
    """What changed, for the timeline and the mail."""
    now = {line.id: line for line in lines}
    found = []
    for line in order.lines:
        pieces = now[line.id].quantity if line.id in now else 0
        if pieces != line.quantity:
            found.append(f"{line.name}: {line.quantity} → {pieces}")
    found += [f"{line.name}: 0 → {line.quantity}" for line in revision.added]
    if revision.shipping:
        found.append(f"{order.shipping.label} → {revision.shipping.label}")
    if revision.address:
        found.append(message("Delivery address changed"))
    return found


def change_of(order: Order, change_id: str) -> OrderChange | None:
    """The change of that id."""
    return next((change for change in order.changes if change.id == change_id), None)


def new_change(change_id: str, at: datetime, actor: str, reason: str) -> OrderChange:
    """A change that says who made it and why; `edited` fills in what it comes to."""
    return OrderChange(change_id, at, actor, reason)
