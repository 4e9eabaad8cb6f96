"""How many cash orders one person may have in a day."""

from __future__ import annotations

import hashlib
from zoneinfo import ZoneInfo

from spoeq_core.sdk import Order, Quota, Shop
from spoeq_cod.settings import CodSettings


def quotas(shop: Shop, order: Order) -> list[Quota]:
    """A place under the phone and one under the address, for the order's day in the shop's time zone."""
    settings = shop.plugin_settings(CodSettings)
    day = order.placed_at.astimezone(ZoneInfo(shop.profile.timezone)).date().isoformat()
    address = order.shipping_address
    where = " ".join((address.line1, address.line2, address.postal_code)).casefold()
    place = hashlib.sha256("".join(filter(str.isalnum, where)).encode()).hexdigest()[:20]
    return [
        Quota(
            key=f"cod:{kind}:{day}",
            limit=settings.orders_per_day,
            message="That is all the cash-on-delivery orders we can take today. Please choose another way to pay.",
            amount=order.grand_total,
            max_sum=settings.sum_per_day,
        )
        for kind in (f"phone:{address.phone or order.phone}", f"address:{place}")
    ]
