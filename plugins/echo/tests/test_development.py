"""Where a shop sells, Echo is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from spoeq_core.kernel.errors import ConfigurationError
from spoeq_core.plugins.lifecycle import disable_plugin, enable_plugin, installed_plugins
from spoeq_core.testing.clients import app_with, serving_app
from spoeq_core.testing.goods import put_on_sale
from spoeq_core.testing.shops import discovery_of
from spoeq_core.testing.visitors import Program
from spoeq_echo import plugin

from .conftest import ADDRESS

SELLING = [{"env": "staging"}, {"base_url": "https://shop.example.in"}]


@pytest.mark.parametrize("settings", SELLING, ids=["staging", "https"])
async def test_it_is_set_aside_and_cannot_be_enabled(
    servers: tuple[str, str], tmp_path: Path, settings: dict[str, str]
):
    async with serving_app(discovery_of(plugin), servers=servers, data_dir=tmp_path, **settings) as running:
        assert installed_plugins(running.shop) == []
        with pytest.raises(ConfigurationError, match="is for development: it needs SPOEQ_ENV=dev"):
            await enable_plugin(running.shop, "echo")
        assert (await running.client.post("/api/v1/payments/webhook/echo")).status_code == 404
        assert (await running.client.get("/echo/pay/echo_1")).status_code == 404


async def test_a_shop_that_had_it_on_takes_no_orders_until_it_is_switched_off(servers: tuple[str, str], tmp_path: Path):
    async with app_with(plugin, servers=servers, data_dir=tmp_path) as running:
        await put_on_sale(running.shop, "SCARF", price=49900)
        name = running.shop.settings.mongodb_database
        moved = {"mongodb_database": name, "redis_prefix": name, "env": "staging"}
        async with serving_app(discovery_of(plugin), servers=servers, data_dir=tmp_path, **moved) as selling:
            guest = Program(selling.app.test_client())
            await guest.post("/cart", {"sku": "SCARF", "quantity": 1})
            chosen = {"shipping_address": ADDRESS, "shipping_method": "echo:standard", "payment_method": "echo"}
            status, problem = await guest.post("/orders", {"email": "asha@example.in", **chosen, "expected_total": 1})
            assert (status, problem["code"]) == (503, "plugin_failed")
            await disable_plugin(selling.shop, "echo")
            status, quote = await guest.post("/checkout/quote", chosen)
            assert (status, quote["payment_methods"], quote["shipping_methods"]) == (200, [], [])


async def test_a_demo_leaves_it_off(servers: tuple[str, str], tmp_path: Path):
    async with app_with(plugin, servers=servers, data_dir=tmp_path) as running:
        assert installed_plugins(running.shop, usable=True) == []
        assert installed_plugins(running.shop) == ["echo"]
