"""What an order tells of its buyer: what must be settled before that may go, and the order without it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from spoeq_core.identity.model import Address
from spoeq_core.kernel.messages import message
from spoeq_core.orders.model.changes import PAYMENT_MISMATCH, REFUND_DUE, told
from spoeq_core.orders.model.order import Order, RefundStatus, TimelineEntry
from spoeq_core.orders.model.states import OPEN, ReturnStatus

RETURN_LIFE = timedelta(days=90)
"""A return that was asked for so long ago, and has not come, holds nothing up any more."""
SETTLED = frozenset({ReturnStatus.REFUSED, ReturnStatus.INSPECTED})
ERASED = "erased"
Ext = Mapping[str, Any]
_EMPTIED: Mapping[str, Any] = {
    "email": None,
    "phone": None,
    "postal_code": "",
    "city": "",
    "properties": {},
    "segments": [],
}


def unfinished(order: Order, now: datetime) -> str:
    """Why the shop still needs to know whose order it is; empty if it does not."""
    if order.status in OPEN:
        return message("It is not delivered yet.")
    if any(refund.status is RefundStatus.PENDING for refund in order.refunds) or REFUND_DUE in order.flags:
        return message("Money is still to be given back.")
    if PAYMENT_MISMATCH in order.flags:
        return message("Its payment is still to be looked at.")
    return message("A return is still under way.") if _awaits_return(order, now) else ""


def anonymised(order: Order, at: datetime, impersonal: Callable[[str, Ext], Ext]) -> Order:
    """The order without what tells who bought: number, pieces, amounts, state, country and GSTIN stay for tax law.

    Args:
        order: The order.
        at: When it is erased.
        impersonal: What stays of the extension data of an "order" or a "cart_line".
    """
    if any(entry.kind == ERASED for entry in order.timeline):
        return order
    entry = TimelineEntry(at, ERASED, "Personal data erased", "system")
    after = replace(
        order,
        email="",
        phone="",
        shipping_address=_nowhere(order.shipping_address),
        billing_address=_nowhere(order.billing_address),
        lines=tuple(
            replace(line, properties={}, property_labels={}, ext=impersonal("cart_line", line.ext))
            for line in order.lines
        ),
        priced=_without_persons(order.priced, impersonal),
        shipments=tuple(replace(parcel, tracking_url="") for parcel in order.shipments),
        refunds=tuple(replace(refund, reason="") for refund in order.refunds),
        returns=tuple(replace(wanted, reason="", note="", actor="shopper") for wanted in order.returns),
        changes=tuple(replace(change, reason="", actor="") for change in order.changes),
        timeline=tuple(
            replace(it, note="", actor="shopper" if it.actor == order.shipping_address.name else it.actor)
            for it in order.timeline
        ),
        fields={},
        field_words={},
        ext=impersonal("order", order.ext),
    )
    return told(after, entry)


def _nowhere(address: Address) -> Address:
    """What tax law asks of an address: the state and country of supply, and a business's registration."""
    return Address("", "", "", "", address.state, "", address.country, gstin=address.gstin)


def _without_persons(value: Any, impersonal: Callable[[str, Ext], Ext]) -> Any:
    if isinstance(value, Mapping):
        return {
            name: _EMPTIED[name]
            if name in _EMPTIED
            else impersonal("cart_line", item)
            if name == "ext" and isinstance(item, Mapping)
            else _without_persons(item, impersonal)
            for name, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [_without_persons(item, impersonal) for item in value]
    return value


def _awaits_return(order: Order, now: datetime) -> bool:
    """Whether pieces that were to come back have neither come nor been paid back."""
    if order.refunded and order.refunded == order.paid:
        return False
    back: dict[str, int] = {}
    for refund in order.refunds:
        if refund.status is RefundStatus.DONE:
            for line_id, pieces in refund.items.items():
                back[line_id] = back.get(line_id, 0) + pieces
    asked: dict[str, int] = {}
    for wanted in order.returns:
        if now - wanted.at < RETURN_LIFE and wanted.status not in SETTLED:
            for line_id, pieces in wanted.items.items():
                asked[line_id] = asked.get(line_id, 0) + pieces
    lines = {line.id: line.returned for line in order.lines}
    return any(pieces > max(lines.get(line_id, 0), back.get(line_id, 0)) for line_id, pieces in asked.items())
