"""Online payments: begun after the order is stored, settled once, whatever the provider answers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from spoeq_core.checkout.invariants import check
from spoeq_core.checkout.service import pay, place_order
from spoeq_core.kernel.errors import Conflict
from spoeq_core.orders.model import OrderStatus
from spoeq_core.orders.service import settle
from spoeq_core.payments.model import ActionNeeded, Failed, PaymentStatus, Pending, Settled
from spoeq_core.shop import Shop
from spoeq_core.testing.shops import deliver_all, shop_with
from tests.shopping import Gateway, buy, delivery, guest, letters, online, request_for, sent, stock_up


@pytest.fixture
def gateway() -> Gateway:
    return Gateway()


@pytest.fixture
async def shop(servers: tuple[str, str], tmp_path: Path, gateway: Gateway) -> AsyncIterator[Shop]:
    async with shop_with(delivery(), online(gateway), letters(), servers=servers, data_dir=tmp_path) as opened:
        await stock_up(opened)
        yield opened


async def test_an_order_waits_for_its_money(shop: Shop, gateway: Gateway):
    gateway.outcome = ActionNeeded("redirect", url="https://pay.example/1", reference="ref-1")
    placed = await buy(shop, await guest(shop), pay="gateway")
    order = placed.order
    assert (order.status, order.payment_status) == (OrderStatus.PENDING_PAYMENT, PaymentStatus.PENDING)
    assert (placed.next_action.type, placed.next_action.url) == ("redirect", "https://pay.example/1")
    assert order.payment.reference == "ref-1"
    await deliver_all(shop)
    assert await sent(shop) == [], "nothing is confirmed before it is paid"
    paid = await settle(shop, "gateway", order.id, Settled("pay-1", order.grand_total, "INR"))
    assert (paid.status, paid.payment_status, paid.paid) == (
        OrderStatus.CONFIRMED,
        PaymentStatus.PAID,
        order.grand_total,
    )
    await deliver_all(shop)
    assert [letter["template"] for letter in await sent(shop)] == ["order_confirmed"]
    assert await check(shop) == []


async def test_a_replay_asks_the_provider_again_for_the_next_step(shop: Shop, gateway: Gateway):
    gateway.outcome = ActionNeeded("client", data={"token": "t"}, reference="ref-1")
    owner = await guest(shop)
    request = await request_for(shop, owner, pay="gateway")
    first = await place_order(shop, owner, request, key="k")
    again = await place_order(shop, owner, request, key="k")
    assert again.next_action == first.next_action
    assert gateway.started == [first.order.id] * 2


async def test_money_that_is_there_at_once_confirms_the_order(shop: Shop, gateway: Gateway):
    owner = await guest(shop)
    request = await request_for(shop, owner, pay="gateway")
    gateway.outcome = Settled("pay-1", request.expected_total, "INR")
    placed = await place_order(shop, owner, request)
    assert (placed.order.status, placed.order.paid) == (OrderStatus.CONFIRMED, request.expected_total)
    with pytest.raises(Conflict) as caught:
        await pay(shop, placed.order)
    assert caught.value.code == "not_payable"


async def test_a_failed_payment_can_be_tried_again(shop: Shop, gateway: Gateway):
    gateway.outcome = Failed("The card was declined.")
    order = (await buy(shop, await guest(shop), pay="gateway")).order
    assert (order.status, order.payment_status) == (OrderStatus.PENDING_PAYMENT, PaymentStatus.FAILED)
    gateway.outcome = ActionNeeded("redirect", url="https://pay.example/2", reference="ref-2")
    again = await pay(shop, order)
    assert (again.order.payment_status, again.next_action.url) == (PaymentStatus.PENDING, "https://pay.example/2")


async def test_a_provider_that_is_down_leaves_an_order_that_can_be_paid_later(shop: Shop, gateway: Gateway):
    gateway.outcome = ConnectionError("no route")
    placed = await buy(shop, await guest(shop), pay="gateway")
    assert (placed.order.status, placed.next_action.type) == (OrderStatus.PENDING_PAYMENT, "none")
    gateway.outcome = Pending("ref-1")
    assert (await pay(shop, placed.order)).order.payment.reference == "ref-1"
