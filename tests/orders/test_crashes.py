"""A death at each write of cancelling and giving back, found by counting; then what runs by itself: nothing lost."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta

import pytest

from spoeq_core.checkout.invariants import check
from spoeq_core.kernel.clock import FixedClock
from spoeq_core.kernel.errors import SpoeqError
from spoeq_core.kernel.ids import new_id
from spoeq_core.orders import service
from spoeq_core.orders.documents import OrderRepository
from spoeq_core.orders.model import REFUND_DUE, Order, OrderStatus
from spoeq_core.orders.service import RefundWish
from spoeq_core.payments.model import PaymentStatus, Settled
from spoeq_core.shop import Shop
from spoeq_core.testing.faults import Fault, Killed, failing
from spoeq_core.testing.shops import deliver_all, relay_of
from tests.shopping import stock_left

Place = Callable[..., Awaitable[Order]]
QUIET = timedelta(0)


async def told_and_sound(shop: Shop, clock: FixedClock) -> None:
    clock.forward(timedelta(hours=1))
    await deliver_all(shop)
    assert await check(shop, quiet_for=QUIET, looks=1) == []


async def until_it_ends(shop: Shop, act: Callable[[], Awaitable[object]], at: int, *, applied: bool) -> Fault:
    """The deed and its events, and a death at that write."""
    fault = Fault(at, applied, deadly=True)
    with failing(fault), suppress(Killed, SpoeqError):
        await act()
        await relay_of(shop).sweep(["orders"], older_than=timedelta(days=-1))
    return fault


@pytest.mark.parametrize("applied", [True, False], ids=["after", "before"])
async def test_a_death_at_each_write_of_cancelling_gives_all_back_once(
    shop: Shop, place: Place, clock: FixedClock, applied: bool
):
    at, struck = 0, True
    while struck:
        at += 1
        order = await place(KURTA=2, DIYA=1)

        async def cancel(order_id: str = order.id) -> None:
            await service.cancel(shop, order_id, actor="Meera")

        struck = (await until_it_ends(shop, cancel, at, applied=applied)).struck
        with suppress(SpoeqError):
            await cancel()
        await told_and_sound(shop, clock)
        assert (await stock_left(shop, "KURTA"), await stock_left(shop, "DIYA")) == ((10, 0), (10, 0)), at
    assert at > 3, "it came to several writes"


@pytest.mark.parametrize("applied", [True, False], ids=["after", "before"])
async def test_a_death_at_each_write_of_giving_back_closes_the_ledger_once(
    shop: Shop, place: Place, clock: FixedClock, applied: bool
):
    at, struck = 0, True
    while struck:
        at += 1
        order = await place(pay="gateway", KURTA=2)
        await service.settle(shop, "gateway", order.id, Settled(new_id(), order.due, "INR"))
        for status in (OrderStatus.SHIPPED, OrderStatus.DELIVERED):
            await service.change_status(shop, order.id, status, actor="Meera")
        await deliver_all(shop)
        before, _ = await stock_left(shop, "KURTA")
        wish, key = RefundWish("Torn", items={order.lines[0].id: 1}, restock=True), new_id()

        async def give_back(order_id: str = order.id, wish: RefundWish = wish, key: str = key) -> None:
            await service.refund(shop, order_id, wish, actor="Meera", refund_id=key)

        struck = (await until_it_ends(shop, give_back, at, applied=applied)).struck
        await give_back()
        await told_and_sound(shop, clock)
        now = await shop.repository(OrderRepository).get(order.id)
        assert (now.refunded, len(now.refunds)) == (order.lines[0].unit_price, 1), at
        assert await stock_left(shop, "KURTA") == (before + 1, 0), at
    assert at > 2, "it came to several writes"


async def test_cancel_against_pay_loses_no_money(shop: Shop, place: Place):
    for _ in range(4):
        order = await place(pay="gateway", KURTA=1)
        money = Settled(new_id(), order.grand_total, "INR")
        await asyncio.gather(
            service.cancel(shop, order.id, actor="shopper", by_shopper=True),
            *(service.settle(shop, "gateway", order.id, money) for _ in range(2)),
        )
        await deliver_all(shop)
        now = await shop.repository(OrderRepository).get(order.id)
        assert now.status is OrderStatus.CANCELLED
        assert REFUND_DUE in now.flags
        assert len(now.payments) == 1
        assert (now.payment_status is PaymentStatus.PAID) == now.payments[0].accepted
        assert (await stock_left(shop, "KURTA"))[1] == 0
    assert await check(shop, quiet_for=QUIET, looks=1) == []
