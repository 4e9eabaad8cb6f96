"""The checkout page as a guest without a script walks it: totals that are true, errors where they are read first."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from spoeq_core.inventory.service import adjust
from spoeq_core.testing.clients import RunningApp, app_with
from spoeq_core.testing.visitors import Browser, shopper_browser
from tests.shopping import DELIVERY, DOOR_FEE, PRICE, SKU, Gateway, delivery, door, online, stock_up

GUEST = {
    "phone": "9845012345",
    "email": "asha@example.in",
    "name": "Asha Rao",
    "postal_code": "560001",
    "city": "Bengaluru",
    "state": "Karnataka",
    "line1": "12 Temple Street",
}
STANDARD = {"shipping_method": "delivery:standard"}
TOTAL = PRICE + DELIVERY + DOOR_FEE


@pytest.fixture
async def running(servers: tuple[str, str], tmp_path: Path) -> AsyncIterator[RunningApp]:
    async with app_with(delivery(), door(), servers=servers, data_dir=tmp_path) as app:
        await stock_up(app.shop)
        yield app


@pytest.fixture
async def browser(running: RunningApp) -> Browser:
    browser = shopper_browser(running)
    await browser.post("/cart/items", {"sku": SKU, "quantity": "1"})
    return browser


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def summary(html: str) -> list[str]:
    found = re.search(r'class="error-summary__list">(.*?)</ul>', html, re.DOTALL)
    return [words(item) for item in re.findall(r"<li>(.*?)</li>", found[1], re.DOTALL)] if found else []


async def sent(browser: Browser, form: dict[str, str]) -> tuple[int, str]:
    answer = await browser.post("/checkout", form)
    return answer.status_code, str(await answer.get_data(as_text=True))


async def test_the_only_way_to_pay_is_in_the_total_from_the_start(browser):
    html = await browser.text("/checkout")
    assert re.search(r'value="door" checked', html)
    assert f'name="expected_total" value="{PRICE + DOOR_FEE}"' in html
    assert "₹29 fee" in words(html)
    assert "Place order · ₹1,328" in words(html)


async def test_between_two_ways_to_pay_nothing_is_chosen_and_no_fee_is_in_the_total(servers, tmp_path):
    async with app_with(delivery(), door(), online(Gateway()), servers=servers, data_dir=tmp_path) as app:
        await stock_up(app.shop)
        browser = shopper_browser(app)
        await browser.post("/cart/items", {"sku": SKU, "quantity": "1"})
        html = await browser.text("/checkout")
        assert not re.search(r'name="payment_method"[^>]* checked', html)
        assert f'name="expected_total" value="{PRICE}"' in html
        assert "Pay ₹1,299" in words(html)
        _, html = await sent(browser, {**GUEST, **STANDARD, "payment_method": "gateway", "action": "update"})
        assert "Pay ₹1,348" in words(html)


async def test_errors_are_summed_up_in_the_order_of_the_page(browser):
    status, html = await sent(browser, {"action": "place"})
    assert status == 422
    links = re.findall(r'<li><a href="#f-(\w+)">', html)
    assert links == ["phone", "email", "name", "postal_code", "city", "state", "line1"]
    assert html.index("error-summary") < html.index("<h1>")


async def test_a_changed_total_says_by_how_much_and_why(browser):
    form = {**GUEST, **STANDARD, "payment_method": "door", "action": "place"}
    old = {"expected_total": str(PRICE + DOOR_FEE), "expected_shipping": "0"}
    status, html = await sent(browser, {**form, **old})
    assert status == 409
    assert summary(html) == ["The total is now ₹1,377: delivery costs ₹49 more. Check it, then place the order again."]
    assert f'name="expected_total" value="{TOTAL}"' in html
    _, html = await sent(browser, {**form, "expected_total": str(TOTAL + 5000), "expected_shipping": str(DELIVERY)})
    assert summary(html) == [
        "The total is now ₹1,377, ₹50 less than shown before. Check it, then place the order again."
    ]
    _, html = await sent(browser, {**form, "expected_total": "9" * 40, "expected_shipping": "-1"})
    assert "₹1,377" in summary(html)[0] or "whole number" in summary(html)[0]


async def test_with_the_total_that_was_shown_the_order_is_placed(browser):
    form = {**GUEST, **STANDARD, "payment_method": "door", "action": "place", "expected_total": str(TOTAL)}
    answer = await browser.post("/checkout", form)
    assert answer.status_code == 303
    assert "/confirmation?token=" in answer.headers["Location"]


async def test_where_nothing_is_delivered_the_delivery_says_so(browser):
    _, html = await sent(browser, {**GUEST, "postal_code": "744101", "action": "update"})
    assert "We cannot deliver this cart to 744101." in words(html)


async def test_what_sold_out_meanwhile_is_said_on_the_page(running, browser):
    await adjust(running.shop, SKU, -100, reason="broken", actor="test")
    html = await browser.text("/checkout")
    assert "It is out of stock." in words(html)


async def test_a_signed_in_shopper_keeps_the_saved_addresses_after_an_error(running, browser):
    await browser.post("/register", {"email": "asha@example.in", "password": "neem leaves at dawn", "name": "Asha"})
    await browser.post("/account/addresses", {**GUEST, "line1": "7 Palace Road"})
    _, html = await sent(browser, {"action": "place"})
    assert "Use a saved address" in html


async def test_crawlers_are_led_away_by_the_redirect_and_others_are_told_what_the_page_is(running, browser):
    assert '<meta name="robots"' not in await browser.text("/checkout")
    crawler = shopper_browser(running)
    answer = await crawler.get("/checkout")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/cart")
    for page in ("/cart", "/login", "/register"):
        assert '<meta name="robots" content="noindex">' in await crawler.text(page)


def open_steps(html: str) -> list[str]:
    return re.findall(r'<section class="checkout-step" aria-labelledby="step-(\w+)"', html)


def focused(html: str) -> list[str]:
    return re.findall(r'(?:id="|class=")([\w-]+)"[^>]* autofocus', html)


async def test_each_section_is_saved_on_its_own_and_leads_to_the_next(browser):
    contact = {"phone": GUEST["phone"], "email": GUEST["email"]}
    status, html = await sent(browser, {**contact, "line1": "12 Temple Street", "action": "save.contact"})
    assert (status, open_steps(html), focused(html)) == (200, ["address", "delivery", "payment"], ["step-address"])
    assert 'name="saved" value="contact"' in html
    assert "9845012345, asha@example.in" in words(html)
    assert 'value="12 Temple Street"' in html, "what is typed elsewhere stays"
    status, html = await sent(browser, {**GUEST, "saved": "contact", "action": "save.address"})
    assert (open_steps(html), focused(html)) == (["delivery", "payment"], ["step-delivery"])
    _, html = await sent(browser, {**GUEST, **STANDARD, "saved": "contact address", "action": "save"})
    assert (open_steps(html), focused(html)) == (["payment"], ["step-payment"]), "Enter saves the first that is open"
    chosen = {**GUEST, **STANDARD, "payment_method": "door", "saved": "contact address delivery"}
    status, html = await sent(browser, {**chosen, "action": "save.payment"})
    assert (status, open_steps(html), focused(html)) == (200, [], ["step-review"])
    answer = await browser.post("/checkout", {**chosen, "action": "place", "expected_total": str(TOTAL)})
    assert answer.status_code == 303


async def test_a_section_with_errors_names_them_all_and_stays_open(browser):
    status, html = await sent(browser, {"email": "asha", "city": "Mysuru", "action": "save.contact"})
    assert status == 422
    assert re.findall(r'<li><a href="#f-(\w+)">', html) == ["phone", "email"], "not those of other sections"
    assert (focused(html), 'name="saved"' in html) == (["error-summary"], False)
    assert 'value="Mysuru"' in html
    assert html.count("aria-invalid") == 2


async def test_a_saved_section_that_was_spoilt_opens_again(browser):
    spoilt = {**GUEST, "phone": "12", "saved": "contact", "action": "save.address"}
    status, html = await sent(browser, spoilt)
    assert (status, open_steps(html)) == (422, ["contact", "delivery", "payment"])
    assert re.findall(r'<li><a href="#f-(\w+)">', html) == ["phone"]
    _, html = await sent(
        browser, {**GUEST, "phone": "12", "saved": "contact address delivery payment", "action": "place"}
    )
    assert "contact" in open_steps(html)
    assert "address" not in open_steps(html)


async def test_a_way_of_delivery_that_is_not_offered_any_more_is_chosen_again(browser):
    form = {**GUEST, "shipping_method": "delivery:rocket", "saved": "contact address", "action": "save.delivery"}
    status, html = await sent(browser, form)
    assert (status, open_steps(html)) == (422, ["delivery", "payment"])
    assert summary(html) == ["This way of delivery is not offered any more."]


async def test_a_script_walks_by_no_sections(browser):
    _, html = await sent(browser, {**GUEST, "phone": "", "action": "update"})
    assert (open_steps(html), focused(html)) == (["contact", "address", "delivery", "payment"], [])


async def test_a_saved_address_comes_in_and_what_was_typed_stays(running, browser):
    await browser.post("/register", {"email": "asha@example.in", "password": "neem leaves at dawn", "name": "Asha"})
    await browser.post("/account/addresses", {**GUEST, "line1": "7 Palace Road"})
    which = re.findall(r'value="(address\.\w+)"', await browser.text("/checkout"))[0]
    _, html = await sent(browser, {"email": "gift@example.in", "line1": "gone", "action": which})
    assert 'value="gift@example.in"' in html
    assert 'value="7 Palace Road"' in html
