"""Orders whose money does not come: the provider is asked and its session closed, then the stock is free again."""

from __future__ import annotations

import logging
from datetime import timedelta

from spoeq_core.kernel.errors import NotFound, StaleAggregate
from spoeq_core.kernel.messages import message
from spoeq_core.kernel.mongo import Document
from spoeq_core.orders.documents import OrderRepository
from spoeq_core.orders.model import NotAllowed, Order, OrderStatus
from spoeq_core.orders.service import cancel, settle
from spoeq_core.payments.model import ExpiringProvider, Pending, Settled
from spoeq_core.payments.service import provider_of
from spoeq_core.shop import Shop

log = logging.getLogger(__name__)

AT_ONCE = 200
REASON = message("It was not paid in time.")


async def expire_unpaid(shop: Shop) -> int:
    """Cancel the orders that wait for their money longer than the shop's settings say; how many were.

    A provider that can close its session is asked first: money that it holds confirms the order, and a payment that it
    is still working on leaves it. Each order is cancelled only as it was read, so a payment that arrives at the same
    moment wins; one that arrives later is kept aside and flagged to be given back.
    """
    minutes = shop.profile.unpaid_minutes
    if not minutes:
        return 0
    before = shop.clock.now() - timedelta(minutes=minutes)
    query: Document = {"status": OrderStatus.PENDING_PAYMENT.value, "placed_at": {"$lte": before}}
    expired, last = 0, ""
    while True:
        # Those that a provider still works on stay: the next ones are looked for behind them.
        page = query | ({"_id": {"$gt": last}} if last else {})
        found = await shop.repository(OrderRepository).find(page, sort=[("_id", 1)], limit=AT_ONCE)
        for order in found:
            expired += await _expired(shop, order)
        if len(found) < AT_ONCE:
            return expired
        last = found[-1].id


async def _expired(shop: Shop, order: Order) -> bool:
    try:
        return await _expire(shop, order)
    except (StaleAggregate, NotAllowed):
        return False
    except Exception:
        log.exception("order %s could not be expired yet; the next round tries again", order.id)
        return False


async def _expire(shop: Shop, order: Order) -> bool:
    provider = _provider(shop, order)
    outcome = await provider.expire(shop, order) if isinstance(provider, ExpiringProvider) else None
    if isinstance(outcome, Settled):
        await settle(shop, order.payment.provider, order.id, outcome)
        return False
    if isinstance(outcome, Pending):
        return False
    await cancel(shop, order.id, actor="system", reason=REASON, version=order.version)
    return True


def _provider(shop: Shop, order: Order) -> object:
    try:
        return provider_of(shop, order.payment.provider)
    except NotFound:
        return None
