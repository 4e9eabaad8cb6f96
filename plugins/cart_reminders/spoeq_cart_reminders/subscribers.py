"""What is done when a cart was left."""

from __future__ import annotations

from collections.abc import Mapping

from spoeq_cart_reminders.service import remind
from spoeq_core.sdk import CartAbandoned, Delivery, Event, Handler, Shop


async def remind_of_cart(shop: Shop, event: CartAbandoned, _delivery: Delivery) -> None:
    """Somebody left a cart."""
    await remind(shop, event)


HANDLERS: Mapping[type[Event], Handler] = {CartAbandoned: remind_of_cart}
