"""The road from the catalogue to a shipped order, walked by a shopper and by staff in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING
from zlib import crc32

import pytest
from playwright.sync_api import Page, expect

from tests.processes import PASSWORD, RunningDemo

if TYPE_CHECKING:
    from tests.e2e.conftest import Visitor

pytestmark = pytest.mark.e2e

ADDRESS = {
    "phone": "+91 98450 12345",
    "name": "Asha Rao",
    "line1": "12, 4th Cross, Indiranagar",
    "city": "Bengaluru",
    "postal_code": "560038",
}


@pytest.mark.parametrize("javascript", [True, False], ids=["with-javascript", "without-javascript"])
def test_a_guest_buys_with_a_coupon_and_cod_and_staff_ship_it(
    visitors: Callable[..., Visitor], demo: RunningDemo, javascript: bool
) -> None:
    """Find a product, choose a variant, apply a coupon, pay at the door, see the mail; staff ship; tracking says so."""
    kind = "js" if javascript else "nojs"
    email = f"asha.{kind}@example.com"
    shopper = visitors(javascript=javascript, name=kind)
    page = shopper.page

    shopper.go("/")
    shopper.shot("01-home")
    find_product(shopper)
    choose_variant(page, javascript=javascript)
    shopper.shot("04-product-chosen")
    page.get_by_role("button", name="Add to cart").first.click()
    if javascript:
        page.get_by_role("dialog", name="Added to cart").get_by_role("link", name="See the cart").click()
    page.wait_for_url(re.compile("/cart"))
    shopper.shot("05-cart")
    apply_coupon(page, "WELCOME10")
    expect(page.get_by_text("WELCOME10").first).to_be_visible()
    shopper.shot("06-cart-coupon")
    page.get_by_role("link", name=re.compile("^Check out")).click()
    number, tracking = place_order(shopper, email, javascript=javascript)

    mail_is_in_the_inbox(visitors(javascript=javascript, width=1280, name=kind), email, number)
    ship(visitors(javascript=javascript, width=1280, name=kind), number)
    page.goto(tracking)
    expect(page.locator("[aria-current=step]")).to_contain_text("Shipped")
    expect(page.get_by_text("AWB123456")).to_be_visible()
    shopper.shot("11-tracking-shipped")


def find_product(shopper: Visitor) -> None:
    """By search, as most do."""
    shopper.page.get_by_label("Search products").fill("kurta")
    shopper.page.get_by_label("Search products").press("Enter")
    shopper.page.wait_for_url("**/search?**")
    shopper.shot("02-search")
    shopper.page.locator("main .card a, main article a").first.click()
    shopper.page.wait_for_url("**/product/**")
    shopper.shot("03-product")


def choose_variant(page: Page, *, javascript: bool) -> None:
    """The first value of each option that is not sold out; without a script the choice is sent by Update."""
    for group in page.locator("form#options fieldset").all():
        pill = group.locator(".pill:not(.pill--out) label").first
        if not group.locator("input:checked").count():
            pill.click()
            if javascript:
                page.wait_for_url(re.compile("opt"))
    if not javascript and page.locator("form#options").count():
        page.locator("form#options").get_by_role("button").first.click()
    expect(page.locator("form#buy")).to_be_visible()


def apply_coupon(page: Page, code: str) -> None:
    """The field is shut until somebody wants it."""
    page.get_by_text("Have a coupon?").click()
    page.get_by_label("Coupon code").fill(code)
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_text("Coupon applied.")).to_be_visible()
    expect(page.get_by_text("Discounts", exact=True)).to_be_visible()


def place_order(shopper: Visitor, email: str, *, javascript: bool) -> tuple[str, str]:
    """Fill in the one page and pay at the door; the order's number and the tracking link."""
    page = shopper.page
    fill_in = fill_in_at_once if javascript else fill_in_by_sections
    buyer = crc32(email.encode()) % 90_000 + 10_000  # cash on delivery is limited by phone and address
    own = {"phone": f"+91 98450 {buyer}", "line1": f"{buyer}, 4th Cross, Indiranagar", "email": email}
    fill_in(shopper, {**ADDRESS, **own})
    expect(page.get_by_text("Cash on delivery fee").first).to_be_visible()
    shopper.shot("08-checkout-ready")
    page.get_by_role("button", name=re.compile("^Place order")).click()
    page.wait_for_url("**/confirmation?**")
    shopper.shot("09-confirmation")
    number = re.search(r"[A-Z0-9]+-[A-Z0-9]{8}", page.locator("main").inner_text())
    assert number, "no order number on the confirmation page"
    tracking = page.get_by_role("link", name=re.compile("Track")).first.get_attribute("href")
    return number.group(), f"{shopper.base_url}{tracking}" if tracking and tracking.startswith("/") else str(tracking)


def fill_in_at_once(shopper: Visitor, typed: dict[str, str], *, pay: str = "cod") -> None:
    """All fields, then the ways of delivery, then the payment."""
    page = shopper.page
    page.locator("[name=phone]").wait_for()
    page.wait_for_load_state()
    for name, value in typed.items():
        page.locator(f"[name={name}]").fill(value)
    page.locator("[name=state]").select_option(label="Karnataka")
    page.get_by_role("button", name="Update delivery and total").click()
    page.locator("[name=shipping_method]").first.wait_for(state="attached")
    expect(page.get_by_role("heading", name="Delivery", exact=True)).to_be_in_viewport()
    shopper.shot("07-checkout")
    choose_payment(page, pay)
    page.get_by_role("button", name="Update delivery and total").click()


def fill_in_by_sections(shopper: Visitor, typed: dict[str, str], *, pay: str = "cod") -> None:
    """Each section with its own button; one that is saved folds, and the next has the focus."""
    page = shopper.page
    expect(page.get_by_role("button", name="Update delivery and total")).to_be_hidden()
    for name in ("phone", "email"):
        page.locator(f"[name={name}]").fill(typed[name])
    page.locator("[name=email]").press("Enter")
    expect(page.get_by_role("heading", name="Delivery address")).to_be_focused()
    for name in ("name", "postal_code", "line1"):
        page.locator(f"[name={name}]").fill(typed[name])
    save(page, "Delivery address")
    expect(page.get_by_role("heading", name="Delivery", exact=True)).to_be_focused()
    expect(page.get_by_text("Bengaluru, Karnataka, 560038")).to_be_visible()
    shopper.shot("07-checkout")
    save(page, "Delivery")
    expect(page.get_by_role("heading", name="Payment")).to_be_focused()
    choose_payment(page, pay)
    save(page, "Payment")
    expect(page.get_by_role("heading", name="Review and order")).to_be_focused()
    expect(page.locator("[name=phone]")).to_be_hidden()


def save(page: Page, section: str) -> None:
    """Press a section's own button."""
    page.get_by_role("region", name=section, exact=True).get_by_role("button", name="Save and continue").click()


def choose_payment(page: Page, method: str) -> None:
    """Pay like that."""
    way = page.locator(f"[name=payment_method][value={method}]")
    if not way.is_checked():
        page.locator(f"label[for='{way.get_attribute('id')}']").click()


def test_without_a_script_a_wrong_section_says_so_and_what_is_saved_can_be_changed(
    visitors: Callable[..., Visitor],
) -> None:
    """Errors at the top and at the field; a folded section opens in place; nothing typed elsewhere is lost."""
    shopper = visitors(javascript=False, name="sections")
    page = shopper.page
    shopper.go("/")
    find_product(shopper)
    choose_variant(page, javascript=False)
    page.get_by_role("button", name="Add to cart").first.click()
    shopper.go("/checkout")
    page.locator("[name=email]").fill("asha")
    page.locator("[name=line1]").fill("12 Temple Street")
    save(page, "Contact")
    expect(page.locator(".error-summary")).to_be_focused()
    expect(page.locator(".error-summary li")).to_have_count(2)
    expect(page).to_have_title(re.compile("^Error: "))
    shopper.shot("errors")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("[name=phone]")).to_be_focused()
    page.keyboard.type("98450 12345")
    page.keyboard.press("Tab")
    page.keyboard.type("asha@example.com")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Delivery address")).to_be_focused()
    expect(page.locator("[name=line1]")).to_have_value("12 Temple Street")
    page.get_by_text("Change", exact=True).first.click()
    page.locator("[name=phone]").fill("12")
    save(page, "Delivery address")
    expect(page.locator(".error-summary li")).to_have_count(5)
    expect(page.locator("[name=phone]")).to_have_value("12")
    shopper.shot("errors-in-two")


def sign_in(staff: Visitor, email: str) -> None:
    """As staff."""
    staff.go("/admin/login")
    staff.page.locator("[name=email]").fill(email)
    staff.page.locator("[name=password]").fill(PASSWORD)
    staff.page.get_by_role("button", name=re.compile("Sign in")).click()
    staff.page.wait_for_url(re.compile("/admin$|/admin/(?!login)"))


def mail_is_in_the_inbox(staff: Visitor, email: str, number: str) -> None:
    """The confirmation, as sent."""
    sign_in(staff, "admin@demo.spoeq")
    for _ in range(240):
        staff.go("/admin/inbox")
        if staff.page.get_by_text(email).count():
            break
        staff.page.wait_for_timeout(250)
    expect(staff.page.get_by_text(number).first).to_be_visible()
    staff.shot("10-inbox")


def ship(staff: Visitor, number: str) -> None:
    """The warehouse packs it and enters the waybill."""
    sign_in(staff, "staff@demo.spoeq")
    staff.go("/admin/orders")
    staff.shot("10-orders")
    staff.page.get_by_role("link", name=number).first.click()
    staff.shot("10-order")
    staff.page.locator("[name=carrier]").fill("Delhivery")
    staff.page.locator("[name=awb]").fill("AWB123456")
    staff.page.locator("form[action$=shipments] button").first.click()
    expect(staff.page.get_by_text("AWB123456").first).to_be_visible()
    staff.shot("10-order-shipped")
