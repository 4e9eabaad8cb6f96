"""What shoppers and staff see of sales, page by page, without a script."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from spoeq_core.catalog.service import product_by_id_or_slug, update_product
from spoeq_core.hooks import storefront
from spoeq_core.kernel.clock import FixedClock
from spoeq_core.plugins.lifecycle import save_settings
from spoeq_core.testing.clients import RunningApp
from spoeq_core.testing.shops import deliver_all
from spoeq_core.testing.visitors import shopper_browser, shopper_program, staff_browser, staff_program
from spoeq_sale_prices.service import list_sales
from tests.shopping import SKU

from .conftest import Begin

FORM = {
    "name": "Winter sale",
    "kind": "percent",
    "value": "20%",
    "products": "kurta-kur-ind-m",
    "starts_at": "2026-12-01T00:00",
    "ends_at": "2026-12-05T23:59",
    "active": "1",
}
PAGE = "/product/kurta-kur-ind-m"
DAY = timedelta(days=1)


def text(html: str) -> str:
    """The page's words in one line."""
    return re.sub(r"<[^>]+>|\s+", " ", html)


async def test_staff_plan_a_sale_and_shoppers_see_it_from_midnight_to_midnight(running: RunningApp, clock: FixedClock):
    staff, visitor = await staff_browser(running), shopper_browser(running)
    answer = await staff.post("/admin/sales/new", FORM)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/admin/sales")
    await deliver_all(running.shop)
    listed = text(await staff.text("/admin/sales"))
    for words in ("Winter sale", "20% off", "Scheduled", "5 Dec 2026, 11:59 pm"):
        assert words in listed
    clock.forward(datetime(2026, 11, 30, 18, 29, 59, tzinfo=UTC) - clock.now())
    before = await visitor.text(PAGE)
    assert "Winter sale" not in before
    clock.forward(timedelta(seconds=1))
    during = text(await visitor.text(PAGE))
    assert "₹1,039.20" in during
    assert "Winter sale, until 5 Dec 2026, 11:59 pm" in during
    clock.forward(datetime(2026, 12, 5, 18, 29, 59, tzinfo=UTC) - clock.now())
    assert "Winter sale" in await visitor.text(PAGE)
    clock.forward(timedelta(seconds=1))
    assert "Winter sale" not in await visitor.text(PAGE)


async def test_the_lower_price_stands_on_cards_search_suggestions_and_in_structured_data(
    running: RunningApp, begin: Begin
):
    await begin(running.shop)
    visitor = shopper_browser(running)
    for path in ("/products", "/search?q=kurta"):
        html = text(await visitor.text(path))
        assert "₹1,039.20" in html, path
        assert "Winter sale" in html, path
    status, found = await shopper_program(running).get("/search/suggest?q=kurta")
    assert status == 200
    price = next(item["price"] for item in found["items"] if item["kind"] == "product")
    assert (price["sale"]["amount"], price["reduced"]["regular"]["amount"]) == (103920, 129900)
    blocks = re.findall(r'<script type="application/ld\+json"[^>]*>(.*?)</script>', await visitor.text(PAGE), re.S)
    data = next(it for block in blocks for it in _listed(json.loads(block)) if it.get("@type") == "Product")
    assert data["offers"]["price"] == "1039.20"
    assert data["offers"]["priceValidUntil"] == "2026-11-24T06:29:59+00:00"


def _listed(data):
    return data if isinstance(data, list) else data.get("@graph", [data])


async def test_the_cart_shows_what_the_sale_takes_off(running: RunningApp, begin: Begin):
    await begin(running.shop)
    visitor = shopper_browser(running)
    await visitor.post("/cart/items", {"sku": SKU, "quantity": "2"})
    html = text(await visitor.text("/cart"))
    for words in ("Winter sale: \N{MINUS SIGN}₹519.60", "₹2,598", "₹2,078.40"):
        assert words in html


async def test_staff_see_and_save_the_regular_price_while_a_sale_runs(running: RunningApp, begin: Begin):
    await begin(running.shop)
    status, product = await (await staff_program(running)).get("/products/kurta-kur-ind-m")
    assert (status, product["variants"][0]["price"]["sale"]["amount"]) == (200, 129900)
    staff = await staff_browser(running)
    form = await staff.text(f"/admin/products/{product['id']}")
    assert 'value="1299"' in form or 'value="1299.00"' in form
    assert "1039.2" not in re.sub(r"(?s)<section[^>]*price-history.*?</section>", "", form)


async def test_the_history_stands_below_the_product_in_the_admin(running: RunningApp, clock: FixedClock, begin: Begin):
    clock.forward(DAY)
    await begin(running.shop)
    product = await product_by_id_or_slug(running.shop, "kurta-kur-ind-m")
    html = await (await staff_browser(running)).text(f"/admin/products/{product.id}")
    part = html[html.index("price-history") :]
    assert "<polyline" in part
    assert "₹1,039.20" in text(part)
    assert "Price set by staff" in text(part)


async def test_the_lowest_price_stands_beside_struck_ones_if_the_merchant_wants_it(
    running: RunningApp, clock: FixedClock, begin: Begin
):
    shop, visitor = running.shop, shopper_browser(running)
    product = await product_by_id_or_slug(shop, "kurta-kur-ind-m")
    for price in (119900, 129900):
        clock.forward(DAY)
        product = await update_product(shop, product.id, {"variants": (replace(product.variants[0], sale=price),)})
    await deliver_all(shop)
    clock.forward(DAY)
    await begin(shop)
    words = "Lowest price of the 30 days before: ₹1,199"
    assert words not in text(await visitor.text(PAGE))
    await save_settings(shop, "sale_prices", {"show_lowest": True, "keep_days": 400})
    assert words in text(await visitor.text(PAGE))
    assert words in text(await visitor.text("/products"))


async def test_what_is_wrong_is_told_at_once_and_nothing_typed_is_lost(running: RunningApp):
    staff = await staff_browser(running)
    wrong = FORM | {"name": " ", "value": "much", "brands": "nobody", "ends_at": "never"}
    answer = await staff.post("/admin/sales/new", wrong)
    html = await answer.get_data(as_text=True)
    assert answer.status_code == 422
    for words in ("Say what shoppers read", "Enter a percentage", "There is no nobody.", "Enter a date and a time."):
        assert words in html
    assert 'value="kurta-kur-ind-m"' in html
    assert (await list_sales(running.shop))[1] == 0


@pytest.mark.parametrize(("kind", "value"), [("percent", "0"), ("percent", "100.5"), ("amount", ""), ("odd", "5")])
async def test_no_value_is_taken_that_means_nothing(running: RunningApp, kind: str, value: str):
    staff = await staff_browser(running)
    answer = await staff.post("/admin/sales/new", FORM | {"kind": kind, "value": value})
    assert answer.status_code == 422


async def test_a_sale_is_changed_by_two_and_deleted(running: RunningApp):
    staff = await staff_browser(running)
    await staff.post("/admin/sales/new", FORM)
    (sale,), _ = await list_sales(running.shop)
    path = f"/admin/sales/{sale.id}"
    base = re.search(r'name="base" value="([^"]*)"', await staff.text(path)).group(1).replace("&#34;", '"')
    assert (await staff.post(path, FORM | {"base": base, "value": "30"})).status_code == 303
    clash = await staff.post(path, FORM | {"base": base, "value": "40"})
    assert clash.status_code == 409
    assert (await staff.post(path, FORM | {"base": base, "name": "Fair"})).status_code == 303
    (sale,), _ = await list_sales(running.shop)
    assert (sale.name, str(sale.percent)) == ("Fair", "30")
    assert (await staff.post(f"{path}/delete")).status_code == 303
    assert (await list_sales(running.shop))[1] == 0
    assert (await staff.get(path)).status_code == 404


async def test_only_who_may_manage_sales_sees_them(running: RunningApp):
    support = await staff_browser(running, "support")
    assert (await support.get("/admin/sales")).status_code == 403


async def test_running_sales_stand_on_the_page_of_offers(running: RunningApp, clock: FixedClock, begin: Begin):
    shop = running.shop
    await begin(shop, ends_at=clock.now() + DAY)

    async def told() -> list[dict[str, object]]:
        answers = await shop.hooks.collect(storefront.page_fragments, shop=shop, slot="offers.above_list", page={})
        return [sale for answer in answers for part in answer.value for sale in part.data["sales"]]

    assert [(sale["name"], sale["whole"]) for sale in await told()] == [("Winter sale", True)]
    clock.forward(DAY)
    assert await told() == []
