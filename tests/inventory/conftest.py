"""A shop with one product, its commands counted, its clock set by the tests."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pymongo import monitoring

from spoeq_core.catalog import service as catalog
from spoeq_core.catalog.model import Option, Product, ProductStatus, Variant
from spoeq_core.inventory import service
from spoeq_core.kernel.clock import FixedClock
from spoeq_core.shop import Shop
from spoeq_core.testing.shops import shop_with

SKUS = ("DIYA.1", "DIYA-2", "DIYA_3")


class Commands(monitoring.CommandListener):
    """Counts the commands that a client sends."""

    def __init__(self) -> None:
        self.names: Counter[str] = Counter()

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        self.names[event.command_name] += 1

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        """Counted when it started."""

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """Counted when it started."""

    def take(self) -> dict[str, int]:
        """What was counted since the last time."""
        counted = dict(self.names)
        self.names.clear()
        return counted


@pytest.fixture
def commands() -> Commands:
    return Commands()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 11, 22, 6, 30, tzinfo=UTC))


@pytest.fixture
async def shop(servers: tuple[str, str], tmp_path: Path, commands: Commands, clock: FixedClock) -> AsyncIterator[Shop]:
    async with shop_with(servers=servers, data_dir=tmp_path, listeners=[commands], clock=clock) as opened:
        yield opened


@pytest.fixture
async def diya(shop: Shop) -> Product:
    """A product of three sizes that has no stock yet."""
    sizes = ("Small", "Medium", "Large")
    return await catalog.create_product(
        shop,
        {
            "name": "Brass Diya",
            "status": ProductStatus.ACTIVE,
            "options": (Option("Size", sizes),),
            "variants": tuple(
                Variant(sku, {"Size": size}, sale=29900, mrp=39900) for sku, size in zip(SKUS, sizes, strict=True)
            ),
            "declarations": {"country_of_origin": "IN", "maker": "Neel", "net_quantity": "1 piece"},
        },
    )


@pytest.fixture
async def stocked(shop: Shop, diya: Product) -> Product:
    """The same with 20 pieces of each size and the threshold at 5."""
    await service.create_stocks(shop, [service.NewStock(sku, diya.id, f"Diya {sku}", 20, 5) for sku in SKUS])
    return diya
