"""Sends messages through the channels that plugins bring."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from spoeq_core.hooks import notification as contributions
from spoeq_core.kernel.errors import Unavailable
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


async def send_message(
    shop: Shop,
    key: str,
    to: Recipient,
    template: str,
    context: Mapping[str, Any],
    *,
    language: str = "",
    confidential: bool = False,
) -> None:
    """Render a message and send it through every channel.

    Args:
        shop: The shop.
        key: The same for each attempt, and of no other message: a channel sends it once.
        to: Who is told.
        template: The core's (`order_confirmed`) or a plugin's (`<plugin>/<template>`).
        context: What the template needs besides `shop`, `base_url`, `lang` and `dir`; JSON values.
        language: One of the shop's; empty, or another, is its first.
        confidential: Whether it holds a link that opens an account.

    Raises:
        Unavailable: no enabled plugin brings a channel.
        Exception: a channel failed. The others have sent; repeat it with the same key, which they know.
    """
    known = channels(shop)
    if not known:
        raise Unavailable("No enabled plugin sends messages.", hint="Enable a plugin that does, such as E-mail.")
    rendered = render(shop, template, context, language)
    results = await asyncio.gather(
        *(
            channel.send(
                shop,
                Message(
                    key=f"{key}:{channel.name}",
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
    """Send a message about an event; a repeated delivery has the same key. Nothing if no plugin brings a channel.

    Raises:
        Exception: a channel failed; the delivery is repeated.
    """
    if channels(shop):
        await send_message(shop, delivery.id, to, template, context, language=language, confidential=confidential)


async def tell_of_order(shop: Shop, delivery: Delivery, order: Order, template: str, **more: Any) -> None:
    """Tell an order's buyer of it, with a link that opens it without an account."""
    track_url = f"{shop.settings.base_url.rstrip('/')}{track_path(shop, order)}"
    context = {"order": order_shape(order), "track_url": track_url, **more}
    await tell(shop, delivery, Recipient(order.email, order.phone), template, context, language=order.language)
