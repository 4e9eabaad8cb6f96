"""A shop without plugins, its clock set by the tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from spoeq_core.kernel.clock import FixedClock
from spoeq_core.shop import Shop
from spoeq_core.testing.shops import shop_with


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 11, 22, 6, 30, tzinfo=UTC))


@pytest.fixture
async def shop(servers: tuple[str, str], tmp_path: Path, clock: FixedClock) -> AsyncIterator[Shop]:
    async with shop_with(servers=servers, data_dir=tmp_path, clock=clock) as opened:
        yield opened
