"""The example as an author would ship it: its wheel, found by its entry point, in a running shop of the kit."""

from __future__ import annotations

import sys
import zipfile
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from types import ModuleType

import pytest
from flit_core import buildapi

from spoeq_core.plugins.discovery import discover
from spoeq_core.sdk import (
    Manifest,
    Order,
    PaymentOption,
    PaymentOutcome,
    PricedCart,
    ShippingOption,
    Shop,
    hookimpl,
)
from spoeq_core.testing.clients import RunningApp, app_with

HERE = Path(__file__).resolve().parents[1]
PACKAGE = "spoeq_gift_wrap"


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example's wheel, unpacked."""
    site = tmp_path_factory.mktemp("site")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(HERE)
        name = buildapi.build_wheel(str(site))
    with zipfile.ZipFile(site / name) as wheel:
        wheel.extractall(site)
    return site


@pytest.fixture
def plugin(installed: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The plugin, as the shop finds it by its entry point."""
    monkeypatch.syspath_prepend(str(installed))
    for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
        monkeypatch.delitem(sys.modules, name)
    return next(found.module for found in discover(strict=True).plugins if found.name == "gift_wrap")


class AtTheDoor:
    """Money at the door, so that an order is confirmed at once."""

    name = "door"
    on_delivery = True

    async def option(self, shop: Shop, priced: PricedCart) -> PaymentOption:
        """Always."""
        del shop, priced
        return PaymentOption("Pay at the door")

    async def start(self, shop: Shop, order: Order) -> PaymentOutcome:
        """Never asked: the money is taken at the door."""
        raise AssertionError(f"{shop.profile.name}: {order.id}")


def buying() -> ModuleType:
    """Another plugin, which delivers and takes money: without one nothing can be bought."""

    async def shipping_options() -> Sequence[ShippingOption]:
        return [ShippingOption("post", "By post", 0)]

    def register_payment_providers() -> Sequence[AtTheDoor]:
        return [AtTheDoor()]

    module = ModuleType("spoeq_buying.plugin")
    module.__file__ = __file__
    module.manifest = Manifest("buying", "Buying", "Delivers and takes money, for tests.")  # type: ignore[attr-defined]
    module.shipping_options = hookimpl(shipping_options)  # type: ignore[attr-defined]
    module.register_payment_providers = hookimpl(register_payment_providers)  # type: ignore[attr-defined]
    return module


@pytest.fixture
async def running(plugin: ModuleType, servers: tuple[str, str], tmp_path: Path) -> AsyncIterator[RunningApp]:
    async with app_with(plugin, buying(), servers=servers, data_dir=tmp_path) as app:
        yield app
