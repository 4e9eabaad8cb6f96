"""The staff pages, and the code field of cart and checkout: all without a script."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from html.parser import HTMLParser

import pytest

from spoeq_core.kernel.clock import FixedClock
from spoeq_core.plugins.lifecycle import disable_plugin, enable_plugin, save_settings
from spoeq_core.testing.clients import RunningApp
from spoeq_core.testing.visitors import Browser, shopper_browser, staff_browser
from spoeq_coupons.model import CouponType
from spoeq_coupons.service import find_coupon
from tests.shopping import SKU

from .conftest import Give

FORM = {
    "code": "diwali10",
    "type": "percent",
    "value": "12.5%",
    "max_discount": "1,500",
    "min_order": "499.50",
    "max_uses": "100",
    "per_user_limit": "1",
    "start_at": "2026-11-20T00:00",
    "end_at": "2026-11-30T23:59",
    "description": "For the fair",
    "combinable": "1",
    "active": "1",
}
PIN = "560001"


class Inputs(HTMLParser):
    """The controls of a page by name, and which forms they belong to."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.forms: list[str] = []
        self.owners: dict[str, str] = {}
        self._open = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            assert not self._open, "a form inside a form"
            self._open = given.get("action", "?")
            self.forms.append(self._open)
        left_out = given.get("type") == "checkbox" and "checked" not in given
        if tag in {"input", "button", "select", "textarea"} and "name" in given and not left_out:
            self.values[given["name"]] = given.get("value", "")
            self.owners[given["name"]] = given.get("form", self._open)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = ""


@pytest.fixture
async def staff(running: RunningApp) -> Browser:
    return await staff_browser(running)


@pytest.fixture
async def shopper(running: RunningApp) -> Browser:
    browser = shopper_browser(running)
    assert (await browser.post("/cart/items", {"sku": SKU, "quantity": "1"})).status_code == 303
    return browser


async def said(browser: Browser, path: str) -> str:
    """What the banner of a page tells."""
    found = re.search(r'banner__body">(.*?)</', await browser.text(path), re.S)
    return re.sub(r"<[^>]+>|\s+", " ", found.group(1)).strip() if found else ""


async def test_staff_give_out_a_code(running: RunningApp, staff: Browser):
    assert "No coupons yet" in await staff.text("/admin/coupons")
    answer = await staff.post("/admin/coupons/new", FORM)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/admin/coupons")
    page = await staff.text("/admin/coupons")
    assert "DIWALI10 is given out." in page
    assert "12.5% off, on orders from ₹499.50, once a customer, 100 uses in all, with other coupons too." in page
    coupon = await find_coupon(running.shop, "diwali10")
    assert (coupon.type, coupon.percent, coupon.max_discount) == (CouponType.PERCENT, Decimal("12.5"), 150000)
    assert (coupon.min_order, coupon.max_uses, coupon.per_user_limit) == (49950, 100, 1)
    assert coupon.start_at == datetime(2026, 11, 19, 18, 30, tzinfo=UTC), "dates are the shop's"
    assert coupon.end_at == datetime(2026, 11, 30, 18, 29, tzinfo=UTC)
    assert (coupon.combinable, coupon.active, coupon.description) == (True, True, "For the fair")


async def test_the_form_shows_what_is_stored_and_saves_it_unchanged(running: RunningApp, staff: Browser):
    await staff.post("/admin/coupons/new", FORM)
    before = await find_coupon(running.shop, "DIWALI10")
    form = Inputs(await staff.text("/admin/coupons/DIWALI10")).values
    assert {name: form[name] for name in ("value", "max_discount", "min_order", "start_at", "end_at")} == {
        "value": "12.5",
        "max_discount": "1500.00",
        "min_order": "499.50",
        "start_at": "2026-11-20T00:00",
        "end_at": "2026-11-30T23:59",
    }
    answer = await staff.post("/admin/coupons/DIWALI10", form)
    assert answer.status_code == 303
    after = await find_coupon(running.shop, "DIWALI10")
    assert after.version == 2
    assert [getattr(after, name) for name in ("percent", "max_discount", "min_order", "start_at", "end_at")] == [
        getattr(before, name) for name in ("percent", "max_discount", "min_order", "start_at", "end_at")
    ]


async def test_what_is_left_empty_is_no_limit(running: RunningApp, staff: Browser):
    await staff.post("/admin/coupons/new", FORM)
    empty = {**FORM, "max_discount": "", "min_order": "", "max_uses": "", "per_user_limit": ""}
    empty |= {"start_at": "", "end_at": ""}
    del empty["combinable"], empty["active"]
    assert (await staff.post("/admin/coupons/DIWALI10", empty)).status_code == 303
    coupon = await find_coupon(running.shop, "DIWALI10")
    assert (coupon.max_discount, coupon.min_order, coupon.max_uses, coupon.per_user_limit) == (None, 0, None, None)
    assert (coupon.start_at, coupon.end_at, coupon.combinable, coupon.active) == (None, None, False, False)
    assert "Switched off" in await staff.text("/admin/coupons")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"code": "no way!"}, "Use 2 to 40 letters"),
        ({"type": "half"}, "Choose what the coupon gives."),
        ({"value": ""}, "Enter a percentage"),
        ({"value": "nan"}, "A percentage is above 0"),
        ({"value": "lots"}, "Enter a percentage"),
        ({"type": "fixed", "value": ""}, "The amount must be above zero."),
        ({"type": "fixed", "value": "1,5"}, "is not an amount"),
        ({"max_discount": "-1"}, "leave it empty for no limit"),
        ({"min_order": "12.345"}, "more decimals than INR"),
        ({"max_uses": "0"}, "Enter 1 or more"),
        ({"max_uses": "many"}, "Enter a whole number."),
        ({"start_at": "soon"}, "Enter a date and a time."),
        ({"start_at": "0001-01-01T00:00"}, "Enter a date and a time."),
        ({"start_at": "2026-12-01T00:00"}, "The end must come after the start."),
        ({"description": "x" * 501}, "At most 500 characters."),
    ],
)
async def test_a_wrong_value_is_shown_again_with_the_reason(staff: Browser, wrong: dict[str, str], message: str):
    sent = {**FORM, **wrong}
    answer = await staff.post("/admin/coupons/new", sent)
    html = await answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert message in html
    assert "There is a problem" in html
    shown = Inputs(html).values
    assert shown["code"] == sent["code"]
    assert shown["value"] == sent["value"]
    assert "No coupons yet" in await staff.text("/admin/coupons")


async def test_all_that_is_wrong_is_told_at_once(staff: Browser):
    wrong = {"code": "", "value": "lots", "max_discount": "x", "min_order": "y", "max_uses": "z", "end_at": "soon"}
    html = await (await staff.post("/admin/coupons/new", {**FORM, **wrong})).get_data(as_text=True)
    for field in wrong:
        assert f'href="#f-{field}"' in html, "at the top"
        assert f'id="f-{field}-error"' in html, "at the field"


async def test_a_code_that_exists_is_a_conflict(staff: Browser):
    await staff.post("/admin/coupons/new", FORM)
    twice = await staff.post("/admin/coupons/new", FORM)
    assert twice.status_code == 409
    assert "There is a coupon DIWALI10 already." in await twice.get_data(as_text=True)


def opened(html: str) -> dict[str, str]:
    """What the form of a coupon sends when nothing is touched."""
    found = Inputs(html)
    return {name: value for name, value in found.values.items() if found.owners[name] == "/admin/coupons/DIWALI10"}


async def test_two_who_change_different_fields_of_a_coupon_both_win(running: RunningApp, staff: Browser):
    await staff.post("/admin/coupons/new", FORM)
    other = await staff_browser(running, "admin")
    path = "/admin/coupons/DIWALI10"
    mine, theirs = opened(await staff.text(path)), opened(await other.text(path))
    assert mine["active"] == "1"
    theirs.pop("active")
    assert (await other.post(path, {**theirs, "max_uses": "7"})).status_code == 303
    assert (await staff.post(path, {**mine, "value": "50", "combinable": ""})).status_code == 303
    coupon = await find_coupon(running.shop, "DIWALI10")
    assert (coupon.percent, coupon.max_uses, coupon.active, coupon.combinable) == (Decimal(50), 7, False, False)


async def test_a_field_that_both_changed_is_shown_twice_and_chosen(running: RunningApp, staff: Browser):
    await staff.post("/admin/coupons/new", FORM)
    other = await staff_browser(running, "admin")
    path = "/admin/coupons/DIWALI10"
    mine, theirs = opened(await staff.text(path)), opened(await other.text(path))
    await other.post(path, {**theirs, "value": "20", "description": "Theirs", "max_uses": "7"})
    answer = await staff.post(path, {**mine, "value": "50", "description": "Mine"})
    html = await answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert re.findall(r'name="take-(\w+)" value="theirs"', html) == ["value", "description"]
    assert "Largest discount" not in html
    again = opened(html)
    assert (again["value"], again["description"], again["max_uses"]) == ("50", "Mine", "7"), "nothing typed is lost"
    wrong = await staff.post(path, {**again, "take-value": "theirs", "max_uses": "many"})
    assert wrong.status_code == 422
    assert (await staff.post(path, {**again, "take-value": "theirs", "take-description": "mine"})).status_code == 303
    coupon = await find_coupon(running.shop, "DIWALI10")
    assert (coupon.percent, coupon.description, coupon.max_uses) == (Decimal(20), "Mine", 7)


async def test_deleting_takes_it_away(staff: Browser):
    await staff.post("/admin/coupons/new", FORM)
    answer = await staff.post("/admin/coupons/DIWALI10/delete")
    assert answer.status_code == 303
    page = await staff.text("/admin/coupons")
    assert "DIWALI10 is deleted. Past orders keep their discount." in page
    assert (await staff.get("/admin/coupons/DIWALI10")).status_code == 404
    assert (await staff.post("/admin/coupons/DIWALI10/delete")).status_code == 404


async def test_the_list_tells_states_and_finds_by_beginning(
    running: RunningApp, staff: Browser, give: Give, clock: FixedClock
):
    now = clock.now()
    await give(running.shop, "NOW")
    await give(running.shop, "OLD", end_at=now - timedelta(days=1))
    await give(running.shop, "SOON", start_at=now + timedelta(days=1), max_uses=7)
    page = await staff.text("/admin/coupons")
    for code, state in (("NOW", "Active"), ("OLD", "Expired"), ("SOON", "Scheduled")):
        row = page[page.index(f"/admin/coupons/{code}") :].split("</tr>")[0]
        assert f">{state}</span>" in row
    assert "0 / 7" in page
    found = await staff.text("/admin/coupons?q=so")
    assert "/admin/coupons/SOON" in found
    assert "/admin/coupons/NOW" not in found
    assert "No code begins with" in await staff.text("/admin/coupons?q=zzz")


async def test_long_lists_have_pages(running: RunningApp, staff: Browser, give: Give, clock: FixedClock):
    for number in range(51):
        await give(running.shop, f"CODE{number}")
        clock.forward(timedelta(seconds=1))
    first, second = await staff.text("/admin/coupons"), await staff.text("/admin/coupons?page=2")
    assert "/admin/coupons?page=2" in first
    assert "/admin/coupons/CODE0" not in first
    assert ("/admin/coupons/CODE0" in second, "/admin/coupons/CODE1" in second) == (True, False)


@pytest.mark.parametrize(("role", "status"), [("admin", 200), ("staff", 200), ("warehouse", 403), ("support", 403)])
async def test_who_sees_the_pages_and_the_menu(running: RunningApp, role: str, status: int):
    browser = await staff_browser(running, role)
    assert (await browser.get("/admin/coupons")).status_code == status
    assert (await browser.get("/admin/coupons/new")).status_code == status
    assert (await browser.post("/admin/coupons/new", FORM)).status_code == {200: 303, 403: 403}[status]
    menu = await browser.text("/admin/orders")
    assert ('href="/admin/coupons"' in menu) == (status == 200)


async def test_strangers_are_sent_to_sign_in(running: RunningApp):
    answer = await shopper_browser(running).get("/admin/coupons")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/admin/login?next=/admin/coupons")


async def test_the_cart_takes_a_code_and_gives_it_back(running: RunningApp, shopper: Browser, give: Give):
    await give(running.shop)
    assert "Have a coupon?" in await shopper.text("/cart")
    answer = await shopper.post("/cart/coupons", {"code": " ten "})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/cart")
    page = await shopper.text("/cart")
    assert "Coupon applied." in page
    assert "Remove coupon TEN" in page
    assert "Coupon TEN" in page
    assert "₹129.90" in page
    await shopper.post("/cart/coupons/remove", {"coupon": "TEN"})
    page = await shopper.text("/cart")
    assert "Coupon removed." in page
    assert "Coupon TEN" not in page
    await shopper.post("/cart/coupons/remove", {"coupon": "TEN"})
    assert "not in your cart any more" in await shopper.text("/cart")


@pytest.mark.parametrize(
    ("code", "sentence"),
    [("OLD", "OLD has expired."), ("NOPE", "No offer has this code."), ("", "Enter a coupon code.")],
)
async def test_the_cart_says_why_a_code_gives_nothing(
    running: RunningApp, shopper: Browser, give: Give, clock: FixedClock, code: str, sentence: str
):
    await give(running.shop, "OLD", end_at=clock.now())
    assert (await shopper.post("/cart/coupons", {"code": code})).status_code == 303
    assert await said(shopper, "/cart") == sentence


async def test_the_checkout_keeps_what_was_typed_when_a_code_is_entered(
    running: RunningApp, shopper: Browser, give: Give
):
    await give(running.shop)
    checkout = await shopper.text("/checkout")
    inputs = Inputs(checkout)
    assert inputs.owners["code"] == "checkout", "the field belongs to the checkout's own form"
    assert 'formaction="/cart/coupons?next=/checkout"' in checkout
    typed = {"email": "asha@example.in", "name": "Asha Rao", "state": "Karnataka", "postal_code": PIN, "code": "ten"}
    answer = await shopper.post("/cart/coupons?next=/checkout", typed)
    assert (answer.status_code, answer.headers["Location"]) == (307, "/checkout")
    again = await shopper.post("/checkout", typed)
    assert again.status_code == 200
    html = await again.get_data(as_text=True)
    shown = Inputs(html).values
    assert (shown["email"], shown["name"], shown["postal_code"]) == ("asha@example.in", "Asha Rao", PIN)
    assert shown["code"] == "", "a code that was applied is not typed any more"
    assert "Coupon applied." in html
    assert 'value="TEN" formaction="/cart/coupons/remove?next=/checkout"' in html
    wrong = {**typed, "code": "NOPE"}
    await shopper.post("/cart/coupons?next=/checkout", wrong)
    html = await (await shopper.post("/checkout", wrong)).get_data(as_text=True)
    assert "No offer has this code." in html
    assert Inputs(html).values["code"] == "NOPE"
    removed = await shopper.post("/cart/coupons/remove?next=/checkout", {**typed, "coupon": "TEN"})
    assert removed.status_code == 307


@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "/admin", ""])
async def test_the_forms_lead_back_to_this_shop_only(running: RunningApp, shopper: Browser, target: str):
    answer = await shopper.post(f"/cart/coupons?next={target}", {"code": "X"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/cart")


async def test_disabling_takes_field_pages_and_menu_away(
    running: RunningApp, shopper: Browser, staff: Browser, give: Give
):
    await give(running.shop)
    await shopper.post("/cart/coupons", {"code": "TEN"})
    await disable_plugin(running.shop, "coupons")
    cart = await shopper.text("/cart")
    assert "Have a coupon?" not in cart
    assert "Coupon TEN" not in cart
    assert "Have a coupon?" not in await shopper.text("/checkout")
    assert 'href="/admin/coupons"' not in await staff.text("/admin/orders")
    assert (await staff.get("/admin/coupons")).status_code == 404
    assert (await shopper.post("/cart/coupons", {"code": "TEN"})).status_code == 404
    await enable_plugin(running.shop, "coupons")
    cart = await shopper.text("/cart")
    assert "Have a coupon?" in cart
    assert "Coupon TEN" in cart
    assert (await staff.get("/admin/coupons")).status_code == 200


async def test_an_api_client_without_a_token_of_the_form_cannot_forge_it(running: RunningApp, staff: Browser):
    answer = await staff.client.post("/admin/coupons/new", form=FORM, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


async def test_a_coupon_is_read_back_in_the_language_of_the_page(running: RunningApp, staff: Browser):
    await save_settings(running.shop, "core", {"languages": ["en", "hi"]})
    await staff.post("/admin/coupons/new", FORM)
    await staff.get("/admin/coupons?lang=hi")
    page = await staff.text("/admin/coupons")
    assert "12.5% की छूट, ₹499.50 या ज़्यादा के ऑर्डर पर, हर ग्राहक एक बार, कुल 100 बार, दूसरे कूपन के साथ भी।" in page
