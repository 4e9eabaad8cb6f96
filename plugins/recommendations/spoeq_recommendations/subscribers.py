"""What is done when orders come and go, and now and then."""

from __future__ import annotations

from collections.abc import Mapping

from spoeq_core.sdk import (
    Delivery,
    Event,
    Handler,
    OrderCancelled,
    OrderConfirmed,
    OrderPlaced,
    ProductDeleted,
    Schedule,
    Shop,
)
from spoeq_recommendations.documents import NeighboursRepository
from spoeq_recommendations.rebuilding import nightly
from spoeq_recommendations.service import count_fresh, take_up_order

OFTEN = 20.0
DAILY = 86_400.0


async def note_order(shop: Shop, event: OrderPlaced | OrderConfirmed | OrderCancelled, _delivery: Delivery) -> None:
    """An order is another one now; what it says is read, so that it does not matter which event came first."""
    await take_up_order(shop, event.order_id)


async def forget_product(shop: Shop, event: ProductDeleted, _delivery: Delivery) -> None:
    """A product is gone."""
    await shop.repository(NeighboursRepository).forget(event.product_id)


HANDLERS: Mapping[type[Event], Handler] = {
    OrderPlaced: note_order,
    OrderConfirmed: note_order,
    OrderCancelled: note_order,
    ProductDeleted: forget_product,
}
SCHEDULES = (
    Schedule("recommendations.count", OFTEN, count_fresh),
    Schedule("recommendations.rebuild", DAILY, nightly),
)
