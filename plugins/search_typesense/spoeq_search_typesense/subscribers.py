"""What is done when something is told, and now and then."""

from __future__ import annotations

from collections.abc import Mapping

from spoeq_core.sdk import Delivery, Event, Handler, ProductDeleted, Schedule, Shop
from spoeq_search_typesense.documents import StateRepository
from spoeq_search_typesense.following import compare, follow, follow_categories

OFTEN, NAMES, RARELY = 0.5, 3.0, 300.0
"""Seconds between two looks at what was touched, at the names of categories, at everything."""


async def take_out(shop: Shop, event: ProductDeleted, _delivery: Delivery) -> None:
    """A product is gone: it leaves no trace that could be found by looking."""
    await shop.repository(StateRepository).note_gone(event.product_id)


HANDLERS: Mapping[type[Event], Handler] = {ProductDeleted: take_out}
SCHEDULES = (
    Schedule("search_typesense.follow", OFTEN, follow),
    Schedule("search_typesense.categories", NAMES, follow_categories),
    Schedule("search_typesense.compare", RARELY, compare),
)
