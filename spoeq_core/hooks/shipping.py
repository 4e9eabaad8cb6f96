"""Shipping quotes, and carriers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from spoeq_core.hooks.caller import hookspec, policy

if TYPE_CHECKING:
    from spoeq_core.pricing.model import PricingCart
    from spoeq_core.shipping.model import ShippingCarrier, ShippingOption
    from spoeq_core.shop import Shop


@hookspec
@policy(timeout=4.0)
async def shipping_options(shop: Shop, cart: PricingCart) -> Sequence[ShippingOption] | None:
    """How this cart can be sent to its destination, and for how much (minor units). Nothing where it cannot."""


@hookspec
def register_carriers() -> Sequence[ShippingCarrier] | None:
    """Those who carry parcels and tell where they are. Two carriers of one name are refused at boot."""
