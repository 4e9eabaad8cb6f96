"""A shopper orders what has yet to come, and reads so; staff see who waits, book the goods, and pack."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import httpx
import pytest
from playwright.sync_api import expect

from tests.e2e.test_journey import place_order, sign_in
from tests.e2e.test_restock import count, sold_out
from tests.processes import RunningDemo

if TYPE_CHECKING:
    from tests.e2e.conftest import Visitor

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("javascript", [True, False], ids=["with-javascript", "without-javascript"])
def test_what_has_yet_to_come_is_ordered_and_packed_once_it_came(
    visitors: Callable[..., Visitor], demo: RunningDemo, javascript: bool
) -> None:
    """Staff let it be ordered; the shopper is told before and after; the parcel waits for the goods."""
    kind = "js" if javascript else "nojs"
    shopper, staff = visitors(javascript=javascript, name=f"backorder-{kind}"), visitors(width=1280, name="backorder")
    with httpx.Client(base_url=demo.base_url, timeout=60, trust_env=False) as client:
        client.headers.update(demo.token("admin@demo.spoeq"))
        path, sku = sold_out(client, -4 if javascript else -3)
        sign_in(staff, "admin@demo.spoeq")
        slug = path.rpartition("/")[2]
        product = client.get(f"/api/v1/products/{slug}").json()
        staff.go(f"/admin/products/{product['id']}")
        let_order(staff)

        page = shopper.page
        shopper.sees(path, page.get_by_text("Available to order, ships in about 7 days"))
        shopper.shot("01-product")
        page.get_by_role("button", name="Add to cart").first.click()
        if javascript:
            page.get_by_role("dialog", name="Added to cart").get_by_role("link", name="See the cart").click()
        page.wait_for_url(re.compile("/cart"))
        expect(page.get_by_text("Available to order, ships in about 7 days").first).to_be_visible()
        shopper.shot("02-cart")
        page.get_by_role("link", name=re.compile("^Check out")).click()
        number, _ = place_order(shopper, f"early.{kind}@example.com", javascript=javascript)
        expect(page.get_by_text("Ordered ahead, ships about").first).to_be_visible()
        shopper.shot("03-ordered")

        staff.go(f"/admin/inventory/{sku}")
        staff.shot("04-stock")
        staff.page.get_by_role("link", name=number).click()
        expect(staff.page.get_by_text("1 piece has yet to come").first).to_be_visible()
        staff.shot("05-order")
        ship(staff)
        expect(staff.page.get_by_text("The goods are not on the shelf").first).to_be_visible()
        staff.shot("06-refused")
        count(client, sku, 1)
        ship(staff)
        expect(staff.page.get_by_text("The parcel is recorded").first).to_be_visible()
        expect(staff.page.get_by_text("has yet to come")).to_have_count(0)


def let_order(staff: Visitor) -> None:
    """Staff say that it can be ordered once none are left, at most five, shipped in seven days."""
    page = staff.page
    page.get_by_text("When none are left").click()
    page.get_by_label("Once none are left").select_option("backorder")
    page.get_by_label("At most so many beyond the stock").fill("5")
    page.get_by_label("Usually shipped in so many days").fill("7")
    staff.shot("00-policy")
    page.get_by_role("button", name="Save product").click()
    expect(page.get_by_text("is saved").first).to_be_visible()


def ship(staff: Visitor) -> None:
    """A parcel of all that is left."""
    page = staff.page
    page.get_by_label("Courier").fill("Delhivery")
    page.get_by_label("Waybill number").fill("AWB1")
    page.get_by_role("button", name="Record parcel").click()
