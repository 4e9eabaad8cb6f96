"""Goods that come back, decided purely: asked for, approved or refused, received, inspected. Money is a refund's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from spoeq_core.kernel.errors import Invalid, NotFound
from spoeq_core.kernel.messages import message
from spoeq_core.orders.model.changes import told
from spoeq_core.orders.model.order import Order, TimelineEntry, fulfilment_of
from spoeq_core.orders.model.parcels import Return
from spoeq_core.orders.model.pieces import require_pieces
from spoeq_core.orders.model.states import RETURN_TRANSITIONS, NotAllowed, OrderStatus, ReturnStatus, step

RETURNABLE = frozenset({OrderStatus.SHIPPED, OrderStatus.DELIVERED, OrderStatus.COMPLETED})
RETURN_LABELS: Mapping[ReturnStatus, str] = {
    ReturnStatus.REQUESTED: message("Return asked for"),
    ReturnStatus.APPROVED: message("Return approved"),
    ReturnStatus.REFUSED: message("Return refused"),
    ReturnStatus.RECEIVED: message("Return received"),
    ReturnStatus.INSPECTED: message("Return inspected"),
}


def returnable(order: Order) -> dict[str, int]:
    """Pieces by line id that the buyer has and has not asked to send back."""
    if order.status not in RETURNABLE:
        return {}
    asked: dict[str, int] = {}
    for wanted in order.returns:
        if wanted.status is not ReturnStatus.REFUSED:
            for line_id, pieces in wanted.items.items():
                asked[line_id] = asked.get(line_id, 0) + pieces
    left = {line.id: line.shipped - max(line.returned, asked.get(line.id, 0)) for line in order.lines}
    return {line_id: pieces for line_id, pieces in left.items() if pieces > 0}


def with_return(order: Order, wanted: Return) -> Order:
    """The order with a return asked for.

    Raises:
        NotAllowed: nothing was shipped yet.
        Invalid: it holds nothing, an unknown line, or more pieces than the buyer has.
    """
    if order.status not in RETURNABLE:
        raise NotAllowed(
            message(
                "Order %(number)s is %(status)s: nothing can be sent back.", number=order.number, status=order.status
            ),
            hint="Cancel it instead.",
        )
    if not wanted.items:
        raise Invalid.field("items", "Say which pieces come back.", "empty")
    require_pieces(order, "items", wanted.items, returnable(order))
    entry = TimelineEntry(wanted.at, "return", RETURN_LABELS[wanted.status], wanted.actor, wanted.reason, public=True)
    return told(replace(order, returns=(*order.returns, wanted)), entry)


def return_answered(
    order: Order, return_id: str, status: ReturnStatus, *, actor: str, at: datetime, note: str
) -> Order:
    """The order with a return approved or refused; the same order if it is that already.

    Raises:
        NotFound: there is no such return.
        NotAllowed: it is too late for that.
        Invalid: it is refused without a reason.
    """
    if status is ReturnStatus.REFUSED and not note:
        raise Invalid.field("note", "Say why it is refused; the shopper reads it.", "missing")
    found = _return(order, return_id)
    return order if found.status is status else _moved(order, found, replace(found, note=note), status, actor, at, note)


def return_received(
    order: Order, return_id: str, items: Mapping[str, int], *, actor: str, at: datetime, note: str = ""
) -> Order:
    """The order with the pieces of a return here; nothing goes on the shelf before they were inspected.

    Args:
        order: The order.
        return_id: Which return.
        items: What came, by line id; all that was asked for if empty.
        actor: Who has it.
        at: When.
        note: For the timeline.

    Raises:
        NotFound, NotAllowed: there is no such return, or it is not approved.
        Invalid: more came of a line than the buyer had asked to send.
    """
    found = _return(order, return_id)
    came = dict(items) or dict(found.items)
    if found.received and came == dict(found.received):
        return order
    step(RETURN_TRANSITIONS, found.status, ReturnStatus.RECEIVED, order.number)
    for line_id, pieces in came.items():
        line = order.line_for(line_id, "items")
        most = min(found.items.get(line_id, 0), line.shipped - line.returned)
        if type(pieces) is not int or not 0 <= pieces <= most:
            raise Invalid.field(
                "items",
                message("%(name)s: at most %(most)s pieces can come back.", name=line.name, most=most),
                "quantity",
            )
    came = {line_id: pieces for line_id, pieces in came.items() if pieces}
    if not came:
        raise Invalid.field("items", "Say which pieces have come.", "empty")
    lines = tuple(replace(line, returned=line.returned + came.get(line.id, 0)) for line in order.lines)
    after = replace(order, lines=lines, fulfilment_status=fulfilment_of(lines, order.fulfilment_status))
    return _moved(after, found, replace(found, received=came), ReturnStatus.RECEIVED, actor, at, note)


def return_inspected(
    order: Order,
    return_id: str,
    restock: Mapping[str, int],
    *,
    actor: str,
    at: datetime,
    note: str = "",
    location: str = "",
) -> Order:
    """The order with received pieces looked at: those that go on the shelf again, at a place; the others are damaged.

    Raises:
        NotFound, NotAllowed: there is no such return, or its goods are not here.
        Invalid: more go on the shelf than came.
    """
    found = _return(order, return_id)
    good = {line_id: pieces for line_id, pieces in restock.items() if pieces}
    if found.status is ReturnStatus.INSPECTED and good == dict(found.restocked):
        return order
    step(RETURN_TRANSITIONS, found.status, ReturnStatus.INSPECTED, order.number)
    for line_id, pieces in good.items():
        came = found.received.get(line_id, 0)
        if type(pieces) is not int or not 0 <= pieces <= came:
            raise Invalid.field(
                "restock",
                message("Of line '%(line)s' %(came)s pieces came.", line=line_id, came=came),
                "quantity",
            )
    left = {line_id: came - good.get(line_id, 0) for line_id, came in found.received.items()}
    damaged = {line_id: pieces for line_id, pieces in left.items() if pieces}
    after = replace(found, restocked=good, damaged=damaged, location=location)
    return _moved(order, found, after, ReturnStatus.INSPECTED, actor, at, note)


def return_of(order: Order, return_id: str) -> Return | None:
    """The return of that id."""
    return next((wanted for wanted in order.returns if wanted.id == return_id), None)


def _moved(
    order: Order, found: Return, after: Return, status: ReturnStatus, actor: str, at: datetime, note: str
) -> Order:
    step(RETURN_TRANSITIONS, found.status, status, order.number)
    after = replace(after, status=status)
    entry = TimelineEntry(at, f"return_{status.value}", RETURN_LABELS[status], actor, note, public=True)
    return told(replace(order, returns=tuple(after if it.id == found.id else it for it in order.returns)), entry)


def _return(order: Order, return_id: str) -> Return:
    found = return_of(order, return_id)
    if found is None:
        raise NotFound(message("Order %(number)s has no such return.", number=order.number), hint="Reload the order.")
    return found
