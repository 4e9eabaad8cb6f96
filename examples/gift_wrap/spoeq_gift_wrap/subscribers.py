"""What is done when orders come and go. The order is read each time, so that it does not matter what is told first."""

from __future__ import annotations

from collections.abc import Mapping

from spoeq_core.sdk import (
    Delivery,
    Event,
    Handler,
    OrderCancelled,
    OrderConfirmed,
    OrderPlaced,
    OrderStatus,
    Shop,
    order_for,
)
from spoeq_gift_wrap.documents import WrapRepository
from spoeq_gift_wrap.model import FIELD, Wrap


async def note_order(shop: Shop, event: OrderPlaced | OrderConfirmed | OrderCancelled, _delivery: Delivery) -> None:
    """Wrap what is bought with a paper, once it is paid or accepted; not what is cancelled."""
    order = await order_for(shop, event.order_id, staff=True)
    wraps = shop.repository(WrapRepository)
    if order.status is OrderStatus.CANCELLED:
        await wraps.forget(order.id)
    elif order.fields.get(FIELD) and order.status is not OrderStatus.PENDING_PAYMENT:
        pieces = sum(line.quantity for line in order.lines)
        await wraps.add(Wrap(order.id, order.number, order.fields[FIELD], pieces, order.placed_at))
        again = await order_for(shop, order.id, staff=True)
        if again.status is OrderStatus.CANCELLED:  # between the two reads
            await wraps.forget(order.id)


HANDLERS: Mapping[type[Event], Handler] = {
    OrderPlaced: note_order,
    OrderConfirmed: note_order,
    OrderCancelled: note_order,
}
