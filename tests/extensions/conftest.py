"""An open shop, and a served one, with plugins that extend everything."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from spoeq_core.shop import Shop
from spoeq_core.testing.clients import RunningApp, app_with
from spoeq_core.testing.shops import shop_with
from tests.extensions.plugins import counter_plugin, keeper
from tests.shopping import delivery, door, stock_up


@pytest.fixture
async def shop(servers: tuple[str, str], tmp_path: Path) -> AsyncIterator[Shop]:
    plugins = keeper(), counter_plugin(), delivery(), door()
    async with shop_with(*plugins, servers=servers, data_dir=tmp_path) as opened:
        await stock_up(opened, {"KURTA": 10, "DIYA": 10})
        yield opened


@pytest.fixture
async def app(servers: tuple[str, str], tmp_path: Path) -> AsyncIterator[RunningApp]:
    plugins = keeper(), counter_plugin(), delivery(), door()
    async with app_with(*plugins, servers=servers, data_dir=tmp_path) as running:
        await stock_up(running.shop, {"KURTA": 10, "DIYA": 10})
        yield running
