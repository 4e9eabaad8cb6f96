"""What pages say of the delivery to a PIN code, and address forms that are filled in from it, without any script."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from spoeq_core.hooks.caller import HookError
from spoeq_core.identity.service import register_customer
from spoeq_core.testing.clients import RunningApp, app_with
from spoeq_core.testing.visitors import Browser, shopper_browser
from spoeq_core.web.storefront.delivery import with_place
from tests.shopping import PRICE, SKU, AtTheDoor, delivery, door, plugin, stock_up

PAGE = "/product/kurta-kur-ind-m"


@pytest.fixture
async def running(servers: tuple[str, str], tmp_path: Path) -> AsyncIterator[RunningApp]:
    async with app_with(delivery(), door(), servers=servers, data_dir=tmp_path) as app:
        await stock_up(app.shop)
        yield app


@pytest.fixture
def browser(running: RunningApp) -> Browser:
    return shopper_browser(running)


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


async def fill_cart(browser: Browser) -> str:
    answer = await browser.post("/cart/items", {"sku": SKU, "quantity": "1"})
    return str(answer.headers["Location"])


async def test_the_product_says_what_the_delivery_costs_before_it_is_bought(browser):
    assert "To 560001 for ₹49. Pay at the door available (₹29 fee)." in words(await browser.text(f"{PAGE}?pin=560 001"))


@pytest.mark.parametrize(
    ("pin", "answer"),
    [
        ("744101", "We do not deliver this to 744101."),
        ("999999", "We do not know the PIN code 999999."),
        ("5600", "Enter a PIN code of 6 digits"),
        ("<b>", "Enter a PIN code of 6 digits"),
        ("", "See the delivery date and its cost before you buy."),
    ],
)
async def test_a_pin_code_without_an_answer_says_why(browser, pin, answer):
    assert answer in words(await browser.text(f"{PAGE}?pin={pin}"))


async def test_a_plugin_that_fails_leaves_the_page_standing(servers, tmp_path):
    async def shipping_options() -> None:
        raise HookError("broken", "shipping_options", "broken")

    broken = plugin("broken", shipping_options=shipping_options)
    async with app_with(broken, servers=servers, data_dir=tmp_path) as app:
        await stock_up(app.shop)
        html = await shopper_browser(app).text(f"{PAGE}?pin=560001")
        assert "The delivery cannot be worked out right now." in words(html)
        assert "Add to cart" in html


async def test_what_cannot_be_paid_at_the_door_says_so(servers, tmp_path):
    plugins = delivery(), door(provider=AtTheDoor(cap=PRICE - 1))
    async with app_with(*plugins, servers=servers, data_dir=tmp_path) as app:
        await stock_up(app.shop)
        assert "Not for so much." in words(await shopper_browser(app).text(f"{PAGE}?pin=560001"))


async def test_cart_and_checkout_remember_the_pin_code(browser):
    await browser.text(f"{PAGE}?pin=560001")
    await fill_cart(browser)
    assert "To 560001 for ₹49." in words(await browser.text("/cart"))
    checkout = await browser.text("/checkout")
    assert re.search(r'name="postal_code"[^>]*value="560001"', checkout)
    assert re.search(r'name="city"[^>]*value="Bengaluru"', checkout)
    assert "Standard delivery" in checkout


async def test_the_cart_says_what_came_in(browser):
    html = await browser.text(await fill_cart(browser))
    assert f"Added: Kurta {SKU}" in words(html)
    assert f"Added: Kurta {SKU}" not in words(await browser.text("/cart?added=unknown"))


async def test_buying_at_once_leads_to_the_checkout_and_nowhere_else(browser):
    form = {"sku": SKU, "quantity": "1"}
    assert (await browser.post("/cart/items", {**form, "next": "/checkout"})).headers["Location"] == "/checkout"
    away = await browser.post("/cart/items", {**form, "next": "https://evil.example/"})
    assert away.headers["Location"].startswith("/cart?added=")


async def test_the_checkout_fills_in_town_and_state_and_asks_to_check_them(browser):
    await fill_cart(browser)
    typed = {"name": "Asha Rao", "phone": "9845012345", "email": "asha@example.in", "line1": "12 Temple Street"}
    choices = {"shipping_method": "delivery:standard", "payment_method": "door", "action": "place"}
    answer = await browser.post("/checkout", {**typed, **choices, "postal_code": "560001", "expected_total": "1"})
    html = str(await answer.get_data(as_text=True))
    assert answer.status_code == 422
    assert "Check the town and the state: we filled them in from the PIN code." in words(html)
    assert "Enter a town or city." not in html
    assert "Choose a state.</a>" not in html
    assert re.search(r'name="city"[^>]*value="Bengaluru"', html)
    assert '<option value="Karnataka" selected>' in html


@pytest.mark.parametrize(
    ("typed", "city", "state"),
    [
        ({"postal_code": "560001"}, "Bengaluru", "Karnataka"),
        ({"postal_code": "560001", "city": "Whitefield", "state": "Karnataka"}, "Whitefield", "Karnataka"),
        (
            {"postal_code": "600001", "pin_filled": "560001", "city": "Bengaluru", "state": "Karnataka"},
            "Chennai",
            "Tamil Nadu",
        ),
        (
            {"postal_code": "600001", "pin_filled": "560001", "city": "Whitefield", "state": "Karnataka"},
            "Whitefield",
            "Tamil Nadu",
        ),
        ({"postal_code": "533464", "city": "Yanam"}, "Yanam", ""),
        ({"postal_code": "560001", "country": "NP"}, "", ""),
        ({"postal_code": "56"}, "", ""),
    ],
)
def test_what_people_wrote_themselves_stays(typed, city, state):
    filled = with_place(typed)
    assert (filled.get("city", ""), filled.get("state", "")) == (city, state)


async def test_the_place_of_a_pin_code_for_the_module(browser):
    answer = await browser.get("/pin/560001")
    assert await answer.get_json() == {
        "pin": "560001",
        "city": "Bengaluru",
        "state": "Karnataka",
        "states": ["Karnataka"],
    }
    assert (await browser.get("/pin/999999")).status_code == 404
    assert (await browser.get("/pin/%00%F0")).status_code == 404


async def test_looking_up_many_pin_codes_is_refused_but_the_pages_still_open(browser):
    await browser.text(f"{PAGE}?pin=560001")
    await fill_cart(browser)
    answers = [(await browser.get("/pin/560001")).status_code for _ in range(121)]
    assert answers[0] == 200
    assert answers[-1] == 429
    html = words(await browser.text(f"{PAGE}?pin=560001"))
    assert "The delivery cannot be worked out right now." in html
    assert "Add to cart" in html
    assert "To 560001" in words(await browser.text("/cart"))


async def test_the_address_book_fills_in_too(running, browser):
    await register_customer(running.shop, email="asha@example.in", password="neem leaves at dawn", name="Asha")
    await browser.post("/login", {"email": "asha@example.in", "password": "neem leaves at dawn"})
    form = {"name": "Asha Rao", "phone": "9845012345", "line1": "12 Temple Street", "postal_code": "570001"}
    answer = await browser.post("/account/addresses", form)
    html = str(await answer.get_data(as_text=True))
    assert answer.status_code == 422
    assert re.search(r'name="city"[^>]*value="Mysuru"', html)
    saved = await browser.post("/account/addresses", {**form, "city": "Mysuru", "state": "Karnataka"})
    assert saved.status_code == 303
