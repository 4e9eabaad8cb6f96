"""Placing an order: once per key, once per cart, for the agreed total."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from spoeq_core.cart import service as carts
from spoeq_core.cart.documents import CartRepository
from spoeq_core.cart.model import CartStatus
from spoeq_core.cart.service import Owner
from spoeq_core.checkout.attempts import LEASE
from spoeq_core.checkout.invariants import check
from spoeq_core.checkout.model import CartChanged, IdempotencyMismatch, InProgress
from spoeq_core.checkout.service import place_order
from spoeq_core.inventory.model import OutOfStock
from spoeq_core.inventory.service import adjust
from spoeq_core.kernel.clock import FixedClock
from spoeq_core.kernel.errors import Invalid
from spoeq_core.orders.claims import claims_of
from spoeq_core.orders.documents import OrderRepository
from spoeq_core.orders.model import OrderStatus
from spoeq_core.payments.model import PaymentStatus
from spoeq_core.shop import Shop
from spoeq_core.testing.edge import WRITES, Command, at_the_database
from spoeq_core.testing.shops import deliver_all
from tests.shopping import DELIVERY, DOOR_FEE, PRICE, SKU, buy, guest, request_for, sent, stock_left

QUIET = timedelta(0)


async def orders_of(shop: Shop) -> int:
    return await shop.repository(OrderRepository).count({})


async def test_a_guest_buys_and_pays_at_the_door(shop: Shop):
    owner = await guest(shop, {SKU: 2})
    placed = await buy(shop, owner)
    order = placed.order
    assert placed.next_action.type == "none"
    assert (order.status, order.payment_status) == (OrderStatus.CONFIRMED, PaymentStatus.PENDING_COD)
    assert order.grand_total == 2 * PRICE + DELIVERY + DOOR_FEE == order.priced["totals"]["grand_total"]
    assert order.priced["trace"][-1]["output"] == order.grand_total
    assert [(line.sku, line.quantity, line.total) for line in order.lines] == [(SKU, 2, 2 * PRICE)]
    assert await shop.repository(OrderRepository).get(order.id) == order
    assert await stock_left(shop) == (100, 2)
    assert await check(shop, quiet_for=QUIET) == []
    cart = await shop.repository(CartRepository).get(owner.cart_id or "")
    assert (cart.status, cart.order_id) == (CartStatus.PLACED, order.id)
    await deliver_all(shop)
    assert [letter["template"] for letter in await sent(shop)] == ["order_confirmed"]


async def test_the_next_item_starts_a_new_cart(shop: Shop):
    owner = await guest(shop)
    await buy(shop, owner)
    assert (await carts.load(shop, owner)).cart.lines == ()
    added = await carts.add_item(shop, owner, SKU, 1)
    assert added.cart.id != owner.cart_id


async def test_the_same_key_and_body_give_the_same_order_again(shop: Shop):
    owner = await guest(shop)
    request = await request_for(shop, owner)
    first = await place_order(shop, owner, request, key="k-1")
    again = [await place_order(shop, owner, request, key="k-1") for _ in range(2)]
    assert [placed.order for placed in again] == [first.order, first.order]
    assert await orders_of(shop) == 1
    assert await stock_left(shop) == (100, 1)


async def test_the_same_key_with_another_body_is_refused(shop: Shop):
    owner = await guest(shop)
    request = await request_for(shop, owner)
    await place_order(shop, owner, request, key="k-1")
    with pytest.raises(IdempotencyMismatch) as caught:
        await place_order(shop, owner, replace(request, email="other@example.in"), key="k-1")
    assert caught.value.code == "idempotency_mismatch"
    assert caught.value.hint
    assert await orders_of(shop) == 1


async def test_a_placed_cart_is_answered_with_its_order_whatever_the_key(shop: Shop):
    owner = await guest(shop)
    request = await request_for(shop, owner)
    first = await place_order(shop, owner, request, key="tab-1")
    for key in ("tab-2", ""):
        assert (await place_order(shop, owner, request, key=key)).order == first.order
    assert await orders_of(shop) == 1


async def test_a_customers_key_is_answered_though_a_new_cart_lies_open(shop: Shop):
    owner = Owner(customer_id="customer-1")
    await carts.add_item(shop, owner, SKU, 1)
    request = await request_for(shop, owner)
    first = await place_order(shop, owner, request, key="k-1")
    await carts.add_item(shop, owner, SKU, 3)
    assert (await place_order(shop, owner, request, key="k-1")).order == first.order
    second = await buy(shop, owner, key="k-2")
    assert second.order.quantities() == {SKU: 3}
    assert second.order.cart_id != first.order.cart_id
    assert await stock_left(shop) == (100, 4)


async def test_two_tabs_place_one_cart_once(shop: Shop):
    owner = await guest(shop)
    request = await request_for(shop, owner)

    async def tab(key: str) -> str:
        while True:
            try:
                return (await place_order(shop, owner, request, key=key)).order.id
            except InProgress:
                continue

    ids = await asyncio.gather(*(tab(f"tab-{n}") for n in range(6)))
    assert len(set(ids)) == 1
    assert await orders_of(shop) == 1
    assert await stock_left(shop) == (100, 1)
    assert await check(shop, quiet_for=QUIET) == []


async def test_one_key_in_parallel_places_once(shop: Shop):
    owner = await guest(shop)
    request = await request_for(shop, owner)
    answers = await asyncio.gather(
        *(place_order(shop, owner, request, key="k") for _ in range(6)), return_exceptions=True
    )
    ids = {answer.order.id for answer in answers if not isinstance(answer, BaseException)}
    assert len(ids) == 1
    assert all(isinstance(answer, InProgress) for answer in answers if isinstance(answer, BaseException))
    assert await orders_of(shop) == 1
    assert await stock_left(shop) == (100, 1)


async def test_another_total_than_the_agreed_one_is_refused_with_the_new_quote(shop: Shop):
    owner = await guest(shop)
    request = await request_for(shop, owner)
    with pytest.raises(CartChanged) as caught:
        await place_order(shop, owner, replace(request, expected_total=request.expected_total - 1), key="k")
    assert caught.value.quote.total == request.expected_total
    assert await orders_of(shop) == 0
    assert await claims_of(shop).collection.count_documents({}) == 0
    assert (await place_order(shop, owner, request, key="k")).order.grand_total == request.expected_total


async def test_a_cart_that_changed_after_the_quote_is_refused(shop: Shop):
    owner = await guest(shop)
    request = await request_for(shop, owner)
    await carts.add_item(shop, owner, SKU, 1)
    with pytest.raises(CartChanged):
        await place_order(shop, owner, request)


async def test_too_little_stock_says_what_is_left(shop: Shop):
    owner = await guest(shop, {SKU: 3})
    request = await request_for(shop, owner)
    await adjust(shop, SKU, -98, "counted", "staff-1")
    with pytest.raises(OutOfStock) as caught:
        await place_order(shop, owner, request)
    assert caught.value.left == {SKU: 2}
    assert await stock_left(shop) == (2, 0)


async def test_an_empty_or_unknown_cart_is_refused(shop: Shop):
    owner = await guest(shop)
    request = await request_for(shop, owner)
    for nobody in (Owner(), Owner(cart_id="01ARZ3NDEKTSV4RRFFQ69G5FAV"), Owner(customer_id="nobody")):
        with pytest.raises(Invalid) as caught:
            await place_order(shop, nobody, request)
        assert caught.value.code == "cart_empty"
    line = (await carts.load(shop, owner)).cart.lines[0]
    await carts.remove_item(shop, owner, line.id)
    with pytest.raises(Invalid) as caught:
        await place_order(shop, owner, request)
    assert caught.value.code == "cart_empty"


async def test_anothers_cart_cannot_be_placed_by_its_id(shop: Shop):
    owner = Owner(customer_id="customer-1")
    cart = (await carts.add_item(shop, owner, SKU, 1)).cart
    request = await request_for(shop, owner)
    with pytest.raises(Invalid):
        await place_order(shop, Owner(cart_id=cart.id), request)


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("shipping_method", {"shipping_method": "delivery:balloon"}),
        ("shipping_method", {"shipping_method": ""}),
        ("payment_method", {"payment_method": "shells"}),
        ("payment_method", {"payment_method": ""}),
        ("payment_method", {"shipping_method": "delivery:express"}),
    ],
)
async def test_methods_that_are_not_offered_are_refused_by_name(shop: Shop, field: str, changes: dict[str, str]):
    owner = await guest(shop)
    request = await request_for(shop, owner)
    with pytest.raises(Invalid) as caught:
        await place_order(shop, owner, replace(request, **changes))
    assert [error.field for error in caught.value.errors] == [field]
    assert await orders_of(shop) == 0


async def test_whoever_asked_may_go_away_and_the_order_is_finished(shop: Shop):
    owner = await guest(shop)
    request = await request_for(shop, owner)
    asking = asyncio.create_task(place_order(shop, owner, request, key="k"))

    async def leave(command: Command) -> Any:
        if command.collection == "orders" and command.name in WRITES:
            asking.cancel()
        return await command.run()

    with at_the_database(leave), pytest.raises(asyncio.CancelledError):
        await asking
    async with asyncio.timeout(30):
        while not await orders_of(shop):
            continue
    assert await check(shop, quiet_for=QUIET) == []


async def test_a_dead_placement_is_in_progress_for_its_lease_and_then_ended(shop: Shop, clock: FixedClock):
    owner = await guest(shop)
    request = await request_for(shop, owner)
    first = await place_order(shop, owner, request, key="k")
    # As if the process had died just before it stored the order.
    await shop.repository(OrderRepository).delete(first.order.id)
    for key in ("k", "another-tab"):
        with pytest.raises(InProgress) as caught:
            await place_order(shop, owner, request, key=key)
        assert caught.value.hint
    clock.forward(LEASE)
    second = await place_order(shop, owner, request, key="k")
    assert second.order.id != first.order.id
    assert await shop.repository(OrderRepository).is_void(first.order.id)
    assert await stock_left(shop) == (100, 1)
    assert await check(shop, quiet_for=QUIET) == []
