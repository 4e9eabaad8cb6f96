"""What is told of each step, by name: plugins go by it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from spoeq_core.catalog.events import BrandUpdated, ProductDeleted
from spoeq_core.catalog.service import create_brand, delete_product, update_brand
from spoeq_core.identity.events import PasswordChanged
from spoeq_core.identity.service import register_customer
from spoeq_core.identity.service.accounts import change_password
from spoeq_core.kernel.events import Event
from spoeq_core.kernel.ids import new_id
from spoeq_core.orders.editing import edit_order
from spoeq_core.orders.events import (
    OrderCancelled,
    OrderDelivered,
    OrderEdited,
    OrderPlaced,
    OrderRefunded,
    OrderShipped,
    RefundRequested,
    ReturnAnswered,
    ReturnInspected,
    ReturnReceived,
    ReturnRequested,
)
from spoeq_core.orders.model import Order, OrderStatus
from spoeq_core.orders.model.editing import OrderEdit
from spoeq_core.orders.service import (
    Parcel,
    RefundWish,
    add_shipment,
    answer_return,
    cancel,
    change_status,
    inspect_return,
    receive_return,
    refund,
    request_return,
    settle,
)
from spoeq_core.payments.model import Pending, RefundOutcome, Settled
from spoeq_core.shop import Shop
from spoeq_core.testing.goods import put_on_sale
from spoeq_core.testing.shops import shop_with
from tests.shopping import Gateway, buy, delivery, guest, online, stock_up

Place = Callable[..., Awaitable[Order]]


def listening(shop: Shop) -> list[str]:
    """Names of the events in the order in which they are stored from now on."""
    found: list[str] = []

    async def wake(_collection: str, _key: str, pending: list[dict[str, Any]]) -> None:
        found.extend(each["type"] for each in pending)

    shop.outbox.wake = wake
    return found


@pytest.fixture
def told(shop: Shop) -> list[str]:
    return listening(shop)


def names(*events: type[Event]) -> list[str]:
    return [event.__name__ for event in events]


async def test_a_return_is_told_of_step_by_step(shop: Shop, place: Place, told: list[str]):
    order = await place()
    await add_shipment(shop, order.id, Parcel(), actor="staff")
    await change_status(shop, order.id, OrderStatus.DELIVERED, actor="staff")
    line = order.lines[0].id
    back = (await request_return(shop, order.id, {line: 1}, "Too large", actor="shopper")).returns[0].id
    await answer_return(shop, order.id, back, approve=True, actor="staff")
    await receive_return(shop, order.id, back, {line: 1}, actor="staff")
    await inspect_return(shop, order.id, back, {line: 1}, actor="staff")
    steps = names(ReturnRequested, ReturnAnswered, ReturnReceived, ReturnInspected)
    assert [name for name in told if name in steps] == steps


async def test_an_order_that_goes_its_way_and_partly_comes_back(shop: Shop, place: Place, told: list[str]):
    order = await place()
    await add_shipment(shop, order.id, Parcel(), actor="staff")
    await change_status(shop, order.id, OrderStatus.DELIVERED, actor="staff")
    await request_return(shop, order.id, {order.lines[0].id: 1}, "Too large", actor="shopper")
    await refund(shop, order.id, RefundWish(amount=100, reason="Scratched"), actor="staff")
    of_order = [
        name
        for name in told
        if name in names(OrderPlaced, OrderShipped, OrderDelivered, ReturnRequested, OrderRefunded)
    ]
    assert of_order == names(OrderPlaced, OrderShipped, OrderDelivered, ReturnRequested, OrderRefunded)


async def test_an_order_that_is_cancelled(shop: Shop, place: Place, told: list[str]):
    order = await place()
    await cancel(shop, order.id, actor="staff")
    assert told[-1:] == names(OrderCancelled)


async def test_a_brand_that_is_renamed_and_a_product_that_is_removed(shop: Shop, told: list[str]):
    brand = await create_brand(shop, {"name": "Neel", "slug": "neel"})
    told.clear()
    await update_brand(shop, brand.id, {"name": "Neel & Sons"})
    assert names(BrandUpdated)[0] in told
    product = await put_on_sale(shop, "DIYA-2", price=100)
    told.clear()
    await delete_product(shop, product.id)
    assert names(ProductDeleted)[0] in told


async def test_an_order_that_is_changed(shop: Shop, place: Place, told: list[str]):
    order = await place()
    edit = OrderEdit("One less", {order.lines[0].id: 1})
    await edit_order(shop, order.id, edit, change_id=new_id(), actor="staff")
    assert told[-1:] == names(OrderEdited)


@dataclass
class Bank(Gateway):
    """A gateway that gives money back, later."""

    async def refund(self, shop: Shop, order: Order, amount: int, key: str) -> RefundOutcome:
        del shop, order, amount, key
        return Pending()


async def test_money_that_a_provider_is_asked_to_give_back(servers: tuple[str, str], tmp_path: Path):
    async with shop_with(delivery(), online(Bank()), servers=servers, data_dir=tmp_path) as shop:
        await stock_up(shop)
        order = (await buy(shop, await guest(shop), pay="gateway")).order
        await settle(shop, "gateway", order.id, Settled("pay-1", order.due, "INR"))
        found = listening(shop)
        await refund(shop, order.id, RefundWish(amount=100, reason="Scratched"), actor="staff")
        assert found == names(RefundRequested), "and OrderRefunded once the provider has given it"


async def test_a_password_that_is_changed(shop: Shop, told: list[str]):
    customer = await register_customer(shop, email="asha@example.in", password="neem leaves at dawn", name="Asha")
    await change_password(shop, customer, current="neem leaves at dawn", new="tamarind after rain")
    assert told[-1:] == names(PasswordChanged)
