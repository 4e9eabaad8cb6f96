"""A shop that takes cash at the door, on a clock that the tests move."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from spoeq_cod import plugin as cod
from spoeq_core.kernel.clock import FixedClock
from spoeq_core.shop import Shop
from spoeq_core.testing.shops import shop_with
from tests.shopping import delivery, stock_up

NOON = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
"""Monday noon in India."""


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
async def shop(servers: tuple[str, str], tmp_path: Path, clock: FixedClock) -> AsyncIterator[Shop]:
    async with shop_with(delivery(), cod, servers=servers, data_dir=tmp_path, clock=clock) as opened:
        await stock_up(opened, {"KUR-IND-M": 500})
        yield opened
