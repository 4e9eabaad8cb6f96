"""What the catalogue does when told: finishes removals, and keeps brand names in products in step."""

from __future__ import annotations

from spoeq_core.catalog.events import BrandUpdated, ProductDeleted
from spoeq_core.catalog.service import finish_removal, remove_loose_files, rename_brand
from spoeq_core.kernel.events import Delivery, Subscription, subscriptions
from spoeq_core.kernel.tasks import Schedule
from spoeq_core.shop import Shop


async def remove_files(shop: Shop, event: ProductDeleted, _delivery: Delivery) -> None:
    """Let the product's pictures go."""
    await finish_removal(shop, event.product_id)


async def rename_in_products(shop: Shop, event: BrandUpdated, _delivery: Delivery) -> None:
    """Write the brand's name into its products."""
    await rename_brand(shop, event.brand_id)


SUBSCRIBERS: tuple[Subscription, ...] = tuple(
    subscriptions("catalog", {ProductDeleted: remove_files, BrandUpdated: rename_in_products})
)
SCHEDULES: tuple[Schedule, ...] = (Schedule("catalog.loose_files", 1800.0, remove_loose_files),)
