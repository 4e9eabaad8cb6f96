"""A running shop with segments, delivery and payment at the door, on a clock that the tests move."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from spoeq_core.kernel.clock import FixedClock
from spoeq_core.shop import Shop
from spoeq_core.testing.clients import RunningApp, app_with
from spoeq_segments import plugin as segments
from tests.indexes import Queries
from tests.shopping import CommandCounter, delivery, door, stock_up


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 11, 23, 6, 30, tzinfo=UTC))


@pytest.fixture
def counter() -> CommandCounter:
    return CommandCounter()


@pytest.fixture
def queries() -> Queries:
    return Queries()


@pytest.fixture
async def running(
    servers: tuple[str, str], tmp_path: Path, clock: FixedClock, counter: CommandCounter, queries: Queries
) -> AsyncIterator[RunningApp]:
    plugins = delivery(), door(), segments
    heard = [counter, queries]
    async with app_with(*plugins, servers=servers, data_dir=tmp_path, clock=clock, listeners=heard) as app:
        await stock_up(app.shop, {"KUR-IND-M": 500})
        yield app


@pytest.fixture
def shop(running: RunningApp) -> Shop:
    return running.shop
