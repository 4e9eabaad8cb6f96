"""A shopper reviews a product, staff read and publish it, and everybody sees it; with a script and without."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from typing import TYPE_CHECKING

import httpx
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.e2e.test_journey import sign_in
from tests.processes import RunningDemo, until

if TYPE_CHECKING:
    from tests.e2e.conftest import Visitor

pytestmark = pytest.mark.e2e

TITLE = "धुलने पर भी वैसा ही"


@pytest.mark.parametrize("javascript", [True, False], ids=["with-javascript", "without-javascript"])
def test_a_review_goes_from_a_shopper_through_staff_to_everybody(
    visitors: Callable[..., Visitor], demo: RunningDemo, javascript: bool
) -> None:
    """Stars, words and a photo; a vote that is taken back; a report that staff look at."""
    kind = "js" if javascript else "nojs"
    items = httpx.get(f"{demo.base_url}/api/v1/products?per_page=60", timeout=60).json()["items"]
    slug = [item["slug"] for item in items if not item["rating"]["count"]][0 if javascript else 1]
    shopper = visitors(javascript=javascript, name=f"reviews-{kind}")
    page = shopper.page
    shopper.go(f"/product/{slug}")
    expect(page.get_by_role("heading", name="No reviews yet")).to_be_visible()
    page.get_by_role("link", name="Write the first review").click()
    page.get_by_role("link", name=re.compile("Create|account", re.IGNORECASE)).first.wait_for()
    register(shopper, f"reviews.{kind}@example.com", f"/reviews/write/{slug}")
    page.get_by_label("4 stars: good").check(force=True)
    page.get_by_label("Title").fill(TITLE)
    page.get_by_label("Your review", exact=True).fill("<b>Four</b> washes, no change.")
    page.locator("[name=photos]").set_input_files(
        [{"name": "worn.jpg", "mimeType": "image/jpeg", "buffer": photograph()}]
    )
    shopper.shot("write")
    page.get_by_role("button", name="Send your review").click()
    expect(page.get_by_text("We read your review before we show it")).to_be_visible()
    staff = visitors(javascript=javascript, width=1280, name=f"reviews-{kind}-staff")
    sign_in(staff, "support@demo.spoeq")
    publish(staff)
    wait_for_stars(demo, slug)
    reader = visitors(javascript=javascript, name=f"reviews-{kind}-reader")
    read(reader, slug, javascript)


def register(shopper: Visitor, email: str, then: str) -> None:
    """A new account, and on to where the shopper wanted to go."""
    shopper.go("/register")
    page = shopper.page
    page.locator("[name=name]").fill("Nisha Verma")
    page.locator("[name=email]").fill(email)
    page.locator("[name=password]").fill("neem leaves at dawn")
    page.locator("main").get_by_role("button", name=re.compile("Create|Register", re.IGNORECASE)).click()
    page.wait_for_url(re.compile(r"/account"))
    shopper.go(then)


def photograph() -> bytes:
    """A small picture."""
    buffer = BytesIO()
    Image.new("RGB", (640, 480), "#345").save(buffer, "JPEG")
    return buffer.getvalue()


def publish(staff: Visitor) -> None:
    """By the preview of many, of which this is one."""
    page = staff.page
    staff.go("/admin/reviews")
    staff.shot("queue")
    page.get_by_role("row").filter(has_text=TITLE).get_by_role("checkbox").check(force=True)
    page.get_by_label("What to do with the selected").select_option("publish")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("heading", name="Publish 1 review")).to_be_visible()
    page.get_by_role("button", name="Publish 1 review").click()
    expect(page.locator(".banner").get_by_text("1 review is shown.")).to_be_visible()


def wait_for_stars(demo: RunningDemo, slug: str) -> None:
    """The worker counts."""
    product = f"{demo.base_url}/api/v1/products/{slug}"
    until(lambda: httpx.get(product, timeout=60).json()["rating"]["count"], "nobody counted the stars")


def read(reader: Visitor, slug: str, javascript: bool) -> None:
    """Somebody else finds it helpful, takes that back, looks at the photo."""
    page = reader.page
    reader.sees(f"/product/{slug}/reviews", page.get_by_text("Nisha V."))
    expect(page.get_by_text("<b>Four</b> washes")).to_be_visible()
    reader.shot("list")
    page.get_by_role("button", name=re.compile("^Helpful")).click()
    expect(page.get_by_text("1 person found this helpful")).to_be_visible()
    page.get_by_role("button", name=re.compile("^Take it back")).click()
    expect(page.get_by_role("button", name=re.compile("^Helpful"))).to_be_visible()
    reader.go(f"/product/{slug}/reviews")
    page.locator("[data-photo]").first.click()
    if javascript:
        expect(page.get_by_role("dialog").get_by_role("img")).to_be_visible()
        page.get_by_role("button", name="Close").click()
        expect(page.get_by_role("dialog")).to_have_count(0)
    else:
        page.wait_for_url(re.compile(r"/media/reviews/"))
    reader.go(f"/product/{slug}/reviews")
    page.get_by_role("link", name=re.compile("^Report")).click()
    page.get_by_label("It is not about the product").check(force=True)
    page.get_by_role("button", name="Report").click()
    expect(page.get_by_text("We look at this review")).to_be_visible()
