"""A running shop with recommendations, goods on two shelves, ways to buy them, and a clock."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from spoeq_core import boot
from spoeq_core.catalog.model import Product, ProductStatus, Variant
from spoeq_core.catalog.service import create_category, import_products, products_by_slugs, set_stock_states
from spoeq_core.inventory.service import NewStock, create_stocks
from spoeq_core.jobs.service import run_jobs
from spoeq_core.kernel.clock import FixedClock
from spoeq_core.kernel.ids import new_id
from spoeq_core.plugins.lifecycle import save_settings
from spoeq_core.shop import Shop
from spoeq_core.testing.clients import RunningApp, app_with
from spoeq_core.testing.shops import deliver_all
from spoeq_recommendations import plugin as recommendations
from tests.shopping import DECLARED, CommandCounter, buy, delivery, door, guest

NAMES = ("saree", "jewel", "stole", "lamp", "tea", "cup")
PRICES = {"saree": 100_000, "jewel": 110_000, "stole": 300_000, "lamp": 5_000, "tea": 4_000, "cup": 4_500}


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 11, 23, 6, 30, tzinfo=UTC))


@pytest.fixture
def counter() -> CommandCounter:
    return CommandCounter()


@pytest.fixture
async def running(
    servers: tuple[str, str], tmp_path: Path, clock: FixedClock, counter: CommandCounter
) -> AsyncIterator[RunningApp]:
    plugins = recommendations, delivery(), door()
    async with app_with(*plugins, servers=servers, data_dir=tmp_path, clock=clock, listeners=[counter]) as app:
        await save_settings(app.shop, "core", {"name": "Neel & Co.", "languages": ["en", "hi"]})
        await run_jobs(app.shop, boot.job_kinds(app.shop.hooks))
        yield app


@pytest.fixture
def shop(running: RunningApp) -> Shop:
    return running.shop


@pytest.fixture
async def shelf(shop: Shop) -> Mapping[str, Product]:
    """Six products: three to wear, three for the house."""
    wear = await create_category(shop, {"name": "Wear"})
    house = await create_category(shop, {"name": "House"})
    await import_products(
        shop,
        [
            {
                "name": f"Fine {name}",
                "slug": name,
                "status": ProductStatus.ACTIVE,
                "category_ids": (wear.id if place < 3 else house.id,),
                "specs": {"Made of": "Silk" if place < 3 else "Clay"},
                "variants": (Variant(name.upper(), sale=PRICES[name]),),
                "declarations": DECLARED,
            }
            for place, name in enumerate(NAMES)
        ],
    )
    found = await products_by_slugs(shop, NAMES)
    await create_stocks(shop, [NewStock(n.upper(), found[n].id, n, 100, threshold=0) for n in NAMES])
    await set_stock_states(shop, {found[n].id: {n.upper(): "in_stock"} for n in NAMES})
    return await products_by_slugs(shop, NAMES)


async def ordered(shop: Shop, *names: str) -> str:
    """An order of a piece of each; told to nobody yet."""
    return (await buy(shop, await guest(shop, {name.upper(): 1 for name in names}), key=new_id())).order.id


async def bought(shop: Shop, *names: str, times: int = 1) -> None:
    """Orders of these together, told to everybody."""
    for _ in range(times):
        await ordered(shop, *names)
    await deliver_all(shop)
