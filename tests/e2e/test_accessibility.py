"""WCAG 2.2 AA by axe-core on every page, as its visitor sees it; and a purchase by keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page, expect

from tests.e2e.hard import ROLES, plan_roles
from tests.e2e.test_journey import ADDRESS
from tests.e2e.tour import Stop, Tour, plan_tour
from tests.processes import RunningDemo

if TYPE_CHECKING:
    from tests.e2e.conftest import Visitor

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

VIOLATIONS = {"resultTypes": ["violations"]}
"""What is all right is not written out; that takes half of the time."""
EVERYTHING = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], **VIOLATIONS}
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast"]}, **VIOLATIONS}
RUN = "async options => (await axe.run(document, options)).violations"
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


@dataclass(frozen=True)
class Seen:
    """What is wrong with the pages, each of which was opened once and looked at in three ways."""

    on_a_phone: list[str]
    in_the_dark: list[str]
    when_small: list[str]


@pytest.fixture(scope="module")
def seen(browser: Browser, demo: RunningDemo, tour: Tour) -> Seen:
    """Every page that can be reached."""
    assert len(tour.stops) > 45, [stop.name for stop in tour.stops]
    found = Seen([], [], [])
    for who, cookies in tour.cookies.items():
        # Without motion: a colour that is on its way to another is neither.
        context = browser.new_context(base_url=demo.base_url, reduced_motion="reduce")
        context.add_cookies(cookies)  # type: ignore[arg-type]
        context.add_init_script(AXE_SCRIPT)
        page = context.new_page()
        for stop in (stop for stop in tour.stops if stop.who == who):
            page.emulate_media(color_scheme="light")
            page.set_viewport_size({"width": 390, "height": 844})
            page.goto(stop.path)
            found.on_a_phone.extend(violations(page, stop, 390, EVERYTHING))
            page.emulate_media(color_scheme="dark")
            found.in_the_dark.extend(violations(page, stop, 1280, COLOURS))
            page.set_viewport_size({"width": 320, "height": 700})
            counted = page.evaluate(COUNTED)
            if counted["wide"] > 320 or counted["headings"] != 1 or len(counted["filled"]) > 1:
                found.when_small.append(f"{stop.name} ({stop.path}): {counted}")
        context.close()
    return found


def violations(page: Page, stop: Stop, width: int, rules: dict[str, Any]) -> Iterator[str]:
    """What axe finds on a page at a width."""
    page.set_viewport_size({"width": width, "height": 844})
    # As tall as the page: what a sticky bar covers at one scroll position is no target that is too small.
    page.set_viewport_size({"width": width, "height": page.evaluate("document.body.scrollHeight")})
    for violation in page.evaluate(RUN, rules):
        where = "; ".join(" ".join(map(str, node["target"])) for node in violation["nodes"][:3])
        yield f"{stop.name} ({stop.path}): {violation['id']} at {where}: {violation['help']}"


def test_no_page_violates_a_rule_on_a_phone(seen: Seen) -> None:
    assert not seen.on_a_phone, "\n".join(seen.on_a_phone)


def test_every_text_can_be_read_on_a_dark_desk(seen: Seen) -> None:
    assert not seen.in_the_dark, "\n".join(seen.in_the_dark)


def test_each_page_fits_a_small_phone_and_has_one_heading_and_one_filled_button(seen: Seen) -> None:
    """At 320 px nothing scrolls sideways (WCAG 1.4.10)."""
    assert not seen.when_small, "\n".join(seen.when_small)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_says_that_it_is_a_preview_is_legible(
    browser: Browser, demo: RunningDemo, tour: Tour, scheme: Any
) -> None:
    """Staff are told, and led out of it."""
    context = browser.new_context(base_url=demo.base_url, color_scheme=scheme)
    context.add_cookies(tour.cookies["admin"])  # type: ignore[arg-type]
    context.add_init_script(AXE_SCRIPT)
    page = context.new_page()
    page.goto("/admin/themes")
    page.get_by_role("button", name="Preview").first.click()
    expect(page.get_by_text("Preview: only you see the shop like this.")).to_be_visible()
    assert page.evaluate(RUN, COLOURS) == []
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
        text = wanted.pop(name)
        if name == "state":
            choose_by_letter(page, text)
        else:
            page.keyboard.press("Control+a")
            page.keyboard.type(text)
    tab_to(page, "button", re.compile("^Update delivery"))
    page.keyboard.press("Enter")
    page.locator("[name=shipping_method]").first.wait_for(state="attached")


def choose_by_letter(page: Page, text: str) -> None:
    """Its first letter until the list that has the focus stands at it: what is typed too slowly is no word there."""
    for _ in range(9):
        if page.evaluate("document.activeElement.selectedOptions[0].label") == text:
            return
        page.keyboard.press(text[0].lower())
    raise AssertionError(f"{text} is never chosen")


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
