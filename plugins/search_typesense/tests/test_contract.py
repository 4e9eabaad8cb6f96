"""The engine does what every engine must."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from spoeq_core.sdk import Shop
from spoeq_core.testing.search import SearchEngineContract, Settle, raters
from spoeq_core.testing.shops import deliver_all
from spoeq_search_typesense.following import follow, follow_categories

from .conftest import Server, shop_on


class TestTypesense(SearchEngineContract):
    @pytest.fixture
    async def shop(self, typesense: Server, servers: tuple[str, str], tmp_path: Path) -> AsyncIterator[Shop]:
        async with shop_on([typesense.url], raters(), servers=servers, data_dir=tmp_path) as opened:
            yield opened

    @pytest.fixture
    def settle(self, shop: Shop) -> Settle:
        async def settled() -> None:
            await deliver_all(shop)
            await follow(shop)
            await follow_categories(shop)

        return settled
