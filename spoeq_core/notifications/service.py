"""Sends messages through the channels that plugins bring."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from spoeq_core.hooks import notification as contributions
from spoeq_core.kernel.events import Delivery
from spoeq_core.notifications.model import Message, NotificationChannel
from spoeq_core.notifications.rendering import render
from spoeq_core.orders.model import Order
from spoeq_core.orders.shape import order_shape, track_path
from spoeq_core.shop import Shop


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who is told, by whatever reaches them."""

    email: str = ""
    phone: str = ""


def channels(shop: Shop) -> list[NotificationChannel]:
    """The channels of the enabled plugins."""
    return [channel for part in shop.hooks.parts(contributions.register_channels) for channel in part.value]


async def tell(
    shop: Shop,
    delivery: Delivery,
    to: Recipient,
    template: str,
    context: Mapping[str, Any],
    *,
    language: str = "",
    confidential: bool = False,
) -> None:
    """Render a message and send it through every channel; a repeated delivery sends each channel the same key.

    Raises:
        Exception: a channel failed. The others have sent; the delivery is repeated, and they know the key.
    """
    known = channels(shop)
    if not known:
        return
    rendered = render(shop, template, context, language)
    results = await asyncio.gather(
        *(
            channel.send(
                shop,
                Message(
                    key=f"{delivery.id}:{channel.name}",
                    template=template,
                    to_email=to.email,
                    to_phone=to.phone,
                    subject=rendered.subject,
                    text=rendered.text,
                    html=rendered.html,
                    confidential=confidential,
                ),
            )
            for channel in known
        ),
        return_exceptions=True,
    )
    for result in results:
        if isinstance(result, BaseException):
            raise result


async def tell_of_order(shop: Shop, delivery: Delivery, order: Order, template: str, **more: Any) -> None:
    """Tell an order's buyer of it, with a link that opens it without an account."""
    track_url = f"{shop.settings.base_url.rstrip('/')}{track_path(shop, order)}"
    context = {"order": order_shape(order), "track_url": track_url, **more}
    await tell(shop, delivery, Recipient(order.email, order.phone), template, context, language=order.language)
