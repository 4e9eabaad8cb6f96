"""A shop with reminders, goods, a postbox and a clock that tests move."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from spoeq_cart_reminders import plugin as reminders
from spoeq_core.kernel.clock import FixedClock
from spoeq_core.plugins.lifecycle import save_settings
from spoeq_core.shop import Shop
from spoeq_core.testing.shops import shop_with
from tests.postbox import Postbox, post
from tests.shopping import stock_up


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 11, 23, 6, 30, tzinfo=UTC))


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


@pytest.fixture
async def shop(servers: tuple[str, str], tmp_path: Path, clock: FixedClock, postbox: Postbox) -> AsyncIterator[Shop]:
    async with shop_with(reminders, post(postbox), servers=servers, data_dir=tmp_path, clock=clock) as opened:
        await save_settings(opened, "core", {"name": "Neel & Co.", "languages": ["en", "hi"]})
        await stock_up(opened, {"KURTA": 50, "DIYA": 5})
        yield opened
