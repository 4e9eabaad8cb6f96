"""Promotions without a code, conditions and single-use codes on a real database."""

from __future__ import annotations

import asyncio
import csv
import io
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from spoeq_core.cart import service as carts
from spoeq_core.cart.service import Owner
from spoeq_core.checkout.model import CartChanged, QuotaUsedUp
from spoeq_core.checkout.service import place_order
from spoeq_core.identity.service import register_customer
from spoeq_core.jobs.documents import JobRepository
from spoeq_core.jobs.model import JobState
from spoeq_core.jobs.service import job_by_id, run_jobs
from spoeq_core.kernel.clock import FixedClock
from spoeq_core.kernel.errors import Conflict, Invalid, NotFound
from spoeq_core.orders import service as orders
from spoeq_core.orders.model import Order
from spoeq_core.shop import Shop
from spoeq_core.testing.clients import RunningApp
from spoeq_core.testing.shops import deliver_all
from spoeq_core.testing.visitors import Browser, shopper_program, staff_browser, staff_program
from spoeq_coupons.documents import CodeRepository
from spoeq_coupons.model import Coupon, CouponType, Lane, Tier
from spoeq_coupons.model.codes import ALPHABET, code_of, is_single_use
from spoeq_coupons.service import (
    GENERATE,
    codes_of,
    create_coupon,
    delete_coupon,
    generate_codes,
    typed_coupon,
    update_coupon,
)
from tests.shopping import ADDRESS, PRICE, SKU, CommandCounter, guest

from .conftest import Give
from .test_buying import ASHA, cart_with, order_of, priced, refusal_of, request_of, used

SALE = Coupon(
    "SALE", "SALE", CouponType.PERCENT, percent=Decimal(10), automatic=True, lane=Lane.PROMOTION, title="Diwali sale"
)


async def made(shop: Shop, coupon: Coupon, count: int) -> list[str]:
    """So many single-use codes of it, made by the worker."""
    await generate_codes(shop, coupon, count, actor_id="a", actor_name="Anna")
    await run_jobs(shop, [GENERATE])
    return [code.id async for code, _ in codes_of(shop, coupon)]


async def test_a_promotion_applies_by_itself_and_is_counted(shop: Shop):
    await create_coupon(shop, replace(SALE, max_uses=1))
    order = await order_of(shop)
    (line,) = order.priced["lines"]
    assert [(it["rule"], it["label"], it["code"]) for it in line["discounts"]] == [("SALE", "Diwali sale", None)]
    assert await used(shop, "SALE") == 1
    assert (await order_of(shop)).priced["totals"]["discounts"] == 0, "it is used up"
    await orders.cancel(shop, order.id, actor="staff:x")
    await deliver_all(shop)
    assert await used(shop, "SALE") == 0


async def test_a_promotion_starts_ends_and_is_switched_off_at_once(shop: Shop, clock: FixedClock):
    now = clock.now()
    begins, ends = now + timedelta(minutes=1), now + timedelta(minutes=2)
    sale = await create_coupon(shop, replace(SALE, start_at=begins, end_at=ends))
    owner = await guest(shop)
    gave = []
    for _ in range(3):
        gave.append((await priced(shop, owner)).totals.discounts)
        clock.forward(timedelta(minutes=1))
    assert gave == [0, PRICE // 10, 0]
    stored = await update_coupon(shop, replace(sale, start_at=None, end_at=None))
    assert (await priced(shop, owner)).totals.discounts == PRICE // 10
    await update_coupon(shop, replace(stored, active=False))
    assert (await priced(shop, owner)).totals.discounts == 0


async def test_twenty_promotions_cost_no_command_more_than_one(shop: Shop, counter: CommandCounter):
    owner = await guest(shop)
    for n in range(20):
        await create_coupon(shop, replace(SALE, code=f"SALE{n}", percent=Decimal(n + 1)))
    await priced(shop, owner)
    counter.clear()
    assert (await priced(shop, owner)).totals.discounts == PRICE // 5
    assert not [command for command in counter.commands if "coupon" in command]


async def test_the_code_of_a_promotion_cannot_be_typed(shop: Shop):
    await create_coupon(shop, SALE)
    assert await refusal_of(shop, await guest(shop), "SALE") == "coupon_unknown"


async def test_a_code_for_a_way_to_pay_lies_in_the_cart_until_it_is_chosen(shop: Shop, give: Give):
    await give(shop, payment_methods=("door",))
    await give(shop, "UPI", payment_methods=("upi",))
    owner = await cart_with(shop, "TEN")
    order = (await place_order(shop, owner, await request_of(shop, owner))).order
    assert order.priced["totals"]["discounts"] == PRICE // 10
    other = await cart_with(shop, "UPI")
    found = await priced(shop, other)
    assert [(it.code, it.reason.code) for it in found.declined] == [("UPI", "coupon_payment_method")]


async def test_a_first_order_is_the_first_of_the_account_the_mail_and_the_phone(shop: Shop, give: Give):
    await give(shop, first_order=True)
    customer = await register_customer(shop, email="ravi@example.in", password="long-enough-1", name="Ravi")
    owner = Owner(customer_id=customer.id)
    await carts.add_item(shop, owner, SKU, 1)
    await carts.apply_code(shop, owner, "TEN")
    await place_order(shop, owner, await request_of(shop, owner, "ravi@example.in"))
    again = Owner(customer_id=customer.id)
    await carts.add_item(shop, again, SKU, 1)
    assert await refusal_of(shop, again, "TEN") == "coupon_first_order"
    with pytest.raises((QuotaUsedUp, CartChanged)):
        await order_of(shop, "TEN", email="ravi@example.in", phone="+919845000001")
    with pytest.raises((QuotaUsedUp, CartChanged)):
        await order_of(shop, "TEN", email="other@example.in", phone=ADDRESS.phone)
    await order_of(shop, "TEN", email="new@example.in", phone="+919845000002")


async def test_five_first_orders_of_one_guest_at_once_are_one(shop: Shop, give: Give):
    await give(shop, first_order=True)
    owners = [await cart_with(shop, "TEN") for _ in range(5)]

    async def buy(owner: Owner) -> Order:
        return (await place_order(shop, owner, await request_of(shop, owner))).order

    results = await asyncio.gather(*map(buy, owners), return_exceptions=True)
    assert sum(isinstance(r, Order) and r.priced["totals"]["discounts"] > 0 for r in results) == 1, results


async def test_a_single_use_code_is_used_once_however_many_try(shop: Shop, give: Give):
    coupon = await give(shop, "VIP", single_use=True, max_uses=2)
    first, second, third = await made(shop, coupon, 3)
    assert await refusal_of(shop, await guest(shop), "VIP") == "coupon_unknown"
    owners = [await cart_with(shop, first) for _ in range(6)]

    async def buy(number: int) -> Order:
        address = replace(ADDRESS, phone=f"+9198450{number:05d}")
        request = await request_of(shop, owners[number], f"{number}@example.in", address)
        return (await place_order(shop, owners[number], request)).order

    results = await asyncio.gather(*map(buy, range(6)), return_exceptions=True)
    won = [r for r in results if isinstance(r, Order) and r.priced["totals"]["discounts"]]
    assert len(won) == 1, results
    assert await refusal_of(shop, await guest(shop), first.lower()) == "coupon_used_up"
    assert [(code.id, gone) async for code, gone in codes_of(shop, coupon)] == [
        (first, True),
        (second, False),
        (third, False),
    ]
    await order_of(shop, second, email="x@example.in", phone="+919845099991")
    assert await refusal_of(shop, await guest(shop), third) == "coupon_used_up", "two uses in all"
    await orders.cancel(shop, won[0].id, actor="staff:x")
    await deliver_all(shop)
    assert (await order_of(shop, first, email="y@example.in", phone="+919845099992")).priced["totals"]["discounts"]
    await delete_coupon(shop, "VIP")
    with pytest.raises(NotFound):
        await typed_coupon(shop, third)


async def test_a_step_that_is_repeated_makes_the_same_codes(shop: Shop, give: Give):
    coupon = await give(shop, "VIP", single_use=True)
    job = await generate_codes(shop, coupon, 1200, actor_id="a", actor_name="Anna")
    first = await GENERATE.step(shop, job)
    assert (first.done, first.finished) == (500, False)
    await GENERATE.step(shop, job)
    assert await shop.repository(CodeRepository).count({}) == 500, "a worker was killed before it told"
    await run_jobs(shop, [GENERATE])
    done = await job_by_id(shop, job.id)
    assert (done.state, done.done, done.total) == (JobState.DONE, 1200, 1200)
    codes = [code.id async for code, _ in codes_of(shop, coupon)]
    assert len(set(codes)) == 1200
    assert all(is_single_use(code) and code.startswith("VIP-") for code in codes)


async def test_codes_of_a_coupon_that_was_given_out_again_are_not_its_own(shop: Shop, give: Give):
    coupon = await give(shop, "VIP", single_use=True)
    (old,) = await made(shop, coupon, 1)
    job = await generate_codes(shop, coupon, 1, actor_id="a", actor_name="Anna")
    await delete_coupon(shop, "VIP")
    fresh = await give(shop, "VIP", single_use=True)
    assert await refusal_of(shop, await guest(shop), old) == "coupon_unknown"
    with pytest.raises(Conflict):
        await GENERATE.step(shop, job)
    assert [code async for code in codes_of(shop, fresh)] == []


@pytest.mark.parametrize("count", [0, -1, 10_001])
async def test_how_many_codes_can_be_made(shop: Shop, give: Give, count: int):
    coupon = await give(shop, "VIP", single_use=True)
    with pytest.raises(Invalid):
        await generate_codes(shop, coupon, count, actor_id="a", actor_name="Anna")
    assert await shop.repository(JobRepository).count({}) == 0
    with pytest.raises(Conflict):
        await generate_codes(shop, await give(shop, "PLAIN"), 1, actor_id="a", actor_name="Anna")


def test_codes_cannot_be_told_from_one_another_without_the_secret():
    codes = {code_of(b"s" * 32, "VIP", "job", n) for n in range(2000)}
    assert len(codes) == 2000
    drawn = "".join(code.removeprefix("VIP-") for code in codes)
    assert set(drawn) == set(ALPHABET)
    assert max(drawn.count(letter) for letter in ALPHABET) < 1.3 * len(drawn) / len(ALPHABET)
    assert code_of(b"t" * 32, "VIP", "job", 0) not in codes
    assert code_of(b"s" * 32, "VIP", "other", 0) not in codes


EACH = [
    ("buy_x_get_y", {"buy": 2, "get": 1}),
    ("tiered", [{"min_order": {"amount": 99900, "currency": "INR"}, "value": 10}]),
    ("tiered", [{"min_order": {"amount": 1, "currency": "INR"}, "value": {"amount": 500, "currency": "INR"}}]),
]


@pytest.mark.parametrize(("kind", "value"), EACH)
async def test_each_kind_goes_through_the_api(running: RunningApp, kind: str, value: object):
    staff = await staff_program(running)
    body = {"code": "NEW", "type": kind, "value": value, "automatic": True, "title": "Sale", "priority": 5}
    status, coupon = await staff.post("/coupons", body)
    assert status == 201, coupon
    assert {name: coupon[name] for name in body} == body
    assert coupon["lane"] == "promotion"
    status, changed = await staff.patch("/coupons/NEW", {"priority": -1, "brands": [], "first_order": True})
    assert (status, changed["priority"], changed["first_order"], changed["value"]) == (200, -1, True, value)


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("value", {"type": "buy_x_get_y"}),
        ("value", {"type": "buy_x_get_y", "value": {"buy": 0, "get": 1}}),
        ("value", {"type": "buy_x_get_y", "value": {"buy": 1.5, "get": 1}}),
        ("value", {"type": "buy_x_get_y", "value": {"buy": 1}}),
        ("value", {"type": "buy_x_get_y", "value": 10}),
        ("value", {"type": "tiered", "value": []}),
        ("value", {"type": "tiered", "value": [{"min_order": {"amount": 5}, "value": "x"}]}),
        ("value", {"type": "tiered", "value": [{"min_order": {"amount": 5, "currency": "USD"}, "value": 10}]}),
        ("tiers", {"type": "tiered", "value": [{"min_order": {"amount": 5}, "value": 101}]}),
        ("tiers", {"type": "tiered", "value": [{"min_order": {"amount": 5}, "value": 1}] * 2}),
        ("title", {"title": "x" * 300}),
        ("priority", {"priority": 10**9}),
        ("lane", {"lane": "fast"}),
        ("products", {"products": ["gone"]}),
        ("categories", {"categories": ["x" * 300]}),
        ("brands", {"brands": ["gone"]}),
        ("single_use", {"single_use": True, "automatic": True}),
    ],
)
async def test_wrong_terms_are_refused_by_field(running: RunningApp, field: str, wrong: dict[str, object]):
    staff = await staff_program(running)
    status, problem = await staff.post("/coupons", {"code": "NEW", "type": "percent", "value": 10, **wrong})
    assert status == 422
    assert {error["field"].split(".")[0] for error in problem["errors"]} == {field}


async def test_codes_are_made_and_read_through_the_api(running: RunningApp, give: Give):
    staff = await staff_program(running)
    await give(running.shop, "VIP", single_use=True)
    status, asked = await staff.post("/coupons/VIP/codes", {"count": 3})
    assert (status, asked["total"]) == (202, 3)
    await run_jobs(running.shop, [GENERATE])
    answer = await running.client.get("/api/v1/coupons/VIP/codes.csv", headers=staff.headers)
    rows = list(csv.reader(io.StringIO(await answer.get_data(as_text=True))))
    assert rows[0] == ["code", "used"]
    assert [row[1] for row in rows[1:]] == ["no"] * 3
    shopper = shopper_program(running)
    await shopper.post("/cart", {"sku": SKU, "quantity": 1})
    assert (await shopper.get(f"/coupons/{rows[1][0]}"))[1]["valid"] is True
    assert (await shopper.get("/coupons/VIP"))[0] == 404
    assert (await shopper.post("/coupons/VIP/codes", {"count": 3}))[0] == 401
    assert (await staff.post("/coupons/VIP/codes", {"count": 10_001}))[0] == 422
    await give(running.shop, "PLAIN")
    assert (await staff.post("/coupons/PLAIN/codes", {"count": 3}))[0] == 409


@pytest.fixture
async def staff(running: RunningApp) -> Browser:
    return await staff_browser(running)


FORM = {"code": "steps", "type": "tiered", "tiers": "999: 10%\n1,999: 300", "active": "1", "lane": "promotion"}
GOODS = {"try_skus": f"{SKU} 2\nOTHER x 1", "try_shipping": "49"}


async def test_a_coupon_that_is_not_stored_is_tried_on_a_cart(running: RunningApp, staff: Browser):
    answer = await staff.post("/admin/coupons/new/try", {**FORM, **GOODS})
    html = str(await answer.get_data(as_text=True))
    assert answer.status_code == 200
    assert "Coupon STEPS" in html
    assert "₹300.00" in html
    assert 'value="steps"' in html, "nothing typed is lost"
    with pytest.raises(NotFound):
        await typed_coupon(running.shop, "STEPS")


async def test_the_panel_says_why_one_gives_nothing(running: RunningApp, staff: Browser, give: Give):
    await create_coupon(running.shop, replace(SALE, percent=Decimal(50)))
    await give(running.shop)
    kept = {**FORM, "type": "percent", "value": "20", "code": "less"}
    html = str(await (await staff.post("/admin/coupons/new/try", {**kept, **GOODS})).get_data(as_text=True))
    assert "“Diwali sale” saves more." in html
    answer = await staff.post("/admin/coupons/try", {**GOODS, "try_codes": "TEN, NOPE"})
    html = str(await answer.get_data(as_text=True))
    assert "Diwali sale" in html
    assert "NOPE: no such code." in html
    assert "Coupon TEN" in html


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("try_skus", {"try_skus": ""}),
        ("try_skus", {"try_skus": "GONE 1"}),
        ("try_skus", {"try_skus": f"{SKU} many"}),
        ("try_skus", {"try_skus": f"{SKU} 0"}),
        ("try_skus", {"try_skus": f"{SKU} 99999999999999999999"}),
        ("try_shipping", {"try_shipping": "free"}),
        ("try_shipping", {"try_shipping": "-1"}),
        ("tiers", {"tiers": "half off"}),
        ("tiers", {"tiers": "999: 10%\n999: 20%"}),
        ("tiers", {"tiers": "999: 110%"}),
        ("products", {"products": "x" * 300}),
        ("lane", {"lane": "fast"}),
        ("priority", {"priority": "high"}),
    ],
)
async def test_what_is_wrong_in_the_form_is_said_at_its_field(staff: Browser, field: str, wrong: dict[str, str]):
    answer = await staff.post("/admin/coupons/new/try", {**FORM, **GOODS, **wrong})
    assert answer.status_code == 422
    assert f'href="#f-{field}"' in str(await answer.get_data(as_text=True))


async def test_the_form_gives_back_what_it_took(running: RunningApp, staff: Browser):
    more = {"title": "Steps", "priority": "3", "payment_methods": "door", "exclusive": "1", "first_order": "1"}
    assert (await staff.post("/admin/coupons/new", {**FORM, **more})).status_code == 303
    html = await staff.text("/admin/coupons/STEPS")
    assert "999.00: 10%\n1999.00: 300.00" in html
    stored = Tier(99900, Decimal(10)), Tier(199900, amount=30000)
    coupon = await typed_coupon(running.shop, "steps")
    assert (coupon.tiers, coupon.lane, coupon.exclusive, coupon.priority) == (stored, Lane.PROMOTION, True, 3)
    answer = await staff.post("/admin/coupons/STEPS/try", {**FORM, **more, **GOODS})
    assert answer.status_code == 200


async def test_staff_make_codes_from_the_page(running: RunningApp, staff: Browser, give: Give):
    await give(running.shop, "VIP", single_use=True)
    assert (await staff.post("/admin/coupons/VIP/codes", {"count": "x"})).status_code == 422
    answer = await staff.post("/admin/coupons/VIP/codes", {"count": "2"})
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/admin/jobs/")
    assert "Make 2 codes of VIP" in await staff.text(answer.headers["Location"])


async def test_an_offer_without_a_code_is_listed_without_one(running: RunningApp):
    await create_coupon(running.shop, replace(SALE, shown=True))
    answer = await running.client.get("/offers")
    html = await answer.get_data(as_text=True)
    assert "No code is needed." in html
    assert "data-copy" not in html
    assert ASHA not in html
