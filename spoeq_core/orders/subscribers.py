"""What orders do when told, any number of times: the stock follows what was decided. And by the clock: count sales."""

from __future__ import annotations

from datetime import timedelta

from ulid import ULID

from spoeq_core.catalog.service import record_sales
from spoeq_core.hooks import checkout as questions
from spoeq_core.inventory import service as inventory
from spoeq_core.kernel.events import Delivery, Subscription, subscriptions
from spoeq_core.kernel.redis import REDIS_ERRORS
from spoeq_core.kernel.tasks import Schedule
from spoeq_core.orders.claims import claims_of
from spoeq_core.orders.documents import OrderRepository
from spoeq_core.orders.events import OrderCancelled, OrderShipped
from spoeq_core.orders.listing import pieces_sold
from spoeq_core.shop import Shop

SALES_EVERY = 600.0
SALES_LAG = timedelta(minutes=1)
"""An order is stored at most so long after its id was made."""


async def take_shipped_stock(shop: Shop, event: OrderShipped, _delivery: Delivery) -> None:
    """Take the parcel's pieces from what is on hand; inventory counts a shipment once."""
    order = await shop.repository(OrderRepository).get(event.order_id)
    for shipment in order.shipments:
        if shipment.id == event.shipment_id:
            pieces: dict[str, int] = {}
            for line in order.lines:
                if line.id in shipment.items:
                    pieces[line.sku] = pieces.get(line.sku, 0) + shipment.items[line.id]
            await inventory.ship(shop, order.id, pieces, shipment_id=shipment.id)


async def give_back_cancelled(shop: Shop, event: OrderCancelled, _delivery: Delivery) -> None:
    """Give back the stock, the places under quotas and the benefits of a cancelled order."""
    order = await shop.repository(OrderRepository).get(event.order_id)
    await inventory.release(shop, order.id, order.quantities())
    await claims_of(shop).free_places(order.id)
    await shop.hooks.collect(questions.release_benefits, shop=shop, order_id=order.id)


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
    subscriptions("orders", {OrderShipped: take_shipped_stock, OrderCancelled: give_back_cancelled})
)
SCHEDULES: tuple[Schedule, ...] = (Schedule("orders.count_sales", SALES_EVERY, count_sales),)
