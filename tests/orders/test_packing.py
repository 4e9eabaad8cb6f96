"""Parcels against stock: goods that have not come are not sent, no piece is sent twice, a death loses nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from spoeq_core.catalog import service as catalog
from spoeq_core.catalog.model import StockPolicy
from spoeq_core.checkout.invariants import check
from spoeq_core.checkout.model import Choices
from spoeq_core.checkout.reconcile import OLD_ENOUGH, heal
from spoeq_core.checkout.service import quote
from spoeq_core.inventory import service as inventory
from spoeq_core.inventory.model import NoGoods, OutOfStock
from spoeq_core.kernel.clock import FixedClock
from spoeq_core.kernel.errors import Invalid, StaleAggregate
from spoeq_core.kernel.ids import new_id
from spoeq_core.orders import service as orders
from spoeq_core.orders.claims import claims_of
from spoeq_core.orders.documents import OrderRepository
from spoeq_core.orders.model import Order, OrderStatus
from spoeq_core.orders.packing import PARCEL
from spoeq_core.orders.service import Parcel, RefundWish
from spoeq_core.orders.shape import order_shape
from spoeq_core.shipping.model import ShippingOption
from spoeq_core.shop import Shop
from spoeq_core.testing.faults import Fault, Killed, failing
from spoeq_core.testing.shops import deliver_all, relay_of, shop_with
from tests.shopping import ADDRESS, door, guest, plugin, stock_left, stock_up

Place = Callable[..., Awaitable[Order]]
QUIET = timedelta(0)
STAFF = "Meera"


async def backordered(shop: Shop, slug: str, limit: int, days: int = 7) -> None:
    """Let a product of one variant be ordered beyond its stock."""
    product = await catalog.product_by_id_or_slug(shop, slug)
    policy = {"stock_policy": StockPolicy.BACKORDER, "backorder_limit": limit, "ships_in_days": days}
    variants = tuple(replace(variant, **policy) for variant in product.variants)  # type: ignore[arg-type]
    await inventory.ensure_stock(shop, await catalog.update_product(shop, product.id, {"variants": variants}))


async def open_parcels(shop: Shop) -> int:
    found: int = await claims_of(shop).collection.count_documents({"kind": PARCEL})
    return found


async def sound(shop: Shop) -> None:
    await deliver_all(shop)
    assert await check(shop, quiet_for=QUIET, looks=1) == []
    assert await open_parcels(shop) == 0


async def test_an_order_says_what_has_yet_to_come_and_is_packed_as_it_comes(
    shop: Shop, place: Place, clock: FixedClock
):
    await backordered(shop, "kurta-kurta", 5)
    order = await place(KURTA=12, DIYA=1)
    (kurta, diya) = order.lines
    assert (kurta.backordered, kurta.ships_in_days, diya.backordered) == (2, 7, 0)
    (shown, other) = order_shape(order)["items"]
    assert (shown["backordered"], other["backordered"], other["ships_by"]) == (2, 0, None)
    assert shown["ships_by"] == (clock.now() + timedelta(days=7)).date().isoformat()
    with pytest.raises(OutOfStock) as refused:
        await place(KURTA=4)
    assert refused.value.left == {"KURTA": 3}
    with pytest.raises(NoGoods):
        await orders.change_status(shop, order.id, OrderStatus.SHIPPED, actor=STAFF)
    assert await orders.order_for(shop, order.id, staff=True) == order
    assert await stock_left(shop, "DIYA") == (10, 1)
    part = await orders.add_shipment(shop, order.id, Parcel({kurta.id: 10, diya.id: 1}), actor=STAFF)
    assert order_shape(part)["items"][0]["backordered"] == 2
    assert await inventory.waiting_for(shop, order.id, order.promised()) == {"KURTA": 2}
    await inventory.adjust(shop, "KURTA", 2, "goods received", STAFF)
    whole = await orders.add_shipment(shop, order.id, Parcel(), actor=STAFF)
    assert whole.status is OrderStatus.SHIPPED
    assert order_shape(whole)["items"][0]["backordered"] == 0
    assert await stock_left(shop, "KURTA") == (0, 0)
    await sound(shop)


async def test_two_packers_of_the_last_piece_send_it_once(shop: Shop, place: Place):
    await backordered(shop, "kurta-kurta", 5)
    waiting = [await place(KURTA=6), await place(KURTA=6)]
    done = await asyncio.gather(
        *(orders.add_shipment(shop, order.id, Parcel(), actor=STAFF) for order in waiting), return_exceptions=True
    )
    assert sorted(type(result).__name__ for result in done) == ["NoGoods", "Order"]
    assert await stock_left(shop, "KURTA") == (4, 6)
    await sound(shop)


async def test_packing_against_counting_down_sends_only_what_is_there(shop: Shop, place: Place):
    await backordered(shop, "kurta-kurta", 50)
    waiting = [await place(KURTA=4) for _ in range(4)]
    await asyncio.gather(
        *(orders.add_shipment(shop, order.id, Parcel(), actor=STAFF) for order in waiting),
        *(inventory.adjust(shop, "KURTA", -1, "damaged", STAFF) for _ in range(5)),
        return_exceptions=True,
    )
    on_hand, reserved = await stock_left(shop, "KURTA")
    sent = [order for order in [await orders.order_for(shop, o.id, staff=True) for o in waiting] if order.shipments]
    assert 0 <= on_hand <= 10 - 4 * len(sent)
    assert reserved == 4 * (4 - len(sent))
    await sound(shop)


@pytest.mark.parametrize("applied", [True, False], ids=["after", "before"])
async def test_a_death_at_each_write_of_packing_is_healed(shop: Shop, place: Place, clock: FixedClock, applied: bool):
    at, struck, gone = 0, True, 0
    while struck:
        at += 1
        order = await place(KURTA=1, DIYA=1)
        fault = Fault(at, applied, deadly=True)
        with failing(fault), suppress(Killed):
            await orders.add_shipment(shop, order.id, Parcel(), actor=STAFF)
            await relay_of(shop).sweep(["orders"], older_than=timedelta(days=-1))
        struck = fault.struck
        clock.forward(OLD_ENOUGH)
        await deliver_all(shop)
        await heal(shop)
        now = await shop.repository(OrderRepository).get(order.id)
        gone += len(now.shipments)
        assert await stock_left(shop, "KURTA") == (10 - gone, 0 if now.shipments else 1), at
        if not now.shipments:
            await orders.add_shipment(shop, order.id, Parcel(), actor=STAFF)
            gone += 1
        await sound(shop)
        assert await stock_left(shop, "KURTA") == (10 - gone, 0), at
        assert await stock_left(shop, "DIYA") == (10 - gone, 0), at
        for sku in ("KURTA", "DIYA"):
            await inventory.adjust(shop, sku, gone, "goods received", STAFF)
        gone = 0
    assert at > 4, "it came to several writes"


async def test_a_parcel_that_was_only_slow_is_never_sent_after_it_was_undone(
    shop: Shop, place: Place, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
):
    order = await place(KURTA=2)
    ship = inventory.ship

    async def slowly(*args: object, **more: object) -> None:
        await ship(*args, **more)  # type: ignore[arg-type]
        monkeypatch.undo()
        clock.forward(OLD_ENOUGH)
        await heal(shop)

    monkeypatch.setattr(inventory, "ship", slowly)
    with pytest.raises(StaleAggregate):
        await orders.add_shipment(shop, order.id, Parcel(), actor=STAFF, version=order.version)
    now = await shop.repository(OrderRepository).get(order.id)
    assert now.shipments == ()
    assert await stock_left(shop, "KURTA") == (10, 2)
    await sound(shop)


async def test_the_day_that_is_promised_waits_for_the_goods(servers: tuple[str, str], tmp_path: Path):
    earliest, latest = date(2026, 12, 1), date(2026, 12, 4)

    async def shipping_options(cart: object) -> list[ShippingOption]:
        return [ShippingOption("standard", "Standard delivery", 0, earliest, latest)]

    dated = plugin("delivery", shipping_options=shipping_options)
    async with shop_with(dated, door(), servers=servers, data_dir=tmp_path) as shop:
        await stock_up(shop, {"KURTA": 2, "DIYA": 2})

        async def promised(**pieces: int) -> tuple[date | None, date | None]:
            asked = await quote(shop, await guest(shop, pieces), Choices(ADDRESS, "delivery:standard", "door"))
            assert asked.shipping is not None
            return asked.shipping.earliest, asked.shipping.latest

        await backordered(shop, "kurta-kurta", 5, days=7)
        await backordered(shop, "kurta-diya", 5, days=0)
        assert await promised(KURTA=2) == (earliest, latest)
        assert await promised(KURTA=3) == (date(2026, 12, 8), date(2026, 12, 11))
        assert await promised(KURTA=3, DIYA=3) == (None, None), "nobody knows when all of it comes"


async def elsewhere(shop: Shop, **pieces: int) -> None:
    """Carry pieces to a second place."""
    with suppress(Invalid):
        await inventory.create_location(shop, "DEL", {"name": "Delhi", "priority": 5})
    for sku, count in pieces.items():
        way = {"source": "MAIN", "target": "DEL", "transfer_id": new_id(), "actor": STAFF}
        await inventory.transfer(shop, sku, count, **way)


async def lying(shop: Shop, sku: str) -> dict[str, int]:
    return (await inventory.get_stock(shop, sku)).lying


async def test_a_parcel_leaves_from_where_all_of_it_lies_or_from_where_staff_say(shop: Shop, place: Place):
    await elsewhere(shop, KURTA=8, DIYA=4)
    order = await place(KURTA=6, DIYA=1)
    kurta = order.lines[0]
    sent = await orders.add_shipment(shop, order.id, Parcel({kurta.id: 3}), actor=STAFF)
    assert sent.shipments[0].location == "DEL", "the main place has 2"
    sent = await orders.add_shipment(shop, order.id, Parcel({kurta.id: 2}, location="MAIN"), actor=STAFF)
    assert [parcel.location for parcel in sent.shipments] == ["DEL", "MAIN"]
    with pytest.raises(NoGoods) as refused:
        await orders.add_shipment(shop, order.id, Parcel({kurta.id: 1}, location="MAIN"), actor=STAFF)
    assert "Main location has not got all of it" in str(refused.value)
    with pytest.raises(Invalid):
        await orders.add_shipment(shop, order.id, Parcel({kurta.id: 1}, location="NOWHERE"), actor=STAFF)
    done = await orders.change_status(shop, order.id, OrderStatus.SHIPPED, actor=STAFF)
    assert done.shipments[-1].location == "DEL"
    assert (await lying(shop, "KURTA"), await lying(shop, "DIYA")) == ({"DEL": 4}, {"MAIN": 6, "DEL": 3})
    await sound(shop)


async def test_what_comes_back_goes_where_it_was_sent_from_or_where_staff_put_it(shop: Shop, place: Place):
    await elsewhere(shop, KURTA=6)
    order = await place(KURTA=5)
    (line,) = order.lines
    await orders.add_shipment(shop, order.id, Parcel(), actor=STAFF)
    await orders.change_status(shop, order.id, OrderStatus.DELIVERED, actor=STAFF)
    for pieces, where in ((1, ""), (2, "MAIN")):
        asked = await orders.request_return(shop, order.id, {line.id: pieces}, "too large", actor="shopper")
        wanted = asked.returns[-1].id
        await orders.answer_return(shop, order.id, wanted, approve=True, actor=STAFF)
        await orders.receive_return(shop, order.id, wanted, {}, actor=STAFF)
        with pytest.raises(Invalid):
            await orders.inspect_return(shop, order.id, wanted, {line.id: pieces}, actor=STAFF, location="NOWHERE")
        await orders.inspect_return(shop, order.id, wanted, {line.id: pieces}, actor=STAFF, location=where)
        await deliver_all(shop)
    assert await lying(shop, "KURTA") == {"MAIN": 6, "DEL": 2}
    await sound(shop)


@pytest.mark.parametrize("applied", [True, False], ids=["after", "before"])
async def test_a_death_while_packing_at_another_place_is_healed_there(
    shop: Shop, place: Place, clock: FixedClock, applied: bool
):
    await elsewhere(shop, KURTA=10, DIYA=10)
    at, struck = 0, True
    while struck:
        at += 1
        order = await place(KURTA=1, DIYA=1)
        fault = Fault(at, applied, deadly=True)
        with failing(fault), suppress(Killed):
            await orders.add_shipment(shop, order.id, Parcel(), actor=STAFF)
        struck = fault.struck
        clock.forward(OLD_ENOUGH)
        await deliver_all(shop)
        await heal(shop)
        now = await shop.repository(OrderRepository).get(order.id)
        left = 9 if now.shipments else 10
        assert (await lying(shop, "KURTA"), await lying(shop, "DIYA")) == ({"DEL": left}, {"DEL": left}), at
        await sound(shop)
        if not now.shipments:
            await orders.add_shipment(shop, order.id, Parcel(), actor=STAFF)
        for sku in ("KURTA", "DIYA"):
            await inventory.adjust(shop, sku, 1, "goods received", STAFF, location="DEL")
    assert at > 4, "it came to several writes"


async def test_a_refund_that_restocks_puts_the_goods_where_they_were_sent_from(shop: Shop, place: Place):
    await elsewhere(shop, KURTA=6)
    order = await place(KURTA=5)
    (line,) = order.lines
    await orders.add_shipment(shop, order.id, Parcel(), actor=STAFF)
    await orders.change_status(shop, order.id, OrderStatus.DELIVERED, actor=STAFF)
    await orders.refund(shop, order.id, RefundWish("came back", items={line.id: 2}, restock=True), actor=STAFF)
    await deliver_all(shop)
    assert await lying(shop, "KURTA") == {"MAIN": 4, "DEL": 3}
    await inventory.transfer(shop, "KURTA", 3, source="DEL", target="MAIN", transfer_id=new_id(), actor=STAFF)
    await inventory.change_location(shop, "DEL", {"active": False})
    await orders.refund(shop, order.id, RefundWish("came back", items={line.id: 1}, restock=True), actor=STAFF)
    await deliver_all(shop)
    assert await lying(shop, "KURTA") == {"MAIN": 8}, "a place that is closed takes nothing"
    await sound(shop)
