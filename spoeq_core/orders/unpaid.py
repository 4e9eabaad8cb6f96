"""Orders that still wait for the money of a plugin's way to pay."""

from __future__ import annotations

from spoeq_core.hooks import payment as payment_hooks
from spoeq_core.kernel.messages import counted
from spoeq_core.orders.documents import OrderRepository
from spoeq_core.orders.model.states import OPEN
from spoeq_core.payments.model import PaymentStatus
from spoeq_core.shop import Shop

UNPAID = (PaymentStatus.PENDING, PaymentStatus.PENDING_COD, PaymentStatus.AUTHORIZED, PaymentStatus.PARTIALLY_PAID)


async def unpaid_orders(shop: Shop, plugin: str) -> int:
    """How many orders under way wait for money through a plugin, enabled or not; 0 if it brings no way to pay."""
    names = [provider.name for provider in shop.hooks.part_of(payment_hooks.register_payment_providers, plugin) or ()]
    if not names:
        return 0
    query = {
        "status": {"$in": sorted(OPEN)},
        "payment.provider": {"$in": names},
        "payment_status": {"$in": [status.value for status in UNPAID]},
    }
    return await shop.repository(OrderRepository).count(query)


async def warnings_of_switching_off(shop: Shop, plugin: str) -> list[str]:
    """What staff should know before a plugin is switched off or removed."""
    waiting = await unpaid_orders(shop, plugin)
    if not waiting:
        return []
    return [
        counted(
            "%(n)s order still waits for money by it. What the provider tells of it is still heard; "
            "nobody can begin to pay by it any more.",
            "%(n)s orders still wait for money by it. What the provider tells of them is still heard; "
            "nobody can begin to pay by it any more.",
            waiting,
        )
    ]
