"""The rating of a product: set beside its version, told of, and shown only while a plugin rates products."""

from __future__ import annotations

from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import pytest
from quart import Blueprint, Response, request
from quart.datastructures import FileStorage

from spoeq_core.catalog.documents import ProductRepository
from spoeq_core.catalog.model import Facet, ProductQuery, Sort
from spoeq_core.catalog.service import list_products, save_product, set_ratings
from spoeq_core.hooks.contributions import Routes
from spoeq_core.kernel.errors import Invalid
from spoeq_core.plugins.lifecycle import disable_plugin, enable_plugin
from spoeq_core.shop import Shop
from spoeq_core.testing.clients import RunningApp, app_with
from spoeq_core.testing.visitors import SAME_SITE, shopper_browser, shopper_program
from spoeq_core.web.access import public
from tests.shopping import plugin, stock_up

GOOD, POOR, NONE = (0, 0, 0, 1, 3), (4, 0, 0, 0, 0), (0, 0, 0, 0, 0)
FIRST, SECOND = "/product/kurta-one", "/product/kurta-two"


@pytest.fixture
async def running(servers: tuple[str, str], tmp_path: Path) -> AsyncIterator[RunningApp]:
    raters = [plugin(name, register_ratings=lambda: True) for name in ("stars",)]
    async with app_with(*raters, servers=servers, data_dir=tmp_path) as app:
        await stock_up(app.shop, {"ONE": 5, "TWO": 5})
        yield app


@pytest.fixture
def shop(running: RunningApp) -> Shop:
    return running.shop


async def ids(shop: Shop) -> tuple[str, str]:
    found = {product.slug: product.id for product in await shop.repository(ProductRepository).find({})}
    return found[FIRST.rsplit("/", maxsplit=1)[-1]], found[SECOND.rsplit("/", maxsplit=1)[-1]]


def of(facets: tuple[Facet, ...]) -> dict[str, int]:
    return {value.value: value.count for facet in facets if facet.name == "rating_min" for value in facet.values}


async def test_a_rating_is_set_beside_the_version_and_told_once(shop: Shop):
    one, two = await ids(shop)
    products = shop.repository(ProductRepository)
    before = await products.get(one)
    await products.collection.update_many({}, {"$unset": {"pending_events": 1}})
    assert sorted(await set_ratings(shop, {one: GOOD, two: POOR, "01JZZZZZZZZZZZZZZZZZZZZZZZ": POOR})) == sorted(
        [one, two]
    )
    assert await set_ratings(shop, {one: GOOD}) == [], "set again it is as it was"
    after = await products.get(one)
    assert (after.rating_average, after.rating_count, after.rating_stars) == (4.75, 4, GOOD)
    assert after.version == before.version
    raw = await products.collection.find_one({"_id": one})
    assert [event["type"] for event in raw["pending_events"]] == ["ProductRated"]
    await save_product(shop, before, before)
    assert (await products.get(one)).rating_stars == GOOD, "who saves what was read before leaves the rating"
    await set_ratings(shop, {one: NONE})
    assert ((await products.get(one)).rating_average, (await products.get(one)).rating_count) == (0.0, 0)


@pytest.mark.parametrize("stars", [(), (1, 2, 3, 4), (1, 2, 3, 4, -1)])
async def test_what_is_no_five_counts_is_refused(shop: Shop, stars: tuple[int, ...]):
    with pytest.raises(Invalid, match="5 counts"):
        await set_ratings(shop, {(await ids(shop))[0]: stars})


async def test_ratings_are_seen_while_a_plugin_gives_them(running: RunningApp):
    shop, browser, program = running.shop, shopper_browser(running), shopper_program(running)
    one, two = await ids(shop)
    await set_ratings(shop, {one: POOR, two: GOOD})

    async def seen() -> tuple[list[str], dict[str, int], int, bool, bool, bool]:
        best = await list_products(shop, ProductQuery(sort=Sort.RATING))
        narrow = await list_products(shop, ProductQuery(rating_min=4.0))
        assert ("1 product" in await browser.text("/products?rating_min=4")) is bool(narrow.total)
        _, answer = await program.get(f"/products/{two}")
        html = await browser.text("/products")
        page = await browser.text(SECOND)
        assert answer["rating"]["count"] == sum(answer["rating"]["stars"])
        return (
            [product.id for product in best.items],
            of(best.facets),
            narrow.total,
            answer["rating"]["count"] == 4,
            'value="rating"' in html and "out of 5" in html,
            "AggregateRating" in page,
        )

    assert await seen() == ([two, one], {"4": 1, "3": 1}, 1, True, True, True)
    from_database = await list_products(shop, ProductQuery(rating_min=4.0), counted=1)
    assert from_database.total == 1
    await disable_plugin(shop, "stars")
    _, facets, total, *shown = await seen()
    assert (facets, total, shown) == ({}, 0, [False, False, False])
    from_database = await list_products(shop, ProductQuery(rating_min=4.0), counted=1)
    assert from_database.total == 0
    await enable_plugin(shop, "stars")
    assert await seen() == ([two, one], {"4": 1, "3": 1}, 1, True, True, True)


async def test_shoppers_send_pictures_where_a_route_takes_them(servers: tuple[str, str], tmp_path: Path):
    blueprint = Blueprint("photos_pages", __name__)

    @blueprint.post("/photos")
    @public(uploads=True)
    async def photos() -> Response:
        sent = (await request.files).get("file")
        return Response(str(len(sent.read())))

    @blueprint.post("/words")
    @public
    async def words() -> Response:
        return Response(str(len(await request.form)))

    pages = plugin("photos", register_routes=lambda: Routes(pages=blueprint))
    async with app_with(pages, servers=servers, data_dir=tmp_path) as app:
        client, large = app.app.test_client(), b"x" * (app.shop.settings.max_body_bytes + 1)
        for path, status in [("/photos", 200), ("/words", 413)]:
            files = {"file": FileStorage(BytesIO(large), filename="a.jpg")}
            answer = await client.post(path, files=files, headers=SAME_SITE)
            assert answer.status_code == status, path
        answer = await client.post("/photos", form={"file": "x" * len(large)}, headers=SAME_SITE)
        assert answer.status_code == 413, "large bodies are for files only"
