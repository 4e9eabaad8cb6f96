"""An open shop with orders in it, on a clock that the tests move."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from spoeq_core.kernel.clock import FixedClock, to_milliseconds
from spoeq_core.orders.model import Order
from spoeq_core.payments.model import ActionNeeded
from spoeq_core.shop import Shop
from spoeq_core.testing.shops import shop_with
from tests.shopping import Gateway, buy, delivery, door, guest, letters, online, stock_up


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(to_milliseconds(datetime.now(UTC)))


@pytest.fixture
async def shop(servers: tuple[str, str], tmp_path: Path, clock: FixedClock) -> AsyncIterator[Shop]:
    gateway = Gateway(outcome=ActionNeeded("redirect", url="https://pay.example"))
    plugins = delivery(), door(), online(gateway), letters()
    async with shop_with(*plugins, servers=servers, data_dir=tmp_path, clock=clock) as opened:
        await stock_up(opened, {"KURTA": 10, "DIYA": 10})
        yield opened


@pytest.fixture
def place(shop: Shop) -> Callable[..., Awaitable[Order]]:
    """`await place(pay="gateway", KURTA=2)`: an order of a guest."""

    async def placed(pay: str = "door", **pieces: int) -> Order:
        return (await buy(shop, await guest(shop, pieces or {"KURTA": 2, "DIYA": 1}), pay=pay)).order

    return placed
