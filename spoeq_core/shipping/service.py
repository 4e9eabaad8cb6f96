"""Asks the shipping plugins how a cart can be sent, and for how much."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from spoeq_core.hooks import shipping as questions
from spoeq_core.hooks.caller import HookError
from spoeq_core.shipping.model import ShippingOption
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
