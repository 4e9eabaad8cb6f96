"""Flat rates do what everybody who sends parcels must do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from types import ModuleType

import pytest

from spoeq_core.shop import Shop
from spoeq_core.testing.providers import ShippingContract
from spoeq_core.testing.shops import shop_with
from spoeq_flat_rate import plugin as flat_rate


class TestFlatRate(ShippingContract):
    @pytest.fixture
    async def shop(self, servers: tuple[str, str], tmp_path: Path) -> AsyncIterator[Shop]:
        async with shop_with(flat_rate, servers=servers, data_dir=tmp_path) as opened:
            yield opened

    @pytest.fixture
    def plugin(self) -> ModuleType:
        return flat_rate
