"""Recommendations without a plugin, with one, with one that fails, and over the API."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

import pytest

from spoeq_core.catalog.model import Product, ProductStatus, Variant
from spoeq_core.catalog.service import (
    create_category,
    import_products,
    products_by_slugs,
    record_sales,
    set_stock_states,
    update_product,
)
from spoeq_core.recommendations.model import Recommendation, RecommendationKind, RecommendationQuery
from spoeq_core.recommendations.service import recommended
from spoeq_core.shop import Shop
from spoeq_core.testing.clients import RunningApp, app_with
from spoeq_core.testing.visitors import shopper_browser, shopper_program
from tests.shopping import DECLARED, plugin

NAMES = ("one", "two", "three", "four")
SIMILAR = RecommendationKind.SIMILAR


@dataclass
class Fake:
    """A recommender that says what it is told to."""

    answer: list[Recommendation] | None = None
    failing: bool = False
    seen: list[RecommendationQuery] = field(default_factory=list)

    async def recommend(self, shop: Shop, query: RecommendationQuery) -> Sequence[Recommendation] | None:
        del shop
        self.seen.append(query)
        if self.failing:
            raise ConnectionError("no model today")
        return self.answer


@pytest.fixture
def fake() -> Fake:
    return Fake()


def recommender(fake: Fake) -> ModuleType:
    def register_recommender() -> Fake:
        return fake

    return plugin("fake", register_recommender=register_recommender)


@pytest.fixture
async def running(fake: Fake, servers: tuple[str, str], tmp_path: Path) -> AsyncIterator[RunningApp]:
    async with app_with(recommender(fake), servers=servers, data_dir=tmp_path) as app:
        yield app


@pytest.fixture
async def shelf(running: RunningApp) -> dict[str, Product]:
    """Four products of one category, in stock; "three" sells best, then "two"."""
    shop = running.shop
    shawls = await create_category(shop, {"name": "Shawls"})
    products = [
        {
            "slug": name,
            "name": name.title(),
            "status": ProductStatus.ACTIVE,
            "category_ids": (shawls.id,),
            "variants": (Variant(name.upper(), sale=10_000),),
            "declarations": DECLARED,
        }
        for name in NAMES
    ]
    await import_products(shop, products)
    found = await products_by_slugs(shop, NAMES)
    await set_stock_states(shop, {found[name].id: {name.upper(): "in_stock"} for name in NAMES})
    await record_sales(shop, {found["three"].id: 9, found["two"].id: 4})
    return await products_by_slugs(shop, NAMES)


def names(found: Sequence[object]) -> list[str]:
    return [one.product.slug for one in found]  # type: ignore[attr-defined]


async def test_without_an_answer_it_is_the_category_bestselling_first(
    running: RunningApp, shelf: dict[str, Product]
) -> None:
    query = RecommendationQuery((shelf["one"].id,), SIMILAR, 2)
    found = await recommended(running.shop, query)
    assert names(found) == ["three", "two"]
    assert {one.why for one in found} == {"From the same category"}
    together = RecommendationQuery((shelf["one"].id,), RecommendationKind.TOGETHER, 2)
    assert await recommended(running.shop, together) == []


async def test_a_failing_recommender_is_skipped(running: RunningApp, shelf: dict[str, Product], fake: Fake) -> None:
    fake.failing = True
    query = RecommendationQuery((shelf["one"].id,), SIMILAR, 2)
    assert names(await recommended(running.shop, query)) == ["three", "two"]
    assert running.shop.hooks.calls["fake", "register_recommender"].errors == 1


async def test_its_answer_counts_without_what_cannot_be_bought(
    running: RunningApp, shelf: dict[str, Product], fake: Fake
) -> None:
    ids = [shelf[name].id for name in ("two", "one", "four", "two", "three")]
    fake.answer = [Recommendation(key, f"{place}") for place, key in enumerate([*ids, "nobody"])]
    query = RecommendationQuery((shelf["one"].id,), SIMILAR, 2)
    found = await recommended(running.shop, query)
    assert [(one.product.slug, one.why) for one in found] == [("two", "0"), ("four", "2")]
    await set_stock_states(running.shop, {shelf["two"].id: {"TWO": "out"}})
    await update_product(running.shop, shelf["four"].id, {"status": ProductStatus.ARCHIVED})
    assert names(await recommended(running.shop, query)) == ["three"]
    assert fake.seen[0].unwanted >= {shelf["one"].id}
    fake.answer = []
    assert await recommended(running.shop, query) == [], "nothing is an answer"


async def test_a_product_page_asks_once_and_says_why(
    running: RunningApp, shelf: dict[str, Product], fake: Fake
) -> None:
    fake.answer = [Recommendation(shelf["two"].id, "Goes well with it <b>")]
    page = await shopper_browser(running).text("/product/one")
    assert "Goes well with it &lt;b&gt;" in page
    assert 'href="/product/two"' in page
    assert len(fake.seen) == 1


async def test_the_page_of_another_product_loses_what_is_archived(
    running: RunningApp, shelf: dict[str, Product], fake: Fake
) -> None:
    fake.answer = [Recommendation(shelf["two"].id, "Why")]
    browser = shopper_browser(running)
    assert 'href="/product/two"' in await browser.text("/product/one")
    await update_product(running.shop, shelf["two"].id, {"status": ProductStatus.ARCHIVED})
    assert 'href="/product/two"' not in await browser.text("/product/one")


async def test_the_api_answers_products_and_reasons(running: RunningApp, shelf: dict[str, Product], fake: Fake) -> None:
    fake.answer = [Recommendation(shelf["four"].id, "Why not")]
    program = shopper_program(running)
    status, found = await program.get("/products/one/recommendations?kind=together&limit=1")
    assert status == 200
    assert [(item["product"]["slug"], item["why"]) for item in found["items"]] == [("four", "Why not")]
    assert (await program.get("/products/one/recommendations?kind=x"))[0] == 422
    assert (await program.get("/products/one/recommendations?limit=25"))[0] == 422
    assert (await program.get("/products/nobody/recommendations"))[0] == 404
