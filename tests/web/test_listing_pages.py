"""Lists as a visitor without a script narrows them: everything is in the address."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from spoeq_core.catalog.documents import ProductRepository
from spoeq_core.testing.clients import RunningApp, app_with
from spoeq_core.testing.visitors import Browser, shopper_browser
from tests.shopping import plugin, stock_up


@pytest.fixture
async def running(servers: tuple[str, str], tmp_path: Path) -> AsyncIterator[RunningApp]:
    async with app_with(plugin("stars", register_ratings=lambda: True), servers=servers, data_dir=tmp_path) as app:
        await stock_up(app.shop, {f"SKU-{number}": 10 for number in range(30)})
        rated = app.shop.repository(ProductRepository).collection
        await rated.update_one({"variants.sku": "SKU-1"}, {"$set": {"rating_average": 4.5, "rating_count": 12}})
        yield app


@pytest.fixture
def browser(running: RunningApp) -> Browser:
    return shopper_browser(running)


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


async def test_a_long_list_leads_on_and_back(browser):
    html = await browser.text("/products?sort=price")
    assert "24 of 30 shown" in words(html)
    assert "Show 6 more" in words(html)
    second = await browser.text("/products?sort=price&page=2")
    assert "Previous 24" in words(second)
    assert "Show" not in words(second[second.index('id="pager"') : second.index("</nav>", second.index('id="pager"'))])


async def test_stars_narrow_a_list_and_can_be_taken_back(browser):
    html = await browser.text("/products?rating_min=4")
    assert "1 product" in words(html)
    assert re.search(r'name="rating_min" value="4" checked', html)
    chip = re.search(r'class="chip" href="([^"]+)"><span class="visually-hidden">Remove filter: </span>4 stars', html)
    assert chip
    assert chip[1] == "/products"


@pytest.mark.parametrize(
    "query",
    ["rating_min=5", "rating_min=nan", "rating_min=1e9", "price_min=abc", "sort=evil", "f.=x", "brand=", "in_stock=no"],
)
async def test_what_makes_no_sense_is_as_if_it_were_not_there(browser, query):
    assert "30 products" in words(await browser.text(f"/products?{query}"))


async def test_the_country_of_origin_narrows_and_sorts(browser):
    html = await browser.text("/products?f.country_of_origin=IN&sort=origin")
    assert "30 products" in words(html)
    assert 'value="origin" selected' in html
    assert re.search(r'name="f.country_of_origin" value="IN" checked', html)
    assert "Country of origin" in words(html)


async def test_a_list_that_filters_emptied_says_by_which(browser):
    answer = await browser.get("/products?price_max=1&in_stock=1")
    html = words(str(await answer.get_data(as_text=True)))
    assert answer.status_code == 404
    assert "Nothing matches: Up to ₹1, In stock. Remove a filter." in html
    assert "Clear all" in html
