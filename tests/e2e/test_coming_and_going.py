"""Three plugins used by shoppers and staff, switched off and on, taken out with their data, and used anew."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from playwright.sync_api import expect

from tests.e2e.test_journey import place_order, sign_in
from tests.processes import PATIENT, SOON, RunningDemo, running_demo, until

if TYPE_CHECKING:
    from tests.e2e.conftest import Visitor

pytestmark = pytest.mark.e2e

ADDRESS = {
    "name": "Asha Rao",
    "city": "Bengaluru",
    "state": "Karnataka",
    "postal_code": "560038",
    "country": "IN",
}
Product = dict[str, Any]


@pytest.fixture(scope="module")
def demo(seeded: Callable[[Path], Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDemo]:
    """A demo shop of its own, since plugins lose their data here."""
    with running_demo(seeded(tmp_path_factory.mktemp("leaving") / "data"), **PATIENT) as running:
        yield running


def catalogue(demo: RunningDemo) -> list[Product]:
    """What can be bought without choosing first."""
    found = demo.client.get("/api/v1/products?in_stock=1&per_page=100&price_max=150000").json()["items"]
    return [item for item in found if not item["options"]]


def switch(demo: RunningDemo, name: str, verb: str) -> None:
    """Switch a plugin on or off, as the admin does."""
    answer = demo.client.post(f"/api/v1/admin/plugins/{name}/{verb}", headers=demo.token("admin@demo.spoeq"))
    assert answer.status_code == 200, answer.text


def take_out(demo: RunningDemo, staff: Visitor, name: str) -> None:
    """Switch it off, remove its data, and bring it back."""
    switch(demo, name, "disable")
    staff.sees(f"/admin/plugins/{name}/uninstall", staff.page.locator("[name=confirmation]"))
    staff.page.locator("[name=confirmation]").fill(name)
    staff.page.get_by_role("button", name="Remove its data").click()
    expect(staff.page.get_by_text(f"The data of {name} was removed.").first).to_be_visible()
    switch(demo, name, "enable")


def together(demo: RunningDemo, slug: str) -> list[str]:
    """What goes with a product, as the API says."""
    answer = demo.client.get(f"/api/v1/products/{slug}/recommendations?kind=together")
    return [item["product"]["slug"] for item in answer.json()["items"]]


def buy_together(demo: RunningDemo, products: list[Product], number: int) -> None:
    """An order of a piece of each, paid at the door, by somebody else each time: nobody has more than three a day."""
    with httpx.Client(base_url=f"{demo.base_url}/api/v1", timeout=60, trust_env=False) as program:
        for product in products:
            answer = program.post("/cart", json={"sku": product["variants"][0]["sku"], "quantity": 1})
            assert answer.status_code < 300, answer.text
            program.headers["X-Cart-Token"] = answer.json().get("token") or program.headers["X-Cart-Token"]
        there = {**ADDRESS, "phone": f"+9198450{number:05d}", "line1": f"{number}, 9th Main, Jayanagar"}
        chosen: dict[str, Any] = {"shipping_address": there}
        quote = program.post("/checkout/quote", json=chosen).json()
        chosen["shipping_method"] = quote["shipping_methods"][0]["id"]
        chosen["payment_method"] = "cod"
        quote = program.post("/checkout/quote", json=chosen).json()
        body = {
            **chosen,
            "email": f"pairs.{number}@example.com",
            "expected_total": quote["totals"]["grand_total"]["amount"],
        }
        answer = program.post("/orders", json=body)
        assert answer.status_code == 201, answer.text


def test_recommendations_come_go_and_come_back(visitors: Callable[..., Visitor], demo: RunningDemo) -> None:
    product = next(item for item in catalogue(demo) if len(together(demo, item["slug"])) > 1)
    other = next(item for item in catalogue(demo) if item["slug"] != product["slug"])
    path = f"/product/{product['slug']}"
    shopper = visitors(name="recommendations")
    page = shopper.page
    shopper.go(f"/product/{other['slug']}")
    page.wait_for_load_state("networkidle")
    shopper.go(path)
    expect(page.get_by_role("heading", name="Bought together")).to_be_visible()
    expect(page.get_by_text(re.compile(r"Bought together in \d+ orders")).first).to_be_visible()
    viewed = page.get_by_role("region", name="Recently viewed")
    expect(viewed.get_by_role("link", name=other["name"])).to_be_visible()
    shopper.shot("01-product")
    page.get_by_role("button", name="Add to cart").first.click()
    page.get_by_role("dialog", name="Added to cart").get_by_role("link", name="See the cart").click()
    expect(page.get_by_role("heading", name="Goes well with your cart")).to_be_visible()
    shopper.shot("02-cart")
    page.get_by_role("button", name="Clear recently viewed").click()
    expect(page.get_by_role("heading", name="Recently viewed")).to_have_count(0)
    plain = visitors(javascript=False, name="recommendations-nojs")
    plain.go(path)
    expect(plain.page.get_by_role("heading", name="Bought together")).to_be_visible()
    expect(plain.page.get_by_role("heading", name="Recently viewed")).to_have_count(0)
    staff = visitors(width=1280, name="recommendations-staff")
    sign_in(staff, "admin@demo.spoeq")
    before = together(demo, product["slug"])
    hide_the_first(staff, product, before)
    until(lambda: together(demo, product["slug"]) != before, "the hidden pair is still shown")
    first = together(demo, product["slug"])
    staff.page.get_by_role("button", name="Count again").click()
    staff.page.wait_for_url(re.compile("/admin/jobs/"))
    expect(staff.page.get_by_text("Done").first).to_be_visible(timeout=SOON * 1000)
    assert together(demo, product["slug"]) == first, "counting again does not bring back what is hidden"
    switch(demo, "recommendations", "disable")
    shopper.sees(path, page.get_by_role("heading", name="Bought together"), 0)
    switch(demo, "recommendations", "enable")
    shopper.sees(path, page.get_by_role("heading", name="Bought together"))
    take_out(demo, staff, "recommendations")
    staff.sees("/admin", staff.page.get_by_role("link", name="Bought together"))
    staff.sees("/admin/recommendations", staff.page.get_by_role("heading", name="No pairs yet"))
    shopper.sees(path, page.get_by_role("heading", name="Bought together"), 0)
    for number in range(2):
        buy_together(demo, [product, other], number)
    until(lambda: together(demo, product["slug"]) == [other["slug"]], "nobody counted the new pair")
    shopper.sees(path, page.get_by_text("Bought together in 2 orders"))


def hide_the_first(staff: Visitor, product: Product, before: list[str]) -> None:
    """Take the first pair of a product away."""
    staff.go(f"/admin/recommendations?q={product['slug'].partition('-')[0]}")
    staff.shot("01-pairs")
    row = staff.page.get_by_role("row").filter(has=staff.page.get_by_role("link", name=product["name"], exact=True))
    row.get_by_role("button", name=re.compile("^Hide")).first.click()
    expect(staff.page.get_by_text("This pair is not shown any more.").first).to_be_visible()
    expect(row.get_by_text("Hidden")).to_be_visible()
    assert before


@pytest.mark.parametrize("javascript", [True, False], ids=["with-javascript", "without-javascript"])
def test_engraving_comes_goes_and_comes_back(
    visitors: Callable[..., Visitor], demo: RunningDemo, javascript: bool
) -> None:
    kind = "engraving-js" if javascript else "engraving-nojs"
    said = {"engraved": True, "price": 25000, "most": 12, "where": "on the back"}
    product = catalogue(demo)[3 if javascript else 4]
    engravable(demo, product["id"], said)
    shopper = visitors(javascript=javascript, name=kind)
    page = shopper.page
    shopper.sees(f"/product/{product['slug']}", page.get_by_label("Engraving"))
    expect(page.get_by_text("Engraving: ₹250 more for each piece, up to 12 characters.")).to_be_visible()
    field = page.get_by_label("Engraving")
    field.fill("Om <b>for Amma</b>")
    if javascript:
        expect(page.locator(".field__count--over")).to_have_text("18 / 12")
    page.get_by_role("button", name="Add to cart").first.click()
    expect(page.locator("[data-error-summary]")).to_contain_text("Engraving: at most 12 characters.")
    expect(field).to_have_value("Om <b>for Amma</b>")
    shopper.shot("01-too-long")
    field.fill("Om & Amma")
    page.get_by_role("button", name="Add to cart").first.click()
    if javascript:
        page.get_by_role("dialog", name="Added to cart").get_by_role("link", name="See the cart").click()
    page.wait_for_url(re.compile("/cart"))
    expect(page.get_by_text("Engraving: Om & Amma")).to_be_visible()
    expect(page.get_by_text("Engraving: ₹250 each")).to_be_visible()
    shopper.shot("02-cart")
    page.get_by_role("link", name=re.compile("^Check out")).click()
    number, _ = place_order(shopper, f"{kind}@example.com", javascript=javascript)
    staff = visitors(javascript=javascript, width=1280, name=kind)
    sign_in(staff, "admin@demo.spoeq")
    found = demo.client.get(f"/api/v1/orders?q={number}", headers=demo.token("admin@demo.spoeq")).json()["items"]
    order = f"/admin/orders/{next(item['id'] for item in found if item['number'] == number)}"
    staff.go(order)
    expect(staff.page.get_by_role("heading", name="To engrave")).to_be_visible()
    expect(staff.page.get_by_text("on the back")).to_be_visible()
    staff.shot("03-order")
    switch(demo, "engraving", "disable")
    shopper.sees(f"/product/{product['slug']}", page.get_by_label("Engraving"), 0)
    staff.go(order)
    expect(staff.page.get_by_text("Engraving: Om & Amma")).to_be_visible()
    switch(demo, "engraving", "enable")
    shopper.sees(f"/product/{product['slug']}", page.get_by_label("Engraving"))
    take_out(demo, staff, "engraving")
    shopper.sees(f"/product/{product['slug']}", page.get_by_label("Engraving"), 0)
    staff.go(order)
    expect(staff.page.get_by_text("Engraving: Om & Amma")).to_be_visible()
    engravable(demo, product["id"], said)
    shopper.sees(f"/product/{product['slug']}", page.get_by_label("Engraving"))


def engravable(demo: RunningDemo, product_id: str, said: dict[str, Any]) -> None:
    """Tick it, as staff do."""
    headers = demo.token("admin@demo.spoeq")

    def ticked() -> bool:
        shown = demo.client.get(f"/api/v1/products/{product_id}", headers=headers).json()
        seen, body = {**headers, "If-Match": f'"{shown["version"]}"'}, {"ext": {"engraving": said}}
        return demo.client.patch(f"/api/v1/products/{product_id}", json=body, headers=seen).status_code == 200

    until(ticked, "the product takes no engraving")


def test_reviews_come_go_and_come_back(visitors: Callable[..., Visitor], demo: RunningDemo) -> None:
    """How they are written and read is in test_reviews."""
    shown = demo.client.get("/api/v1/products?sort=rating&per_page=1").json()["items"][0]
    path = f"/product/{shown['slug']}"
    shopper, staff = visitors(name="reviews-leaving"), visitors(width=1280, name="reviews-leaving")
    sign_in(staff, "admin@demo.spoeq")
    page, count = shopper.page, shown["rating"]["count"]
    shopper.go(path)
    expect(page.get_by_role("heading", name="Reviews", exact=True)).to_be_visible()
    switch(demo, "reviews", "disable")
    shopper.sees(path, page.get_by_role("heading", name="Reviews", exact=True), 0)
    until(lambda: stars(demo, shown) == 0, "stars are still shown")
    switch(demo, "reviews", "enable")
    shopper.sees(path, page.get_by_role("heading", name="Reviews", exact=True))
    until(lambda: stars(demo, shown) == count, "the stars are not back")
    take_out(demo, staff, "reviews")
    shopper.sees(path, page.get_by_role("heading", name="No reviews yet"))
    staff.sees("/admin", staff.page.get_by_role("link", name="Reviews"))
    staff.sees("/admin/reviews", staff.page.get_by_role("heading", name="Nothing to read"))
    page.get_by_role("link", name="Write the first review").click()
    expect(page).to_have_url(re.compile("/login|/reviews/write"))


def stars(demo: RunningDemo, product: Product) -> int:
    """How many reviews the API counts."""
    return int(demo.client.get(f"/api/v1/products/{product['slug']}").json()["rating"]["count"])
