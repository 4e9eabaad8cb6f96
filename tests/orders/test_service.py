"""Orders after they are placed: followed, shipped, delivered, cancelled, paid; and what stock does meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from spoeq_core.cart.service import Owner, add_item
from spoeq_core.catalog.service import product_by_id_or_slug
from spoeq_core.checkout.invariants import check
from spoeq_core.kernel.clock import FixedClock
from spoeq_core.kernel.errors import Invalid, NotFound, StaleAggregate
from spoeq_core.kernel.ids import new_id
from spoeq_core.orders import service as orders
from spoeq_core.orders.documents import OrderRepository, Void
from spoeq_core.orders.listing import counts_by_status, list_orders
from spoeq_core.orders.model import PAYMENT_MISMATCH, REFUND_DUE, FulfilmentStatus, NotAllowed, Order, OrderStatus
from spoeq_core.orders.service import Parcel
from spoeq_core.orders.shape import tracking_steps
from spoeq_core.orders.subscribers import count_sales
from spoeq_core.orders.tokens import order_token
from spoeq_core.payments.model import PaymentStatus, Settled
from spoeq_core.shop import Shop
from spoeq_core.testing.faults import Fault, Killed, failing
from spoeq_core.testing.shops import deliver_all, relay_of
from tests.shopping import buy, guest, sent, stock_left

Place = Callable[..., Awaitable[Order]]
QUIET = timedelta(0)
STAFF = "Meera"


async def stock(shop: Shop) -> dict[str, tuple[int, int]]:
    return {sku: await stock_left(shop, sku) for sku in ("KURTA", "DIYA")}


async def asha_buys(shop: Shop) -> Order:
    owner = Owner(customer_id="asha")
    await add_item(shop, owner, "KURTA", 1)
    return (await buy(shop, owner)).order


async def test_an_order_opens_for_its_owner_staff_and_the_holder_of_its_link(shop: Shop, place: Place):
    order, other = await place(), await place()
    token = order_token(shop, order.id)
    assert await orders.order_for(shop, order.id, token=token) == order
    assert await orders.order_for(shop, order.id, staff=True) == order
    strangers = ({}, {"token": "x"}, {"token": order_token(shop, other.id)}, {"customer_id": "asha"})
    for stranger in strangers:
        with pytest.raises(NotFound):
            await orders.order_for(shop, order.id, **stranger)
    for nothing in (new_id(), "nonsense", ""):
        with pytest.raises(NotFound):
            await orders.order_for(shop, nothing, staff=True)
    mine = await asha_buys(shop)
    assert await orders.order_for(shop, mine.id, customer_id="asha") == mine


@pytest.mark.parametrize(
    "contact", ["asha@example.in", " ASHA@Example.in ", "9845012345", "+91 98450 12345", "098450-12345"]
)
async def test_an_order_is_tracked_by_its_number_and_who_placed_it(shop: Shop, place: Place, contact: str):
    order = await place()
    assert await orders.track(shop, f" {order.number.lower()} ", contact) == order


@pytest.mark.parametrize("contact", ["", "12345", "bina@example.in", "9999999999", "0", "5012345"])
async def test_a_number_alone_opens_nothing(shop: Shop, place: Place, contact: str):
    order = await place()
    for number, who in ((order.number, contact), ("SPQ-NOPENOPE", order.email)):
        with pytest.raises(NotFound):
            await orders.track(shop, number, who)


async def test_shipping_takes_the_stock_and_tells_the_shopper(shop: Shop, place: Place):
    order = await place(KURTA=2, DIYA=1)
    assert await stock(shop) == {"KURTA": (10, 2), "DIYA": (10, 1)}
    parcel = Parcel(carrier="Delhivery", awb="AWB1", tracking_url="https://courier.example/AWB1")
    shipped = await orders.add_shipment(shop, order.id, parcel, actor=STAFF, version=order.version)
    assert (shipped.status, shipped.fulfilment_status) == (OrderStatus.SHIPPED, FulfilmentStatus.FULFILLED)
    await deliver_all(shop)
    assert await stock(shop) == {"KURTA": (8, 0), "DIYA": (9, 0)}
    mail = next(letter for letter in await sent(shop) if letter["template"] == "order_shipped")
    assert "AWB1" in mail["text"]
    assert [step["state"] for step in tracking_steps(shipped)] == ["done", "done", "current", "todo"]
    assert await check(shop) == []
    done = await orders.change_status(shop, order.id, OrderStatus.DELIVERED, actor=STAFF)
    assert (done.payment_status, done.paid) == (PaymentStatus.PAID, order.grand_total)
    await deliver_all(shop)
    done = await orders.change_status(shop, order.id, OrderStatus.COMPLETED, actor=STAFF, note="thanks")
    assert [entry.kind for entry in done.timeline] == ["placed", "shipment", "status", "paid", "status"]
    assert await check(shop) == []


async def test_an_order_is_shipped_in_parts(shop: Shop, place: Place):
    order = await place(KURTA=2, DIYA=1)
    kurta = next(line.id for line in order.lines if line.sku == "KURTA")
    part = await orders.add_shipment(shop, order.id, Parcel(items={kurta: 1}), actor=STAFF)
    assert (part.status, part.fulfilment_status) == (OrderStatus.PROCESSING, FulfilmentStatus.PARTIAL)
    await deliver_all(shop)
    assert await stock(shop) == {"KURTA": (9, 1), "DIYA": (10, 1)}
    assert await check(shop) == []
    with pytest.raises(Invalid):
        await orders.add_shipment(shop, order.id, Parcel(items={kurta: 2}), actor=STAFF)
    with pytest.raises(NotAllowed):
        await orders.cancel(shop, order.id, actor=STAFF)
    rest = await orders.change_status(shop, order.id, OrderStatus.SHIPPED, actor=STAFF)
    assert rest.fulfilment_status is FulfilmentStatus.FULFILLED
    await deliver_all(shop)
    assert await stock(shop) == {"KURTA": (8, 0), "DIYA": (9, 0)}
    assert await check(shop) == []


async def test_two_of_the_staff_cannot_ship_the_same_pieces(shop: Shop, place: Place):
    order = await place(KURTA=2, DIYA=1)
    results = await asyncio.gather(
        *(orders.add_shipment(shop, order.id, Parcel(), actor=f"staff-{n}") for n in range(3)), return_exceptions=True
    )
    assert [isinstance(result, Order) for result in results].count(True) == 1
    await deliver_all(shop)
    assert await stock(shop) == {"KURTA": (8, 0), "DIYA": (9, 0)}


async def test_whoever_saw_an_older_version_changes_nothing(shop: Shop, place: Place):
    order = await place()
    await orders.add_note(shop, order.id, "Ring twice.", actor=STAFF)
    for attempt in (
        orders.change_status(shop, order.id, OrderStatus.PROCESSING, actor=STAFF, version=order.version),
        orders.change_status(shop, order.id, OrderStatus.CANCELLED, actor=STAFF, version=order.version),
        orders.add_shipment(shop, order.id, Parcel(), actor=STAFF, version=order.version),
    ):
        with pytest.raises(StaleAggregate):
            await attempt


async def test_cancelling_gives_the_stock_back_once(shop: Shop, place: Place):
    order = await place(KURTA=2, DIYA=1)
    gone = await orders.cancel(shop, order.id, actor="shopper", reason="Changed my mind", by_shopper=True)
    assert gone.status is OrderStatus.CANCELLED
    with pytest.raises(NotAllowed):
        await orders.cancel(shop, order.id, actor="shopper")
    await deliver_all(shop)
    assert await stock(shop) == {"KURTA": (10, 0), "DIYA": (10, 0)}
    assert [step["key"] for step in tracking_steps(gone)] == ["confirmed", "cancelled"]
    mail = next(letter for letter in await sent(shop) if letter["template"] == "order_cancelled")
    assert "Changed my mind" in mail["text"]
    assert await check(shop) == []


async def test_cancel_against_ship_has_one_winner(shop: Shop, place: Place):
    order = await place(KURTA=2, DIYA=1)
    await asyncio.gather(
        orders.cancel(shop, order.id, actor=STAFF),
        orders.add_shipment(shop, order.id, Parcel(), actor=STAFF),
        return_exceptions=True,
    )
    await deliver_all(shop)
    now = await shop.repository(OrderRepository).get(order.id)
    shipped = now.status is OrderStatus.SHIPPED
    assert await stock(shop) == ({"KURTA": (8, 0), "DIYA": (9, 0)} if shipped else {"KURTA": (10, 0), "DIYA": (10, 0)})
    assert await check(shop) == []


async def test_money_is_counted_once_whoever_reports_it_how_often(shop: Shop, place: Place):
    order = await place(pay="gateway")
    money = Settled("pay-1", order.grand_total, "INR")
    results = await asyncio.gather(*(orders.settle(shop, "gateway", order.id, money) for _ in range(5)))
    assert {result.paid for result in results} == {order.grand_total}
    assert results[0].payments[0].payment_id == "pay-1"
    assert (await orders.payment_failed(shop, order.id, "late")).payment_status is PaymentStatus.PAID
    await deliver_all(shop)
    assert [letter["template"] for letter in await sent(shop)] == ["order_confirmed"]
    again = await orders.settle(shop, "gateway", order.id, Settled("pay-2", order.grand_total, "INR"))
    assert (again.paid, again.flags) == (order.grand_total, (REFUND_DUE,))
    assert await check(shop) == []


async def test_one_payment_pays_one_order(shop: Shop, place: Place):
    first, second = await place(pay="gateway"), await place(pay="gateway")
    money = Settled("pay-1", first.grand_total, "INR")
    await orders.settle(shop, "gateway", first.id, money)
    for _ in range(2):
        refused = await orders.settle(shop, "gateway", second.id, money)
    assert (refused.payment_status, refused.flags) == (PaymentStatus.PENDING, (PAYMENT_MISMATCH,))
    assert [entry.kind for entry in refused.timeline].count(PAYMENT_MISMATCH) == 1
    assert await check(shop) == []


async def test_money_for_a_cancelled_order_stays_apart(shop: Shop, place: Place):
    order = await place(pay="gateway")
    await orders.cancel(shop, order.id, actor=STAFF)
    after = await orders.settle(shop, "gateway", order.id, Settled("pay-1", order.grand_total, "INR"))
    assert (after.status, after.paid, after.flags) == (OrderStatus.CANCELLED, 0, (REFUND_DUE,))
    await deliver_all(shop)
    assert await check(shop) == []


async def test_a_death_between_claim_and_order_is_made_good_by_the_next_message(
    shop: Shop, place: Place, clock: FixedClock
):
    order = await place(pay="gateway")
    money = Settled("pay-1", order.grand_total, "INR")
    with failing(Fault(1, applied=True, deadly=True)), pytest.raises(Killed):
        await orders.settle(shop, "gateway", order.id, money)
    clock.forward(timedelta(minutes=5))
    assert ["pay-1" in violation.subject for violation in await check(shop)] == [True]
    assert (await orders.settle(shop, "gateway", order.id, money)).paid == order.grand_total
    assert await check(shop) == []


async def test_orders_are_listed_newest_first_a_page_at_a_time(shop: Shop, place: Place):
    placed = [await place(KURTA=1) for _ in range(5)]
    await shop.repository(OrderRepository).void(Void(new_id(), "cart"))
    mine = await asha_buys(shop)
    newest = [order.id for order in reversed([*placed, mine])]
    seen, cursor = [], ""
    while True:
        page = await list_orders(shop, cursor=cursor, limit=4)
        seen += [order.id for order in page.items]
        if not (cursor := page.next):
            break
    assert seen == newest
    assert [order.id for order in (await list_orders(shop, customer_id="asha")).items] == [mine.id]
    with pytest.raises(Invalid):
        await list_orders(shop, cursor="nonsense")


async def test_staff_search_by_what_people_tell_them(shop: Shop, place: Place):
    order, other = await place(KURTA=1), await place(KURTA=1)
    await orders.cancel(shop, other.id, actor=STAFF)
    for q in (order.number, order.number.lower(), order.number[:-3]):
        assert [found.id for found in (await list_orders(shop, q=q)).items] == [order.id]
    for q in ("Asha@example.in", "98450 12345", "+919845012345"):
        assert {found.id for found in (await list_orders(shop, q=q)).items} == {order.id, other.id}
    assert (await list_orders(shop, q="$where: 1")).items == ()
    confirmed = await list_orders(shop, status=OrderStatus.CONFIRMED)
    assert [found.id for found in confirmed.items] == [order.id]
    assert await counts_by_status(shop) == {OrderStatus.CONFIRMED: 1, OrderStatus.CANCELLED: 1}


async def test_the_doctor_sees_what_does_not_agree(shop: Shop, place: Place):
    order = await place(KURTA=2, DIYA=1)
    assert await check(shop, quiet_for=QUIET) == []
    collection = shop.repository(OrderRepository).collection
    for change, word in (
        ({"paid": order.grand_total + 1}, "more was paid"),
        ({"paid": 0, "refunded": 1}, "given back"),
        ({"refunded": 0, "grand_total": 1}, "frozen price"),
        ({"grand_total": order.grand_total, "number": "SPQ-OTHER"}, "claimed its number"),
        ({"number": order.number, "lines.0.shipped": 1}, "parcels"),
        ({"lines.0.shipped": 0, "status": "cancelled"}, "hold"),
    ):
        await collection.update_one({"_id": order.id}, {"$set": change})
        assert any(word in str(violation) for violation in await check(shop, quiet_for=QUIET, looks=1)), word
    await collection.update_one({"_id": order.id}, {"$set": {"status": "confirmed"}})
    assert await check(shop, quiet_for=QUIET) == []
    await collection.insert_one({**await collection.find_one({"_id": order.id}), "_id": new_id()})
    found = {violation.problem for violation in await check(shop, quiet_for=QUIET, looks=2)}
    assert "is in 2 orders" in found


async def test_stock_that_is_about_to_follow_is_no_violation(shop: Shop, place: Place, clock: FixedClock):
    order = await place(KURTA=2, DIYA=1)
    assert await check(shop, quiet_for=QUIET, looks=1) == []
    await shop.mongo.collection("stock").update_one({"_id": "KURTA"}, {"$unset": {f"holds.{order.id}": ""}})
    await orders.add_shipment(shop, order.id, Parcel(), actor=STAFF)
    await relay_of(shop).sweep(["orders"], older_than=timedelta(days=-1))
    found = [str(violation) for violation in await check(shop, quiet_for=QUIET, looks=1)]
    assert not any(order.number in violation for violation in found), "its delivery is tried again"
    for _ in range(8):
        clock.forward(timedelta(hours=1))
        await relay_of(shop).retry()
    found = [str(violation) for violation in await check(shop, quiet_for=QUIET, looks=1)]
    assert any(order.number in violation for violation in found), "now nobody will"


async def test_sales_are_counted_once(shop: Shop, place: Place, clock: FixedClock):
    await count_sales(shop)
    order = await place(KURTA=2, DIYA=1)
    await orders.cancel(shop, (await place(KURTA=1)).id, actor=STAFF)
    for _ in range(2):
        clock.forward(timedelta(hours=1))
        await count_sales(shop)
    sold = {line.sku: (await product_by_id_or_slug(shop, line.product_id)).sold_count for line in order.lines}
    assert sold == {"KURTA": 2, "DIYA": 1}


async def test_a_guest_who_comes_back_is_not_the_owner_by_cart(shop: Shop, place: Place):
    owner = await guest(shop, {"KURTA": 1})
    order = (await buy(shop, owner)).order
    assert order.customer_id is None
    with pytest.raises(NotFound):
        await orders.order_for(shop, order.id, customer_id="None")
