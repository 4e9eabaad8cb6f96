"""The checkout's use cases: a quote, an order with the first step of its payment, and that step again."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field

from spoeq_core.cart.service import Owner
from spoeq_core.checkout.model import PlaceRequest
from spoeq_core.checkout.placement import place
from spoeq_core.checkout.quoting import Quote, quote
from spoeq_core.kernel.errors import Conflict
from spoeq_core.kernel.messages import message
from spoeq_core.orders.model import Order, OrderStatus
from spoeq_core.orders.service import payment_failed, payment_started, settle
from spoeq_core.payments.model import ActionNeeded, Failed, PaymentOutcome, PaymentProvider, PaymentStatus, Settled
from spoeq_core.payments.service import check_destination, owner_of, provider_named
from spoeq_core.shop import Shop

__all__ = ["NextAction", "Placed", "Quote", "is_payable", "pay", "place_order", "quote"]

log = logging.getLogger(__name__)

LIVE = frozenset(OrderStatus) - {OrderStatus.CANCELLED, OrderStatus.COMPLETED}
OPEN_PAYMENTS = frozenset({PaymentStatus.PENDING, PaymentStatus.FAILED})


@dataclass(frozen=True, slots=True)
class NextAction:
    """What the shopper's browser does next: nothing, go to `url`, or go on in the page with `data`."""

    type: str = "none"
    url: str = ""
    data: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Placed:
    """A stored order and what its payment asks of the shopper."""

    order: Order
    next_action: NextAction = field(default_factory=NextAction)


async def place_order(shop: Shop, owner: Owner, request: PlaceRequest, *, key: str = "") -> Placed:
    """Place the owner's cart, once per key and once per cart, and begin its payment.

    Args:
        shop: The shop.
        owner: Whose cart.
        request: Addresses, methods and the total that was agreed to.
        key: The Idempotency-Key; without one the cart's id and version stand for it.

    Raises:
        Invalid, OutOfStock, CartChanged, IdempotencyMismatch, InProgress, HookError: see `placement.place`.
    """
    order = await place(shop, owner, request, key)
    if order.payment_status not in OPEN_PAYMENTS or order.status is not OrderStatus.PENDING_PAYMENT:
        return Placed(order)
    return await _begin_payment(shop, order)


def is_payable(order: Order) -> bool:
    """Whether the order waits for its money, or for the difference to what a change has made of it."""
    waits = order.status is OrderStatus.PENDING_PAYMENT and order.payment_status in OPEN_PAYMENTS
    lacks = order.status in LIVE and order.payment_status is PaymentStatus.PARTIALLY_PAID and order.due
    return bool(waits or lacks)


async def pay(shop: Shop, order: Order) -> Placed:
    """Begin the payment of a waiting order again, after a failure or from another device; or that of a difference.

    Raises:
        Conflict: nothing is to be paid now.
    """
    if not is_payable(order):
        raise Conflict(
            message(
                "Order %(number)s is %(status)s and its payment %(payment_status)s: nothing is to be paid.",
                number=order.number,
                status=order.status,
                payment_status=order.payment_status,
            ),
            hint="Look at the order.",
            code="not_payable",
        )
    return await _begin_payment(shop, order)


async def _begin_payment(shop: Shop, order: Order) -> Placed:
    """Ask the provider; if it fails the order stands, waiting, and the payment can be begun again."""
    name = order.payment.provider
    try:
        provider = provider_named(shop, name)
        outcome = await provider.start(shop, order)
        if isinstance(outcome, ActionNeeded):
            check_destination(shop, name, outcome)
    except Exception as error:
        log.exception("payment provider %s could not begin order %s; it can be tried again", name, order.id)
        shop.hooks.on_fault(
            owner_of(shop, name), "register_payment_providers", f"start: {type(error).__name__}: {error}"
        )
        return Placed(order)
    return await _after_start(shop, order, provider, outcome)


async def _after_start(shop: Shop, order: Order, provider: PaymentProvider, outcome: PaymentOutcome) -> Placed:
    if isinstance(outcome, Settled):
        return Placed(await settle(shop, provider.name, order.id, outcome))
    if isinstance(outcome, Failed):
        return Placed(await payment_failed(shop, order.id, outcome.reason))
    if outcome.reference and outcome.reference != order.payment.reference:
        order = await payment_started(shop, order.id, outcome.reference)
    if isinstance(outcome, ActionNeeded):
        return Placed(order, NextAction(outcome.type, outcome.url, outcome.data))
    return Placed(order)
