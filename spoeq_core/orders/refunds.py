"""Giving money back: the ledger first says that it is on its way, then the provider is asked, then the ledger closes.

What a crash leaves on its way is finished by the worker, under the same refund id, by which providers are idempotent.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from spoeq_core.kernel.errors import Forbidden, Invalid, NotFound, Unavailable
from spoeq_core.kernel.ids import new_id
from spoeq_core.kernel.messages import message
from spoeq_core.kernel.money import plain_amount
from spoeq_core.orders import model
from spoeq_core.orders.changing import Change, change_order
from spoeq_core.orders.documents import OrderRepository
from spoeq_core.orders.events import OrderRefunded, RefundRequested
from spoeq_core.orders.model import Order, Refund, RefundStatus
from spoeq_core.payments.model import Failed, Refunded, RefundingProvider
from spoeq_core.payments.service import provider_of
from spoeq_core.shop import Shop

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RefundWish:
    """What staff want to give back.

    Attributes:
        amount: Minor units; None is what the items cost, or without items what came in above a lowered total.
        items: Pieces by line id.
        restock: Whether the pieces are back and go on the shelf again.
        reference: Of the transfer, where the money is given back by hand.
    """

    reason: str
    amount: int | None = None
    items: Mapping[str, int] = field(default_factory=dict)
    restock: bool = False
    reference: str = ""


async def refund(
    shop: Shop, order_id: str, wish: RefundWish, *, actor: str, refund_id: str = "", cap: int | None = None
) -> Order:
    """Give money back, through the provider that took it if it can, else recorded as given by hand.

    Args:
        shop: The shop.
        order_id: Whose.
        wish: How much, what for.
        actor: Who decides it.
        refund_id: Safe to repeat under the same id.
        cap: What this actor may give back at once, minor units.

    Raises:
        RefundTooLarge: more than came in.
        Invalid: neither amount nor items, or wrong ones.
        Forbidden: above the cap.
    """
    key, at = refund_id or new_id(), shop.clock.now()

    def decide(order: Order) -> Change:
        if order.refund(key) is not None:
            return order, ()
        asked = _asked(order, wish, cap)
        refund = Refund(key, asked, at, wish.reason, actor, items=dict(wish.items), restock=wish.restock)
        after = model.with_refund(order, replace(refund, reference=wish.reference))
        if _provider(shop, order) is not None:
            return after, [RefundRequested(order_id=order.id, refund_id=key)]
        return model.refund_done(after, key, wish.reference, at), [_told(order, key, asked)]

    begun = await change_order(shop, order_id, decide)
    try:
        return await finish_refund(shop, order_id, key)
    except Exception:
        log.exception("refund %s of order %s is on its way still; the worker asks again", key, order_id)
        return begun


async def finish_refund(shop: Shop, order_id: str, refund_id: str) -> Order:
    """Ask the provider for the money of a refund that is on its way. Safe to repeat.

    Raises:
        Unavailable: the provider has not decided yet, or does not answer; the worker asks again.
    """
    order = await shop.repository(OrderRepository).get(order_id)
    pending, provider = order.refund(refund_id), _provider(shop, order)
    if pending is None or pending.status is not RefundStatus.PENDING:
        return order
    if provider is None:
        raise Unavailable(
            message("The payment provider '%(provider)s' is switched off.", provider=order.payment.provider),
            hint="Enable its plugin.",
        )
    outcome = await provider.refund(shop, order, pending.amount, refund_id)
    at = shop.clock.now()
    if isinstance(outcome, Failed):
        reason = outcome.reason
        return await change_order(shop, order_id, lambda it: (model.refund_failed(it, refund_id, reason, at), ()))
    if not isinstance(outcome, Refunded):
        raise Unavailable("The payment provider has not given the money back yet.", hint="It is asked again.")
    reference, amount = outcome.reference, pending.amount

    def decide(current: Order) -> Change:
        after = model.refund_done(current, refund_id, reference, at)
        return after, [] if after == current else [_told(current, refund_id, amount)]

    return await change_order(shop, order_id, decide)


def _asked(order: Order, wish: RefundWish, cap: int | None) -> int:
    by_items = model.amount_of_items(order, wish.items)
    if wish.amount is None and not wish.items and not order.overpaid:
        raise Invalid.field("amount", "Give an amount, or the lines that are refunded.", "missing")
    asked = (by_items if wish.items else order.overpaid) if wish.amount is None else wish.amount
    if asked < 1:
        raise Invalid.field("amount", "Give back at least one minor unit.", "range")
    if cap is not None and asked > cap:
        raise Forbidden(
            message(
                "Your role may give back %(cap)s %(currency)s at once.",
                cap=plain_amount(cap, order.currency),
                currency=order.currency,
            ),
            hint="Ask a member of staff.",
            code="refund_cap",
        )
    return asked


def _provider(shop: Shop, order: Order) -> RefundingProvider | None:
    """Whoever took the money, if it can give it back by itself."""
    try:
        found = provider_of(shop, order.payment.provider)
    except NotFound:
        return None
    return found if isinstance(found, RefundingProvider) else None


def _told(order: Order, refund_id: str, amount: int) -> OrderRefunded:
    return OrderRefunded(order_id=order.id, refund_id=refund_id, amount=amount)
