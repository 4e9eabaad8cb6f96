"""Orders whose money does not come are ended, once, and whoever pays at that moment wins."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from spoeq_core.checkout.expiry import expire_unpaid
from spoeq_core.checkout.invariants import check
from spoeq_core.kernel.clock import FixedClock, to_milliseconds
from spoeq_core.orders.documents import OrderRepository
from spoeq_core.orders.model import REFUND_DUE, Order, OrderStatus
from spoeq_core.orders.service import settle
from spoeq_core.payments.model import ActionNeeded, PaymentOutcome, Pending, Settled
from spoeq_core.shop import Shop
from spoeq_core.testing.shops import deliver_all, shop_with
from tests.shopping import Gateway, buy, delivery, door, guest, online, stock_left, stock_up

WAIT = timedelta(minutes=31)
QUIET = timedelta(0)


@dataclass
class Closing(Gateway):
    """A gateway that closes its sessions as a test wants."""

    closes: PaymentOutcome | Exception | None = None
    closed: list[str] = field(default_factory=list)
    working: set[str] = field(default_factory=set)

    async def expire(self, shop: Shop, order: Order) -> PaymentOutcome | None:
        """What the test wants."""
        del shop
        self.closed.append(order.id)
        if isinstance(self.closes, Exception):
            raise self.closes
        return Pending() if order.id in self.working else self.closes


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(to_milliseconds(datetime.now(UTC)))


@pytest.fixture
def gateway() -> Closing:
    return Closing(outcome=ActionNeeded("redirect", url="https://pay.example"))


@pytest.fixture
async def shop(servers: tuple[str, str], tmp_path: Path, clock: FixedClock, gateway: Closing) -> AsyncIterator[Shop]:
    plugins = delivery(), door(), online(gateway)
    async with shop_with(*plugins, servers=servers, data_dir=tmp_path, clock=clock) as opened:
        await stock_up(opened, {"KURTA": 10})
        yield opened


async def waiting(shop: Shop, pay: str = "gateway") -> Order:
    return (await buy(shop, await guest(shop, {"KURTA": 2}), pay=pay)).order


async def now(shop: Shop, order: Order) -> Order:
    await deliver_all(shop)
    assert await check(shop, quiet_for=QUIET, looks=1) == []
    return await shop.repository(OrderRepository).get(order.id)


async def test_what_is_not_paid_in_time_gives_its_stock_back(shop: Shop, clock: FixedClock, gateway: Closing):
    order, door_order = await waiting(shop), await waiting(shop, "door")
    assert await expire_unpaid(shop) == 0
    assert (await now(shop, order)).status is OrderStatus.PENDING_PAYMENT
    clock.forward(WAIT)
    young = await waiting(shop)
    assert await expire_unpaid(shop) == 1
    assert await expire_unpaid(shop) == 0
    assert gateway.closed == [order.id]
    ended = await now(shop, order)
    assert (ended.status, ended.timeline[-1].note) == (OrderStatus.CANCELLED, "It was not paid in time.")
    assert (await now(shop, door_order)).status is OrderStatus.CONFIRMED
    assert (await now(shop, young)).status is OrderStatus.PENDING_PAYMENT
    assert await stock_left(shop, "KURTA") == (10, 4)


async def test_money_that_the_provider_holds_confirms_the_order(shop: Shop, clock: FixedClock, gateway: Closing):
    order = await waiting(shop)
    clock.forward(WAIT)
    gateway.closes = Settled("p1", order.grand_total, "INR")
    assert await expire_unpaid(shop) == 0
    assert (await now(shop, order)).status is OrderStatus.CONFIRMED


@pytest.mark.parametrize("answer", [Pending(), TimeoutError("the provider did not answer")], ids=["busy", "down"])
async def test_what_the_provider_has_not_closed_waits(
    shop: Shop, clock: FixedClock, gateway: Closing, answer: PaymentOutcome | Exception
):
    order, gateway.closes = await waiting(shop), answer
    clock.forward(WAIT)
    assert await expire_unpaid(shop) == 0
    assert (await now(shop, order)).status is OrderStatus.PENDING_PAYMENT
    gateway.closes = None
    assert await expire_unpaid(shop) == 1


async def test_orders_that_a_provider_works_on_keep_no_others_waiting(
    shop: Shop, clock: FixedClock, gateway: Closing, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("spoeq_core.checkout.expiry.AT_ONCE", 1)
    first, second, third = [await waiting(shop) for _ in range(3)]
    gateway.working = {first.id, second.id}
    clock.forward(WAIT)
    assert await expire_unpaid(shop) == 1
    assert (await now(shop, first)).status is OrderStatus.PENDING_PAYMENT
    assert (await now(shop, third)).status is OrderStatus.CANCELLED
    assert await stock_left(shop, "KURTA") == (10, 4)


async def test_of_expiry_and_payment_one_wins_and_no_money_is_lost(shop: Shop, clock: FixedClock):
    orders = [await waiting(shop) for _ in range(4)]
    clock.forward(WAIT)
    money = [settle(shop, "gateway", it.id, Settled(f"p{it.id}", it.grand_total, "INR")) for it in orders]
    await asyncio.gather(expire_unpaid(shop), expire_unpaid(shop), *money)
    for order in orders:
        after = await now(shop, order)
        if after.status is OrderStatus.CANCELLED:
            assert REFUND_DUE in after.flags
            assert [it.accepted for it in after.payments] == [False]
        else:
            assert (after.status, after.due) == (OrderStatus.CONFIRMED, 0)
