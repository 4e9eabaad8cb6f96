"""Carts that nobody expects: free ones, very long ones, ones of another currency, ones with goods that cost nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from spoeq_core.cart import service as carts
from spoeq_core.cart.documents import CartRepository
from spoeq_core.cart.model import MAX_LINES, CartLine
from spoeq_core.cart.service import Owner
from spoeq_core.checkout.expiry import expire_unpaid
from spoeq_core.checkout.invariants import check
from spoeq_core.checkout.model import Choices, InProgress
from spoeq_core.checkout.service import Placed, pay, place_order, quote
from spoeq_core.kernel.clock import FixedClock
from spoeq_core.kernel.errors import Conflict, Invalid
from spoeq_core.orders import service as orders
from spoeq_core.orders.documents import OrderRepository
from spoeq_core.orders.model import OrderStatus
from spoeq_core.orders.service import RefundWish
from spoeq_core.payments.model import PaymentStatus, Settled
from spoeq_core.plugins.lifecycle import save_settings
from spoeq_core.pricing.model import Adjustment, OnOrder, OnShipping, Percent, Phase
from spoeq_core.shop import Shop
from spoeq_core.testing.clients import app_with
from spoeq_core.testing.shops import deliver_all, shop_with
from spoeq_core.testing.visitors import shopper_browser
from tests.shopping import (
    ADDRESS,
    DELIVERY,
    PRICE,
    SKU,
    CommandCounter,
    Gateway,
    buy,
    delivery,
    door,
    guest,
    online,
    plugin,
    request_for,
    stock_left,
    stock_up,
)

ONLINE = Choices(ADDRESS, "delivery:standard", "gateway")
LONG = 500


@pytest.fixture
def gateway() -> Gateway:
    return Gateway()


@pytest.fixture
async def shop(
    servers: tuple[str, str], tmp_path: Path, clock: FixedClock, counter: CommandCounter, gateway: Gateway
) -> AsyncIterator[Shop]:
    plugins = delivery(), door(), online(gateway)
    async with shop_with(*plugins, servers=servers, data_dir=tmp_path, clock=clock, listeners=[counter]) as opened:
        await stock_up(opened)
        yield opened


@pytest.fixture
async def generous(
    servers: tuple[str, str], tmp_path: Path, clock: FixedClock, gateway: Gateway
) -> AsyncIterator[Shop]:
    """A shop that gives 100 % off, delivery included."""

    async def price_adjustments(phase: Phase) -> Sequence[Adjustment]:
        whole = {Phase.ORDER: OnOrder(), Phase.SHIPPING: OnShipping()}
        return [Adjustment("all", "100 % off", whole[phase], Percent(Decimal(100)))] if phase in whole else []

    plugins = delivery(), door(), online(gateway), plugin("generous", price_adjustments=price_adjustments)
    async with shop_with(*plugins, servers=servers, data_dir=tmp_path, clock=clock) as opened:
        await stock_up(opened)
        yield opened


async def test_nobody_is_asked_for_nothing_however_it_was_to_be_paid(
    generous: Shop, gateway: Gateway, clock: FixedClock
):
    owner = await guest(generous)
    request = await request_for(generous, owner, pay="gateway")
    assert request.expected_total == 0
    tries = (place_order(generous, owner, request, key=f"k{n % 2}") for n in range(6))
    answers = await asyncio.gather(*tries, return_exceptions=True)
    assert {type(answer) for answer in answers} <= {Placed, InProgress}
    placed = [it for it in answers if isinstance(it, Placed)]
    placed.append(await place_order(generous, owner, request, key="k0"))
    assert len({it.order.id for it in placed}) == 1
    order = placed[0].order
    assert (order.status, order.payment_status, order.paid, order.due) == (
        OrderStatus.CONFIRMED,
        PaymentStatus.PAID,
        0,
        0,
    )
    assert {it.next_action.type for it in placed} == {"none"}
    with pytest.raises(Conflict, match="nothing is to be paid"):
        await pay(generous, order)
    clock.forward(timedelta(hours=2))
    await expire_unpaid(generous)
    await deliver_all(generous)
    assert gateway.started == []
    assert await stock_left(generous) == (100, 1)
    assert await check(generous, quiet_for=timedelta(0), looks=1) == []


async def test_of_what_cost_nothing_nothing_goes_back_and_money_that_comes_is_set_aside(generous: Shop):
    order = (await buy(generous, await guest(generous), pay="gateway")).order
    for wish in (RefundWish("late", items={order.lines[0].id: 1}), RefundWish("late", amount=1)):
        with pytest.raises((Invalid, Conflict)):
            await orders.refund(generous, order.id, wish, actor="Meera")
    late = await orders.settle(generous, "gateway", order.id, Settled("p1", 100, "INR"))
    assert (late.paid, late.flags) == (0, ("refund_due",))
    gone = await orders.cancel(generous, order.id, actor="Meera")
    await deliver_all(generous)
    assert (gone.status, gone.refunds) == (OrderStatus.CANCELLED, ())
    assert await stock_left(generous) == (100, 0)


async def a_long_cart(shop: Shop, lines: int) -> Owner:
    """A guest's only cart, made so long, however it came to be."""
    products = await stock_up(shop, {f"ITEM-{n:03}": 9 for n in range(lines)}, price=101)
    repository = shop.repository(CartRepository)
    (cart,) = await repository.find({})
    long = tuple(CartLine(f"l{n}", sku, it.id, 1, seen_price=101) for n, (sku, it) in enumerate(products.items()))
    await repository.save(replace(cart, lines=long))
    return Owner(cart_id=cart.id)


@pytest.mark.parametrize("lines", [MAX_LINES, LONG])
async def test_a_long_cart_costs_what_a_short_one_does_until_its_stock_is_held(
    shop: Shop, counter: CommandCounter, lines: int
):
    short = await guest(shop)
    counter.clear()
    await quote(shop, short, ONLINE)
    cost = list(counter.commands)
    long = await a_long_cart(shop, lines)
    counter.clear()
    found = await quote(shop, long, ONLINE)
    assert [command for command in counter.commands if not command.startswith("getMore")] == cost
    assert len(counter.commands) <= len(cost) + 1, "the second batch of what is read"
    assert (found.problems, found.total) == ((), 101 * lines + DELIVERY)
    request = await request_for(shop, long, pay="gateway")
    counter.clear()
    placed = (await place_order(shop, long, request)).order
    held = counter.commands.count("update stock")
    assert (held, len(counter.commands) - held) == (lines, 5), "one of them the second batch"
    assert (len(placed.lines), placed.grand_total) == (lines, found.total)


async def test_pages_and_answers_show_every_line_of_a_long_cart(
    servers: tuple[str, str], tmp_path: Path, gateway: Gateway
):
    async with app_with(delivery(), door(), online(gateway), servers=servers, data_dir=tmp_path) as app:
        await stock_up(app.shop)
        browser = shopper_browser(app)
        await browser.post("/cart/items", {"sku": SKU, "quantity": "1"})
        await a_long_cart(app.shop, LONG)
        for path in ("/cart", "/checkout"):
            assert (await browser.text(path)).count("Kurta ITEM-") >= LONG, path
        answer = await browser.get("/api/v1/cart")
        cart = await answer.get_json()
        assert len(cart["items"]) == LONG
        assert cart["totals"]["grand_total"]["amount"] == 101 * LONG


async def test_nothing_more_goes_into_a_full_cart_and_what_lies_in_it_can_go(shop: Shop):
    await guest(shop)
    owner = await a_long_cart(shop, LONG)
    with pytest.raises(Conflict) as refused:
        await carts.add_item(shop, owner, SKU, 1)
    assert refused.value.hint
    left = await carts.remove_item(shop, owner, "l0")
    assert len(left.cart.lines) == LONG - 1


async def test_a_cart_of_another_currency_is_not_ordered_at_the_same_number(shop: Shop):
    owner = await guest(shop)
    request = await request_for(shop, owner, pay="gateway")
    await save_settings(shop, "core", {"currency": "JPY"})
    with pytest.raises(Invalid) as refused:
        await place_order(shop, owner, request)
    assert refused.value.code == "cart_empty"
    assert await shop.repository(OrderRepository).count({}) == 0
    assert await stock_left(shop) == (100, 0)
    assert (await quote(shop, owner, ONLINE)).priced.lines == ()
    anew = Owner(cart_id=(await carts.add_item(shop, owner, SKU, 1)).cart.id)
    order = (await buy(shop, anew, pay="gateway")).order
    assert (order.currency, order.grand_total) == ("JPY", PRICE + DELIVERY)
    wrong = await orders.settle(shop, "gateway", order.id, Settled("p1", order.due, "INR"))
    assert (wrong.payment_status, wrong.paid, wrong.flags) == (PaymentStatus.PENDING, 0, ("payment_mismatch",))


async def test_an_order_that_is_placed_is_answered_again_whatever_the_currency_is_now(shop: Shop):
    owner = await guest(shop)
    request = await request_for(shop, owner, pay="gateway")
    first = await place_order(shop, owner, request, key="k")
    await save_settings(shop, "core", {"currency": "JPY"})
    again = await place_order(shop, owner, request, key="k")
    assert (again.order.id, again.order.currency, again.order.due) == (first.order.id, "INR", first.order.due)


async def test_goods_that_cost_nothing_are_sold_beside_others_and_alone(shop: Shop, gateway: Gateway):
    await stock_up(shop, {"SAMPLE": 9}, price=0)
    order = (await buy(shop, await guest(shop, {SKU: 1, "SAMPLE": 2}), pay="gateway")).order
    kurta, sample = order.lines
    assert (sample.total, order.grand_total) == (0, PRICE + DELIVERY)
    await orders.settle(shop, "gateway", order.id, Settled("p1", order.due, "INR"))
    with pytest.raises(Invalid, match="at least one minor unit"):
        await orders.refund(shop, order.id, RefundWish("torn", items={sample.id: 2}), actor="Meera")
    both = RefundWish("torn", items={kurta.id: 1, sample.id: 2})
    assert (await orders.refund(shop, order.id, both, actor="Meera")).refunded == PRICE
    alone = (await buy(shop, await guest(shop, {"SAMPLE": 1}), pay="gateway")).order
    assert alone.grand_total == DELIVERY
    assert gateway.started == [order.id, alone.id]
