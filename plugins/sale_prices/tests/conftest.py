"""A running shop with sale prices, delivery and payment at the door, on a clock that the tests move."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from spoeq_core.kernel.clock import FixedClock
from spoeq_core.shop import Shop
from spoeq_core.testing.clients import RunningApp, app_with
from spoeq_core.testing.shops import deliver_all, shop_with
from spoeq_sale_prices import plugin as sale_prices
from spoeq_sale_prices.model import Kind, Sale
from spoeq_sale_prices.service import create_sale
from tests.shopping import CommandCounter, delivery, door, letters, stock_up

NOW = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
Begin = Callable[..., Awaitable[Sale]]


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def counter() -> CommandCounter:
    return CommandCounter()


@pytest.fixture
async def shop(
    servers: tuple[str, str], tmp_path: Path, clock: FixedClock, counter: CommandCounter
) -> AsyncIterator[Shop]:
    plugins = delivery(), door(), letters(), sale_prices
    async with shop_with(*plugins, servers=servers, data_dir=tmp_path, clock=clock, listeners=[counter]) as opened:
        await stock_up(opened, {"KUR-IND-M": 500, "OTHER": 500})
        await deliver_all(opened)
        yield opened


@pytest.fixture
async def running(servers: tuple[str, str], tmp_path: Path, clock: FixedClock) -> AsyncIterator[RunningApp]:
    """Nothing is kept: how long it may be goes by the machine's clock, which the tests do not move."""
    plugins = delivery(), door(), sale_prices
    async with app_with(*plugins, servers=servers, data_dir=tmp_path, clock=clock, cache="off") as app:
        await stock_up(app.shop, {"KUR-IND-M": 500, "OTHER": 500})
        await deliver_all(app.shop)
        yield app


@pytest.fixture
def begin() -> Begin:
    """Begins a sale: `await begin(shop)` is 20% off everything for a day, from now on."""

    async def make(shop: Shop, **fields: Any) -> Sale:
        now = shop.clock.now()
        given = {"starts_at": now, "ends_at": now + timedelta(days=1), "percent": Decimal(20), "name": "Winter sale"}
        sale = await create_sale(shop, Sale(id="", kind=Kind.PERCENT, **(given | fields)))
        await deliver_all(shop)
        return sale

    return make
