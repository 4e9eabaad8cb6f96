"""The card: only products with the tick take one, and it lies with the item."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from spoeq_core.plugins.lifecycle import save_settings
from spoeq_core.testing.clients import RunningApp
from spoeq_core.testing.goods import put_on_sale
from spoeq_core.testing.visitors import Browser, shopper_browser, staff_browser, staff_program

HERE = Path(__file__).resolve().parents[1]
PACKAGE = "spoeq_gift_message"
PAGE = "/product/kurta"
FIELD = 'name="properties.gift_message"'


@pytest.fixture
async def goods(running: RunningApp) -> None:
    for sku in ("KURTA", "OTHER"):
        await put_on_sale(running.shop, sku, price=129_900)


@pytest.fixture
def browser(running: RunningApp, goods: None) -> Browser:
    return shopper_browser(running)


async def tick(running: RunningApp) -> None:
    """Say of one product that it takes a message, as staff do."""
    staff = await staff_program(running)
    _, shown = await staff.get("/products/kurta")
    body = {"ext": {"gift_wrap": {"gift_message": True}}}
    status, problem = await staff.patch(f"/products/{shown['id']}", body, {"If-Match": f'"{shown["version"]}"'})
    assert status == 200, problem


async def test_only_products_with_the_tick_take_a_message(running: RunningApp, browser: Browser):
    assert FIELD not in await browser.text(PAGE)
    await tick(running)
    page = await browser.text(PAGE)
    assert FIELD in page
    assert 'data-most="200"' in page
    assert "We write it on a card, up to 200 characters." in page
    assert FIELD not in await browser.text("/product/other")


async def test_the_tick_is_a_column_of_the_product_file_and_a_field_of_the_form(running: RunningApp, goods: None):
    await tick(running)
    staff = await staff_browser(running)
    answer = await staff.get("/admin/products/export.csv")
    header, *rows = csv.reader(str(await answer.get_data(as_text=True)).removeprefix("\ufeff").splitlines())
    place, name = header.index("gift_wrap.gift_message"), header.index("slug")
    assert {row[name]: row[place] for row in rows} == {"kurta": "yes", "other": "no"}
    page = await staff.text("/admin/products")
    edit = re.search(r'href="(/admin/products/[0-9A-Z]{26})"', page)
    assert edit
    assert "Takes a gift message" in await staff.text(edit[1])


async def test_the_message_lies_in_the_cart_and_may_stay_empty(running: RunningApp, browser: Browser):
    await tick(running)
    for text in ("For Amma,\r\nwith love", "", "x" * 201):
        await browser.post("/cart/items", {"sku": "KURTA", "quantity": "1", "properties.gift_message": text})
    cart = await browser.text("/cart")
    assert "Gift message: <bdi>For Amma,\nwith love</bdi>" in cart
    assert len(re.findall(r'class="line__controls"', cart)) == 2, "one with, one without, and none too long"


async def test_field_and_cart_speak_hindi(running: RunningApp, browser: Browser):
    await tick(running)
    await save_settings(running.shop, "core", {"languages": ["en", "hi"]})
    await browser.post("/cart/items", {"sku": "KURTA", "quantity": "1", "properties.gift_message": "Hi"})
    await browser.get("/?lang=hi")
    assert "उपहार संदेश: <bdi>Hi</bdi>" in await browser.text("/cart")
    assert "हम इसे कार्ड पर लिखते हैं, अधिकतम 200 अक्षर।" in await browser.text(PAGE)
    answer = await browser.post("/cart/items", {"sku": "KURTA", "quantity": "1", "properties.gift_message": "x" * 201})
    assert "उपहार संदेश: अधिकतम 200 अक्षर।" in str(await answer.get_data(as_text=True))
