"""What orders do when told: the stock follows what was decided. May be told any number of times."""

from __future__ import annotations

from spoeq_core.hooks import checkout as questions
from spoeq_core.inventory import service as inventory
from spoeq_core.kernel.events import Delivery, Subscription, subscriptions
from spoeq_core.orders.claims import claims_of
from spoeq_core.orders.documents import OrderRepository
from spoeq_core.orders.events import OrderCancelled, OrderShipped
from spoeq_core.shop import Shop


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


SUBSCRIBERS: tuple[Subscription, ...] = tuple(
    subscriptions("orders", {OrderShipped: take_shipped_stock, OrderCancelled: give_back_cancelled})
)
