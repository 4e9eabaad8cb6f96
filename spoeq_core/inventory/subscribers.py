"""What inventory does when told: keeps stock in step with products, and lists in step with stock."""

from __future__ import annotations

from spoeq_core.catalog.events import ProductCreated, ProductDeleted, ProductUpdated
from spoeq_core.catalog.service import products_by_ids
from spoeq_core.inventory.events import StockStateChanged
from spoeq_core.inventory.service import compact_log, ensure_stock, refresh_states, retire_stock, tell_missed
from spoeq_core.kernel.events import Delivery, Subscription, subscriptions
from spoeq_core.kernel.tasks import Schedule
from spoeq_core.shop import Shop

EVERY = 600.0
"""Seconds between two rounds of housekeeping."""


async def stock_new_product(shop: Shop, event: ProductCreated, _delivery: Delivery) -> None:
    """Give the variants stock."""
    await _ensure(shop, event.product_id)


async def stock_changed_product(shop: Shop, event: ProductUpdated, _delivery: Delivery) -> None:
    """Give new variants stock, and retire that of variants which are gone."""
    await _ensure(shop, event.product_id)


async def retire_deleted_product(shop: Shop, event: ProductDeleted, _delivery: Delivery) -> None:
    """Take its stock out of the lists."""
    await retire_stock(shop, event.product_id)


async def show_state(shop: Shop, event: StockStateChanged, _delivery: Delivery) -> None:
    """Let the catalogue's lists show the state."""
    await refresh_states(shop, [event.product_id])


async def keep_house(shop: Shop) -> None:
    """Archive old rows of the log, and tell what a crash left untold."""
    await compact_log(shop)
    await tell_missed(shop)


async def _ensure(shop: Shop, product_id: str) -> None:
    for product in await products_by_ids(shop, [product_id], hidden=True):
        await ensure_stock(shop, product)


SUBSCRIBERS: tuple[Subscription, ...] = tuple(
    subscriptions(
        "inventory",
        {
            ProductCreated: stock_new_product,
            ProductUpdated: stock_changed_product,
            ProductDeleted: retire_deleted_product,
            StockStateChanged: show_state,
        },
    )
)
SCHEDULES: tuple[Schedule, ...] = (Schedule("inventory.keep_house", EVERY, keep_house),)
