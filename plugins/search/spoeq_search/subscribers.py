"""What is done when something is told, and now and then."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from spoeq_core.sdk import (
    BrandUpdated,
    Delivery,
    Event,
    Handler,
    ProductCreated,
    ProductDeleted,
    ProductRated,
    ProductUpdated,
    Schedule,
    Shop,
    StockStateChanged,
)
from spoeq_search.files import folder_of
from spoeq_search.following import compare, follow, follow_categories, follow_soon

OFTEN, NAMES, RARELY = 0.5, 3.0, 300.0
"""Seconds between two looks at what was touched, at the names of categories, at everything."""


async def look(shop: Shop, _event: Event, _delivery: Delivery) -> None:
    """Something that lists look at has changed."""
    await follow_soon(shop)


async def take_out(shop: Shop, event: ProductDeleted, _delivery: Delivery) -> None:
    """A product is gone: it leaves no trace that could be found by looking."""
    folder_of(shop).note_gone(event.product_id)
    await follow_soon(shop)


_LOOKED_AT: Final = (ProductCreated, ProductUpdated, ProductRated, StockStateChanged, BrandUpdated)
HANDLERS: Mapping[type[Event], Handler] = {**dict.fromkeys(_LOOKED_AT, look), ProductDeleted: take_out}
SCHEDULES = (
    Schedule("search.follow", OFTEN, follow),
    Schedule("search.categories", NAMES, follow_categories),
    Schedule("search.compare", RARELY, compare),
)
