"""A running shop with something sold out, a postbox that tests can break, and a clock that they move."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from spoeq_core.inventory.service import adjust
from spoeq_core.kernel.clock import FixedClock
from spoeq_core.plugins.lifecycle import save_settings
from spoeq_core.shop import Shop
from spoeq_core.testing.clients import RunningApp, app_with
from spoeq_restock import plugin as restock
from tests.postbox import Postbox, post
from tests.shopping import stock_up

GONE, THERE = "GONE-1", "THERE-1"


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 11, 23, 6, 30, tzinfo=UTC))


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


@pytest.fixture
async def running(
    servers: tuple[str, str], tmp_path: Path, clock: FixedClock, postbox: Postbox
) -> AsyncIterator[RunningApp]:
    async with app_with(restock, post(postbox), servers=servers, data_dir=tmp_path, clock=clock) as app:
        await save_settings(app.shop, "core", {"name": "Neel & Co.", "languages": ["en", "hi"]})
        await stock_up(app.shop, {GONE: 0, THERE: 5})
        yield app


@pytest.fixture
def shop(running: RunningApp) -> Shop:
    return running.shop


async def restocked(shop: Shop, pieces: int = 3, sku: str = GONE) -> None:
    """Staff count pieces in (or out)."""
    await adjust(shop, sku, pieces, "counted", "staff")
