"""Staff at work in a real browser: keys, search, steps for many, unsaved changes, the grid; and without a script."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.chaos.buyers import address
from tests.e2e.conftest import TIMEOUT, Visitor
from tests.processes import PASSWORD, RunningDemo, until_everywhere

pytestmark = pytest.mark.e2e

CHOICES = {"shipping_method": "flat_rate:india", "payment_method": "cod"}


@pytest.fixture(scope="module")
def orders(demo: RunningDemo) -> list[str]:
    """Numbers of three orders that wait to be packed."""
    found = demo.client.get("/api/v1/products", params={"in_stock": "1", "price_max": 90_000, "per_page": 50}).json()
    sku = found["items"][-1]["variants"][0]["sku"]
    numbers = []
    for number in range(3):
        demo.client.cookies.clear()  # no cart of another test's
        token = demo.client.post("/api/v1/cart", json={"sku": sku, "quantity": 1}).json()["token"]
        demo.client.cookies.clear()
        headers = {"X-Cart-Token": token, "Idempotency-Key": uuid.uuid4().hex}
        body: dict[str, Any] = {**CHOICES, "shipping_address": address(5_000_000 + number)}
        total = demo.client.post("/api/v1/checkout/quote", json=body, headers=headers).json()["totals"]["grand_total"]
        body |= {"email": f"e{number}@example.com", "expected_total": total}
        placed = demo.client.post("/api/v1/orders", json=body, headers=headers)
        assert placed.status_code == 201, placed.text
        numbers.append(placed.json()["number"])
    return numbers


def signed_in(visitors: Callable[..., Visitor], *, javascript: bool = True, width: int = 1280) -> Visitor:
    visitor = visitors(javascript=javascript, width=width, name="admin")
    visitor.go("/admin/login")
    visitor.page.fill("[name=email]", "admin@demo.spoeq")
    visitor.page.fill("[name=password]", PASSWORD)
    visitor.page.get_by_role("button", name="Sign in").click()
    arrived(visitor.page, "Today")
    return visitor


def arrived(page: Page, heading: str) -> None:
    """Wait for a page that a press leads to, and for its scripts: a key that is pressed before is lost."""
    expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
    page.wait_for_load_state()


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.name || document.activeElement.className"))


def test_keys_lead_everywhere_and_are_dead_in_fields(visitors: Callable[..., Visitor], orders: list[str]) -> None:
    page = signed_in(visitors).page
    page.clock.set_fixed_time(datetime.now(UTC))  # two keys belong together if they are pressed within a second or so
    page.keyboard.press("Control+k")
    page.keyboard.insert_text(orders[0])  # at once: an answer to half of it would be replaced under the next key
    link = page.locator(".palette").get_by_role("link", name=orders[0])
    expect(link).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    arrived(page, f"Order {orders[0]}")
    page.keyboard.press("g")
    page.keyboard.press("o")
    arrived(page, "Orders")
    for key in "jjx":
        page.keyboard.press(key)
    expect(page.locator("[data-bulk-count]")).to_have_text("1")
    page.keyboard.press("/")
    page.keyboard.type("jx?")
    expect(page.locator("#find")).to_have_value("jx?")
    expect(page.locator("[data-bulk-count]")).to_have_text("1")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="Keyboard shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    page.locator("details.menu summary").last.click()
    page.get_by_role("button", name="Off").click()
    expect(page.locator("body[data-shortcuts=off]")).to_be_attached()
    page.wait_for_load_state()
    page.keyboard.press("?")
    expect(page.locator("dialog[data-keys]")).not_to_have_attribute("open", "")


def test_many_orders_are_packed_by_a_job(visitors: Callable[..., Visitor], orders: list[str]) -> None:
    page = signed_in(visitors).page
    page.goto(page.url.rstrip("/") + "/orders?status=confirmed")
    for number in orders[:2]:
        page.get_by_label(f"Select {number}").check()
    expect(page.locator("[data-bulk-count]")).to_have_text("2")
    page.select_option("#bulk-action", "pack")
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Start packing 2 orders").click()
    expect(page.get_by_text("Everything has been gone through")).to_be_visible(timeout=2 * TIMEOUT)
    expect(page.get_by_text("2 of 2")).to_be_visible()


def test_the_same_without_a_script(visitors: Callable[..., Visitor], orders: list[str]) -> None:
    visitor = signed_in(visitors, javascript=False, width=390)
    visitor.go("/admin/orders?status=confirmed")
    page = visitor.page
    page.get_by_label(f"Select {orders[2]}").check()
    page.select_option("#bulk-action", "pack")
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Start packing 1 order").click()
    for _ in range(120):
        if page.get_by_text("Everything has been gone through").count():
            break
        page.wait_for_timeout(500)
        page.reload()
    expect(page.get_by_text("1 of 1")).to_be_visible()
    visitor.go("/admin/search?q=inventory")
    page.get_by_role("link", name="Inventory").last.click()
    expect(page.get_by_role("heading", name="Inventory")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_unsaved_changes_are_not_lost_by_a_slip(visitors: Callable[..., Visitor]) -> None:
    visitor = signed_in(visitors)
    visitor.go("/admin/settings")
    page, asked = visitor.page, []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    before = page.locator("#f-tagline").input_value()
    page.fill("#f-tagline", f"{before} ")
    page.fill("#f-tagline", f"{before}!")
    expect(page.get_by_text("Unsaved changes")).to_be_visible()
    page.locator("nav.rail").get_by_role("link", name="Orders").click(no_wait_after=True)
    expect(page.get_by_role("heading", name="Settings", exact=True)).to_be_visible()
    assert asked == ["beforeunload"]
    page.keyboard.press("Control+s")
    expect(page.locator(".note--toast")).to_contain_text("Settings saved")
    expect(page.locator("#f-tagline")).to_have_value(f"{before}!")


def test_the_grid_walks_pastes_fills_and_takes_back(visitors: Callable[..., Visitor], demo: RunningDemo) -> None:
    found = demo.client.get("/api/v1/products", params={"per_page": 50}).json()["items"]
    product = next(item for item in found if len(item["variants"]) > 2)
    visitor = signed_in(visitors)
    visitor.go(f"/admin/products/{product['id']}")
    page = visitor.page

    def prices() -> list[str]:
        return [page.input_value(f"[name=variants-{row}-{part}]") for row in (0, 1) for part in ("mrp", "sale")]

    before = prices()
    page.locator("[name=variants-0-mrp]").focus()
    page.keyboard.press("Enter")
    assert focused(page) == "variants-1-mrp"
    page.keyboard.press("ArrowUp")
    assert focused(page) == "variants-0-mrp"
    page.evaluate(
        """() => {
            const clipboardData = new DataTransfer();
            clipboardData.setData("text/plain", "9999\\t8888\\n7777\\t6666\\n");
            const paste = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true });
            document.activeElement.dispatchEvent(paste);
        }"""
    )
    assert prices() == ["9999", "8888", "7777", "6666"]
    page.keyboard.press("Control+d")
    assert prices() == ["9999", "8888", "9999", "6666"]
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    assert prices() == before
    expect(page.locator(".save-bar__state")).to_have_text("")


def test_a_price_saved_in_the_grid_is_the_shops_price(visitors: Callable[..., Visitor], demo: RunningDemo) -> None:
    found = demo.client.get("/api/v1/products", params={"per_page": 50, "price_max": 90_000}).json()["items"]
    product = next(item for item in reversed(found) if len(item["variants"]) > 1)
    shopper, visitor = visitors(), signed_in(visitors)
    visitor.go(f"/admin/products/{product['id']}")
    page = visitor.page
    rows = page.locator("[name^=variants-][name$=-sale]")
    was = int(product["variants"][0]["price"]["sale"]["amount"]) // 100
    for row in range(rows.count()):
        rows.nth(row).fill(str(was - 7))
    page.keyboard.press("Control+s")
    expect(page.locator(".note--toast")).to_contain_text("saved")
    path, shown, query = f"/product/{product['slug']}", f"₹{was - 7:,}", {"q": product["name"]}

    def everywhere(client: httpx.Client) -> bool:
        (card, *_) = client.get("/api/v1/products", params=query).json()["items"]
        return shown in client.get(path).text and card["variants"][0]["price"]["sale"]["amount"] == (was - 7) * 100

    until_everywhere(demo, everywhere, f"{path} does not cost {shown} everywhere")
    shopper.go(path)
    expect(shopper.page.locator("main .price").first).to_contain_text(shown)
