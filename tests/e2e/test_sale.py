"""Staff begin a sale; shoppers see what is struck, until when, and the lowest price of 30 days."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.test_admin import signed_in
from tests.processes import RunningDemo, until_everywhere

if TYPE_CHECKING:
    from tests.e2e.conftest import Visitor

pytestmark = pytest.mark.e2e

SETTINGS = "/api/v1/admin/plugins/sale_prices/settings"


def as_shopper(demo: RunningDemo, path: str) -> Any:
    """What the API tells everybody; staff are told the regular prices."""
    return httpx.get(f"{demo.base_url}{path}", timeout=60, trust_env=False).raise_for_status().json()


def set_lowest(demo: RunningDemo, shown: bool) -> None:
    headers, body = demo.token("admin@demo.spoeq"), {"show_lowest": shown}
    url = f"{demo.base_url}{SETTINGS}"
    httpx.patch(url, json=body, headers=headers, timeout=60, trust_env=False).raise_for_status()


@pytest.fixture
def lowest(demo: RunningDemo) -> Iterator[None]:
    """The shop shows the lowest price of 30 days."""
    set_lowest(demo, True)
    yield
    set_lowest(demo, False)


def of_brand(demo: RunningDemo, brand: str) -> dict[str, Any]:
    """A product of that brand."""
    found: dict[str, Any] = as_shopper(demo, f"/api/v1/products?brand={brand}&per_page=1")["items"][0]
    return found


def costs(client: httpx.Client, product: dict[str, Any]) -> int:
    """What the API asks for it."""
    return int(client.get(f"/api/v1/products/{product['id']}").json()["price"]["sale"]["amount"])


def seen(page: Page) -> str:
    """The words at the product, in one line."""
    return re.sub(r"\s+", " ", page.locator("#product").inner_text())


@pytest.mark.usefixtures("lowest")
@pytest.mark.parametrize("javascript", [True, False], ids=["with-javascript", "without-javascript"])
def test_staff_begin_a_sale_and_shoppers_see_what_is_struck(
    visitors: Callable[..., Visitor], demo: RunningDemo, javascript: bool
) -> None:
    kind = "js" if javascript else "nojs"
    brand = "kaghaz-kothi" if javascript else "lohar-street"
    product = of_brand(demo, brand)
    regular = product["price"]["sale"]["amount"]
    staff, shopper = signed_in(visitors, javascript=javascript), visitors(javascript=javascript, name=f"sale-{kind}")
    begin(staff, f"Sale of {brand}", brand, javascript=javascript)
    path, there = f"/product/{product['slug']}", shopper.page.locator("#product").get_by_text(f"Sale of {brand}")
    shopper.sees(path, there)
    words, reduced = seen(shopper.page), regular - regular // 4
    until_everywhere(demo, lambda client: costs(client, product) == reduced, "it is not reduced everywhere")
    assert rupees(reduced) in words
    assert f"Lowest price of the 30 days before: {rupees(regular)}" in words
    expect(shopper.page.locator("#product del, #product s").first).to_be_visible()
    shopper.shot("product")
    ended(staff, f"Sale of {brand}")
    shopper.sees(path, there, 0)
    assert rupees(regular) in seen(shopper.page)
    assert "Lowest price" not in seen(shopper.page)


def test_the_demo_shop_has_a_sale_that_runs(visitors: Callable[..., Visitor], demo: RunningDemo) -> None:
    product = of_brand(demo, "mittika")
    shopper = visitors(name="sale-demo")
    shopper.go(f"/product/{product['slug']}")
    expect(shopper.page.locator("#product").get_by_text("Pottery month").first).to_be_visible()
    assert rupees(product["price"]["sale"]["amount"]) in seen(shopper.page)
    shopper.shot("product")
    shopper.go("/offers")
    expect(shopper.page.get_by_text("Pottery month").first).to_be_visible()
    shopper.shot("offers")


def rupees(paise: int) -> str:
    """As pages write it."""
    whole, rest = divmod(paise, 100)
    return f"₹{whole:,}" + (f".{rest:02d}" if rest else "")


def begin(staff: Visitor, name: str, brand: str, *, javascript: bool) -> None:
    """25% off a brand."""
    page = staff.page
    staff.go("/admin/sales/new")
    typed = {"name": name, "value": "25", "starts_at": "2020-01-01T00:00", "ends_at": "2040-01-02T00:00"}
    for field, text in typed.items():
        page.fill(f"[name={field}]", text)
    if javascript:
        page.get_by_role("combobox", name="Brands").fill(brand.split("-", maxsplit=1)[0])
        page.get_by_role("option", name=re.compile(brand.split("-", maxsplit=1)[0], re.IGNORECASE)).click()
    else:
        page.fill("[name=brands]", brand)
    staff.shot("sale-form")
    page.get_by_role("button", name="Save sale").click()
    expect(page.get_by_role("row").filter(has_text=name)).to_contain_text("25% off")


def ended(staff: Visitor, name: str) -> None:
    """The sale deleted by staff."""
    staff.page.get_by_role("row").filter(has_text=name).get_by_role("link").first.click()
    staff.page.get_by_role("button", name="Delete sale").click()
    expect(staff.page.get_by_text(f"{name} is deleted.").first).to_be_visible()
