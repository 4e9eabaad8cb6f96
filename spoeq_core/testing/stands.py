"""Plugins that stand in where a test's shop needs somebody who delivers and somebody who takes the money."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from spoeq_core.hooks.contributions import Manifest
from spoeq_core.hooks.spec import hookimpl
from spoeq_core.orders.model import Order
from spoeq_core.payments.model import PaymentOption, PaymentOutcome, PaymentProvider, Pending
from spoeq_core.pricing.model import PricedCart, PricingCart
from spoeq_core.shipping.model import ShippingOption
from spoeq_core.shop import Shop

DELIVERY = 4900


def plugin_of(name: str, hosts: tuple[str, ...] = (), **hooks: Callable[..., Any]) -> ModuleType:
    """A plugin module that talks to these hosts and answers these hooks, as `shop_with` and `app_with` take it."""
    module = ModuleType(f"spoeq_{name}.plugin")
    module.__file__ = __file__
    title = name.replace("_", " ").capitalize()
    module.manifest = Manifest(name, title, "For tests.", hosts=hosts)  # type: ignore[attr-defined]
    for hook, function in hooks.items():
        setattr(module, hook, hookimpl(function))
    return module


def delivering(price: int = DELIVERY) -> ModuleType:
    """A plugin `kit_delivery` that sends everything anywhere.

    Args:
        price: Minor units.
    """

    async def shipping_options(cart: PricingCart) -> Sequence[ShippingOption] | None:
        return [ShippingOption("standard", "Standard delivery", price)] if cart.destination else None

    return plugin_of("kit_delivery", shipping_options=shipping_options)


@dataclass
class Door:
    """Money at the door, without a fee."""

    name: str = "kit_door"
    on_delivery: bool = True

    async def option(self, shop: Shop, priced: PricedCart) -> PaymentOption | None:
        """Always."""
        del shop, priced
        return PaymentOption("Pay at the door")

    async def start(self, shop: Shop, order: Order) -> PaymentOutcome:
        """Nothing to do: the money comes at the door."""
        del shop, order
        return Pending()


def paying() -> ModuleType:
    """A plugin `kit_payment` by which everything is paid at the door."""

    def register_payment_providers() -> Sequence[PaymentProvider]:
        return [Door()]

    return plugin_of("kit_payment", register_payment_providers=register_payment_providers)
