"""A guest's cart comes along when they sign in; nobody else's ever does."""

from __future__ import annotations

import pytest

from spoeq_core.cart import service as carts
from spoeq_core.cart.service import Owner
from spoeq_core.identity import service as identity
from tests.shopping import stock_up

PASSWORD = "neem leaves at dawn"


@pytest.fixture(autouse=True)
async def goods(web_shop):
    await stock_up(web_shop, {"KURTA": 10, "DIYA": 10})


async def pieces_of(shop, customer) -> dict[str, int]:
    return (await carts.load(shop, Owner(customer_id=customer.id))).cart.quantities()


async def put(browser, sku: str, quantity: int) -> None:
    assert (await browser.post("/cart/items", {"sku": sku, "quantity": str(quantity)})).status_code == 303


async def test_signing_in_brings_the_cart(browser, web_shop, meera):
    await put(browser, "KURTA", 2)
    assert "spoeq_cart" in browser.cookies()
    await browser.post("/login", {"email": meera.email, "password": PASSWORD})
    assert "spoeq_cart" not in browser.cookies()
    assert browser.cookies()["spoeq_cart_count"] == "2"
    assert await pieces_of(web_shop, meera) == {"KURTA": 2}


async def test_registering_brings_it_too(browser, web_shop):
    await put(browser, "DIYA", 3)
    form = {"email": "new@example.com", "password": PASSWORD, "name": "New"}
    assert (await browser.post("/register", form)).status_code == 303
    account = await identity.authenticate(web_shop, "new@example.com", PASSWORD)
    assert await pieces_of(web_shop, account) == {"DIYA": 3}


async def test_the_api_merges_the_cart_that_its_header_names(app, browser, program, web_shop, meera):
    await put(browser, "KURTA", 4)
    headers = {"X-Cart-Token": browser.cookies()["spoeq_cart"]}
    body = {"email": meera.email, "password": PASSWORD}
    assert (await program.post("/api/v1/auth/login", json=body, headers=headers)).status_code == 200
    assert await pieces_of(web_shop, meera) == {"KURTA": 4}


async def test_who_signs_out_leaves_no_cart_behind_for_the_next(browser, web_shop, meera):
    other = await identity.register_customer(web_shop, email="o@example.com", password=PASSWORD, name="O")
    await put(browser, "KURTA", 2)
    await browser.post("/login", {"email": meera.email, "password": PASSWORD})
    await browser.post("/logout")
    assert browser.cookies().get("spoeq_cart_count", "0") == "0"
    await browser.post("/login", {"email": other.email, "password": PASSWORD})
    assert await pieces_of(web_shop, other) == {}
    assert await pieces_of(web_shop, meera) == {"KURTA": 2}


async def test_a_tampered_cart_cookie_keeps_nobody_out(browser, web_shop, meera):
    browser.client.set_cookie("localhost", "spoeq_cart", "tampered.cookie")
    assert (await browser.post("/login", {"email": meera.email, "password": PASSWORD})).status_code == 303
    assert await pieces_of(web_shop, meera) == {}
