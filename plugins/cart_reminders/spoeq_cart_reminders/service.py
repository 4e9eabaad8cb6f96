"""Writing to a customer about the cart that they left."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from spoeq_cart_reminders.documents import ReminderRepository
from spoeq_cart_reminders.settings import ReminderSettings
from spoeq_core.sdk import (
    Cart,
    CartAbandoned,
    NotFound,
    Recipient,
    Shop,
    Unavailable,
    cart_by_id,
    customer_by_id,
    sellable,
    send_message,
)

MARKETING: Final = "marketing"
TEMPLATE: Final = "cart_reminders/left_in_cart"
PATH: Final = "/login?next=/cart"
"""The cart is in the account: whoever opens the mail elsewhere signs in first."""


async def remind(shop: Shop, event: CartAbandoned) -> bool:
    """Write to whoever left the cart, if they agreed to news and something in it can still be bought; whether it was.

    May be repeated: the message has the key of the cart and its version, and a channel sends it once.

    Raises:
        Exception: a channel failed.
    """
    cart = await cart_by_id(shop, event.cart_id)
    if cart is None or cart.version != event.version:
        return False
    address = await _address_of(shop, event.customer_id)
    items = await _items(shop, cart) if address else []
    about = f"{event.cart_id}:{event.version}"
    pause = timedelta(days=shop.plugin_settings(ReminderSettings).days_between)
    if not items or not await shop.repository(ReminderRepository).claim(event.customer_id, about, pause):
        return False
    context = {"items": items, "path": PATH}
    try:
        await send_message(shop, f"cart_reminders:{about}", Recipient(address), TEMPLATE, context)
    except Unavailable:
        return False
    return True


async def _address_of(shop: Shop, customer_id: str) -> str:
    """Where they are reached; empty if they have not agreed: reminding is advertising."""
    try:
        customer = await customer_by_id(shop, customer_id)
    except NotFound:
        return ""
    agreed = MARKETING in customer.consents and not customer.disabled and customer.erased_at is None
    return customer.email if agreed else ""


async def _items(shop: Shop, cart: Cart) -> list[dict[str, Any]]:
    """What can still be bought of it, as it is called today."""
    found = await sellable(shop, sorted(cart.quantities()))
    return [
        {"name": now.product.name, "options": dict(now.variant.options), "quantity": line.quantity}
        for line in cart.lines
        if (now := found.get(line.sku)) is not None and now.product.status == "active" and now.stock.available > 0
    ]
