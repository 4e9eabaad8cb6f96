"""How often a page asks plugins: those that have nothing for it cost it nothing, however many are installed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from spoeq_core.hooks.contributions import Fragment
from spoeq_core.kernel.errors import ConfigurationError
from spoeq_core.plugins.loading import load_hooks
from spoeq_core.shop import Shop
from spoeq_core.testing.clients import app_with
from spoeq_core.testing.shops import discovery_of
from tests.shopping import SKU, plugin, stock_up

MANY = 30


def filling(name: str, slots: tuple[str, ...] | None, asked: list[str]) -> ModuleType:
    """A plugin that notes each slot it is asked about, and fills none."""

    async def page_fragments(slot: str) -> Sequence[Fragment] | None:
        asked.append(slot)
        return None

    module = plugin(name, page_fragments=page_fragments)
    module.manifest = replace(module.manifest, slots=slots)  # type: ignore[attr-defined]
    return module


def working_elsewhere(name: str) -> ModuleType:
    """A plugin whose hooks no page of a product asks."""

    async def sitemap_entries(shop: Shop) -> Sequence[Any]:
        return [shop]

    return plugin(name, register_schedules=lambda: (), sitemap_entries=sitemap_entries)


@pytest.fixture
def calls_of_a_product_page(servers: tuple[str, str], tmp_path: Path) -> Callable[..., Any]:
    """How many questions a product page asks of these plugins."""

    async def count(*plugins: ModuleType) -> int:
        async with app_with(*plugins, servers=servers, data_dir=tmp_path, cache="off") as running:
            product = (await stock_up(running.shop))[SKU]
            before = total(running.shop)
            assert (await running.client.get(f"/product/{product.slug}")).status_code == 200
            return total(running.shop) - before

    return count


def total(shop: Shop) -> int:
    return sum(found.calls for found in shop.hooks.calls.values())


async def test_thirty_plugins_that_have_nothing_for_a_page_are_not_asked_by_it(calls_of_a_product_page: Any) -> None:
    asked: list[str] = []
    one = filling("curious", None, asked)
    alone = await calls_of_a_product_page(one)
    others = [working_elsewhere(f"elsewhere{n:02}") for n in range(MANY)]
    others += [filling(f"cart{n:02}", ("cart.below_summary",), []) for n in range(MANY)]
    assert alone == len(asked) > 10
    assert await calls_of_a_product_page(one, *others) == alone


async def test_a_plugin_that_names_its_slots_is_asked_about_them_alone(calls_of_a_product_page: Any) -> None:
    asked: list[str] = []
    assert await calls_of_a_product_page(filling("below", ("product.below_buy", "cart.line"), asked)) == 1
    assert asked == ["product.below_buy"]


def test_slots_that_are_a_text_are_refused() -> None:
    wrong = filling("wrong", "cart.line", [])  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError, match="'wrong'") as refused:
        load_hooks(discovery_of(wrong), lambda *_fault: None, strict=True)
    assert "slots=('cart.line',)" in str(refused.value.hint)
