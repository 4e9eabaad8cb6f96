"""Carts that nobody came back to are told as an event, for plugins that remind their shoppers."""

from __future__ import annotations

from datetime import timedelta

from spoeq_core.cart.documents import CartRepository
from spoeq_core.cart.model import Cart
from spoeq_core.shop import Shop

AT_ONCE = 500
"""So many are told in one go, those that wait longest first; the next run goes on."""


async def tell_abandoned(shop: Shop) -> int:
    """Tell `CartAbandoned` of customers' carts with something in them that were not changed for `abandoned_hours`.

    A cart is told once, and again only after it was changed; how many were. Guests cannot be written to: the shop
    does not know them before they order.
    """
    hours = shop.profile.abandoned_hours
    if not hours:
        return 0
    return await shop.repository(CartRepository).tell_abandoned(shop.clock.now() - timedelta(hours=hours), AT_ONCE)


async def cart_by_id(shop: Shop, cart_id: str) -> Cart | None:
    """The cart of an event, open or placed; None if it is gone."""
    return await shop.repository(CartRepository).find_by_id(cart_id)
