"""Asks the payment providers what they offer for a cart."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from spoeq_core.hooks import payment as contributions
from spoeq_core.hooks.caller import HookError
from spoeq_core.kernel.errors import ConfigurationError, NotFound, Unavailable
from spoeq_core.kernel.leading import may_lead_to
from spoeq_core.kernel.messages import message
from spoeq_core.payments.model import ActionNeeded, PaymentOption, PaymentProvider
from spoeq_core.plugins.installed import configuration_of
from spoeq_core.shop import Shop

if TYPE_CHECKING:
    from spoeq_core.pricing.model import PricedCart

PATIENCE = 4.0
"""Seconds a provider may take to say what it offers."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A provider with what it offers for a cart."""

    provider: PaymentProvider
    option: PaymentOption
    plugin: str

    @property
    def id(self) -> str:
        """The method's id: the provider's name."""
        return self.provider.name


def providers(shop: Shop) -> Iterator[tuple[str, PaymentProvider]]:
    """The providers of the enabled plugins, with the plugin's name, in the order in which they are offered."""
    for part in shop.hooks.parts(contributions.register_payment_providers):
        for provider in part.value:
            yield part.plugin, provider


def payment_method_ids(shop: Shop) -> list[str]:
    """What the ways to pay of the enabled plugins are called, in the order in which they are offered."""
    return [provider.name for _, provider in providers(shop)]


def provider_named(shop: Shop, name: str) -> PaymentProvider:
    """The provider of that name.

    Raises:
        NotFound: no enabled plugin brings it.
    """
    for _, provider in providers(shop):
        if provider.name == name:
            return provider
    raise NotFound(
        message("There is no payment method '%(name)s'.", name=name),
        hint="Choose one of the methods that the quote lists.",
    )


def owner_of(shop: Shop, provider: str) -> str:
    """The enabled plugin that brings a provider; the provider's own name where none does."""
    return next((plugin for plugin, mine in providers(shop) if mine.name == provider), provider)


def check_destination(shop: Shop, provider: str, action: ActionNeeded) -> None:
    """Let a provider lead shoppers only where its plugin said that it would.

    Raises:
        ConfigurationError: to another place.
    """
    owner = owner_of(shop, provider)
    known = configuration_of(shop).plugins
    hosts = next((plugin.manifest.hosts for plugin in known if plugin.name == owner), ())
    settings = shop.settings
    if action.type == "redirect" and not may_lead_to(
        action.url, hosts, own=settings.base_url, development=settings.for_development
    ):
        raise ConfigurationError(
            f"The payment provider {provider!r} leads to {action.url!r}, which its plugin does not declare.",
            hint=f"Name the host in the manifest of {owner!r} (hosts=…), and lead there by https.",
        )


def provider_of(shop: Shop, name: str) -> PaymentProvider:
    """The provider that took an order's money: of an installed plugin, whether it is enabled or not.

    Raises:
        NotFound: no installed plugin brings it.
        Unavailable: its plugin's data is being brought to its version.
    """
    for part in shop.hooks.all_parts(contributions.register_payment_providers):
        for provider in part.value:
            if provider.name == name:
                if part.plugin in shop.hooks.held:
                    why = shop.hooks.held[part.plugin]
                    raise Unavailable(message("Plugin '%(name)s' is held: %(why)s", name=part.plugin, why=why))
                return provider
    raise NotFound(message("No installed plugin brings the payment method '%(name)s'.", name=name))


async def offers(shop: Shop, priced: PricedCart) -> list[Offer]:
    """What the providers offer for a cart priced without a payment fee; those that hide themselves are left out.

    Raises:
        HookError: a provider failed, was late, or asked a fee below zero.
    """
    known = list(providers(shop))
    answers = await asyncio.gather(
        *(_option(shop, plugin, provider, priced) for plugin, provider in known), return_exceptions=True
    )
    found: list[Offer] = []
    for (plugin, provider), answer in zip(known, answers, strict=True):
        if isinstance(answer, BaseException):
            raise answer
        if answer is not None:
            found.append(Offer(provider, answer, plugin))
    return found


def chosen(offered: Iterable[Offer], method: str) -> Offer | None:
    """The offer of that method, if there is one."""
    return next((offer for offer in offered if offer.id == method), None)


async def _option(shop: Shop, plugin: str, provider: PaymentProvider, priced: PricedCart) -> PaymentOption | None:
    try:
        async with asyncio.timeout(PATIENCE):
            option = await provider.option(shop, priced)
        if option is not None and (type(option.fee) is not int or option.fee < 0):
            raise ValueError(f"its fee is {option.fee!r}")
    except Exception as error:
        cause = f"provider {provider.name!r}: {type(error).__name__}: {error}"
        shop.hooks.on_fault(plugin, "register_payment_providers", cause)
        raise HookError(plugin, "register_payment_providers", cause) from error
    return option
