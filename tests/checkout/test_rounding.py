"""A shop that rounds to cash: which totals are rounded, what is placed and charged, and what comes of it later."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from spoeq_core.checkout.invariants import check
from spoeq_core.checkout.model import Choices
from spoeq_core.checkout.service import pay, quote
from spoeq_core.kernel.errors import Conflict
from spoeq_core.kernel.ids import new_id
from spoeq_core.orders import service as orders
from spoeq_core.orders.editing import edit_order
from spoeq_core.orders.model import Order, OrderEdit, OrderStatus
from spoeq_core.orders.service import Parcel, RefundWish
from spoeq_core.orders.shape import order_totals
from spoeq_core.payments.model import ActionNeeded, PaymentStatus, Settled
from spoeq_core.plugins.lifecycle import save_settings
from spoeq_core.shop import Shop
from spoeq_core.testing.shops import deliver_all, shop_with
from tests.shopping import (
    ADDRESS,
    DELIVERY,
    DOOR_FEE,
    SKU,
    Gateway,
    buy,
    delivery,
    door,
    guest,
    letters as mails,
    online,
    sent,
    stock_up,
)

PRICE = 99_930
EXACT = PRICE + DELIVERY
AT_THE_DOOR = EXACT + DOOR_FEE


@pytest.fixture
def gateway() -> Gateway:
    return Gateway(outcome=ActionNeeded("redirect", url="https://pay.example"))


@pytest.fixture
async def shop(servers: tuple[str, str], tmp_path: Path, gateway: Gateway) -> AsyncIterator[Shop]:
    plugins = delivery(), door(), online(gateway), mails()
    async with shop_with(*plugins, servers=servers, data_dir=tmp_path) as opened:
        await stock_up(opened, price=PRICE)
        yield opened


async def rounds(shop: Shop, mode: str, step: int = 100) -> None:
    await save_settings(shop, "core", {"cash_rounding": mode, "cash_step": step})


async def total(shop: Shop, pay: str = "", address: bool = True) -> tuple[int, int]:
    choices = Choices(ADDRESS, "delivery:standard", pay) if address else Choices()
    found = (await quote(shop, await guest(shop), choices)).priced.totals
    return found.grand_total, found.rounding


async def test_a_shop_rounds_nothing_unless_it_says_so(shop: Shop):
    assert await total(shop, "door") == (AT_THE_DOOR, 0)
    assert await total(shop, "gateway") == (EXACT, 0)


async def test_cash_payments_only_are_rounded_with_the_fee_for_them(shop: Shop):
    await rounds(shop, "cash_payments")
    assert await total(shop, address=False) == (PRICE, 0)
    assert await total(shop) == (EXACT, 0)
    assert await total(shop, "gateway") == (EXACT, 0)
    assert await total(shop, "door") == (AT_THE_DOOR - 30, -30)


async def test_every_total_is_rounded_where_the_shop_says_so(shop: Shop):
    await rounds(shop, "all_orders", 500)
    assert await total(shop, address=False) == (100_000, 70)
    assert await total(shop, "gateway") == (105_000, 170)
    assert await total(shop, "door") == (107_500, -230)


async def test_the_buyer_pays_the_rounded_total_and_the_order_says_why(shop: Shop):
    await rounds(shop, "cash_payments")
    placed = (await buy(shop, await guest(shop))).order
    assert placed.due == placed.grand_total == AT_THE_DOOR - 30
    assert order_totals(placed)["rounding"] == {"amount": -30, "currency": "INR"}
    said = [step for step in placed.priced["trace"] if step["rule"] == "rounding"]
    assert [(step["input"], step["output"]) for step in said] == [(AT_THE_DOOR, AT_THE_DOOR - 30)]
    await orders.add_shipment(shop, placed.id, Parcel({}), actor="Ravi")
    paid = await orders.change_status(shop, placed.id, OrderStatus.DELIVERED, actor="Ravi")
    assert (paid.paid, paid.payment_status) == (AT_THE_DOOR - 30, PaymentStatus.PAID)
    await deliver_all(shop)
    assert await check(shop, quiet_for=timedelta(0), looks=1) == []
    (letter,) = [it for it in await sent(shop) if it["template"] == "order_confirmed"]
    assert "Rounding: \N{MINUS SIGN}₹0.30" in letter["text"]
    assert "Rounding" in letter["html"]


async def test_the_gateway_is_asked_for_the_rounded_total(shop: Shop, gateway: Gateway):
    await rounds(shop, "all_orders")
    placed = (await buy(shop, await guest(shop), pay="gateway")).order
    assert placed.due == EXACT - 30
    assert gateway.started == [placed.id]
    settled = await orders.settle(shop, "gateway", placed.id, Settled("p", EXACT - 30, "INR"))
    assert (settled.payment_status, settled.flags) == (PaymentStatus.PAID, ())


async def paid_for(shop: Shop, pieces: int) -> Order:
    placed = (await buy(shop, await guest(shop, {SKU: pieces}), pay="gateway")).order
    return await orders.settle(shop, "gateway", placed.id, Settled(new_id(), placed.due, "INR"))


async def test_a_changed_order_is_rounded_as_it_was_agreed_whatever_the_shop_says_now(shop: Shop):
    await rounds(shop, "all_orders")
    order = await paid_for(shop, 3)
    assert order.grand_total == 3 * PRICE + DELIVERY + 10
    await rounds(shop, "all_orders", 1000)
    two = await edit_order(
        shop, order.id, OrderEdit("one less", {order.lines[0].id: 2}), change_id=new_id(), actor="Meera"
    )
    assert (two.grand_total, two.priced["totals"]["rounding"]) == (2 * PRICE + DELIVERY + 40, 40)
    back = await orders.refund(shop, order.id, RefundWish("one less"), actor="Meera")
    assert back.refunded == order.grand_total - two.grand_total
    assert (back.payment_status, back.flags) == (PaymentStatus.PAID, ())
    rest = await orders.refund(shop, order.id, RefundWish("all of it", back.paid - back.refunded), actor="Meera")
    assert (rest.refunded, rest.payment_status) == (rest.paid, PaymentStatus.REFUNDED)


async def test_what_was_rounded_goes_back_with_the_last_piece(shop: Shop):
    await rounds(shop, "all_orders")
    order = await paid_for(shop, 2)
    line = order.lines[0].id
    for amount in (PRICE, PRICE + 40):
        wish = RefundWish("torn", items={line: 1})
        before, order = order.refunded, await orders.refund(shop, order.id, wish, actor="Meera")
        assert order.refunded - before == amount
    assert order.paid - order.refunded == DELIVERY


async def test_what_rounding_makes_free_is_not_asked_for(shop: Shop, gateway: Gateway):
    await rounds(shop, "all_orders", 1_000_000)
    placed = (await buy(shop, await guest(shop), pay="gateway")).order
    assert (placed.grand_total, placed.priced["totals"]["rounding"]) == (0, -EXACT)
    assert (placed.status, placed.payment_status) == (OrderStatus.CONFIRMED, PaymentStatus.PAID)
    with pytest.raises(Conflict, match="nothing is to be paid"):
        await pay(shop, placed)
    assert gateway.started == []
