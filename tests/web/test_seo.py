"""What search engines read of the pages: robots, canonical addresses, structured data, what links are shown with."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Sequence
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from spoeq_core.catalog.images import add_image
from spoeq_core.catalog.model import Variant
from spoeq_core.catalog.service import create_category, create_product
from spoeq_core.hooks.contributions import HeadTag
from spoeq_core.inventory.service import NewStock, create_stocks
from spoeq_core.plugins.lifecycle import disable_plugin, save_settings
from spoeq_core.testing.clients import RunningApp, app_with
from spoeq_core.testing.visitors import Browser, shopper_browser
from spoeq_core.web.head import excerpt, is_harmless
from tests.catalog.builders import kurta, picture, simple
from tests.shopping import plugin

BASE = "https://neel.example"
PROFILE = {
    "name": "Neel & Co.",
    "tagline": "Handmade in India",
    "legal_name": "Neel Handmade Private Limited",
    "address": "14 Church Street, Bengaluru 560001",
    "email": "care@neel.example",
    "phone": "+91 80 4000 1234",
    "return_days": 7,
}


def verified() -> Any:
    async def head_tags(page: dict[str, Any]) -> Sequence[HeadTag]:
        return [
            HeadTag("meta", {"name": "verified", "content": f'"{page["kind"]}" <b>'}),
            HeadTag("link", {"rel": "stylesheet", "href": "https://evil.example/a.css"}),
        ]

    return plugin("verified", head_tags=head_tags)


@pytest.fixture
async def running(servers: tuple[str, str], tmp_path: Path) -> AsyncIterator[RunningApp]:
    async with app_with(verified(), servers=servers, data_dir=tmp_path, base_url=BASE) as app:
        await save_settings(app.shop, "core", PROFILE)
        yield app


@pytest.fixture
def shopper(running: RunningApp) -> Browser:
    return shopper_browser(running)


def data_of(html: str) -> dict[str, Any]:
    """The structured data of a page by type."""
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    return {item["@type"]: item for item in map(json.loads, found)}


def meta(html: str) -> dict[str, str]:
    """The page's meta tags and canonical address."""
    tags = re.findall(r'<meta (?:name|property)="([^"]+)" content="([^"]*)">', html)
    links = re.findall(r'<link rel="(canonical)" href="([^"]*)">', html)
    return {name: unescape(content) for name, content in (*tags, *links)}


async def stocked(running: RunningApp, *products: Any) -> None:
    for changes in products:
        made = await create_product(running.shop, changes)
        await create_stocks(running.shop, [NewStock(v.sku, made.id, made.name, on_hand=5) for v in made.variants])


# -- structured data --------------------------------------------------------------------------------------------------


async def test_a_product_of_one_variant_is_a_product_with_its_offer(running: RunningApp, shopper: Browser):
    await stocked(running, simple(description="Cast in Moradabad.", specs={"EAN": "8 901234 567894"}))
    html = await shopper.text("/product/brass-diya")
    data = data_of(html)["Product"]
    assert data["name"] == "Brass Diya"
    assert (data["sku"], data["gtin"], data["description"]) == ("DIYA-1", "8901234567894", "Cast in Moradabad.")
    assert "aggregateRating" not in data
    offer = data["offers"]
    assert (offer["price"], offer["priceCurrency"]) == ("299.00", "INR")
    assert offer["availability"] == "https://schema.org/InStock"
    assert offer["url"] == f"{BASE}/product/brass-diya"
    assert offer["seller"] == {"@type": "Organization", "name": "Neel Handmade Private Limited"}
    assert offer["priceSpecification"]["price"] == "399.00"
    assert offer["hasMerchantReturnPolicy"]["merchantReturnDays"] == 7
    assert "Returns within 7 days of delivery." in html, "only what is visible is said"


async def test_what_is_not_known_is_not_said(running: RunningApp, shopper: Browser):
    await save_settings(running.shop, "core", {"return_days": 0, "legal_name": ""})
    await create_product(running.shop, simple(variants=(Variant("DIYA-1", sale=29900),)))
    html = await shopper.text("/product/brass-diya")
    offer = data_of(html)["Product"]["offers"]
    assert offer["availability"] == "https://schema.org/OutOfStock"
    assert not {"seller", "hasMerchantReturnPolicy", "priceSpecification"} & offer.keys()
    assert "Returns within" not in html
    assert not {"gtin", "image", "brand"} & data_of(html)["Product"].keys()


async def test_variants_are_a_group_that_varies_by_its_options(running: RunningApp, shopper: Browser):
    await stocked(running, kurta())
    html = await shopper.text("/product/block-printed-kurta?opt.Size=M&opt.Colour=Indigo")
    group = data_of(html)["ProductGroup"]
    assert group["variesBy"] == ["https://schema.org/color", "https://schema.org/size"]
    assert len(group["hasVariant"]) == 6
    variant = next(item for item in group["hasVariant"] if item["sku"] == "KUR-IND-M")
    assert (variant["color"], variant["size"]) == ("Indigo", "M")
    assert variant["offers"]["url"] == f"{BASE}/product/block-printed-kurta?opt.Colour=Indigo&opt.Size=M"
    assert meta(html)["canonical"] == f"{BASE}/product/block-printed-kurta"


async def test_no_data_can_leave_its_script(running: RunningApp, shopper: Browser):
    evil = "</script><script>alert(1)</script><!--"
    await stocked(running, simple(evil, slug="evil", description=evil))
    html = await shopper.text("/product/evil")
    assert "<script>alert" not in html
    assert data_of(html)["Product"]["name"] == evil
    assert data_of(html)["BreadcrumbList"]["itemListElement"][-1]["name"] == evil


async def test_the_first_page_says_who_sells_and_how_to_search(running: RunningApp, shopper: Browser):
    data = data_of(await shopper.text("/"))
    company = data["Organization"]
    assert (company["name"], company["legalName"]) == ("Neel & Co.", "Neel Handmade Private Limited")
    assert company["contactPoint"][0]["telephone"] == "+91 80 4000 1234"
    assert company["address"]["addressCountry"] == "IN"
    assert data["WebSite"]["potentialAction"]["target"]["urlTemplate"] == f"{BASE}/search?q={{search_term_string}}"


async def test_a_list_tells_its_place_in_the_tree_and_its_items(running: RunningApp, shopper: Browser):
    cloth = await create_category(running.shop, {"name": "Cloth", "description": "Woven by hand."})
    await stocked(running, *(simple(f"Kurta {n}", f"K-{n}", category_ids=(cloth.id,)) for n in range(25)))
    html = await shopper.text("/category/cloth?page=2")
    data = data_of(html)
    crumbs = data["BreadcrumbList"]["itemListElement"]
    assert [step["item"] for step in crumbs] == [f"{BASE}/", f"{BASE}/category/cloth"]
    (item,) = data["ItemList"]["itemListElement"]
    assert item["position"] == 25
    assert item["url"].startswith(f"{BASE}/product/kurta-")
    assert meta(html)["canonical"] == f"{BASE}/category/cloth?page=2"
    assert meta(html)["description"] == "Woven by hand."


# -- which address, and whether at all ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "canonical"),
    [
        ("/", f"{BASE}/"),
        ("/products", f"{BASE}/products"),
        ("/products?sort=price", f"{BASE}/products"),
        ("/products?utm_source=mail", f"{BASE}/products"),
        ("/products?brand=&in_stock=", f"{BASE}/products"),
    ],
)
async def test_a_page_has_one_address(running: RunningApp, shopper: Browser, path: str, canonical: str):
    await stocked(running, simple())
    about = meta(await shopper.text(path))
    assert about["canonical"] == canonical
    assert about["og:url"] == canonical
    assert "robots" not in about


@pytest.mark.parametrize(
    "path", ["/search?q=diya", "/search", "/cart", "/login", "/register", "/track", "/products?in_stock=1"]
)
async def test_what_is_nobodys_to_find_is_not_indexed(running: RunningApp, shopper: Browser, path: str):
    await stocked(running, simple())
    html = await shopper.text(path)
    assert meta(html)["robots"] == "noindex"
    assert "canonical" not in meta(html), "a page is either to be found or not"
    assert not [name for name in meta(html) if name.startswith("og:")]


@pytest.mark.parametrize(
    "query", ["f.fabric=Plastic", "price_min=90000", "brand=nobody", "rating_min=5&brand=nobody", "page=9"]
)
async def test_a_list_that_filters_leave_empty_is_not_there(running: RunningApp, shopper: Browser, query: str):
    await stocked(running, kurta())
    answer = await shopper.get(f"/products?{query}")
    assert answer.status_code == 404
    html = await answer.get_data(as_text=True)
    assert meta(html)["robots"] == "noindex"
    if "page=" not in query:
        assert "Clear all filters" in html, "the visitor is told what to do"
        assert "matches: ." not in html


async def test_an_empty_category_shows_but_is_not_indexed(running: RunningApp, shopper: Browser):
    await create_category(running.shop, {"name": "Soon"})
    assert meta(await shopper.text("/category/soon"))["robots"] == "noindex"
    assert (await shopper.get("/category/never")).status_code == 404


# -- what a link is shown with -----------------------------------------------------------------------------------------


async def test_a_link_to_a_product_is_shown_with_its_picture(running: RunningApp, shopper: Browser):
    made = await create_product(running.shop, simple(description="Cast\n\n  in Moradabad. " * 30))
    await add_image(running.shop, made.id, picture(size=(1600, 2000)), alt='A "brass" diya')
    about = meta(await shopper.text("/product/brass-diya"))
    assert about["og:type"] == "product"
    assert about["og:title"] == "Brass Diya"
    assert about["og:image"].startswith(f"{BASE}/media/")
    assert about["og:image"].endswith((".jpeg", ".jpg"))
    width, height = int(about["og:image:width"]), int(about["og:image:height"])
    assert f"-{width}." in about["og:image"], "the size is that of the file"
    assert height == width * 5 // 4
    assert about["og:image:alt"] == 'A "brass" diya'
    assert len(about["description"]) <= 160
    assert about["description"].endswith("…")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("  One\n two ", "One two"),
        ("word " * 40, ("word " * 32).strip() + "…"),
        ("x" * 300, "x" * 159 + "…"),
        ("", ""),
    ],
)
def test_a_description_is_cut_between_words(text: str, shown: str):
    assert excerpt(text) == shown
    assert len(excerpt(text)) <= 160


# -- tags of plugins ---------------------------------------------------------------------------------------------------


async def test_plugins_add_tags_that_only_tell(running: RunningApp, shopper: Browser):
    html = await shopper.text("/")
    assert '<meta name="verified" content="&#34;home&#34; &lt;b&gt;">' in html
    assert "evil.example" not in html
    await disable_plugin(running.shop, "verified")
    assert "verified" not in meta(await shopper.text("/"))


@pytest.mark.parametrize(
    ("tag", "harmless"),
    [
        (HeadTag("meta", {"property": "article:author", "content": "Asha"}), True),
        (HeadTag("meta", {"http-equiv": "refresh", "content": "0;url=//evil.example"}), False),
        (HeadTag("meta", {"name": "x"}), False),
        (HeadTag("meta", {"name": "x", "content": "y", "onload": "alert(1)"}), False),
        (HeadTag("meta", {}), False),
        (HeadTag("link", {"rel": "me", "href": "https://social.example/@neel"}), True),
        (HeadTag("link", {"rel": "alternate", "href": "/feed.xml", "type": "application/atom+xml"}), True),
        (HeadTag("link", {"rel": "me stylesheet", "href": "/a.css"}), False),
        (HeadTag("link", {"rel": "me", "href": "javascript:alert(1)"}), False),
        (HeadTag("link", {"href": "/a"}), False),
        (HeadTag("script", {"src": "/a.js"}), False),  # type: ignore[arg-type]
    ],
)
def test_tags_that_load_run_or_redirect_are_refused(tag: HeadTag, harmless: bool):
    assert is_harmless(tag) is harmless


# -- robots and sitemap ------------------------------------------------------------------------------------------------


async def test_robots_are_told_where_not_to_look(running: RunningApp, shopper: Browser):
    answer = await shopper.get("/robots.txt")
    text = await answer.get_data(as_text=True)
    assert answer.content_type == "text/plain; charset=utf-8"
    rules = text.splitlines()
    for path in ("/cart", "/account", "/admin", "/api/", "/*?f.", "/*&f.", "/*?price_min="):
        assert f"Disallow: {path}" in rules
    assert not {"Disallow: /search", "Disallow: /checkout"} & {*rules}, "their answers could not be read"
    assert f"Sitemap: {BASE}/sitemap.xml" in rules


async def test_a_shop_that_is_not_open_yet_is_not_crawled(servers: tuple[str, str], tmp_path: Path):
    async with app_with(servers=servers, data_dir=tmp_path, env="staging") as app:
        text = await (await app.client.get("/robots.txt")).get_data(as_text=True)
        assert text.startswith("User-agent: *\nDisallow: /\n")


async def test_the_sitemap_is_there_from_the_first_request_on(running: RunningApp, shopper: Browser):
    await stocked(running, simple())
    answer = await shopper.get("/sitemap.xml")
    assert answer.status_code == 200
    assert answer.content_type == "application/xml; charset=utf-8"
    text = await answer.get_data(as_text=True)
    assert f"<loc>{BASE}/sitemaps/products-1.xml</loc><lastmod>" in text
    part = await shopper.get("/sitemaps/products-1.xml")
    assert f"<loc>{BASE}/product/brass-diya</loc>" in await part.get_data(as_text=True)
    again = await shopper.client.get("/sitemap.xml", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    for path in ("/sitemaps/products-2.xml", "/sitemaps/..%2f..%2fx", "/sitemaps/x"):
        assert (await shopper.get(path)).status_code == 404, path


async def test_while_the_sitemap_is_built_others_are_told_to_wait(running: RunningApp, shopper: Browser):
    await running.shop.redis.set(running.shop.key("sitemap", "building"), "1")
    answer = await shopper.get("/sitemap.xml")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
