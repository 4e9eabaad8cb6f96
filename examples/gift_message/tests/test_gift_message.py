"""The example as an author would ship it: built, found, enabled, and bought with."""

from __future__ import annotations

import ast
import csv
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from types import ModuleType

import pytest

from spoeq_core.plugins.discovery import discover
from spoeq_core.plugins.lifecycle import save_settings
from spoeq_core.testing.clients import RunningApp, app_with
from spoeq_core.testing.messages import bring
from spoeq_core.testing.visitors import Browser, shopper_browser, staff_browser, staff_program
from tests.shopping import SKU, stock_up
from tests.unpacked import unpacked

HERE = Path(__file__).resolve().parents[1]
PACKAGE = "spoeq_gift_message"
PAGE = "/product/kurta-kur-ind-m"
FIELD = 'name="properties.gift_message"'


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example's wheel, unpacked."""
    return unpacked(HERE, tmp_path_factory.mktemp("site"))


@pytest.fixture
def plugin(installed: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The plugin, as the shop finds it by its entry point."""
    monkeypatch.syspath_prepend(str(installed))
    for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
        monkeypatch.delitem(sys.modules, name)
    return next(found.module for found in discover(strict=True).plugins if found.name == "gift_message")


@pytest.fixture
async def running(plugin: ModuleType, servers: tuple[str, str], tmp_path: Path) -> AsyncIterator[RunningApp]:
    async with app_with(plugin, servers=servers, data_dir=tmp_path) as app:
        await stock_up(app.shop, {SKU: 10, "OTHER": 10})
        yield app


@pytest.fixture
def browser(running: RunningApp) -> Browser:
    return shopper_browser(running)


async def tick(running: RunningApp) -> None:
    """Say of one product that it takes a message, as staff do."""
    staff = await staff_program(running)
    _, shown = await staff.get("/products/kurta-kur-ind-m")
    body = {"ext": {"gift_message": {"gift_message": True}}}
    status, problem = await staff.patch(f"/products/{shown['id']}", body, {"If-Match": f'"{shown["version"]}"'})
    assert status == 200, problem


def test_it_stands_on_the_sdk_alone():
    imported = {
        node.module
        for path in (HERE / PACKAGE).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("spoeq_core")
    }
    assert imported == {"spoeq_core.sdk"}


def test_everything_it_says_is_said_in_hindi():
    assert bring(HERE / PACKAGE, "hi", write=False) == []


async def test_only_products_with_the_tick_take_a_message(running: RunningApp, browser: Browser):
    assert FIELD not in await browser.text(PAGE)
    await tick(running)
    page = await browser.text(PAGE)
    assert FIELD in page
    assert 'data-most="200"' in page
    assert "We write it on a card, up to 200 characters." in page
    assert FIELD not in await browser.text("/product/kurta-other")


async def test_the_tick_is_a_column_of_the_product_file_and_a_field_of_the_admins_form(running: RunningApp):
    await tick(running)
    staff = await staff_browser(running)
    answer = await staff.get("/admin/products/export.csv")
    header, *rows = csv.reader(str(await answer.get_data(as_text=True)).removeprefix("\ufeff").splitlines())
    place, name = header.index("gift_message.gift_message"), header.index("slug")
    assert {row[name]: row[place] for row in rows} == {"kurta-kur-ind-m": "yes", "kurta-other": "no"}
    page = await staff.text("/admin/products")
    edit = re.search(r'href="(/admin/products/[0-9A-Z]{26})"', page)
    assert edit
    assert "Takes a gift message" in await staff.text(edit[1])


async def test_the_message_lies_in_the_cart_and_may_stay_empty(running: RunningApp, browser: Browser):
    await tick(running)
    for text in ("For Amma,\r\nwith love", "", "x" * 201):
        await browser.post("/cart/items", {"sku": SKU, "quantity": "1", "properties.gift_message": text})
    cart = await browser.text("/cart")
    assert "Gift message: <bdi>For Amma,\nwith love</bdi>" in cart
    assert len(re.findall(r'class="line__controls"', cart)) == 2, "one with, one without, and none too long"


async def test_field_and_cart_speak_hindi(running: RunningApp, browser: Browser):
    await tick(running)
    await save_settings(running.shop, "core", {"languages": ["en", "hi"]})
    await browser.post("/cart/items", {"sku": SKU, "quantity": "1", "properties.gift_message": "Hi"})
    await browser.get("/?lang=hi")
    assert "उपहार संदेश: <bdi>Hi</bdi>" in await browser.text("/cart")
    assert "हम इसे कार्ड पर लिखते हैं, अधिकतम 200 अक्षर।" in await browser.text(PAGE)
    answer = await browser.post("/cart/items", {"sku": SKU, "quantity": "1", "properties.gift_message": "x" * 201})
    assert "उपहार संदेश: अधिकतम 200 अक्षर।" in str(await answer.get_data(as_text=True))
