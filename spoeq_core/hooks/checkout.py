"""What plugins say while an order is placed. All of it fails closed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from spoeq_core.hooks.caller import hookspec, policy

if TYPE_CHECKING:
    from spoeq_core.checkout.model import Problem, Quota
    from spoeq_core.hooks.questions import CheckoutField
    from spoeq_core.orders.model import Order
    from spoeq_core.pricing.model import PricedCart
    from spoeq_core.shop import Shop


@hookspec
def register_checkout_fields() -> Sequence[CheckoutField] | None:
    """What the checkout asks about the whole order; `fields` of a quote and of `POST /orders`.

    The core draws the fields, checks them, hands them to price hooks as `cart.fields`, keeps them with the order and
    shows them on its pages, papers and mails. A name that two plugins declare belongs to the first: the second is set
    aside.

    Example:
        >>> @hookimpl
        ... def register_checkout_fields() -> Sequence[CheckoutField]:
        ...     return [CheckoutField("gift_wrap", "Wrap it as a gift", kind="flag")]
    """


@hookspec
@policy(timeout=2.0)
async def checkout_problems(shop: Shop, priced: PricedCart) -> Sequence[Problem] | None:
    """Why this cart cannot be ordered as it is. Called for quotes and once more when the order is placed."""


@hookspec
@policy(timeout=2.0)
async def order_quotas(shop: Shop, order: Order) -> Sequence[Quota] | None:
    """Limits that this order counts against; the core claims a place under each."""


@hookspec
@policy(timeout=5.0)
async def claim_benefits(shop: Shop, order: Order) -> Problem | None:
    """Take what the order uses up (a coupon's use, points), by conditional updates, idempotent by the order's id.

    Called after the stock is reserved and before the order is stored. Answer a Problem to refuse the order.
    """


@hookspec
@policy(timeout=5.0)
async def release_benefits(shop: Shop, order_id: str) -> bool | None:
    """Give back what `claim_benefits` took for an order that was not stored, or was cancelled. Idempotent."""
