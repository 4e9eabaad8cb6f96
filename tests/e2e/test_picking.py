"""Staff say by name what a sale is for, with the pointer, with keys, and without a script by addresses."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visitor
from tests.e2e.test_admin import signed_in

pytestmark = pytest.mark.e2e


def begin(staff: Visitor, name: str) -> Page:
    """The form of a sale, filled in but for what it is for."""
    staff.go("/admin/sales/new")
    typed = {"name": name, "value": "10", "starts_at": "2030-01-01T00:00", "ends_at": "2030-01-02T00:00"}
    for field, text in typed.items():
        staff.page.fill(f"[name={field}]", text)
    return staff.page


def test_what_a_sale_is_for_is_chosen_by_name(visitors: Callable[..., Visitor]) -> None:
    page = begin(signed_in(visitors), "Chosen by name")
    categories = page.get_by_role("combobox", name="Categories")
    categories.fill("kur")
    page.locator(".pick__option").first.click()
    chosen = page.locator("[data-pick$=categories] .pick__one")
    expect(chosen).to_have_count(1)
    expect(categories).to_be_focused()
    brands = page.get_by_role("combobox", name="Brands")
    brands.focus()
    for key in ("ArrowDown", "ArrowDown", "Enter", "ArrowDown", "Escape"):
        page.keyboard.press(key)
        if key == "ArrowDown":
            expect(page.get_by_role("listbox", name="Brands")).to_be_visible()
    expect(page.locator("[data-pick$=brands] .pick__one")).to_have_count(1)
    page.keyboard.press("Backspace")
    expect(page.locator("[data-pick$=brands] .pick__one")).to_have_count(0)
    called = chosen.inner_text().removesuffix("×").strip()
    page.get_by_role("button", name="Save sale").click()
    page.get_by_role("link", name="Chosen by name").click()
    expect(page.locator(".pick__one")).to_contain_text(called)
    page.get_by_role("button", name=f"Remove {called}").click()
    expect(page.locator(".pick__one")).to_have_count(0)


def test_what_was_typed_and_not_chosen_is_answered_and_not_lost(visitors: Callable[..., Visitor]) -> None:
    page = begin(signed_in(visitors), "Typed")
    page.get_by_role("combobox", name="Brands").fill("nobody-knows")
    page.get_by_role("button", name="Save sale").click()
    expect(page.locator("[data-error-summary]")).to_contain_text("There is no nobody-knows.")
    expect(page.locator("[data-pick$=brands] .pick__one")).to_contain_text("nobody-knows")


def test_without_a_script_addresses_are_typed(visitors: Callable[..., Visitor]) -> None:
    page = begin(signed_in(visitors, javascript=False), "By address")
    page.get_by_label("Categories").fill("sarees")
    page.get_by_role("button", name="Save sale").click()
    page.get_by_role("link", name="By address").click()
    expect(page.get_by_label("Categories")).to_have_value("sarees")
