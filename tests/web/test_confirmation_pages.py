"""After the order: an account for the price of a password, and lists that lead on."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from spoeq_core.identity.service import register_customer
from spoeq_core.orders.documents import OrderRepository
from spoeq_core.orders.service import give_to_customer
from spoeq_core.testing.clients import RunningApp, app_with
from spoeq_core.testing.visitors import PASSWORD, Browser, shopper_browser
from tests.shopping import DELIVERY, DOOR_FEE, PRICE, SKU, delivery, door, stock_up

GUEST = {
    "phone": "9845012345",
    "email": "asha@example.in",
    "name": "Asha Rao",
    "postal_code": "560001",
    "city": "Bengaluru",
    "state": "Karnataka",
    "line1": "12 Temple Street",
    "shipping_method": "delivery:standard",
    "payment_method": "door",
    "expected_total": str(PRICE + DELIVERY + DOOR_FEE),
    "action": "place",
}


@pytest.fixture
async def running(servers: tuple[str, str], tmp_path: Path) -> AsyncIterator[RunningApp]:
    async with app_with(delivery(), door(), servers=servers, data_dir=tmp_path) as app:
        await stock_up(app.shop)
        yield app


@pytest.fixture
def browser(running: RunningApp) -> Browser:
    return shopper_browser(running)


async def bought(browser: Browser) -> tuple[str, str]:
    """Buy as a guest; the confirmation's address, and where its form is sent."""
    await browser.post("/cart/items", {"sku": SKU, "quantity": "1"})
    confirmation = str((await browser.post("/checkout", GUEST)).headers["Location"])
    found = re.search(r'action="(/orders/[^"]+)"', await browser.text(confirmation))
    return confirmation, found[1].replace("&amp;", "&") if found else ""


async def test_a_password_makes_an_account_that_holds_order_and_address(browser):
    confirmation, offer = await bought(browser)
    answer = await browser.post(offer, {"password": PASSWORD})
    assert answer.status_code == 303
    own = str(answer.headers["Location"])
    html = await browser.text(own)
    assert "Your account is ready, and this order is in it." in html
    assert "12 Temple Street" in await browser.text("/account/addresses")
    assert own in await browser.text("/account/orders")
    assert "Keep this order in an account" not in await browser.text(confirmation)
    assert str((await browser.post(offer, {"password": PASSWORD})).headers["Location"]) == own


async def test_a_refused_password_says_so_on_the_confirmation(browser):
    _, offer = await bought(browser)
    answer = await browser.post(offer, {"password": "short"})
    html = str(await answer.get_data(as_text=True))
    assert answer.status_code == 422
    assert '<a href="#f-password">' in html
    assert "12 Temple Street" in html


async def test_who_has_an_account_is_asked_to_sign_in(running, browser):
    await register_customer(running.shop, email=GUEST["email"], password=PASSWORD, name="Asha")
    _, offer = await bought(browser)
    answer = await browser.post(offer, {"password": PASSWORD})
    assert answer.status_code == 422
    assert "has an account already. Sign in to it instead." in str(await answer.get_data(as_text=True))


async def test_without_the_token_nobody_takes_an_order(running, browser):
    _, offer = await bought(browser)
    answer = await shopper_browser(running).post(offer.partition("?")[0], {"password": PASSWORD})
    assert answer.status_code == 404


async def test_an_order_with_an_owner_stays_theirs(running, browser):
    await bought(browser)
    (order,) = await running.shop.repository(OrderRepository).find({})
    assert (await give_to_customer(running.shop, order.id, "meera")).customer_id == "meera"
    assert (await give_to_customer(running.shop, order.id, "asha")).customer_id == "meera"


async def test_a_search_that_finds_nothing_leads_on(browser):
    html = await browser.text("/search?q=zzzz")
    assert "Nothing found for" in html
    assert f"Kurta {SKU}" in html


async def test_suggestions_hold_no_links_and_answer_anything(browser):
    html = await browser.text("/search/suggest?q=kur")
    assert 'data-url="/product/kurta-kur-ind-m"' in html
    assert "<a " not in html
    assert "See all for “kur”" in html
    evil = await browser.text("/search/suggest?q=%3Cb%3E%22%27")
    assert "<b>" not in evil
    await browser.text("/search/suggest")


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ("?number=&contact=", ["Enter the order number.", "Enter the e-mail address or mobile number"]),
        ("?number=NEEL-1", ["Enter the e-mail address or mobile number"]),
        ("?number=NEEL-1&contact=asha@example.in", []),
        ("", []),
    ],
)
async def test_the_form_that_finds_an_order_says_what_is_missing(browser, sent, said):
    answer = await browser.get(f"/track{sent}")
    html = (await answer.get_data()).decode()
    assert answer.status_code == (422 if said else 404 if sent else 200)
    assert [
        words for words in ("Enter the order number.", "Enter the e-mail address or mobile number") if words in html
    ] == said
    assert ('value="NEEL-1"' in html) == ("NEEL-1" in sent)
