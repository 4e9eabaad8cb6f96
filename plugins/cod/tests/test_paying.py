"""Cash on delivery from the quote to the order, on a real database."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from spoeq_cod.plugin import order_quotas
from spoeq_core.cart import service as carts
from spoeq_core.cart.service import Owner
from spoeq_core.checkout.model import Choices, PlaceRequest, QuotaUsedUp
from spoeq_core.checkout.quoting import Quote
from spoeq_core.checkout.service import place_order, quote
from spoeq_core.identity.model import Address
from spoeq_core.identity.service import register_customer
from spoeq_core.kernel.clock import FixedClock
from spoeq_core.kernel.errors import Invalid
from spoeq_core.orders import service as orders
from spoeq_core.orders.model import Order, OrderStatus
from spoeq_core.payments.model import PaymentOption, PaymentStatus
from spoeq_core.plugins.lifecycle import disable_plugin, save_settings
from spoeq_core.shop import Shop
from spoeq_core.testing.shops import deliver_all
from tests.shopping import ADDRESS, PRICE, SKU, guest, request_for

FAR = replace(ADDRESS, line1="7 Sea View", city="Port Blair", state="Andaman and Nicobar Islands", postal_code="737101")


async def quoted(shop: Shop, owner: Owner, pay: str = "cod", address: Address = ADDRESS) -> Quote:
    return await quote(shop, owner, Choices(address, "delivery:standard", pay))


def offered(found: Quote) -> PaymentOption:
    return next(offer.option for offer in found.offers if offer.id == "cod")


async def order_of(shop: Shop, address: Address = ADDRESS, quantity: int = 1) -> Order:
    """A guest's cash order."""
    owner = await guest(shop, {SKU: quantity})
    return (await place_order(shop, owner, await request_for(shop, owner, pay="cod", address=address))).order


async def test_the_fee_is_shown_before_the_choice_and_charged_after(shop: Shop):
    owner = await guest(shop)
    before = await quoted(shop, owner, pay="")
    assert (offered(before).fee, offered(before).fee_label) == (4900, "Cash on delivery fee")
    assert before.priced.totals.fees == 0
    after = await quoted(shop, owner)
    assert after.priced.totals.fees == 4900
    assert after.total == before.total + 4900
    assert not after.problems


async def test_the_fee_falls_away_from_an_order_value_on(shop: Shop):
    await save_settings(shop, "cod", {"free_above": 2 * PRICE})
    owner = await guest(shop)
    assert offered(await quoted(shop, owner)).fee == 4900
    await carts.add_item(shop, owner, SKU, 1)
    assert offered(await quoted(shop, owner)).fee == 0


async def test_a_cash_order_is_confirmed_and_paid_when_delivered(shop: Shop):
    order = await order_of(shop)
    assert (order.status, order.payment_status) == (OrderStatus.CONFIRMED, PaymentStatus.PENDING_COD)
    assert (order.payment.provider, order.payment.label, order.payment.on_delivery) == ("cod", "Cash on delivery", True)
    await orders.change_status(shop, order.id, OrderStatus.PROCESSING, actor="staff")
    await orders.change_status(shop, order.id, OrderStatus.SHIPPED, actor="staff")
    delivered = await orders.change_status(shop, order.id, OrderStatus.DELIVERED, actor="staff")
    assert (delivered.payment_status, delivered.paid) == (PaymentStatus.PAID, order.grand_total)


async def test_above_the_cap_it_is_refused_with_the_reason(shop: Shop):
    owner = await guest(shop, {SKU: 4})
    option = offered(await quoted(shop, owner))
    assert (option.available, option.reason) == (False, "Cash on delivery is available up to ₹5,000.")
    refused = await quoted(shop, owner)
    assert [(problem.code, problem.field) for problem in refused.problems] == [("unavailable", "payment_method")]
    assert refused.priced.totals.fees == 0, "a fee for what cannot be chosen would only confuse"
    with pytest.raises(Invalid, match="up to ₹5,000"):
        await place_order(shop, owner, PlaceRequest("a@b.in", ADDRESS, "delivery:standard", "cod", refused.total))


async def test_customers_who_ordered_before_may_have_a_higher_cap(shop: Shop):
    await save_settings(shop, "cod", {"known_cap": 20_000_00})
    asha = await register_customer(shop, email="asha@example.in", password="neem leaves at dawn", name="Asha")
    owner = Owner(customer_id=asha.id)
    await carts.add_item(shop, owner, SKU, 4)
    assert not offered(await quoted(shop, owner)).available
    line = (await carts.load(shop, owner)).cart.lines[0]
    await carts.set_quantity(shop, owner, line.id, 1)
    await place_order(shop, owner, await request_for(shop, owner, pay="cod"))
    await carts.add_item(shop, owner, SKU, 4)
    assert offered(await quoted(shop, owner)).available
    assert not offered(await quoted(shop, await guest(shop, {SKU: 4}))).available


async def test_excluded_pins_take_no_cash(shop: Shop):
    await save_settings(shop, "cod", {"excluded_pins": ["737"]})
    owner = await guest(shop)
    option = offered(await quoted(shop, owner, address=FAR))
    assert (option.available, option.reason) == (False, "Cash on delivery is not available at 737101.")
    assert offered(await quoted(shop, owner)).available


async def test_three_orders_a_day_then_no_more_until_tomorrow(shop: Shop, clock: FixedClock):
    for _ in range(3):
        await order_of(shop)
    with pytest.raises(QuotaUsedUp, match="for one person in a day") as refusal:
        await order_of(shop)
    assert refusal.value.code == "cod_limit"
    clock.forward(timedelta(hours=12))
    assert (await order_of(shop)).status is OrderStatus.CONFIRMED


@pytest.mark.parametrize(
    "disguise",
    [
        replace(ADDRESS, line1="99 Other Road", postal_code="110001", state="Delhi", city="Delhi"),
        replace(ADDRESS, phone="+919900112233"),
    ],
    ids=["another address", "another phone"],
)
async def test_one_of_phone_and_address_is_enough_to_be_the_same_person(shop: Shop, disguise: Address):
    await save_settings(shop, "cod", {"orders_per_day": 1})
    await order_of(shop)
    with pytest.raises(QuotaUsedUp):
        await order_of(shop, disguise)
    stranger = replace(disguise, phone="+919811223344", line1="5 Elsewhere")
    assert await order_of(shop, stranger)


async def test_the_sum_of_a_day_is_kept(shop: Shop):
    first = await order_of(shop)
    await save_settings(shop, "cod", {"sum_per_day": 2 * first.grand_total + 1})
    await order_of(shop)
    with pytest.raises(QuotaUsedUp):
        await order_of(shop)


async def test_an_order_above_the_days_sum_is_refused_at_once(shop: Shop):
    await save_settings(shop, "cod", {"sum_per_day": 1000_00})
    with pytest.raises(QuotaUsedUp):
        await order_of(shop)


async def test_a_cancelled_order_gives_its_place_back(shop: Shop):
    await save_settings(shop, "cod", {"orders_per_day": 1})
    order = await order_of(shop)
    await orders.cancel(shop, order.id, actor="shopper", reason="changed my mind")
    await deliver_all(shop)
    assert await order_of(shop)


async def test_ten_orders_at_once_leave_three(shop: Shop):
    results = await asyncio.gather(*(order_of(shop) for _ in range(10)), return_exceptions=True)
    placed = [result for result in results if isinstance(result, Order)]
    refused = [result for result in results if isinstance(result, QuotaUsedUp)]
    assert (len(placed), len(refused)) == (3, 7), results


async def test_the_sum_holds_whatever_runs_in_parallel(shop: Shop):
    alone = await order_of(shop, replace(ADDRESS, phone="+919811111111", line1="1 Lake View"))
    most = 2 * alone.grand_total
    await save_settings(shop, "cod", {"orders_per_day": 20, "sum_per_day": most})
    results = await asyncio.gather(*(order_of(shop) for _ in range(6)), return_exceptions=True)
    placed = [result for result in results if isinstance(result, Order)]
    assert placed
    assert sum(order.grand_total for order in placed) <= most
    assert all(isinstance(result, Order | QuotaUsedUp) for result in results), results


async def test_other_ways_to_pay_take_no_place(shop: Shop):
    await save_settings(shop, "cod", {"orders_per_day": 1})
    order = await order_of(shop)
    claimed = await shop.mongo.collection("claims").count_documents({"order_id": order.id, "kind": "quota"})
    assert claimed == 2
    paid_online = replace(order, payment=replace(order.payment, provider="card"))
    assert await order_quotas(shop=shop, order=paid_online) is None


async def test_disabling_it_takes_the_method_away_and_leaves_its_orders(shop: Shop):
    order = await order_of(shop)
    await disable_plugin(shop, "cod")
    owner = await guest(shop)
    found = await quoted(shop, owner)
    assert found.offers == ()
    assert [problem.field for problem in found.problems] == ["payment_method"]
    assert (await orders.order_for(shop, order.id, staff=True)).payment.label == "Cash on delivery"
