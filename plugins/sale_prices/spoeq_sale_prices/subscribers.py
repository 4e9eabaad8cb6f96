"""What is done when something is told, and now and then."""

from __future__ import annotations

from collections.abc import Mapping

from spoeq_core.sdk import (
    Delivery,
    Event,
    Handler,
    ProductCreated,
    ProductDeleted,
    ProductUpdated,
    Schedule,
    Shop,
)
from spoeq_sale_prices.events import SaleChanged
from spoeq_sale_prices.service import compare, follow, follow_product, forget_old, forget_product

OFTEN, HOURLY, DAILY = 5.0, 3600.0, 86_400.0


async def follow_sale(shop: Shop, _event: SaleChanged, _delivery: Delivery) -> None:
    """A sale was made, changed or deleted."""
    await follow(shop)


async def follow_change(shop: Shop, event: ProductCreated | ProductUpdated, delivery: Delivery) -> None:
    """A product has perhaps other prices, another brand, other categories."""
    await follow_product(shop, event.product_id, event.prices, delivery.at)


async def forget(shop: Shop, event: ProductDeleted, _delivery: Delivery) -> None:
    """A product is gone."""
    await forget_product(shop, event.product_id)


HANDLERS: Mapping[type[Event], Handler] = {
    SaleChanged: follow_sale,
    ProductCreated: follow_change,
    ProductUpdated: follow_change,
    ProductDeleted: forget,
}
SCHEDULES = (
    Schedule("sale_prices.follow", OFTEN, follow),
    Schedule("sale_prices.compare", HOURLY, compare),
    Schedule("sale_prices.forget_old", DAILY, forget_old),
)
