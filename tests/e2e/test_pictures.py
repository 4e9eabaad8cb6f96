"""Staff upload a picture and say what stays in sight, with a script and without; the shop's cards follow."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Page, expect

from tests.e2e.conftest import Visitor
from tests.e2e.test_admin import signed_in
from tests.processes import RunningDemo, until

pytestmark = pytest.mark.e2e

LEFT, RIGHT = (200, 30, 30), (30, 30, 200)
COLOUR = """async (image) => {
    image.loading = "eager"; await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 10;
    const context = canvas.getContext("2d");
    context.drawImage(image, 0, 0, 10, 10);
    const [red, , blue] = context.getImageData(1, 5, 1, 1).data;
    return red > blue ? "red" : "blue";
}"""
"""What stands at the left edge of a picture."""


def photograph(size: tuple[int, int] = (1000, 500)) -> bytes:
    made = Image.new("RGB", size, LEFT)
    made.paste(RIGHT, (size[0] // 2, 0, *size))
    buffer = io.BytesIO()
    made.save(buffer, "JPEG")
    return buffer.getvalue()


@pytest.fixture
def product(demo: RunningDemo) -> dict[str, Any]:
    """A product without pictures, on sale."""
    found = demo.client.get("/api/v1/products", params={"per_page": 50}).json()["items"]
    return dict(next(item for item in found if len(item["variants"]) == 1))


def upload(page: Page, picture: bytes | Path, alt: str) -> None:
    """Sends a picture; one that is a file is read by the browser itself, and goes through no pipe."""
    sent = (
        picture if isinstance(picture, Path) else FilePayload(name="photo.jpg", mimeType="image/jpeg", buffer=picture)
    )
    page.get_by_label("Add a picture").set_input_files(sent)
    page.get_by_label("What it shows").fill(alt)
    page.get_by_role("button", name="Upload").click()


def last(page: Page) -> Any:
    return page.locator(".media__item").last


def until_card_is(shopper: Visitor, product: dict[str, Any], colour: str) -> None:
    """What one process changed, the others show in a moment."""

    def shown() -> bool:
        shopper.go(f"/search?q={product['name']}")
        image = shopper.page.locator(f".card:has(a[href*='{product['slug']}']) img").first
        return image.count() > 0 and image.evaluate(COLOUR) == colour

    until(shown, f"the card never became {colour}")


def told(page: Page, words: str) -> None:
    """Wait for the page that says so, and for its scripts."""
    expect(page.locator(".note--toast, .note, .banner").get_by_text(words).first).to_be_visible()
    page.wait_for_load_state()


def test_a_press_and_the_arrows_say_what_the_cards_keep_in_sight(
    visitors: Callable[..., Visitor], product: dict[str, Any]
) -> None:
    visitor, shopper = signed_in(visitors), visitors()
    visitor.go(f"/admin/products/{product['id']}")
    page = visitor.page
    upload(page, photograph(), "A stole in two colours")
    told(page, "Picture added")
    if page.locator(".media__item").count() > 1:
        last(page).get_by_role("button", name="Make first").click()
        told(page, "Pictures saved")
    item = page.locator(".media__item").first
    expect(item.get_by_label("Says")).to_have_value("A stole in two colours")
    until_card_is(shopper, product, "red")
    item.locator("summary").click()
    stage = item.locator("[data-focal-stage]")
    box = stage.bounding_box()
    assert box is not None
    stage.click(position={"x": box["width"] * 0.95, "y": box["height"] * 0.5})
    expect(item.get_by_label("From the left, %")).to_have_value("95")
    expect(item.get_by_label("From the top, %")).to_have_value(re.compile(r"^(49|50|51)$"))
    mark = item.locator("[data-focal-mark]")
    expect(mark).to_have_attribute("x", "95%")
    visitor.shot("focal-press")
    item.get_by_role("button", name="Save picture").click()
    told(page, "Pictures saved")
    until_card_is(shopper, product, "blue")
    item.locator("summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    field = item.get_by_label("From the left, %")
    expect(field).to_be_focused()
    expect(field).to_have_value("95")
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    expect(mark).to_have_attribute("x", "92%")
    page.keyboard.press("Control+a")
    page.keyboard.type("0")
    expect(mark).to_have_attribute("x", "0%")
    page.keyboard.press("Enter")
    told(page, "Pictures saved")
    until_card_is(shopper, product, "red")


def test_the_same_forms_work_without_a_script(visitors: Callable[..., Visitor], product: dict[str, Any]) -> None:
    visitor, shopper = signed_in(visitors, javascript=False, width=390), visitors()
    visitor.go(f"/admin/products/{product['id']}")
    page = visitor.page
    upload(page, photograph((900, 500)), "Two halves")
    told(page, "Picture added")
    last(page).get_by_role("button", name="Make first").click()
    told(page, "Pictures saved")
    item = page.locator(".media__item").first
    expect(item.get_by_label("Says")).to_have_value("Two halves")
    item.locator("summary").click()
    item.get_by_label("From the left, %").fill("97")
    with page.expect_navigation():
        item.get_by_role("button", name="Save picture").click()
    told(page, "Pictures saved")
    expect(item.get_by_label("Says")).to_have_value("Two halves")
    until_card_is(shopper, product, "blue")
    upload(page, b"no picture at all", "Words that were typed")
    expect(page.locator("#f-file-error")).to_contain_text("This is no JPEG, PNG, WebP or AVIF picture")
    expect(page.get_by_label("What it shows")).to_have_value("Words that were typed")
    page.wait_for_load_state()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    visitor.shot("picture-refused")
    before = page.locator(".media__item").count()
    item.get_by_role("button", name="Delete picture").click()
    told(page, "Picture deleted")
    expect(page.locator(".media__item")).to_have_count(before - 1)


def test_a_file_that_is_too_large_is_told_before_and_after_it_is_sent(
    visitors: Callable[..., Visitor], product: dict[str, Any], tmp_path: Path
) -> None:
    large = tmp_path / "photo.jpg"
    large.write_bytes(b"\0" * (13 * 1024 * 1024))
    page = signed_in(visitors).page
    page.goto(page.url.rstrip("/") + f"/products/{product['id']}")
    upload(page, large, "Too much")
    told = page.locator("#f-file").evaluate("field => field.validationMessage")
    assert "larger than 12 MB" in told
    plain = signed_in(visitors, javascript=False)
    plain.go(f"/admin/products/{product['id']}")
    upload(plain.page, large, "Too much")
    expect(plain.page.get_by_text("at most 12.1 MB are taken here. Choose something smaller.")).to_be_visible()
