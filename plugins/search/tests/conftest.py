"""A shop with the plugin, and a catalogue to find things in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

import spoeq_search.plugin
from spoeq_core.sdk import Shop
from spoeq_core.testing.shops import shop_with


@pytest.fixture
async def shop(servers: tuple[str, str], tmp_path: Path) -> AsyncIterator[Shop]:
    async with shop_with(spoeq_search.plugin, servers=servers, data_dir=tmp_path) as opened:
        yield opened
