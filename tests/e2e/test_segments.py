"""Staff put a customer into a segment and give it a coupon and a sale: the member gets both, another neither."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.test_admin import signed_in
from tests.processes import RunningDemo

if TYPE_CHECKING:
    from tests.e2e.conftest import Visitor

pytestmark = pytest.mark.e2e

PASSWORD = "neem leaves at dawn"


@pytest.mark.parametrize("javascript", [True, False], ids=["with-javascript", "without-javascript"])
def test_a_member_gets_what_staff_give_a_segment_and_others_do_not(
    visitors: Callable[..., Visitor], demo: RunningDemo, javascript: bool
) -> None:
    kind = "js" if javascript else "nojs"
    member, other = f"member.{kind}@example.com", f"other.{kind}@example.com"
    for email in (member, other):
        account = {"email": email, "password": PASSWORD, "name": f"Asha {kind}"}
        httpx.post(
            f"{demo.base_url}/api/v1/auth/register", json=account, timeout=60, trust_env=False
        ).raise_for_status()
    listed = httpx.get(f"{demo.base_url}/api/v1/products?per_page=1", timeout=60, trust_env=False)
    product: dict[str, Any] = listed.json()["items"][0]
    staff = signed_in(visitors, javascript=javascript)
    make_segment(staff, f"regulars-{kind}", member)
    give_coupon(staff, f"REGULARS-{kind.upper()}", f"regulars-{kind}", javascript=javascript)
    begin_sale(staff, f"Sale for {kind}", f"regulars-{kind}", javascript=javascript)

    asha = shopping(visitors, member, javascript=javascript, name=f"segments-{kind}-member")
    ravi = shopping(visitors, other, javascript=javascript, name=f"segments-{kind}-other")
    guest = visitors(javascript=javascript, name=f"segments-{kind}-guest")
    path = f"/product/{product['slug']}"
    for visitor in (asha, ravi, guest, asha):
        own = visitor.page.locator("#product").get_by_text("Your price")
        visitor.sees(path, own, 1 if visitor is asha else 0)
        visitor.shot("product")
    for visitor, told in ((asha, "Coupon applied."), (ravi, "is for certain customers only.")):
        into_cart(visitor.page, javascript=javascript)
        visitor.go("/cart")
        visitor.page.get_by_text("Have a coupon?").click()
        visitor.page.get_by_label("Coupon code").fill(f"regulars-{kind}")
        visitor.page.get_by_role("button", name="Apply", exact=True).click()
        expect(visitor.page.get_by_text(told).first).to_be_visible()
        expect(visitor.page.get_by_text(f"Sale for {kind}")).to_have_count(1 if visitor is asha else 0)
        visitor.shot("cart")


def make_segment(staff: Visitor, code: str, member: str) -> None:
    """By hand, and with one member."""
    page = staff.page
    staff.go("/admin/segments")
    page.get_by_role("link", name="New segment").first.click()
    page.get_by_label("Name").fill(f"Regular customers {code}")
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Save segment").click()
    page.get_by_label("Add a customer").fill(member)
    page.get_by_role("button", name="Find and add").click()
    expect(page.get_by_role("heading", name="1 customer")).to_be_visible()
    staff.shot("segment")
    page.get_by_role("row").filter(has_text="Asha").get_by_role("link").first.click()
    expect(page.get_by_role("region", name="Customer segments")).to_contain_text(f"Regular customers {code}")
    staff.shot("segment-customer")


def give_coupon(staff: Visitor, code: str, segment: str, *, javascript: bool) -> None:
    """10% for the segment."""
    staff.go("/admin/coupons/new")
    staff.page.fill("[name=code]", code)
    staff.page.fill("[name=value]", "10")
    choose(staff.page, segment, javascript=javascript)
    staff.shot("segment-coupon")
    staff.page.get_by_role("button", name="Save coupon").click()
    expect(staff.page.get_by_text(f"{code} is given out.").first).to_be_visible()


def begin_sale(staff: Visitor, name: str, segment: str, *, javascript: bool) -> None:
    """5% off everything for the segment."""
    staff.go("/admin/sales/new")
    typed = {"name": name, "value": "5", "starts_at": "2020-01-01T00:00", "ends_at": "2040-01-02T00:00"}
    for field, text in typed.items():
        staff.page.fill(f"[name={field}]", text)
    choose(staff.page, segment, javascript=javascript)
    staff.shot("segment-sale")
    staff.page.get_by_role("button", name="Save sale").click()
    expect(staff.page.get_by_role("row").filter(has_text=name)).to_contain_text("for certain customers")


def choose(page: Page, segment: str, *, javascript: bool) -> None:
    """By name, or by code without a script."""
    if not javascript:
        page.fill("[name=segments]", f"segments.{segment}")
        return
    page.get_by_role("combobox", name="Customer segments").fill(segment)
    page.get_by_role("option", name=f"Regular customers {segment}").click()
    expect(page.locator("[data-pick$=segments] .pick__one").first).to_contain_text(f"Regular customers {segment}")


def shopping(visitors: Callable[..., Visitor], email: str, *, javascript: bool, name: str) -> Visitor:
    """A customer who is signed in."""
    visitor = visitors(javascript=javascript, name=name)
    visitor.go("/login")
    visitor.page.locator("main [name=email]").fill(email)
    visitor.page.locator("main [name=password]").fill(PASSWORD)
    visitor.page.locator("main").get_by_role("button", name="Sign in").click()
    visitor.page.wait_for_url(re.compile("/account|/$"))
    return visitor


def into_cart(page: Page, *, javascript: bool) -> None:
    """What the product's page offers."""
    page.get_by_role("button", name="Add to cart").first.click()
    if javascript:
        expect(page.get_by_role("dialog", name="Added to cart")).to_be_visible()
    else:
        page.wait_for_url(re.compile("/cart"))
