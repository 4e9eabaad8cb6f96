"""Coupons from the cart to the order, on a real database: what they give, how often, and who gets them back."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from spoeq_core.cart import service as carts
from spoeq_core.cart.service import Owner
from spoeq_core.catalog.service import create_category, update_product
from spoeq_core.checkout.model import CartChanged, Choices, PlaceRequest, QuotaUsedUp
from spoeq_core.checkout.service import place_order, quote
from spoeq_core.identity.model import Address
from spoeq_core.identity.service import register_customer
from spoeq_core.kernel.clock import FixedClock
from spoeq_core.kernel.errors import Conflict, Invalid, NotFound, StaleAggregate
from spoeq_core.orders import service as orders
from spoeq_core.orders.model import Order
from spoeq_core.orders.shape import order_shape
from spoeq_core.plugins.lifecycle import disable_plugin, enable_plugin
from spoeq_core.pricing.model import PricedCart
from spoeq_core.shop import Shop
from spoeq_core.testing.shops import deliver_all
from spoeq_coupons.service import create_coupon, delete_coupon, find_coupon, list_coupons, update_coupon, uses_of
from tests.shopping import ADDRESS, DELIVERY, DOOR_FEE, PRICE, SKU, CommandCounter, guest, stock_up

from .conftest import Give

ASHA, RAVI = "asha@example.in", "ravi@example.in"


async def cart_with(shop: Shop, *codes: str, pieces: Mapping[str, int] | None = None) -> Owner:
    """A guest's cart that holds these codes."""
    owner = await guest(shop, pieces)
    for code in codes:
        await carts.apply_code(shop, owner, code)
    return owner


async def request_of(shop: Shop, owner: Owner, email: str = ASHA, address: Address = ADDRESS) -> PlaceRequest:
    """An order of the cart at what it costs whoever has that address."""
    choices = Choices(address, "delivery:standard", "door")
    total = (await quote(shop, owner, choices, email=email)).total
    return PlaceRequest(email, address, choices.shipping_method, choices.payment_method, total)


async def order_of(shop: Shop, *codes: str, email: str = ASHA, phone: str = ADDRESS.phone) -> Order:
    """A guest's order with these codes."""
    owner = await cart_with(shop, *codes)
    request = await request_of(shop, owner, email, replace(ADDRESS, phone=phone))
    return (await place_order(shop, owner, request)).order


async def refusal_of(shop: Shop, owner: Owner, code: str) -> str:
    with pytest.raises(Invalid) as refused:
        await carts.apply_code(shop, owner, code)
    assert refused.value.errors[0].field == "code"
    return refused.value.code


async def used(shop: Shop, code: str) -> int:
    coupon = await find_coupon(shop, code)
    return (await uses_of(shop, [coupon]))[coupon.id]


async def priced(shop: Shop, owner: Owner) -> PricedCart:
    return (await quote(shop, owner, Choices(ADDRESS, "delivery:standard", "door"))).priced


async def test_a_percentage_is_on_the_order_and_stays_with_it(shop: Shop, give: Give):
    await give(shop)
    order = await order_of(shop, "ten")
    assert order.grand_total == PRICE - PRICE // 10 + DELIVERY + DOOR_FEE
    assert order.codes == ("ten",)
    (line,) = order_shape(order)["items"]
    assert line["discounts"] == [
        {"label": "Coupon TEN", "amount": {"amount": 12990, "currency": "INR"}, "plugin": "coupons"}
    ]


async def test_free_delivery_takes_off_what_delivery_costs(shop: Shop, give: Give):
    await give(shop, "SHIP", "free_shipping")
    owner = await cart_with(shop, "SHIP")
    totals = (await priced(shop, owner)).totals
    assert (totals.shipping, totals.discounts, totals.grand_total) == (0, 0, PRICE + DOOR_FEE)
    order = (await place_order(shop, owner, await request_of(shop, owner))).order
    assert order.shipping.price == DELIVERY
    assert await used(shop, "SHIP") == 1


async def test_a_fixed_amount_is_spread_over_the_lines(shop: Shop, give: Give):
    await give(shop, "FLAT", "fixed", amount=10001)
    owner = await cart_with(shop, "FLAT", pieces={SKU: 1, "OTHER": 2})
    lines = (await priced(shop, owner)).lines
    assert [line.discount for line in lines] == [3334, 6667]


async def test_a_code_that_cannot_be_used_is_refused_with_the_reason(shop: Shop, give: Give, clock: FixedClock):
    now = clock.now()
    await give(shop, "OLD", end_at=now)
    await give(shop, "EARLY", start_at=now + timedelta(days=1))
    await give(shop, "OFF", active=False)
    await give(shop, "BIG", min_order=PRICE + 1)
    owner = await guest(shop)
    wanted = {"OLD": "coupon_expired", "EARLY": "coupon_not_started", "OFF": "coupon_inactive", "BIG": "coupon_minimum"}
    assert {code: await refusal_of(shop, owner, code) for code in wanted} == wanted
    assert await refusal_of(shop, owner, "NOPE") == "coupon_unknown"
    assert (await carts.load(shop, owner)).cart.codes == ()


async def test_a_minimum_is_met_by_adding_to_the_cart_and_lost_by_taking_out(shop: Shop, give: Give):
    await give(shop, "BIG", min_order=2 * PRICE)
    owner = await cart_with(shop, "BIG", pieces={SKU: 2})
    assert (await priced(shop, owner)).totals.discounts == PRICE // 5
    line = (await carts.load(shop, owner)).cart.lines[0]
    await carts.set_quantity(shop, owner, line.id, 1)
    alone = await priced(shop, owner)
    assert alone.totals.discounts == 0
    assert [declined.reason.code for declined in alone.declined] == ["coupon_minimum"]


async def test_a_coupon_that_expires_in_the_cart_changes_the_total(shop: Shop, give: Give, clock: FixedClock):
    await give(shop, end_at=clock.now() + timedelta(hours=1))
    owner = await cart_with(shop, "TEN")
    request = await request_of(shop, owner)
    clock.forward(timedelta(hours=1))
    with pytest.raises(CartChanged) as changed:
        await place_order(shop, owner, request)
    assert changed.value.quote.total == request.expected_total + PRICE // 10
    order = (await place_order(shop, owner, replace(request, expected_total=changed.value.quote.total))).order
    assert order.priced["totals"]["discounts"] == 0
    assert await used(shop, "TEN") == 0, "a code that gave nothing was not used"


async def test_combinable_codes_add_up_and_an_exclusive_one_refuses_the_next(shop: Shop, give: Give):
    await give(shop, "FLAT", "fixed", combinable=True)
    await give(shop, "SHIP", "free_shipping", combinable=True)
    await give(shop, "ONLY")
    owner = await cart_with(shop, "FLAT", "SHIP")
    totals = (await priced(shop, owner)).totals
    assert (totals.discounts, totals.shipping) == (10000, 0)
    assert await refusal_of(shop, owner, "ONLY") == "coupon_not_combinable"
    alone = await cart_with(shop, "ONLY")
    assert await refusal_of(shop, alone, "FLAT") == "coupon_not_combinable"
    assert (await carts.load(shop, alone)).cart.codes == ("ONLY",)


async def test_twenty_orders_at_once_for_a_coupon_of_three_uses(shop: Shop, give: Give):
    await give(shop, max_uses=3)

    async def buy(number: int) -> Order:
        phone = f"+9198450{number:05d}"
        owner, address = owners[number], replace(ADDRESS, phone=phone)
        return (await place_order(shop, owner, await request_of(shop, owner, f"{number}@example.in", address))).order

    owners = [await cart_with(shop, "TEN") for _ in range(20)]
    results = await asyncio.gather(*(buy(number) for number in range(20)), return_exceptions=True)
    with_coupon = [r for r in results if isinstance(r, Order) and r.priced["totals"]["discounts"]]
    refused = [r for r in results if isinstance(r, QuotaUsedUp | CartChanged)]
    without = [r for r in results if isinstance(r, Order) and not r.priced["totals"]["discounts"]]
    assert len(with_coupon) == 3
    assert len(refused) + len(without) == 17, results
    assert await used(shop, "TEN") == 3


async def test_the_fourth_is_told_that_the_coupon_is_used_up(shop: Shop, give: Give):
    await give(shop, max_uses=1)
    late = await cart_with(shop, "TEN")
    request = await request_of(shop, late)
    await order_of(shop, "TEN")
    assert await refusal_of(shop, await guest(shop), "TEN") == "coupon_used_up"
    with pytest.raises(CartChanged):
        await place_order(shop, late, request)


@pytest.mark.parametrize(
    ("email", "phone", "allowed"),
    [
        (ASHA, ADDRESS.phone, False),
        (" ASHA@example.IN", "+919811111111", False),
        (RAVI, ADDRESS.phone, False),
        (RAVI, "+919811111111", True),
    ],
    ids=["the same", "the same mail", "the same phone", "somebody else"],
)
async def test_a_guest_is_known_by_mail_or_phone(shop: Shop, give: Give, email: str, phone: str, allowed: bool):
    await give(shop, per_user_limit=1)
    await order_of(shop, "TEN")
    again = await order_of(shop, "TEN", email=email, phone=phone)
    assert bool(again.priced["totals"]["discounts"]) is allowed
    assert await used(shop, "TEN") == 1 + allowed


async def test_a_customer_is_known_by_account_and_told_in_the_cart(shop: Shop, give: Give):
    await give(shop, per_user_limit=2)
    asha = await register_customer(shop, email=ASHA, password="neem leaves at dawn", name="Asha")
    owner = Owner(customer_id=asha.id)
    for _ in range(2):
        await carts.add_item(shop, owner, SKU, 1)
        await carts.apply_code(shop, owner, "TEN")
        await place_order(shop, owner, await request_of(shop, owner))
    await carts.add_item(shop, owner, SKU, 1)
    assert await refusal_of(shop, owner, "TEN") == "coupon_used_by_you"


async def test_five_orders_of_one_guest_at_once_use_it_once(shop: Shop, give: Give):
    await give(shop, per_user_limit=1)
    owners = [await cart_with(shop, "TEN") for _ in range(5)]
    requests = [await request_of(shop, owner) for owner in owners]
    results = await asyncio.gather(
        *(place_order(shop, owner, request) for owner, request in zip(owners, requests, strict=True)),
        return_exceptions=True,
    )
    assert sum(not isinstance(result, BaseException) for result in results) == 1
    assert all(isinstance(r, QuotaUsedUp | CartChanged) for r in results if isinstance(r, BaseException)), results
    assert await used(shop, "TEN") == 1


async def test_a_cancelled_order_gives_its_uses_back(shop: Shop, give: Give):
    await give(shop, max_uses=1, per_user_limit=1)
    order = await order_of(shop, "TEN")
    await orders.cancel(shop, order.id, actor="shopper", reason="")
    await deliver_all(shop)
    assert await used(shop, "TEN") == 0
    again = await order_of(shop, "TEN")
    assert again.priced["totals"]["discounts"] == PRICE // 10
    assert await used(shop, "TEN") == 1


async def test_a_use_costs_no_command_of_its_own(shop: Shop, give: Give, counter: CommandCounter):
    await give(shop)
    for number in range(3):
        owner = await cart_with(shop, "TEN")
        request = await request_of(shop, owner, f"{number}@example.in")
        counter.clear()
        await place_order(shop, owner, request)
        assert counter.commands == [
            "aggregate carts",
            "find coupons",
            "find coupons",
            "insert claims",
            "update carts",
            "update stock",
            "insert orders",
        ]


async def test_a_limit_that_is_set_later_counts_what_was_used_before(shop: Shop, give: Give):
    coupon = await give(shop)
    await order_of(shop, "TEN")
    await order_of(shop, "TEN")
    await update_coupon(shop, replace(coupon, max_uses=2))
    assert await refusal_of(shop, await guest(shop), "TEN") == "coupon_used_up"


async def test_a_code_given_out_again_starts_at_none(shop: Shop, give: Give):
    await give(shop, max_uses=1)
    first = await order_of(shop, "TEN")
    await delete_coupon(shop, "ten")
    with pytest.raises(NotFound):
        await find_coupon(shop, "TEN")
    assert await refusal_of(shop, await guest(shop), "TEN") == "coupon_unknown"
    await give(shop, max_uses=1)
    assert await used(shop, "TEN") == 0
    second = await order_of(shop, "TEN")
    assert second.priced["totals"]["discounts"] == first.priced["totals"]["discounts"]


async def test_a_code_is_given_out_once_and_changed_by_one_at_a_time(shop: Shop, give: Give):
    coupon = await give(shop, "TEN")
    with pytest.raises(Conflict) as twice:
        await create_coupon(shop, replace(coupon, code="ten "))
    assert twice.value.code == "duplicate"
    await update_coupon(shop, replace(coupon, description="first"))
    with pytest.raises(StaleAggregate):
        await update_coupon(shop, replace(coupon, description="second"))
    with pytest.raises(StaleAggregate):
        await delete_coupon(shop, "TEN", version=coupon.version)


async def test_coupons_are_listed_newest_first_and_by_their_beginning(shop: Shop, give: Give, clock: FixedClock):
    for code in ("DIWALI10", "DIWALI20", "HOLI", "DI"):
        await give(shop, code)
        clock.forward(timedelta(minutes=1))
    assert [coupon.id for coupon in (await list_coupons(shop))[0]] == ["DI", "HOLI", "DIWALI20", "DIWALI10"]
    found, total = await list_coupons(shop, q="diwali", page=2, per_page=1)
    assert ([coupon.id for coupon in found], total) == (["DIWALI10"], 2)
    assert await list_coupons(shop, q="x") == ([], 0)


async def test_disabling_takes_the_discount_away_and_enabling_brings_it_back(shop: Shop, give: Give):
    await give(shop)
    past = await order_of(shop, "TEN")
    owner = await cart_with(shop, "TEN")
    await disable_plugin(shop, "coupons")
    assert (await priced(shop, owner)).totals.discounts == 0
    assert await refusal_of(shop, await guest(shop), "TEN") == "coupon_unknown"
    shown: Any = order_shape(await orders.order_for(shop, past.id, staff=True))
    assert shown["coupons"] == ["TEN"]
    assert shown["totals"]["discounts"] == {"amount": PRICE // 10, "currency": "INR"}
    await enable_plugin(shop, "coupons")
    assert (await priced(shop, owner)).totals.discounts == PRICE // 10


async def test_another_currency_than_the_coupons_gets_nothing(shop: Shop, give: Give):
    coupon = await give(shop, "FLAT", "fixed")
    await update_coupon(shop, replace(coupon, currency="USD"))
    assert await refusal_of(shop, await guest(shop), "FLAT") == "coupon_currency"


@pytest.mark.parametrize("automatic", [False, True])
async def test_a_category_covers_what_lies_below_it(shop: Shop, give: Give, automatic: bool):
    above = await create_category(shop, {"name": "Clothes"})
    below = await create_category(shop, {"name": "Kurtas", "parent_id": above.id})
    beside = await create_category(shop, {"name": "Shoes"})
    owner = await guest(shop)
    (product,) = [it for it in (await stock_up(shop, {"BELOW": 5})).values()]
    await update_product(shop, product.id, {"category_ids": (below.id,)})
    await carts.add_item(shop, owner, "BELOW", 1)
    for code, category in (("UPPER", above), ("OTHER", beside)):
        await give(shop, code, categories=(category.id,), automatic=automatic)
        if not automatic and code == "UPPER":
            await carts.apply_code(shop, owner, code)
    priced = (await quote(shop, owner, Choices())).priced
    given = {line.line.sku: [discount.rule for discount in line.discounts] for line in priced.lines}
    assert given == {SKU: [], "BELOW": ["UPPER"]}
    if not automatic:
        assert await refusal_of(shop, owner, "OTHER")


async def test_a_coupon_of_the_whole_order_leaves_nothing_to_pay_and_is_given_back_with_the_order(
    shop: Shop, give: Give
):
    await give(shop, "ALL", percent=Decimal(100), max_uses=1, combinable=True)
    await give(shop, "POST", "free_shipping", combinable=True)
    owner = await cart_with(shop, "ALL", "POST")
    request = await request_of(shop, owner)
    assert request.expected_total == 0
    order = (await place_order(shop, owner, request)).order
    assert (order.status, order.payment_status, order.payment.provider) == ("confirmed", "paid", "")
    assert await used(shop, "ALL") == 1
    with pytest.raises((QuotaUsedUp, Invalid)):
        await order_of(shop, "ALL", email=RAVI, phone="+919845099999")
    await orders.cancel(shop, order.id, actor="Meera")
    await deliver_all(shop)
    assert await used(shop, "ALL") == 0
