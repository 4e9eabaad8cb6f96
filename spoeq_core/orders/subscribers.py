"""What orders do when told, any number of times: the stock follows what was decided. And by the clock: count sales."""

from __future__ import annotations

from datetime import timedelta

from ulid import ULID

from spoeq_core.catalog.service import record_sales
from spoeq_core.hooks import checkout as questions
from spoeq_core.inventory import service as inventory
from spoeq_core.inventory.model import HOME
from spoeq_core.kernel.events import Delivery, Subscription, subscriptions
from spoeq_core.kernel.redis import REDIS_ERRORS
from spoeq_core.kernel.tasks import Schedule
from spoeq_core.orders.claims import claims_of
from spoeq_core.orders.documents import OrderRepository
from spoeq_core.orders.events import (
    GatewayMessageReceived,
    OrderCancelled,
    OrderEdited,
    OrderRefunded,
    OrderShipped,
    RefundRequested,
    ReturnInspected,
)
from spoeq_core.orders.hearing import take_in_message
from spoeq_core.orders.listing import pieces_sold
from spoeq_core.orders.model import change_of, return_of
from spoeq_core.orders.packing import by_sku, sent_from
from spoeq_core.orders.refunds import finish_refund
from spoeq_core.shop import Shop

SALES_EVERY = 600.0
SALES_LAG = timedelta(minutes=1)
"""An order is stored at most so long after its id was made."""


async def take_shipped_stock(shop: Shop, event: OrderShipped, _delivery: Delivery) -> None:
    """Take the parcel's pieces from what is on hand, if that was not done; inventory counts a shipment once."""
    order = await shop.repository(OrderRepository).get(event.order_id)
    for shipment in order.shipments:
        if shipment.id == event.shipment_id:
            pieces, place = by_sku(order, shipment.items), shipment.location or HOME
            await inventory.ship(shop, order.id, pieces, shipment_id=shipment.id, location=place)


async def give_back_cancelled(shop: Shop, event: OrderCancelled, _delivery: Delivery) -> None:
    """Give back the stock, the places under quotas and the benefits of a cancelled order."""
    order = await shop.repository(OrderRepository).get(event.order_id)
    await inventory.release(shop, order.id, order.quantities())
    await claims_of(shop).free_places(order.id)
    await shop.hooks.collect(questions.release_benefits, shop=shop, order_id=order.id)


async def give_back_taken_out(shop: Shop, event: OrderEdited, _delivery: Delivery) -> None:
    """Give back the stock of what a change took out of an order; inventory counts a change once."""
    order = await shop.repository(OrderRepository).get(event.order_id)
    change = change_of(order, event.change_id)
    if change is not None and change.released:
        await inventory.hold_less(shop, order.id, change.released, change_id=change.id, actor=change.actor)


async def give_money_back(shop: Shop, event: RefundRequested, _delivery: Delivery) -> None:
    """Finish a refund that is still on its way: whoever began it may have died."""
    await finish_refund(shop, event.order_id, event.refund_id)


async def restock_returned(shop: Shop, event: OrderRefunded, _delivery: Delivery) -> None:
    """Put the refund's pieces on the shelf again; inventory counts a return once."""
    order = await shop.repository(OrderRepository).get(event.order_id)
    refund = order.refund(event.refund_id)
    if refund is not None and refund.restocked:
        pieces = by_sku(order, refund.restocked)
        place = await inventory.place_to_return(shop, sent_from(order, refund.restocked))
        await inventory.receive_return(shop, pieces, return_id=refund.id, actor=refund.actor, location=place)


async def restock_inspected(shop: Shop, event: ReturnInspected, _delivery: Delivery) -> None:
    """Put what is good of a return on the shelf again; inventory counts a return once."""
    order = await shop.repository(OrderRepository).get(event.order_id)
    back = return_of(order, event.return_id)
    if back is not None and back.restocked:
        actor = next((it.actor for it in order.timeline if it.kind == "return_inspected"), "system")
        pieces = by_sku(order, back.restocked)
        place = await inventory.place_to_return(shop, back.location or sent_from(order, back.restocked))
        await inventory.receive_return(shop, pieces, return_id=back.id, actor=actor, location=place)


async def count_sales(shop: Shop) -> None:
    """Count the pieces of new orders for lists "by bestselling".

    Popularity, not bookkeeping: where the last run ended is only in Redis, and what Redis loses is not counted.
    """
    until = str(ULID.from_datetime(shop.clock.now() - SALES_LAG))
    try:
        since = await shop.redis.getset(shop.key("sales", "until"), until)
    except REDIS_ERRORS:
        return
    if since:
        await record_sales(shop, await pieces_sold(shop, str(since), until))


SUBSCRIBERS: tuple[Subscription, ...] = tuple(
    subscriptions(
        "orders",
        {
            OrderShipped: take_shipped_stock,
            OrderCancelled: give_back_cancelled,
            OrderEdited: give_back_taken_out,
            RefundRequested: give_money_back,
            OrderRefunded: restock_returned,
            ReturnInspected: restock_inspected,
            GatewayMessageReceived: take_in_message,
        },
    )
)
SCHEDULES: tuple[Schedule, ...] = (Schedule("orders.count_sales", SALES_EVERY, count_sales),)
