"""A running shop with every selling plugin, something to sell, and whoever asks its API."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

import spoeq_cod.plugin
import spoeq_coupons.plugin
import spoeq_email.plugin
import spoeq_flat_rate.plugin
import spoeq_gst.plugin
import spoeq_restock.plugin
import spoeq_reviews.plugin
import spoeq_sale_prices.plugin
import spoeq_segments.plugin
from spoeq_core.testing.clients import RunningApp, app_with
from tests.api.gateway import badge, card, van
from tests.shopping import stock_up

PLUGINS = (
    spoeq_cod.plugin,
    spoeq_coupons.plugin,
    spoeq_email.plugin,
    spoeq_flat_rate.plugin,
    spoeq_gst.plugin,
    spoeq_restock.plugin,
    spoeq_reviews.plugin,
    spoeq_sale_prices.plugin,
    spoeq_segments.plugin,
    badge(),
    card(),
    van(),
)


@pytest.fixture
async def app(servers: tuple[str, str], tmp_path: Path) -> AsyncIterator[RunningApp]:
    async with app_with(*PLUGINS, servers=servers, data_dir=tmp_path) as running:
        await stock_up(running.shop, {"KURTA": 10, "DIYA": 3})
        yield running
