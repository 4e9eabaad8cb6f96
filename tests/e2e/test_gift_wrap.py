"""A product bought with a gift message in a real browser, by a plugin that came from outside the shop."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.test_journey import place_order, sign_in
from tests.processes import PATIENT, RunningDemo, running_demo, until_switched
from tests.unpacked import unpacked

if TYPE_CHECKING:
    from tests.e2e.conftest import Visitor

pytestmark = pytest.mark.e2e

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "gift_wrap"
EVIL = "<script>document.title = 'owned'</script>"
MESSAGE = f"Dear Amma,\nhappy birthday! {EVIL}"
TOO_LONG = f"{MESSAGE} {'♥' * 200}"


@pytest.fixture(scope="module")
def demo(seeded: Callable[[Path], Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDemo]:
    """A demo shop that can import the example, with the example enabled."""
    site = unpacked(EXAMPLE, tmp_path_factory.mktemp("site"))
    with running_demo(seeded(tmp_path_factory.mktemp("gifts") / "data"), PYTHONPATH=str(site), **PATIENT) as running:
        answer = running.client.post(
            "/api/v1/admin/plugins/gift_wrap/enable", headers=running.token("admin@demo.spoeq")
        )
        assert answer.status_code == 200, answer.text
        until_switched(running, "gift_wrap", "enabled")
        yield running


@pytest.fixture(scope="module")
def gift(demo: RunningDemo) -> dict[str, Any]:
    """A product with one variant that takes a message."""
    shown = demo.client.get("/api/v1/products?in_stock=1&price_max=200000&per_page=50").json()["items"]
    chosen: dict[str, Any] = next(item for item in shown if len(item["variants"]) == 1)
    headers = {**demo.token("admin@demo.spoeq"), "If-Match": f'"{chosen["version"]}"'}
    body = {"ext": {"gift_wrap": {"gift_message": True}}}
    answer = demo.client.patch(f"/api/v1/products/{chosen['id']}", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    return chosen


def is_told(page: Page, times: int = 1) -> None:
    """The message is on the page, as text, under its name; nothing of it was run."""
    expect(page.get_by_text("Gift message: Dear Amma,").filter(visible=True)).to_have_count(times)
    assert EVIL in page.locator("main").inner_text()
    assert "owned" not in page.title()


@pytest.mark.parametrize("javascript", [True, False], ids=["with-javascript", "without-javascript"])
def test_a_guest_buys_with_a_gift_message_and_all_who_must_know_it_see_it(
    visitors: Callable[..., Visitor], gift: dict[str, Any], javascript: bool
) -> None:
    kind = "gift-js" if javascript else "gift-nojs"
    email = f"{kind}@example.com"
    shopper = visitors(javascript=javascript, name=kind)
    page = shopper.page
    shopper.go(f"/product/{gift['slug']}")
    field = page.get_by_label("Gift message")
    field.fill(TOO_LONG)
    if javascript:
        expect(page.locator(".field__count--over")).to_have_text(f"{len(TOO_LONG)} / 200")
    shopper.shot("01-product")
    page.get_by_role("button", name="Add to cart").first.click()
    expect(page.locator("[data-error-summary]")).to_contain_text("Gift message: at most 200 characters.")
    expect(field).to_have_value(TOO_LONG)
    expect(field).to_have_attribute("aria-invalid", "true")
    shopper.shot("02-too-long")
    if javascript:
        expect(field).to_be_focused()
        assert page.url.endswith(f"/product/{gift['slug']}")
    field.fill(MESSAGE)
    if javascript:
        expect(page.locator(".field__error")).to_have_count(0)
    page.get_by_role("button", name="Add to cart").first.click()
    if javascript:
        dialog = page.get_by_role("dialog", name="Added to cart")
        expect(dialog.get_by_text("Gift message: Dear Amma,")).to_be_visible()
        expect(page.locator("[data-error-summary]")).to_have_count(0)
        shopper.shot("03-added")
        dialog.get_by_role("link", name="See the cart").click()
    page.wait_for_url(re.compile("/cart"))
    is_told(page)
    shopper.shot("04-cart")
    page.get_by_role("link", name=re.compile("^Check out")).click()
    page.wait_for_url("**/checkout")
    is_told_on_phones(page)
    number, tracking = place_order(shopper, email, javascript=javascript)
    is_told(page)
    page.goto(tracking)
    is_told(page)

    staff = visitors(javascript=javascript, width=1280, name=kind)
    mail_tells(staff, email)
    staff.go("/admin/orders")
    staff.page.get_by_role("link", name=number).first.click()
    is_told(staff.page)
    staff.shot("12-order")


def is_told_on_phones(page: Page) -> None:
    """The checkout's summary may be folded on a phone."""
    if not page.get_by_text("Gift message: Dear Amma,").first.is_visible():
        page.locator("details:has-text('Gift message') > summary").first.click()
    expect(page.get_by_text("Gift message: Dear Amma,").first).to_be_visible()


def mail_tells(staff: Visitor, email: str) -> None:
    """The confirmation in the development inbox."""
    sign_in(staff, "admin@demo.spoeq")
    for _ in range(240):
        staff.go("/admin/inbox")
        if staff.page.get_by_text(email).count():
            break
        staff.page.wait_for_timeout(250)
    staff.page.get_by_role("row").filter(has_text=email).get_by_role("link").first.click()
    expect(staff.page.get_by_text("Gift message: Dear Amma,").first).to_be_visible()
    assert EVIL in staff.page.locator("main").inner_text()
    staff.shot("11-mail")
