"""An open shop that delivers and takes money at the door, on a clock that the tests move."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from spoeq_core.checkout import placement
from spoeq_core.kernel.clock import FixedClock, to_milliseconds
from spoeq_core.shop import Shop
from spoeq_core.testing.shops import shop_with
from tests.shopping import CommandCounter, delivery, door, letters, stock_up


@pytest.fixture(autouse=True)
def _no_placement_is_too_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fifty at once, or one of five hundred lines, on a busy machine: none of these tests is about the deadline."""
    monkeypatch.setattr(placement, "DEADLINE", 600.0)


@pytest.fixture
def counter() -> CommandCounter:
    return CommandCounter()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(to_milliseconds(datetime.now(UTC)))


@pytest.fixture
async def shop(
    servers: tuple[str, str], tmp_path: Path, clock: FixedClock, counter: CommandCounter
) -> AsyncIterator[Shop]:
    plugins = delivery(), door(), letters()
    async with shop_with(*plugins, servers=servers, data_dir=tmp_path, clock=clock, listeners=[counter]) as opened:
        await stock_up(opened)
        yield opened
