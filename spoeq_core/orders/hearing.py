"""What comes back from payment gateways: with the shopper's browser, and by itself. Both end in `settle`."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import timedelta

from spoeq_core.kernel.errors import Conflict, Malformed, NotFound, Unavailable
from spoeq_core.kernel.events import Delivery
from spoeq_core.kernel.messages import message
from spoeq_core.orders.documents import GatewayMessage, GatewayMessages, OrderRepository
from spoeq_core.orders.events import GatewayMessageReceived
from spoeq_core.orders.model import Order
from spoeq_core.orders.service import payment_failed, settle
from spoeq_core.payments.model import Failed, PaymentOutcome, Settled, TellingProvider, VerifyingProvider
from spoeq_core.payments.service import provider_of
from spoeq_core.shop import Shop

log = logging.getLogger(__name__)

KEPT = timedelta(days=30)
LONGEST_EVENT_ID = 200


async def take_in(shop: Shop, provider: str, order_id: str, outcome: PaymentOutcome) -> Order:
    """The order after a provider said what has become of its payment; however often it says so.

    Raises:
        NotFound: there is no such order.
    """
    if isinstance(outcome, Settled):
        return await settle(shop, provider, order_id, outcome)
    if isinstance(outcome, Failed):
        return await payment_failed(shop, order_id, outcome.reason)
    return await shop.repository(OrderRepository).get(order_id)


async def verify(shop: Shop, order: Order, fields: Mapping[str, str]) -> Order:
    """The order after its buyer came back from the gateway with these fields.

    Raises:
        Conflict: nobody comes back from the order's way to pay (`code` "not_verifiable").
        Unavailable: the provider could not say; the order is as it was.
    """
    name = order.payment.provider
    provider = provider_of(shop, name)
    if not isinstance(provider, VerifyingProvider):
        raise Conflict(
            message("Nothing comes back from %(method)s that could be verified.", method=name), code="not_verifiable"
        )
    try:
        outcome = await provider.verify(shop, order, fields)
    except Exception as error:
        log.exception("payment provider %s could not verify order %s", name, order.id)
        shop.hooks.on_fault(name, "register_payment_providers", f"verify: {type(error).__name__}: {error}")
        raise Unavailable(
            "The payment cannot be checked right now.", hint="Wait a moment, then look at the order."
        ) from error
    return await take_in(shop, name, order.id, outcome)


async def hear(shop: Shop, provider: str, body: bytes, headers: Mapping[str, str]) -> None:
    """Store a gateway's message as it came, for the worker to take in; the same one is stored once.

    Raises:
        NotFound: no installed plugin brings a provider of that name to whom a gateway tells anything.
        Malformed: the gateway did not sign it (`code` "bad_signature").
        Unavailable: the provider's plugin is held.
    """
    known = provider_of(shop, provider)
    if not isinstance(known, TellingProvider):
        raise NotFound("There is nothing here.")
    event = known.event_of(shop, body, headers)
    if not event or len(event) > LONGEST_EVENT_ID:
        raise Malformed(
            "The message is not signed by the gateway.",
            hint="Compare the webhook's secret there with the one in the plugin's settings.",
            code="bad_signature",
        )
    now = shop.clock.now()
    heard = GatewayMessage(f"{provider}:{event}", provider, body, now, now + KEPT)
    try:
        await shop.repository(GatewayMessages).insert(heard, GatewayMessageReceived(message_id=heard.id))
    except Conflict:
        log.info("message %s came again", heard.id)


async def take_in_message(shop: Shop, event: GatewayMessageReceived, delivery: Delivery) -> None:
    """Let the orders follow what a stored message says."""
    del delivery
    messages = shop.repository(GatewayMessages)
    heard = await messages.find_by_id(event.message_id)
    if heard is None or not heard.body:
        return
    provider = provider_of(shop, heard.provider)
    if isinstance(provider, TellingProvider):
        for told in await provider.told(shop, heard.body):
            await take_in(shop, heard.provider, told.order_id, told.outcome)
    await messages.forget_body(heard.id)
