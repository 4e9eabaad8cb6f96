"""A plugin that is switched on and is not there: what it said about prices refuses orders until staff decide."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from spoeq_core.boot import open_shop, prepare
from spoeq_core.checkout.model import Choices
from spoeq_core.checkout.service import quote
from spoeq_core.hooks.caller import HookError
from spoeq_core.kernel.settings import Settings
from spoeq_core.plugins.discovery import Discovery, quarantine
from spoeq_core.plugins.lifecycle import disable_plugin, enable_plugin
from spoeq_core.pricing.model import Adjustment, OnOrder, Percent, Phase
from spoeq_core.shop import Shop
from spoeq_core.testing.shops import discovery_of, test_settings as settings_for
from tests.shopping import ADDRESS, buy, delivery, door, guest, letters, plugin, stock_up

CHOICES = Choices(ADDRESS, "delivery:standard", "door")


def tenth() -> ModuleType:
    """A tenth off each order."""

    async def price_adjustments(phase: Phase) -> Sequence[Adjustment] | None:
        if phase is not Phase.ORDER:
            return None
        return [Adjustment(rule="all", label="A tenth", target=OnOrder(), effect=Percent(Decimal(10)))]

    return plugin("tenth", price_adjustments=price_adjustments)


async def served(settings: Settings, discovery: Discovery, use: Callable[[Shop], Awaitable[Any]]) -> None:
    async with open_shop(prepare(settings, discovery), serving=True) as shop:
        await use(shop)


@pytest.fixture
async def settings(servers: tuple[str, str], tmp_path: Path) -> Settings:
    """A shop whose plugin `tenth` was served once."""
    found = settings_for(servers, tmp_path)
    discovery = discovery_of(delivery(), door(), letters(), tenth())

    async def begin(shop: Shop) -> None:
        for one in discovery.plugins:
            await enable_plugin(shop, one.name)
        await stock_up(shop)

    await served(found, discovery, begin)
    return found


def without(*, torn: bool) -> Discovery:
    """What is found after the plugin broke, or was uninstalled by pip alone."""
    rest = discovery_of(delivery(), door(), letters())
    return Discovery(rest.plugins, (quarantine("tenth", ImportError("torn")),) if torn else ())


@pytest.mark.parametrize("torn", [True, False], ids=["set-aside", "uninstalled"])
async def test_nothing_is_sold_without_what_it_said_about_prices(settings: Settings, torn: bool) -> None:
    async def refused(shop: Shop) -> None:
        owner = await guest(shop)
        found = await quote(shop, owner, CHOICES)
        assert (found.unpriced.plugin, found.unpriced.hook) == ("tenth", "price_adjustments")
        assert "plugin_failed" in {problem.code for problem in found.problems}
        with pytest.raises(HookError, match="switched on and could not be loaded"):
            await buy(shop, owner)
        await disable_plugin(shop, "tenth")
        assert (await buy(shop, owner)).order.number

    await served(settings, without(torn=torn), refused)


async def test_one_that_said_nothing_about_prices_is_only_missed(settings: Settings) -> None:
    async def sold(shop: Shop) -> None:
        assert (await buy(shop, await guest(shop))).order.number

    rest = Discovery(discovery_of(delivery(), door(), tenth()).plugins)
    await served(settings, rest, sold)
