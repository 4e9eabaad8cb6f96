"""The engine does what every engine must."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

import spoeq_search.plugin
from spoeq_core.sdk import Shop
from spoeq_core.testing.search import SearchEngineContract, Settle, raters
from spoeq_core.testing.shops import deliver_all, shop_with
from spoeq_search.following import follow, follow_categories


class TestTantivy(SearchEngineContract):
    @pytest.fixture
    async def shop(self, servers: tuple[str, str], tmp_path: Path) -> AsyncIterator[Shop]:
        async with shop_with(spoeq_search.plugin, raters(), servers=servers, data_dir=tmp_path) as opened:
            yield opened

    @pytest.fixture
    def settle(self, shop: Shop) -> Settle:
        async def settled() -> None:
            await deliver_all(shop)
            await follow(shop)
            await follow_categories(shop)

        return settled
