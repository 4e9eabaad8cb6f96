"""One order followed to the paisa: five lines at three rates of GST, promotions, delivery, a fee; page and PDF."""

from __future__ import annotations

import html as markup
import io
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

import spoeq_cod.plugin
import spoeq_coupons.plugin
import spoeq_flat_rate.plugin
import spoeq_gst.plugin
from spoeq_core.cart import service as carts
from spoeq_core.catalog.service import update_product
from spoeq_core.checkout.model import Choices, PlaceRequest
from spoeq_core.checkout.service import place_order, quote
from spoeq_core.kernel.clock import FixedClock
from spoeq_core.orders import service as orders
from spoeq_core.orders.model import Order, OrderStatus
from spoeq_core.sdk import save_settings
from spoeq_core.testing.clients import RunningApp, app_with
from spoeq_core.testing.visitors import staff_browser
from spoeq_coupons.model import Coupon, CouponType
from spoeq_coupons.service import create_coupon
from spoeq_gst.model.words import grouped, in_words
from tests.shopping import ADDRESS, guest, stock_up

GOODS = {"DRESS": ("620442", 1), "TOWEL": ("6302", 2), "BAG": ("4202", 3), "DIARY": ("4820", 1), "RING": ("7113", 1)}
"""The HSN code of each SKU and how many are bought: at 5, 5, 18, 18 and 3 percent."""
PLUGINS = (spoeq_cod.plugin, spoeq_coupons.plugin, spoeq_flat_rate.plugin, spoeq_gst.plugin)


@pytest.fixture
async def running(servers: tuple[str, str], tmp_path: Path) -> AsyncIterator[RunningApp]:
    clock = FixedClock(datetime(2026, 11, 27, 6, 30, tzinfo=UTC))
    async with app_with(*PLUGINS, servers=servers, data_dir=tmp_path, clock=clock) as app:
        for number, (sku, (hsn, _)) in enumerate(GOODS.items()):
            product = (await stock_up(app.shop, {sku: 50}, price=49_995 + 10_007 * number))[sku]
            await update_product(app.shop, product.id, {"hsn": hsn})
        await save_settings(app.shop, "gst", lambda now: {"gstin": "29AAGCB7383J1Z4"})
        paid = {"free_above": None}
        await save_settings(
            app.shop, "flat_rate", lambda now: {"zones": tuple(zone.model_copy(update=paid) for zone in now.zones)}
        )
        gift = Coupon("B2G1", "B2G1", CouponType.BUY_X_GET_Y, buy=2, get=1, automatic=True, title="Buy 2, get 1")
        await create_coupon(app.shop, gift)
        await create_coupon(app.shop, Coupon("TEN", "TEN", CouponType.PERCENT, percent=Decimal("12.5")))
        yield app


async def sent(running: RunningApp) -> Order:
    shop = running.shop
    owner = await guest(shop, {sku: pieces for sku, (_, pieces) in GOODS.items()})
    await carts.apply_code(shop, owner, "TEN")
    choices = Choices(ADDRESS, "flat_rate:india", "cod")
    total = (await quote(shop, owner, choices)).total
    request = PlaceRequest("asha@example.in", ADDRESS, "flat_rate:india", "cod", total)
    order = (await place_order(shop, owner, request)).order
    return await orders.change_status(shop, order.id, OrderStatus.SHIPPED, actor="Ravi")


def charged(order: Order) -> list[dict[str, Any]]:
    """What the order's price says of each line and each part of a charge: `{paid, taxable, taxes}`, minor units."""
    priced = order.priced
    shares = [share for charge in (priced["shipping"], *priced["fees"]) for share in charge["shares"]]
    lines = [{"paid": line["total"], **line} for line in priced["lines"]]
    return [*lines, *({"paid": share["amount"], **share} for share in shares)]


async def test_every_step_leads_from_the_list_prices_to_what_is_paid(running: RunningApp):
    order = await sent(running)
    priced, totals = order.priced, order.priced["totals"]
    steps = priced["trace"]
    assert {step["rule"] for step in steps} >= {"list", "B2G1", "TEN", "CGST", "SGST", "total"}
    at = steps[0]["output"]
    assert at == totals["items"] == sum(it["line"]["quantity"] * it["line"]["unit_price"] for it in priced["lines"])
    given = sum(
        step["input"] - step["output"] for step in steps if step["phase"] in {"item", "order"} and step["input"]
    )
    assert given == totals["discounts"] == sum(it["amount"] for one in priced["lines"] for it in one["discounts"])
    charges = sum(step["output"] for step in steps if step["plugin"] in {"flat_rate", "cod"})
    assert charges == totals["shipping"] + totals["fees"]
    assert min(totals["shipping"], totals["fees"]) > 0
    assert at - given + charges == totals["grand_total"] == order.grand_total
    rates = {sum(Decimal(tax["rate"]) for tax in it["taxes"]) for it in priced["lines"]}
    assert rates == {Decimal(3), Decimal(5), Decimal(18)}
    taxes = [step for step in steps if step["phase"] == "tax" and step["plugin"] == "gst"]
    assert sum(step["output"] for step in taxes) == totals["tax_included"]
    for part in charged(order):
        assert part["taxable"] + sum(tax["amount"] for tax in part["taxes"]) == part["paid"]


async def test_staff_read_the_same_step_by_step(running: RunningApp):
    order = await sent(running)
    html = await (await staff_browser(running)).text(f"/admin/orders/{order.id}")
    panel = markup.unescape(html[html.index('id="trace"') :])
    shown = re.sub(r"<[^>]+>|\s+", " ", panel[: panel.index("</section>")])
    for step in order.priced["trace"]:
        assert step["label"] in shown, step
        for amount in (step["input"], step["output"]):
            assert grouped(amount) in shown, step


async def test_the_invoice_says_the_same_to_the_paisa(running: RunningApp):
    order = await sent(running)
    staff = await staff_browser(running)
    answer = await staff.client.get(f"/api/v1/orders/{order.id}/invoice.pdf")
    pages = PdfReader(io.BytesIO(await answer.get_data())).pages
    text = " ".join("".join(page.extract_text() for page in pages).split())
    expected = [part for part in charged(order) if part["paid"] or "line" in part]
    at = text.index("Amount")
    for number, part in enumerate(expected, 1):
        row = figures(part)
        assert row in text[at:], (number, row, text)
        at = text.index(row, at)
    taxes = [tax for part in expected for tax in part["taxes"]]
    sums = {name: sum(tax["amount"] for tax in taxes if tax["name"] == name) for name in ("CGST", "SGST")}
    taxable = sum(part["taxable"] for part in expected)
    foot = f"Total {grouped(taxable)} {grouped(sums['CGST'])} {grouped(sums['SGST'])} {grouped(order.grand_total)}"
    assert foot in text[at:]
    assert f"Taxable value {grouped(taxable)}" in text[at:]
    assert taxable + sums["CGST"] + sums["SGST"] == order.grand_total
    assert f"₹{grouped(order.grand_total)}" in text[at:]
    assert in_words(order.grand_total) in text
    assert "Tax Invoice" in text


def figures(part: dict[str, Any]) -> str:
    """The figures of a row as the invoice prints them; a tax of nothing is left blank."""
    rate = sum(Decimal(tax["rate"]) for tax in part["taxes"])
    amounts = [grouped(tax["amount"]) for tax in part["taxes"] if tax["amount"]]
    return " ".join([grouped(part["taxable"]), f"{rate.normalize():f}%", *amounts, grouped(part["paid"])])


async def test_staff_read_why_a_coupon_gave_nothing_and_in_hindi(running: RunningApp):
    dear = Coupon("DEAR", "DEAR", CouponType.FIXED, amount=10_000, min_order=10**9, automatic=True, title="Dear")
    await create_coupon(running.shop, dear)
    order = await sent(running)
    staff = await staff_browser(running)
    english = rows_of(await staff.text(f"/admin/orders/{order.id}"))
    (row,) = [row for row in english if "DEAR" in row]
    assert row.startswith("Whole order coupons DEAR Gives nothing")
    assert "more to use DEAR." in row
    await save_settings(running.shop, "core", {"languages": ["en", "hi"]})
    await staff.get(f"/admin/orders/{order.id}?lang=hi")
    hindi = rows_of(await staff.text(f"/admin/orders/{order.id}"))
    assert any(row.startswith("देय core") for row in hindi), hindi


def rows_of(html: str) -> list[str]:
    """The rows of the steps, as they are read."""
    panel = markup.unescape(html[html.index('id="trace"') :])
    panel = panel[: panel.index("</section>")]
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in panel.split('<tr role="row">')[1:]]
