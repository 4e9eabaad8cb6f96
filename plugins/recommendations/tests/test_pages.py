"""What shoppers and staff see of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest

from spoeq_core import boot
from spoeq_core.catalog.model import Product, ProductStatus
from spoeq_core.catalog.service import set_stock_states, update_product
from spoeq_core.jobs.service import run_jobs
from spoeq_core.plugins.lifecycle import disable_plugin, enable_plugin, fill_demo, save_settings
from spoeq_core.shop import Shop
from spoeq_core.testing.clients import RunningApp
from spoeq_core.testing.messages import bring
from spoeq_core.testing.recommendations import RecommenderContract
from spoeq_core.testing.visitors import Browser, shopper_browser, shopper_program, staff_browser
from spoeq_recommendations import plugin
from spoeq_recommendations.documents import NeighboursRepository
from spoeq_recommendations.service import count_fresh
from tests.shopping import CommandCounter

from .conftest import NAMES, bought

TITLE = "Bought together"


@pytest.fixture
def browser(running: RunningApp) -> Browser:
    return shopper_browser(running)


class TestOwnRecommender(RecommenderContract):
    """The rules for every recommender."""

    @pytest.fixture
    async def anchors(self, shop: Shop, shelf: Mapping[str, Product]) -> list[str]:
        await bought(shop, "saree", "jewel", "stole", times=2)
        await count_fresh(shop)
        return [shelf[name].id for name in ("saree", "jewel", "stole")]


async def test_a_product_shows_what_it_is_bought_with_and_why(
    shop: Shop, shelf: Mapping[str, Product], browser: Browser
) -> None:
    assert TITLE not in await browser.text("/product/saree")
    await bought(shop, "saree", "tea")
    await count_fresh(shop)
    assert TITLE not in await browser.text("/product/saree"), "once may be chance"
    await bought(shop, "saree", "tea")
    await count_fresh(shop)
    page = await browser.text("/product/saree")
    assert TITLE in page
    assert "Bought together in 2 orders" in page
    assert "Same category, similar price" in page
    await update_product(shop, shelf["tea"].id, {"status": ProductStatus.ARCHIVED})
    assert TITLE not in await browser.text("/product/saree"), "kept pages know at once"


async def test_a_sold_out_product_leaves_the_rails_of_kept_pages(
    shop: Shop, shelf: Mapping[str, Product], browser: Browser
) -> None:
    await bought(shop, "saree", "tea", times=2)
    await count_fresh(shop)
    assert 'href="/product/tea"' in await browser.text("/product/saree")
    await set_stock_states(shop, {shelf["tea"].id: {"TEA": "out"}})
    assert 'href="/product/tea"' not in await browser.text("/product/saree")


async def test_a_product_page_whose_data_is_kept_asks_the_database_nothing_and_is_never_behind(
    shop: Shop, shelf: Mapping[str, Product], browser: Browser, counter: CommandCounter
) -> None:
    shop.cache.level = "data"
    await bought(shop, "saree", "tea", times=2)
    await count_fresh(shop)
    asked = ["find"]
    async with asyncio.timeout(60):
        while asked:  # what the changes above tell may come back from Redis once more
            counter.clear()
            page = await browser.text("/product/saree")
            asked = list(counter.commands)
    assert TITLE in page
    assert "Fine stole" in page, "a similar one"
    await update_product(shop, shelf["stole"].id, {"name": "Grand stole"})
    await update_product(shop, shelf["tea"].id, {"name": "Grand tea"})
    page = await browser.text("/product/saree")
    assert "Grand stole" in page
    assert "Grand tea" in page
    assert "Fine stole" not in page
    assert "Fine tea" not in page


async def test_the_cart_shows_what_goes_with_all_of_it(
    shop: Shop, shelf: Mapping[str, Product], browser: Browser, counter: CommandCounter
) -> None:
    del shelf
    await bought(shop, "saree", "tea", times=3)
    await bought(shop, "lamp", "tea", "saree", times=2)
    await bought(shop, "lamp", "cup", times=2)
    await count_fresh(shop)
    for name in ("SAREE", "LAMP"):
        await browser.post("/cart/items", {"sku": name, "quantity": "1"})
    page = await browser.text("/cart")
    assert "Goes well with your cart" in page
    assert "Bought together with Fine saree in 5 orders" in page
    assert "Bought together with Fine lamp in 2 orders" in page
    assert page.index('href="/product/tea"') < page.index('href="/product/cup"')
    counter.clear()
    await browser.text("/cart")
    with_two = len(counter.commands)
    for name in ("STOLE", "JEWEL"):
        await browser.post("/cart/items", {"sku": name, "quantity": "1"})
    counter.clear()
    await browser.text("/cart")
    assert len(counter.commands) == with_two, "no command more for a longer cart"


async def test_what_a_visitor_looked_at_is_theirs_alone(
    running: RunningApp, shelf: Mapping[str, Product], browser: Browser
) -> None:
    page = await browser.text("/product/saree")
    assert 'data-viewed="/recently-viewed"' in page
    assert "Set-Cookie" not in (await browser.get("/product/saree")).headers

    async def look(at: str, who: Browser = browser) -> str:
        answer = await who.post("/recently-viewed", {"product": shelf[at].id})
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "private, no-store"
        return str(await answer.get_data(as_text=True))

    assert "Recently viewed" not in await look("saree")
    assert "Fine saree" in await look("tea")
    third = await look("cup")
    assert third.index("Fine tea") < third.index("Fine saree")
    assert "Fine cup" not in third
    assert "Recently viewed" not in await look("cup", shopper_browser(running)), "another visitor has another list"
    assert "Fine tea" not in await browser.text("/product/saree"), "nothing of it is in the page of everybody"
    await browser.post("/cart/items", {"sku": "TEA", "quantity": "1"})
    assert "Fine tea" not in await look("cup"), "it lies in the cart"
    await browser.post("/recently-viewed/forget")
    assert "Recently viewed" not in await look("lamp")


async def test_a_list_that_is_not_ours_is_no_list(shelf: Mapping[str, Product], running: RunningApp) -> None:
    browser = shopper_browser(running)
    browser.client.set_cookie("localhost", "spoeq_viewed", f"{shelf['tea'].id}.forged")
    answer = await browser.post("/recently-viewed", {"product": "x" * 5000})
    assert answer.status_code == 200
    assert "Fine tea" not in str(await answer.get_data(as_text=True))


async def test_each_rail_can_be_left_out(shop: Shop, shelf: Mapping[str, Product], browser: Browser) -> None:
    del shelf
    await bought(shop, "saree", "tea", times=2)
    await count_fresh(shop)
    await save_settings(shop, "recommendations", {"together": False, "similar": False, "viewed": False, "cart": False})
    page = await browser.text("/product/saree")
    assert TITLE not in page
    assert "You may also like" not in page
    assert "data-viewed" not in page
    await browser.post("/cart/items", {"sku": "SAREE", "quantity": "1"})
    assert "Goes well" not in await browser.text("/cart")
    assert (await browser.post("/recently-viewed")).status_code == 204


async def test_staff_hide_a_pair_and_show_it_again(
    running: RunningApp, shelf: Mapping[str, Product], browser: Browser
) -> None:
    shop = running.shop
    await bought(shop, "saree", "tea", times=2)
    await count_fresh(shop)
    staff = await staff_browser(running)
    page = await staff.text("/admin/recommendations")
    assert "2 orders with several products" in page
    assert "Fine tea" in page
    assert "Fine tea" in await staff.text("/admin/recommendations?q=saree")
    assert "No such product has pairs" in await staff.text("/admin/recommendations?q=lamp")
    pair = {"product": shelf["saree"].id, "other": shelf["tea"].id}
    await staff.post("/admin/recommendations/pair", pair)
    for one in ("saree", "tea"):
        assert TITLE not in await browser.text(f"/product/{one}"), "both ways round"
    await bought(shop, "saree", "tea")
    await count_fresh(shop)
    assert TITLE not in await browser.text("/product/saree"), "counting does not bring it back"
    await staff.post("/admin/recommendations/pair", {**pair, "action": "show"})
    assert TITLE in await browser.text("/product/saree")
    for bad in ({}, {"product": "a", "other": "a"}):
        assert (await staff.post("/admin/recommendations/pair", bad)).status_code == 422


async def test_staff_count_everything_and_watch_it(running: RunningApp, shelf: Mapping[str, Product]) -> None:
    del shelf
    await bought(running.shop, "saree", "tea")
    staff = await staff_browser(running)
    answer = await staff.post("/admin/recommendations/rebuild")
    job = answer.headers["Location"]
    await run_jobs(running.shop, boot.job_kinds(running.shop.hooks))
    assert "Count what is bought together" in await staff.text(job)
    support = await staff_browser(running, "support")
    assert (await support.get("/admin/recommendations")).status_code == 403


async def test_the_api_gives_it_with_reasons(running: RunningApp, shelf: Mapping[str, Product]) -> None:
    del shelf
    await bought(running.shop, "saree", "tea", times=2)
    await count_fresh(running.shop)
    status, found = await shopper_program(running).get("/products/saree/recommendations?kind=together")
    assert status == 200
    assert [(i["product"]["slug"], i["why"]) for i in found["items"]] == [("tea", "Bought together in 2 orders")]


async def test_a_page_costs_the_same_whatever_it_shows(
    shop: Shop, shelf: Mapping[str, Product], browser: Browser, counter: CommandCounter
) -> None:
    """With nothing kept: each hook of the plugin is asked once a question, and no command is for a row."""
    del shelf
    await bought(shop, "saree", "tea", times=2)
    await count_fresh(shop)
    shop.cache.level = "off"
    before = {key: calls.calls for key, calls in shop.hooks.calls.items() if key[0] == "recommendations"}
    counter.clear()
    await browser.text("/product/saree")
    first = len(counter.commands)
    after = {key: calls.calls for key, calls in shop.hooks.calls.items() if key[0] == "recommendations"}
    asked = {hook: after[key] - before.get(key, 0) for key in after for hook in [key[1]]}
    assert asked["page_fragments"] == 2, "below the product, and at the end of the page"
    assert asked["register_recommender"] == 2, "bought together, and similar"
    await bought(shop, *NAMES, times=2)
    await count_fresh(shop)
    counter.clear()
    await browser.text("/product/saree")
    assert len(counter.commands) == first


async def test_without_the_plugin_the_page_is_the_cores(
    shop: Shop, shelf: Mapping[str, Product], browser: Browser
) -> None:
    await bought(shop, "saree", "tea", times=2)
    await count_fresh(shop)
    await disable_plugin(shop, "recommendations")
    page = await browser.text("/product/saree")
    assert TITLE not in page
    assert "From the same category" in page
    assert (await browser.post("/recently-viewed")).status_code == 404
    await enable_plugin(shop, "recommendations")
    assert TITLE in await browser.text("/product/saree")
    assert await shop.repository(NeighboursRepository).find_by_id(shelf["saree"].id)


async def test_a_demo_shop_has_pairs(shop: Shop, shelf: Mapping[str, Product]) -> None:
    for name in NAMES:
        await update_product(shop, shelf[name].id, {"tags": ("gift",)})
    await fill_demo(shop)
    known = await shop.repository(NeighboursRepository).count({"best": {"$gt": 1}})
    assert known == len(NAMES)
    await fill_demo(shop)
    assert await shop.repository(NeighboursRepository).count({"best": {"$gt": 1}}) == known


def test_everything_it_says_is_said_in_hindi() -> None:
    assert plugin.__file__
    assert bring(Path(plugin.__file__).parent, "hi", write=False) == []
