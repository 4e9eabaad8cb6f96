"""Asks the shipping plugins how a cart can be sent and for how much, and hears what carriers tell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from spoeq_core.hooks import shipping as questions
from spoeq_core.hooks.caller import HookError
from spoeq_core.kernel.errors import Malformed, NotFound, Unavailable
from spoeq_core.kernel.messages import message
from spoeq_core.shipping.model import ShippingCarrier, ShippingOption
from spoeq_core.shop import Shop

if TYPE_CHECKING:
    from spoeq_core.pricing.model import PricingCart


async def options(shop: Shop, cart: PricingCart) -> list[ShippingOption]:
    """The ways to send the cart to its destination, cheapest first, each id prefixed `<plugin>:`.

    Raises:
        HookError: a plugin failed, or offered a price below zero.
    """
    found: list[ShippingOption] = []
    for answer in await shop.hooks.collect(questions.shipping_options, shop=shop, cart=cart):
        for option in answer.value:
            if type(option.price) is not int or option.price < 0:
                cause = f"option {option.id!r} costs {option.price!r}"
                shop.hooks.on_fault(answer.plugin, "shipping_options", cause)
                raise HookError(answer.plugin, "shipping_options", cause)
            found.append(replace(option, id=f"{answer.plugin}:{option.id}"))
    return sorted(found, key=lambda option: (option.price, option.latest is None, option.latest, option.id))


def chosen(offered: Iterable[ShippingOption], option_id: str) -> ShippingOption | None:
    """The option of that id, if it is offered."""
    return next((option for option in offered if option.id == option_id), None)


async def hear(shop: Shop, carrier: str, body: bytes, headers: Mapping[str, str]) -> None:
    """Let a carrier's plugin take in what the carrier tells, also while the plugin is switched off.

    Raises:
        NotFound: no installed plugin brings a carrier of that name.
        Malformed: the carrier did not sign it (`code` "bad_signature").
        Unavailable: the carrier's plugin is held.
    """
    if not await _carrier_of(shop, carrier).hear(shop, body, headers):
        raise Malformed(
            "The message is not signed by the carrier.",
            hint="Compare the webhook's secret there with the one in the plugin's settings.",
            code="bad_signature",
        )


def _carrier_of(shop: Shop, name: str) -> ShippingCarrier:
    for part in shop.hooks.all_parts(questions.register_carriers):
        for carrier in part.value:
            if carrier.name == name:
                if part.plugin in shop.hooks.held:
                    why = shop.hooks.held[part.plugin]
                    raise Unavailable(message("Plugin '%(name)s' is held: %(why)s", name=part.plugin, why=why))
                return carrier
    raise NotFound("There is nothing here.")
