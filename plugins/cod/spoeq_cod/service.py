"""How many cash orders one person may have in a day."""

from __future__ import annotations

from spoeq_cod.model import day_of, forget_at, persons
from spoeq_cod.settings import CodSettings
from spoeq_core.sdk import Order, Quota, Shop

FULL = "That is all the cash on delivery we can take for one person in a day. Please choose another way to pay."


def quotas(shop: Shop, order: Order) -> list[Quota]:
    """A place under the phone and one under the address, for the order's day in the shop's time zone."""
    settings = shop.plugin_settings(CodSettings)
    day = day_of(order.placed_at, shop.profile.timezone)
    return [
        Quota(
            key=f"cod:{day.isoformat()}:{person}",
            limit=settings.orders_per_day,
            message=FULL,
            code="cod_limit",
            amount=order.grand_total,
            max_sum=settings.sum_per_day,
            expires_at=forget_at(day, shop.profile.timezone),
        )
        for person in persons(order.shipping_address, order.phone)
    ]
