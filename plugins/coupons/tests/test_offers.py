"""The page of the offers: what is listed there, in which words, and what keeps a visitor from using it."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

import pytest

from spoeq_core.hooks import storefront
from spoeq_core.kernel.clock import FixedClock
from spoeq_core.plugins.lifecycle import disable_plugin, enable_plugin, save_settings
from spoeq_core.pricing.model import Buyer, PricingCart, PricingLine
from spoeq_core.shop import Shop
from spoeq_core.testing.clients import RunningApp
from spoeq_core.testing.visitors import Browser, shopper_browser, staff_browser
from spoeq_coupons.model import Coupon, CouponType
from spoeq_coupons.service import find_coupon, offers_for
from spoeq_coupons.wording import headline, in_words, terms
from tests.shopping import SKU, CommandCounter

from .conftest import Give
from .test_buying import ASHA, RAVI, order_of

LINE = PricingLine("1", "OTHER", "p", "Other", 1, 100000)
APPLY = "/cart/coupons?next=/offers"


@pytest.fixture
async def shopper(running: RunningApp) -> Browser:
    """Whose cart holds one kurta at ₹1,299."""
    browser = shopper_browser(running)
    assert (await browser.post("/cart/items", {"sku": SKU, "quantity": "1"})).status_code == 303
    return browser


async def offer(browser: Browser, code: str, headers: dict[str, str] | None = None) -> str:
    """What stands in an offer's part of the page, in one line; empty if it is not listed."""
    parts = re.findall(r'<li class="offer">(.*?)</div>\s*</li>', await browser.text("/offers"), re.S)
    found = next((part for part in parts if f"<code>{code}</code>" in part), "")
    return re.sub(r"<[^>]+>|\s+", " ", found).strip()


async def test_only_what_is_shown_and_runs_is_listed(running: RunningApp, give: Give, clock: FixedClock):
    shop, now, visitor = running.shop, clock.now(), shopper_browser(running)
    await give(shop, "SHOWN", shown=True, end_at=now + timedelta(days=2))
    await give(shop, "SECRET")
    await give(shop, "OFF", shown=True, active=False)
    await give(shop, "LATER", shown=True, start_at=now + timedelta(days=1))
    page = await visitor.text("/offers")
    assert re.findall(r"<code>(\w+)</code>", page) == ["SHOWN"]
    assert "Until 25 Nov 2026, 12:00" in page
    clock.forward(timedelta(days=2))
    page = await visitor.text("/offers")
    assert re.findall(r"<code>(\w+)</code>", page) == ["LATER"]


async def test_an_offer_says_what_it_gives_and_on_which_terms():
    half = Coupon("HALF", "HALF", CouponType.PERCENT, currency="INR", percent=Decimal(50), max_discount=50000)
    assert (headline(half), in_words(half)) == ("50% off", "50% off your order, up to ₹500.")
    assert list(terms(half)) == ["Cannot be used with other coupons."]
    flat = Coupon("FLAT", "FLAT", CouponType.FIXED, currency="INR", amount=20000, min_order=149900, combinable=True)
    assert (headline(flat), in_words(flat)) == ("₹200 off", "₹200 off orders from ₹1,499.")
    assert next(terms(flat)) == "Goods worth ₹1,499 or more, before discounts."
    free = Coupon("FREE", "FREE", CouponType.FREE_SHIPPING, currency="INR", max_uses=100, per_user_limit=1)
    assert in_words(free) == "Free delivery on every order."
    assert list(terms(free))[:2] == ["Once for each customer.", "For the first 100 orders."]


async def test_an_offer_is_applied_without_a_script(running: RunningApp, shopper: Browser, give: Give):
    await give(running.shop, "TEN", shown=True)
    assert "Apply to cart" in await offer(shopper, "TEN")
    answer = await shopper.post(APPLY, {"code": "TEN"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/cart")
    assert "Coupon applied." in await shopper.text("/cart")
    applied = await offer(shopper, "TEN")
    assert "In your cart" in applied
    assert "Apply to cart" not in applied


async def test_what_is_missing_is_said_as_the_cart_says_it(running: RunningApp, shopper: Browser, give: Give):
    await give(running.shop, "FLAT200", "fixed", shown=True, min_order=149900)
    assert "Add ₹200 more to use FLAT200." in await offer(shopper, "FLAT200")
    assert "Apply to cart" not in await offer(shopper, "FLAT200")
    answer = await shopper.post(APPLY, {"code": "FLAT200"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/offers"), "where it was chosen"
    assert "Add ₹200 more to use FLAT200." in re.sub(
        r"<li class=\"offer\">.*", "", await shopper.text("/offers"), flags=re.S
    )
    await shopper.post("/cart/items", {"sku": SKU, "quantity": "1"})
    assert "Apply to cart" in await offer(shopper, "FLAT200")


async def test_an_empty_cart_has_nothing_to_apply_an_offer_to(running: RunningApp, give: Give):
    await give(running.shop, "TEN", shown=True)
    await give(running.shop, "FLAT200", "fixed", shown=True, min_order=149900)
    visitor = shopper_browser(running)
    assert "Put something into your cart to use TEN." in await offer(visitor, "TEN")
    assert "Apply to cart" not in await offer(visitor, "TEN")
    assert "Add ₹1,499 more to use FLAT200." in await offer(visitor, "FLAT200")
    assert (await visitor.post(APPLY, {"code": "TEN"})).headers["Location"] == "/offers", "the cart says no as well"


async def test_two_that_do_not_go_together_say_so(running: RunningApp, shopper: Browser, give: Give):
    await give(running.shop, "ALONE", shown=True)
    await give(running.shop, "OTHER", "free_shipping", shown=True, combinable=True)
    await shopper.post(APPLY, {"code": "ALONE"})
    assert "ALONE cannot be used with another coupon." in await offer(shopper, "OTHER")


async def test_the_batch_costs_the_same_for_one_offer_and_for_ten(
    shop: Shop, give: Give, counter: CommandCounter, clock: FixedClock
):
    cart = PricingCart("INR", (LINE,), clock.now(), codes=("O0", "ELSE"))
    await give(shop, "ELSE", combinable=True)

    async def commands() -> list[str]:
        clock.forward(timedelta(seconds=2))
        counter.clear()
        await offers_for(shop, cart)
        return list(counter.commands)

    await give(shop, "O0", shown=True, max_uses=5)
    one = await commands()
    for number in range(1, 10):
        await give(shop, f"O{number}", shown=True, max_uses=5, per_user_limit=1)
    assert await commands() == one
    assert len(one) <= 3, one


async def test_staff_show_a_coupon_and_take_it_back(running: RunningApp, give: Give):
    await give(running.shop, "TEN")
    visitor, staff = shopper_browser(running), await staff_browser(running)
    page = await visitor.text("/offers")
    assert "No offers at the moment" in page
    assert 'href="/offers"' not in await visitor.text("/"), "nothing to see there yet"
    assert not await listed(running.shop)
    form = {"value": "10", "active": "1", "version": "1"}
    assert (await staff.post("/admin/coupons/TEN", {**form, "shown": "1"})).status_code == 303
    assert (await find_coupon(running.shop, "TEN")).shown
    assert "10% off your order." in await offer(visitor, "TEN")
    for path in ("/", "/menu"):
        assert 'href="/offers"' in await visitor.text(path)
    assert await listed(running.shop) == ["/offers"]
    assert (await staff.post("/admin/coupons/TEN", {**form, "version": "2"})).status_code == 303
    assert "No offers at the moment" in await visitor.text("/offers")


async def test_the_cart_leads_to_the_offers(running: RunningApp, shopper: Browser, give: Give):
    assert "See offers" not in await shopper.text("/cart")
    await give(running.shop, "TEN", shown=True)
    assert "See offers" in await shopper.text("/cart")


async def test_the_page_speaks_hindi(running: RunningApp, shopper: Browser, give: Give):
    await save_settings(running.shop, "core", {"languages": ["en", "hi"]})
    await give(running.shop, "FLAT200", "fixed", shown=True, min_order=149900, per_user_limit=2)
    assert (await shopper.get("/offers?lang=hi")).status_code == 303
    page = re.sub(r"<[^>]+>|\s+", " ", await shopper.text("/offers"))
    for text in ("₹1,499 या उससे ज़्यादा के ऑर्डर पर ₹100 की छूट।", "FLAT200 के लिए कार्ट में ₹200 का सामान और जोड़ें।"):
        assert text in page
    assert "हर ग्राहक के लिए 2 बार।" in page


async def test_switched_off_page_and_links_are_gone(running: RunningApp, shopper: Browser, give: Give):
    await give(running.shop, "TEN", shown=True)
    await disable_plugin(running.shop, "coupons")
    assert (await shopper.get("/offers")).status_code == 404
    for path in ("/", "/menu", "/cart"):
        assert "/offers" not in await shopper.text(path)
    await enable_plugin(running.shop, "coupons")
    assert "Apply to cart" in await offer(shopper, "TEN")


async def test_an_offer_that_is_used_up_is_not_listed(shop: Shop, give: Give, clock: FixedClock):
    await give(shop, "ONE", shown=True, max_uses=1)
    cart = PricingCart("INR", (LINE,), clock.now())
    assert [(offer.coupon.code, offer.why_not) for offer in await offers_for(shop, cart)] == [("ONE", None)]
    await order_of(shop, "ONE")
    assert await offers_for(shop, cart) == []


async def test_who_used_it_already_is_told_so(shop: Shop, give: Give, clock: FixedClock):
    await give(shop, "ONCE", shown=True, per_user_limit=1)
    await order_of(shop, "ONCE", email=ASHA)
    for email, told in ((ASHA, "coupon_used_by_you"), (RAVI, None)):
        (offer,) = await offers_for(shop, PricingCart("INR", (LINE,), clock.now(), buyer=Buyer(email=email)))
        assert (offer.why_not.code if offer.why_not else None) == told


async def listed(shop: Shop) -> list[str]:
    """What the sitemap has of it."""
    return [
        entry.path for part in await shop.hooks.collect(storefront.sitemap_entries, shop=shop) for entry in part.value
    ]
