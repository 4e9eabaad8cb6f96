"""WCAG 2.2 AA by axe-core on every page, as its visitor sees it; and a purchase by keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.e2e.hard import ROLES, plan_roles
from tests.e2e.test_journey import ADDRESS
from tests.e2e.tour import Tour, plan_tour
from tests.processes import RunningDemo

if TYPE_CHECKING:
    from tests.e2e.conftest import Visitor

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

VIOLATIONS = {"resultTypes": ["violations"]}
"""What is all right is not written out; that takes half of the time."""
EVERYTHING = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], **VIOLATIONS}
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast"]}, **VIOLATIONS}
COUNTED = """() => ({
    wide: document.documentElement.scrollWidth,
    headings: document.querySelectorAll('h1').length,
    filled: [...document.querySelectorAll('.button--primary')].filter(each => each.checkVisibility())
        .map(each => each.textContent.trim()),
})"""
MOST_TABS = 150


@pytest.fixture(scope="module")
def tour(browser: Browser, demo: RunningDemo) -> Tour:
    return plan_tour(browser, demo.base_url)


@pytest.mark.parametrize(
    ("scheme", "width", "rules"), [("light", 390, EVERYTHING), ("dark", 1280, COLOURS)], ids=["phone", "dark-desk"]
)
def test_no_page_violates_a_rule(
    browser: Browser, demo: RunningDemo, tour: Tour, scheme: Any, width: int, rules: dict[str, Any]
) -> None:
    """Every page that can be reached."""
    axe = Axe()
    found: list[str] = []
    assert len(tour.stops) > 45, [stop.name for stop in tour.stops]
    for who in tour.cookies:
        context = browser.new_context(
            base_url=demo.base_url, color_scheme=scheme, viewport={"width": width, "height": 844}
        )
        context.add_cookies(tour.cookies[who])  # type: ignore[arg-type]
        page = context.new_page()
        for stop in (stop for stop in tour.stops if stop.who == who):
            page.set_viewport_size({"width": width, "height": 844})
            page.goto(stop.path)
            # As tall as the page: what a sticky bar covers at one scroll position is no target that is too small.
            page.set_viewport_size({"width": width, "height": page.evaluate("document.body.scrollHeight")})
            for violation in axe.run(page, options=rules).response["violations"]:
                where = "; ".join(" ".join(map(str, node["target"])) for node in violation["nodes"][:3])
                found.append(f"{stop.name} ({stop.path}): {violation['id']} at {where}: {violation['help']}")
        context.close()
    assert not found, "\n".join(found)


def test_each_page_fits_a_small_phone_and_has_one_heading_and_one_filled_button(
    browser: Browser, demo: RunningDemo, tour: Tour
) -> None:
    """At 320 px nothing scrolls sideways (WCAG 1.4.10)."""
    found: list[str] = []
    for who, cookies in tour.cookies.items():
        context = browser.new_context(base_url=demo.base_url, viewport={"width": 320, "height": 700})
        context.add_cookies(cookies)  # type: ignore[arg-type]
        page = context.new_page()
        for stop in (stop for stop in tour.stops if stop.who == who):
            page.goto(stop.path)
            seen = page.evaluate(COUNTED)
            if seen["wide"] > 320 or seen["headings"] != 1 or len(seen["filled"]) > 1:
                found.append(f"{stop.name} ({stop.path}): {seen}")
        context.close()
    assert not found, "\n".join(found)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_says_that_it_is_a_preview_is_legible(
    browser: Browser, demo: RunningDemo, tour: Tour, scheme: Any
) -> None:
    """Staff are told, and led out of it."""
    context = browser.new_context(base_url=demo.base_url, color_scheme=scheme)
    context.add_cookies(tour.cookies["admin"])  # type: ignore[arg-type]
    page = context.new_page()
    page.goto("/admin/themes")
    page.get_by_role("button", name="Preview").first.click()
    expect(page.get_by_text("Preview: only you see the shop like this.")).to_be_visible()
    assert Axe().run(page, options=COLOURS).response["violations"] == []
    page.get_by_role("button", name="Stop the preview").click()
    expect(page.get_by_text("Preview: only you see the shop like this.")).to_have_count(0)
    context.close()


def test_no_role_is_led_to_what_it_may_not_see(browser: Browser, demo: RunningDemo, tour: Tour) -> None:
    """Each link that a role finds in the admin opens; the tour before it placed an order of a customer."""
    names = {stop.name for stop in plan_roles(browser, demo.base_url).stops}
    assert {f"as-{role}-admin-orders-one" for role in ROLES} <= names
    assert "as-support-admin-customers-one" in names
    assert "as-warehouse-admin-customers-one" not in names


def test_a_guest_buys_by_keyboard_alone(visitors: Callable[..., Visitor]) -> None:
    """No pointer: Tab, Enter, Space, arrows and typing lead from the home page to a placed order."""
    shopper = visitors(width=1280, name="keyboard")
    page = shopper.page
    shopper.go("/")
    tab_to(page, "[name=q]")
    page.keyboard.type("kurta")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?**")
    tab_to(page, "main .card a")
    page.keyboard.press("Enter")
    page.wait_for_url("**/product/**")
    choose_by_keyboard(page)
    tab_to(page, "button", re.compile("^Add to cart"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Added to cart")).to_be_visible()
    tab_to(page, "dialog a[href='/checkout'], [role=dialog] a[href='/checkout']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/checkout")
    fill_by_keyboard(page)
    tab_to(page, "[name=payment_method]")
    page.keyboard.press("Space")
    tab_to(page, "button", re.compile("^(Place order|Pay )"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/confirmation?**")
    expect(page.locator("h1")).to_be_visible()
    shopper.shot("confirmation")


def choose_by_keyboard(page: Page) -> None:
    """A value of each option that has none yet."""
    open_choices = "form#options fieldset:not(:has(input:checked))"
    while left := page.locator(open_choices).count():
        tab_to(page, f"{open_choices} input")
        page.keyboard.press("Space")
        expect(page.locator(open_choices)).to_have_count(left - 1)
    page.wait_for_url("**?opt.**")


def fill_by_keyboard(page: Page) -> None:
    """Contact and address, in the order in which Tab meets them, then Update."""
    own = {"phone": "+91 98450 67890", "line1": "21, Residency Road", "email": "keys@example.com"}
    wanted = {**ADDRESS, **own, "state": "Karnataka"}
    while wanted:
        tab_to(page, ", ".join(f"[name={name}]" for name in wanted))
        name = page.evaluate("document.activeElement.name")
        if name != "state":
            page.keyboard.press("Control+a")
        page.keyboard.type(wanted.pop(name))
    tab_to(page, "button", re.compile("^Update delivery"))
    page.keyboard.press("Enter")
    page.locator("[name=shipping_method]").first.wait_for(state="attached")


def tab_to(page: Page, selector: str, text: re.Pattern[str] | None = None) -> None:
    """Press Tab until what has the focus fits and can be seen."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        said = page.evaluate(
            """selector => {
                const here = document.activeElement;
                if (!here.matches(selector)) return null;
                const seen = here.getBoundingClientRect();
                return seen.width && seen.height ? (here.innerText || here.value || '').trim() : null;
            }""",
            selector,
        )
        if said is not None and (text is None or text.search(said)):
            return
    raise AssertionError(f"Tab never reaches {selector}")
