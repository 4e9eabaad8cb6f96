"""Lists come from the first engine that answers, and from the database where none does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from spoeq_core.catalog import service as catalog
from spoeq_core.catalog.model import FacetCounts, ProductQuery, ProductStatus
from spoeq_core.kernel.breaker import LIMIT
from spoeq_core.kernel.errors import Invalid
from spoeq_core.plugins.lifecycle import disable_plugin
from spoeq_core.search.model import Found, SearchQuery
from spoeq_core.search.service import find_products
from spoeq_core.shop import Shop
from spoeq_core.testing.shops import shop_with
from tests.catalog.builders import simple
from tests.catalog.conftest import Commands
from tests.shopping import plugin


class Scripted:
    """An engine that answers as the test says, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[SearchQuery] = []
        self.answer: Callable[[SearchQuery], Found | None] = lambda _query: None

    async def search(self, shop: Shop, query: SearchQuery) -> Found | None:
        """What the test says."""
        del shop
        self.asked.append(query)
        await asyncio.sleep(0)
        return self.answer(query)


@pytest.fixture
def engines() -> tuple[Scripted, Scripted]:
    return Scripted(), Scripted()


@pytest.fixture
def commands() -> Commands:
    return Commands()


@pytest.fixture
async def shop(
    servers: tuple[str, str], tmp_path: Path, engines: tuple[Scripted, Scripted], commands: Commands
) -> AsyncIterator[Shop]:
    first, second = engines
    plugins = (
        plugin("afirst", register_search_engine=lambda: first),
        plugin("bsecond", register_search_engine=lambda: second),
    )
    async with shop_with(*plugins, servers=servers, data_dir=tmp_path, listeners=[commands]) as opened:
        for name in ("Diya", "Lamp", "Bowl"):
            await catalog.create_product(opened, simple(name, name.upper()))
        await catalog.create_product(opened, simple("Hidden", "HIDDEN", status=ProductStatus.DRAFT))
        yield opened


async def ids_of(shop: Shop, *names: str) -> tuple[str, ...]:
    return tuple([(await catalog.product_by_id_or_slug(shop, name, hidden=True)).id for name in names])


async def test_an_engine_says_which_and_the_core_reads_them_in_that_order(
    shop: Shop, engines: tuple[Scripted, Scripted], commands: Commands
):
    ids = await ids_of(shop, "lamp", "bowl")
    counts = FacetCounts(attributes={"country_of_origin=IN": 7}, prices=(1, 9), in_stock=3)
    engines[0].answer = lambda _query: Found(ids, 40, counts, corrected="lamp")
    commands.take()
    page = await find_products(shop, ProductQuery(text="lmap", page=2, per_page=2))
    assert commands.take() == {"find": 1}
    assert [product.name for product in page.items] == ["Lamp", "Bowl"]
    assert (page.total, page.page, page.per_page, page.corrected) == (40, 2, 2, "lamp")
    named = {facet.name: [(value.label, value.count) for value in facet.values] for facet in page.facets}
    assert named == {"price": [], "in_stock": [("In stock", 3)], "f.country_of_origin": [("India", 7)]}
    assert engines[1].asked == []


async def test_what_is_gone_or_hidden_by_now_is_left_out(shop: Shop, engines: tuple[Scripted, Scripted]):
    ids = await ids_of(shop, "lamp", "hidden", "bowl")
    await catalog.delete_product(shop, ids[2])
    engines[0].answer = lambda _query: Found(ids, 3)
    assert [product.name for product in (await find_products(shop, ProductQuery())).items] == ["Lamp"]


async def test_a_category_is_told_with_those_below_it(shop: Shop, engines: tuple[Scripted, Scripted]):
    upper = await catalog.create_category(shop, {"name": "Home"})
    lower = await catalog.create_category(shop, {"name": "Lights", "parent_id": upper.id})
    engines[0].answer = lambda _query: Found((), 0)
    await find_products(shop, ProductQuery(category="home"))
    assert set(engines[0].asked[-1].category_ids or ()) == {upper.id, lower.id}
    await find_products(shop, ProductQuery())
    assert engines[0].asked[-1].category_ids is None
    engines[0].asked.clear()
    assert (await find_products(shop, ProductQuery(category="nowhere"))).total == 0
    assert engines[0].asked == []


async def test_the_next_engine_is_asked_then_the_database(shop: Shop, engines: tuple[Scripted, Scripted]):
    (lamp,) = await ids_of(shop, "lamp")
    engines[1].answer = lambda _query: Found((lamp,), 1)
    assert (await find_products(shop, ProductQuery())).total == 1
    await disable_plugin(shop, "bsecond")
    page = await find_products(shop, ProductQuery())
    assert page == await catalog.list_products(shop, ProductQuery())
    assert page.total == 3
    assert len(engines[0].asked) == 2


async def test_one_that_fails_is_skipped_and_soon_not_asked(shop: Shop, engines: tuple[Scripted, Scripted]):
    def broken(_query: SearchQuery) -> Found:
        raise RuntimeError("the index is cut")

    engines[0].answer = broken
    for _ in range(LIMIT + 3):
        assert (await find_products(shop, ProductQuery())).total == 3
    assert len(engines[0].asked) == LIMIT
    assert len(engines[1].asked) == LIMIT + 3
    assert shop.hooks.calls["afirst", "register_search_engine"].errors == LIMIT


async def test_staff_lists_of_drafts_ask_no_engine(shop: Shop, engines: tuple[Scripted, Scripted]):
    page = await find_products(shop, ProductQuery(statuses=tuple(ProductStatus)))
    assert page.total == 4
    assert engines[0].asked == []


async def test_pages_that_cannot_be_are_refused_before_anybody_is_asked(shop: Shop, engines: tuple[Scripted, Scripted]):
    with pytest.raises(Invalid):
        await find_products(shop, ProductQuery(per_page=101))
    assert engines[0].asked == []


async def test_without_facets_a_list_from_the_database_is_one_command(shop: Shop, commands: Commands):
    wanted = ProductQuery(per_page=2)
    whole = await find_products(shop, wanted)
    commands.take()
    page = await find_products(shop, wanted, counted=False)
    assert commands.take() == {"find": 1}
    assert (page.items, page.facets) == (whole.items, ())
