"""Cash on delivery: what it adds to the shop, at a glance."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel

from spoeq_cod.provider import CashOnDelivery
from spoeq_cod.service import quotas
from spoeq_cod.settings import CodSettings
from spoeq_core.sdk import Manifest, Order, PaymentProvider, Quota, Shop, hookimpl

manifest = Manifest(
    name="cod",
    title="Cash on delivery",
    description="The buyer pays the courier at the door: a fee, a cap on the order, and limits per person and day.",
)


@hookimpl
def register_settings() -> type[BaseModel]:
    """Fee and limits."""
    return CodSettings


@hookimpl
def register_payment_providers() -> Sequence[PaymentProvider]:
    """Cash on delivery."""
    return [CashOnDelivery()]


@hookimpl
async def order_quotas(shop: Shop, order: Order) -> Sequence[Quota] | None:
    """Limits per person and day, for orders that are paid at the door."""
    return quotas(shop, order) if order.payment.provider == CashOnDelivery.name else None
