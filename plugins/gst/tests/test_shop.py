"""In a running shop: what a quote and an order say of tax, and the staff's pages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from spoeq_core.catalog.service import update_product
from spoeq_core.checkout.model import Choices
from spoeq_core.checkout.service import quote
from spoeq_core.identity.model import Address
from spoeq_core.kernel.clock import FixedClock
from spoeq_core.sdk import save_settings
from spoeq_core.testing.clients import RunningApp, app_with
from spoeq_core.testing.visitors import staff_browser
from spoeq_gst import plugin as gst
from spoeq_gst.service import advice, create_row, find_row
from spoeq_gst.settings import GstSettings
from tests.shopping import ADDRESS, SKU, delivery, door, guest, stock_up

GSTIN = "29AAGCB7383J1Z4"


@pytest.fixture
async def running(servers: tuple[str, str], tmp_path: Path) -> AsyncIterator[RunningApp]:
    clock = FixedClock(datetime(2026, 11, 27, 6, 30, tzinfo=UTC))
    async with app_with(delivery(), door(), gst, servers=servers, data_dir=tmp_path, clock=clock) as app:
        kurta = (await stock_up(app.shop, {SKU: 500, "OTHER": 500}))[SKU]
        await update_product(app.shop, kurta.id, {"hsn": "620442"})
        await save_settings(app.shop, "gst", lambda now: {"gstin": GSTIN})
        yield app


async def test_quotes_have_the_tax_of_where_it_goes(running: RunningApp):
    shop = running.shop
    owner = await guest(shop)
    business = replace(ADDRESS, state="Maharashtra", gstin="27AAPFU0939F1ZV")
    found = {}
    for name, choices in {
        "home": Choices(ADDRESS, "delivery:standard", "door"),
        "away": Choices(replace(ADDRESS, state="Delhi"), "delivery:standard", "door"),
        "business": Choices(ADDRESS, "delivery:standard", "door", business),
    }.items():
        found[name] = await quote(shop, owner, choices)
    names = {name: {tax.name for tax in one.priced.lines[0].taxes} for name, one in found.items()}
    assert names == {"home": {"CGST", "SGST"}, "away": {"IGST"}, "business": {"IGST"}}
    assert len({one.total for one in found.values()}) == 1
    assert found["home"].priced.totals.tax_included > 0
    assert all(one.priced.shipping and one.priced.shipping.shares[0].taxes for one in found.values())


async def test_without_a_gstin_no_tax_is_charged(running: RunningApp):
    await save_settings(running.shop, "gst", lambda now: {"gstin": ""})
    found = await quote(running.shop, await guest(running.shop), Choices(ADDRESS, "delivery:standard", "door"))
    assert found.priced.totals.tax_included == 0


async def test_staff_see_what_to_look_at_and_edit_rates(running: RunningApp):
    shop, staff = running.shop, await staff_browser(running)
    found = await advice(shop)
    html = await staff.text("/admin/gst")
    assert (found.without_hsn, [product.variants[0].sku for product in found.products]) == (1, ["OTHER"])
    assert "1 product on sale has no HSN code" in html
    assert f"You sell from Karnataka under GSTIN {GSTIN}." in html
    typed = {"hsn": "9999", "valid_from": "2026-12-01", "rate": "12.5", "note": "Odd things"}
    wrong = await staff.post("/admin/gst/rates/new", {**typed, "hsn": "9", "limit": "x", "rate": "many"})
    text = str(await wrong.get_data(as_text=True))
    assert wrong.status_code == 422
    assert "Odd things" in text
    assert (await staff.post("/admin/gst/rates/new", typed)).status_code == 303
    assert (await staff.post("/admin/gst/rates/new", typed)).status_code == 409
    path = "/admin/gst/rates/9999-2026-12-01"
    assert "Odd things" in await staff.text(path)
    assert (await staff.post(path, {**typed, "limit": "100", "rate_above": "18"})).status_code == 303
    stored = find_row(shop, "9999-2026-12-01")
    assert (stored.limit, str(stored.rate_above)) == (10000, "18")
    assert (await staff.post(path, {**typed, "limit": "100", "rate_above": "2"})).status_code == 422
    assert (await staff.post(f"{path}/delete", {})).status_code == 303
    assert "9999" not in {row.hsn for row in shop.plugin_settings(GstSettings).rates}


async def test_what_lies_between_the_rates_is_found(running: RunningApp):
    shop = running.shop
    assert (await advice(shop)).inconsistent == []
    await create_row(
        shop, {"hsn": "6204", "valid_from": "2026-01-01", "rate": "5", "limit": 120000, "rate_above": "18"}
    )
    assert [product.hsn for product in (await advice(shop)).inconsistent] == ["620442"]


async def test_a_gstin_of_another_state_is_refused_at_the_checkout(running: RunningApp):
    address = {**plain(ADDRESS), "gstin": "27AAPFU0939F1ZV"}
    answer = await running.client.post("/api/v1/checkout/quote", json={"shipping_address": address})
    codes = [problem["code"] for problem in (await answer.get_json())["problems"]]
    assert "gstin_state" in codes


def plain(address: Address) -> dict[str, str]:
    return {
        name: getattr(address, name) for name in ("name", "phone", "line1", "city", "state", "postal_code", "country")
    }


async def test_a_demo_shop_sells_from_karnataka(running: RunningApp):
    await save_settings(running.shop, "gst", lambda now: {"gstin": ""})
    assert await gst.demo_data(running.shop)
    assert running.shop.plugin_settings(GstSettings).taxation.home == "29"
    assert await gst.demo_data(running.shop) is None
