"""A shop with orders to look after, and staff with browsers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from spoeq_core.kernel.clock import FixedClock, to_milliseconds
from spoeq_core.testing.clients import RunningApp, app_with
from spoeq_core.testing.visitors import Browser, staff_browser
from tests.shopping import Gateway, delivery, door, letters, online, stock_up


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(to_milliseconds(datetime.now(UTC)))


@pytest.fixture
async def app(servers: tuple[str, str], tmp_path: Path, clock: FixedClock) -> AsyncIterator[RunningApp]:
    plugins = delivery(), door(), online(Gateway()), letters()
    async with app_with(*plugins, servers=servers, data_dir=tmp_path, clock=clock) as running:
        await stock_up(running.shop, {"KURTA": 100})
        yield running


@pytest.fixture
async def admin(app: RunningApp) -> Browser:
    return await staff_browser(app, "admin")
