"""Coupons and promotions for segments of customers: who gets them, who loses them, and that nobody sees another's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from spoeq_core.cart import service as carts
from spoeq_core.cart.service import Owner
from spoeq_core.checkout.model import CartChanged, Choices
from spoeq_core.checkout.service import place_order, quote
from spoeq_core.identity.service import register_customer
from spoeq_core.kernel.clock import FixedClock
from spoeq_core.orders.editing import plan_edit
from spoeq_core.orders.model import OrderEdit
from spoeq_core.plugins.lifecycle import disable_plugin
from spoeq_core.pricing.model import PricedCart
from spoeq_core.shop import Shop
from spoeq_core.testing.clients import RunningApp, app_with
from spoeq_core.testing.shops import shop_with
from spoeq_core.testing.visitors import Browser, customer_browser, shopper_browser, staff_browser, staff_program
from spoeq_core.web.views.cart import trace_of
from spoeq_coupons import plugin as coupons
from spoeq_coupons.model import Coupon, CouponType, Lane
from spoeq_coupons.service import create_coupon, find_coupon, update_coupon
from tests.cache.conftest import until
from tests.clubs import Club
from tests.shopping import ADDRESS, DELIVERY, DOOR_FEE, PRICE, SKU, delivery, door, letters, stock_up

from .conftest import Give
from .test_buying import refusal_of, request_of

ASHA, RAVI = "asha@example.in", "ravi@example.in"
CHOICES = Choices(ADDRESS, "delivery:standard", "door")
DEARER = PRICE + DELIVERY + DOOR_FEE
CHEAPER = DEARER - PRICE // 10
MEMBERS = Coupon(
    id="", code="MEMBERS", type=CouponType.PERCENT, percent=Decimal(10), automatic=True, lane=Lane.PROMOTION
)


@pytest.fixture
def club() -> Club:
    return Club(members={ASHA: ["vip"]})


@pytest.fixture
async def shop(servers: tuple[str, str], tmp_path: Path, clock: FixedClock, club: Club) -> AsyncIterator[Shop]:
    plugins = delivery(), door(), letters(), coupons, club.module()
    async with shop_with(*plugins, servers=servers, data_dir=tmp_path, clock=clock) as opened:
        await stock_up(opened, {SKU: 500, "OTHER": 500})
        yield opened


@pytest.fixture
async def running(servers: tuple[str, str], tmp_path: Path, clock: FixedClock, club: Club) -> AsyncIterator[RunningApp]:
    plugins = delivery(), door(), coupons, club.module()
    async with app_with(*plugins, servers=servers, data_dir=tmp_path, clock=clock) as app:
        await stock_up(app.shop, {SKU: 500})
        yield app


async def customer(shop: Shop, email: str = ASHA) -> Owner:
    """A customer with something in the cart."""
    made = await register_customer(shop, email=email, password="neem leaves at dawn", name="Asha Rao")
    owner = Owner(customer_id=made.id)
    await carts.add_item(shop, owner, SKU, 1)
    return owner


async def price_of(shop: Shop, owner: Owner) -> PricedCart:
    return (await quote(shop, owner, CHOICES)).priced


async def total_of(shop: Shop, owner: Owner) -> int:
    return (await price_of(shop, owner)).totals.grand_total


async def test_a_member_gets_it_and_another_customer_does_not(shop: Shop, give: Give):
    await give(shop, segments=("club.vip",))
    asha, ravi = await customer(shop), await customer(shop, RAVI)
    await carts.apply_code(shop, asha, "TEN")
    assert await total_of(shop, asha) == CHEAPER
    assert await refusal_of(shop, ravi, "TEN") == "coupon_segment"


async def test_a_guest_is_asked_to_sign_in_and_an_address_that_is_typed_opens_nothing(shop: Shop, give: Give):
    await give(shop, segments=("club.vip",))
    owner = Owner(cart_id=(await carts.add_item(shop, Owner(), SKU, 1)).cart.id)
    assert await refusal_of(shop, owner, "TEN") == "coupon_sign_in"
    ravi = await customer(shop, RAVI)
    found = await carts.load(shop, ravi)
    assert found.cart.codes == ()
    assert (await quote(shop, ravi, CHOICES, email=ASHA)).total == DEARER


async def test_who_leaves_loses_it_at_once_and_is_told_why(shop: Shop, club: Club, give: Give):
    await give(shop, segments=("club.vip",))
    asha = await customer(shop)
    await carts.apply_code(shop, asha, "TEN")
    request = await request_of(shop, asha)
    club.members = {}
    found = await price_of(shop, asha)
    assert [(it.code, it.reason.code) for it in found.declined] == [("TEN", "coupon_segment")]
    with pytest.raises(CartChanged):
        await place_order(shop, asha, request)
    assert (await place_order(shop, asha, await request_of(shop, asha))).order.grand_total == DEARER


@pytest.mark.parametrize("how", ["raises", "hangs"])
async def test_a_plugin_that_fails_gives_nothing_and_orders_go_on(shop: Shop, club: Club, give: Give, how: str):
    await give(shop, segments=("club.vip",))
    asha = await customer(shop)
    await carts.apply_code(shop, asha, "TEN")
    shop.hooks.patience = 1
    club.error, club.hangs = (RuntimeError("the cable is cut"), False) if how == "raises" else (None, True)
    assert await total_of(shop, asha) == DEARER
    assert (await place_order(shop, asha, await request_of(shop, asha))).order.grand_total == DEARER


async def test_a_plugin_that_is_switched_off_takes_its_segments_along(shop: Shop, give: Give):
    await give(shop, segments=("club.vip",))
    asha = await customer(shop)
    await carts.apply_code(shop, asha, "TEN")
    await disable_plugin(shop, "club")
    assert await total_of(shop, asha) == DEARER


async def test_limits_of_one_customer_count_as_ever(shop: Shop, club: Club, give: Give):
    await give(shop, segments=("club.vip",), per_user_limit=1)
    asha = await customer(shop)
    await carts.apply_code(shop, asha, "TEN")
    await place_order(shop, asha, await request_of(shop, asha))
    again = Owner(customer_id=asha.customer_id)
    await carts.add_item(shop, again, SKU, 1)
    assert await refusal_of(shop, again, "TEN") == "coupon_used_by_you"
    club.members[RAVI] = ["vip"]
    ravi = await customer(shop, RAVI)
    await carts.apply_code(shop, ravi, "TEN")
    assert await total_of(shop, ravi) == CHEAPER


async def test_a_promotion_is_given_to_members_only_and_the_trace_says_why_not(shop: Shop):
    await create_coupon(shop, replace(MEMBERS, segments=("club.vip", "club.staff")))
    asha, ravi = await customer(shop), await customer(shop, RAVI)
    assert await total_of(shop, asha) == CHEAPER
    found = await price_of(shop, ravi)
    assert found.totals.grand_total == DEARER
    (step,) = [step for step in trace_of(found) if step["plugin"] == "coupons"]
    assert (step["rule"], step["note"]) == ("MEMBERS", "MEMBERS is for certain customers only.")


async def test_an_order_that_is_edited_keeps_what_a_member_was_given(shop: Shop, club: Club, give: Give):
    await give(shop, segments=("club.vip",))
    asha = await customer(shop)
    await carts.add_item(shop, asha, SKU, 1)
    await carts.apply_code(shop, asha, "TEN")
    order = (await place_order(shop, asha, await request_of(shop, asha))).order
    club.members = {}
    after = await plan_edit(
        shop, order, OrderEdit(quantities={order.lines[0].id: 1}), change_id="c1", actor="shopper", by_shopper=True
    )
    assert after.grand_total == CHEAPER


async def test_two_tabs_of_a_member_agree(running: RunningApp, club: Club, give: Give):
    await give(running.shop, segments=("club.vip",))
    one = await customer_browser(running, ASHA)
    other = await customer_browser(running, ASHA)
    await one.post("/cart/items", {"sku": SKU})
    await one.post("/cart/coupons", {"code": "TEN"})
    assert "1,169.10" in await other.text("/cart")
    club.members = {}
    for tab in (one, other):
        assert "TEN is for certain customers only." in await tab.text("/cart")


async def test_staff_choose_segments_by_code_and_others_are_refused(running: RunningApp):
    staff = await staff_browser(running)
    form = {"code": "TEN", "type": "percent", "value": "10", "segments": "club.vip, club.gone", "active": "1"}
    refused = await staff.post("/admin/coupons/new", form)
    assert refused.status_code == 422
    page = await refused.get_data(as_text=True)
    assert "There is no segment club.gone." in page
    assert "club.vip, club.gone" in page
    assert (await staff.post("/admin/coupons/new", {**form, "segments": "club.vip"})).status_code == 303
    assert (await find_coupon(running.shop, "TEN")).segments == ("club.vip",)
    assert "for certain customers" in await staff.text("/admin/coupons/TEN")
    offered = await staff.get("/admin/pick/segments?q=vip")
    assert await offered.get_json() == {"items": [{"name": "club.vip", "label": "vip of club", "more": ""}]}


async def test_what_was_chosen_stays_while_its_plugin_is_off(running: RunningApp, give: Give):
    await give(running.shop, segments=("club.vip",))
    await disable_plugin(running.shop, "club")
    staff = await staff_browser(running)
    form = {"value": "15", "segments": "club.vip", "active": "1"}
    assert (await staff.post("/admin/coupons/TEN", form)).status_code == 303
    stored = await find_coupon(running.shop, "TEN")
    assert (stored.percent, stored.segments) == (15, ("club.vip",))


async def test_the_api_takes_shows_and_refuses_segments(running: RunningApp):
    staff = await staff_program(running)
    body = {"code": "TEN", "type": "percent", "value": 10, "segments": ["club.vip"]}
    status, coupon = await staff.post("/coupons", body)
    assert (status, coupon["segments"]) == (201, ["club.vip"])
    status, refused = await staff.patch("/coupons/TEN", {"segments": ["club.vip", "crm.vip"]})
    assert (status, refused["errors"][0]["field"]) == (422, "segments")
    status, coupon = await staff.patch("/coupons/TEN", {"segments": []})
    assert (status, coupon["segments"]) == (200, [])


async def test_a_trial_takes_the_segments_of_whoever_buys(running: RunningApp, give: Give):
    await give(running.shop, segments=("club.vip",))
    staff = await staff_browser(running)
    form = {"try_skus": SKU, "try_codes": "TEN", "try_segments": "club.vip"}
    answer = await staff.post("/admin/coupons/try", form)
    assert "129.90" in await answer.get_data(as_text=True)
    answer = await staff.post("/admin/coupons/try", {**form, "try_segments": "", "try_signed_in": "1"})
    assert "TEN is for certain customers only." in await answer.get_data(as_text=True)


@pytest.mark.parametrize("level", ["pages", "data", "off"])
async def test_what_a_member_sees_is_shown_to_nobody_else(
    servers: tuple[str, str], tmp_path: Path, clock: FixedClock, club: Club, level: str
):
    plugins = delivery(), door(), coupons, club.module()
    async with app_with(*plugins, servers=servers, data_dir=tmp_path, clock=clock, cache=level) as app:
        await until(lambda: level == "off" or app.shop.cache.hears)
        await stock_up(app.shop, {SKU: 500})
        await create_coupon(app.shop, replace(MEMBERS, segments=("club.vip",), shown=True, title="Members only"))
        asha, ravi = await customer_browser(app, ASHA), await customer_browser(app, RAVI)
        guest = shopper_browser(app)
        for browser in (asha, ravi, guest, asha, ravi, guest):
            await browser.post("/cart/items", {"sku": SKU})
            for path in ("/", "/products", "/offers"):
                await browser.text(path)
        assert "Members only" in await asha.text("/cart")
        for other in (ravi, guest):
            assert "Members only" not in await other.text("/cart")
        assert [await why_not_on_offers(browser) for browser in (asha, ravi, guest, asha)] == [
            "",
            "MEMBERS is for certain customers only.",
            "Sign in to use MEMBERS.",
            "",
        ]


async def why_not_on_offers(browser: Browser) -> str:
    """What the page of the offers says against the promotion."""
    page = await browser.text("/offers")
    told = ("MEMBERS is for certain customers only.", "Sign in to use MEMBERS.")
    return next((text for text in told if text in page), "")


async def test_an_order_that_is_sent_again_is_the_same_whoever_has_left(shop: Shop, club: Club, give: Give):
    coupon = await give(shop, segments=("club.vip",))
    asha = await customer(shop)
    await carts.apply_code(shop, asha, "TEN")
    request = await request_of(shop, asha)
    order = (await place_order(shop, asha, request)).order
    await update_coupon(shop, replace(coupon, segments=("club.other",)))
    club.members = {}
    again = (await place_order(shop, asha, request)).order
    assert (again.id, again.grand_total) == (order.id, CHEAPER)
