"""Placed orders that are changed: the sums, the stock and the money, once, whoever changes them at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from spoeq_core.checkout.invariants import check
from spoeq_core.checkout.reconcile import OLD_ENOUGH, heal
from spoeq_core.checkout.service import pay
from spoeq_core.inventory.model import OutOfStock
from spoeq_core.kernel.clock import FixedClock
from spoeq_core.kernel.errors import Conflict, Invalid, SpoeqError, StaleAggregate
from spoeq_core.kernel.ids import new_id
from spoeq_core.orders import service
from spoeq_core.orders.documents import OrderRepository
from spoeq_core.orders.editing import cancel_lines, edit_order, plan_edit
from spoeq_core.orders.model import REFUND_DUE, NotAllowed, Order, OrderEdit, OrderStatus
from spoeq_core.orders.service import Parcel, RefundWish
from spoeq_core.payments.model import PaymentStatus, Settled
from spoeq_core.shop import Shop
from spoeq_core.testing.faults import Fault, Killed, failing
from spoeq_core.testing.race import race
from spoeq_core.testing.shops import deliver_all
from tests.shopping import ADDRESS, stock_left

Place = Callable[..., Awaitable[Order]]
QUIET = timedelta(0)


async def edit(shop: Shop, order: Order, **wanted: object) -> Order:
    options = {name: wanted.pop(name) for name in ("change_id", "version", "expected_total") if name in wanted}
    options.setdefault("change_id", new_id())
    return await edit_order(shop, order.id, OrderEdit("asked for", **wanted), actor="Meera", **options)  # type: ignore[arg-type]


async def paid(shop: Shop, order: Order) -> Order:
    return await service.settle(shop, "gateway", order.id, Settled(new_id(), order.due, "INR"))


async def holds(shop: Shop) -> tuple[int, int]:
    await deliver_all(shop)
    assert await check(shop, quiet_for=QUIET, looks=1) == []
    return (await stock_left(shop, "KURTA"))[1], (await stock_left(shop, "DIYA"))[1]


async def test_a_plan_changes_nothing_and_says_what_it_would(shop: Shop, place: Place):
    order = await place()
    kurta, diya = order.lines
    wish = OrderEdit("asked for", {kurta.id: 1, diya.id: 3})
    planned = await plan_edit(shop, order, wish, change_id=new_id(), actor="Meera")
    change = planned.changes[-1]
    assert (change.before, change.after) == (order.grand_total, planned.grand_total)
    assert (change.taken, change.released) == ({"DIYA": 2}, {"KURTA": 1})
    assert change.after - change.before == 2 * diya.unit_price - kurta.unit_price
    assert change.words == ("Kurta KURTA: 2 → 1", "Kurta DIYA: 1 → 3")
    assert await shop.repository(OrderRepository).get(order.id) == order
    assert await holds(shop) == (2, 1)


async def test_pieces_change_with_price_stock_and_timeline(shop: Shop, place: Place):
    order = await place()
    kurta, diya = order.lines
    after = await edit(shop, order, quantities={kurta.id: 0, diya.id: 3})
    assert [(line.sku, line.quantity, line.total) for line in after.lines] == [("DIYA", 3, 3 * diya.unit_price)]
    assert after.grand_total == order.grand_total + 2 * diya.unit_price - kurta.total
    assert after.priced["totals"]["grand_total"] == after.grand_total
    assert (after.timeline[-1].kind, after.timeline[-1].actor) == ("changed", "Meera")
    assert await holds(shop) == (0, 3)


async def test_a_line_is_added_at_todays_price(shop: Shop, place: Place):
    order = await place(KURTA=1)
    after = await edit(shop, order, added={"DIYA": 2})
    assert [(line.sku, line.quantity) for line in after.lines] == [("KURTA", 1), ("DIYA", 2)]
    assert after.grand_total == order.grand_total + after.lines[1].total
    assert len({line.id for line in after.lines}) == 2
    assert await holds(shop) == (1, 2)


async def test_address_and_delivery_change_with_their_price(shop: Shop, place: Place):
    order = await place(pay="gateway")
    there = replace(ADDRESS, city="Mysuru", postal_code="570001", phone="+919845099999")
    after = await edit(shop, order, shipping_address=there, shipping_method="delivery:express")
    assert (after.shipping_address, after.phone, after.shipping.id) == (there, there.phone, "delivery:express")
    assert after.grand_total - order.grand_total == after.shipping.price - order.shipping.price
    with pytest.raises(Invalid) as caught:
        await edit(shop, order, shipping_address=replace(ADDRESS, postal_code="744101"))
    assert caught.value.errors[0].field == "shipping_address"
    door = await place()
    with pytest.raises(Invalid) as caught:
        await edit(shop, door, shipping_method="delivery:express")
    assert caught.value.errors[0].field == "shipping_method"


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({}, "quantities"),
        ({"quantities": {"nowhere": 1}}, "quantities"),
        ({"quantities": {"KURTA": -1}}, "quantities"),
        ({"quantities": {"KURTA": 0, "DIYA": 0}}, "quantities"),
        ({"added": {"NOTHING": 1}}, "added"),
        ({"added": {"DIYA": 0}}, "added"),
        ({"added": {"DIYA": 10**9}}, "added"),
        ({"shipping_method": "delivery:rocket"}, "shipping_method"),
    ],
)
async def test_what_makes_no_sense_is_refused_by_field(shop: Shop, place: Place, wish: dict[str, object], field: str):
    order = await place()
    by_sku = {line.sku: line.id for line in order.lines}
    if "quantities" in wish:
        wish = {"quantities": {by_sku.get(sku, sku): n for sku, n in wish["quantities"].items()}}  # type: ignore[attr-defined]
    with pytest.raises(Invalid) as caught:
        await edit(shop, order, **wish)
    assert caught.value.errors[0].field == field
    assert await shop.repository(OrderRepository).get(order.id) == order


async def test_more_than_there_is_leaves_all_as_it_was(shop: Shop, place: Place):
    order = await place()
    kurta, diya = order.lines
    with pytest.raises(OutOfStock) as caught:
        await edit(shop, order, quantities={diya.id: 5, kurta.id: 11})
    assert caught.value.left == {"KURTA": 8}
    assert await shop.repository(OrderRepository).get(order.id) == order
    assert await holds(shop) == (2, 1)
    await edit(shop, order, quantities={diya.id: 5, kurta.id: 10})
    assert await holds(shop) == (10, 5)


async def test_the_same_change_is_made_once(shop: Shop, place: Place):
    order = await place()
    wish = {"quantities": {order.lines[1].id: 4}, "change_id": new_id()}
    results = await asyncio.gather(*(edit(shop, order, **wish) for _ in range(4)), return_exceptions=True)
    assert [it for it in results if isinstance(it, Order)]
    assert all(isinstance(it, Order | StaleAggregate) for it in results)
    again = await edit(shop, order, **wish)
    assert len(again.changes) == 1
    assert await holds(shop) == (2, 4)


async def test_of_two_changes_at_once_one_is_made(shop: Shop, place: Place):
    order = await place()
    kurta, diya = order.lines
    wishes = [{"quantities": {kurta.id: 5}}, {"quantities": {diya.id: 6}}]
    results = await race(shop, [edit(shop, order, **wish) for wish in wishes], at="update_one orders")
    assert sorted(type(it).__name__ for it in results) == ["Order", "StaleAggregate"]
    assert await holds(shop) in [(5, 1), (2, 6)]


async def test_whoever_saw_another_version_or_total_changes_nothing(shop: Shop, place: Place):
    order = await place()
    wish = {"quantities": {order.lines[0].id: 1}}
    with pytest.raises(StaleAggregate):
        await edit(shop, order, **wish, version=order.version + 1)
    with pytest.raises(Conflict) as caught:
        await edit(shop, order, **wish, expected_total=order.grand_total)
    assert caught.value.code == "order_changed"
    assert await shop.repository(OrderRepository).get(order.id) == order


async def test_what_costs_less_is_given_back_and_leaves_it_paid(shop: Shop, place: Place):
    order = await paid(shop, await place(pay="gateway"))
    kurta = order.lines[0]
    after = await edit(shop, order, quantities={kurta.id: 1})
    assert (after.overpaid, after.due, after.payment_status) == (kurta.unit_price, 0, PaymentStatus.PAID)
    assert REFUND_DUE in after.flags
    back = await service.refund(shop, order.id, RefundWish("taken out"), actor="Meera")
    assert (back.refunded, back.overpaid, back.payment_status) == (kurta.unit_price, 0, PaymentStatus.PAID)
    assert REFUND_DUE not in back.flags
    more = await edit(shop, back, quantities={kurta.id: 2})
    assert (more.due, more.payment_status) == (kurta.unit_price, PaymentStatus.PARTIALLY_PAID)
    assert (await pay(shop, more)).next_action.type == "redirect"
    whole = await paid(shop, more)
    assert (whole.due, whole.payment_status) == (0, PaymentStatus.PAID)
    assert await holds(shop) == (2, 1)
    rest = await service.refund(shop, order.id, RefundWish("all", whole.paid - whole.refunded), actor="Meera")
    assert (rest.refunded, rest.payment_status) == (rest.paid, PaymentStatus.REFUNDED)


async def test_a_late_payment_of_the_old_total_is_set_aside(shop: Shop, place: Place):
    order = await place(pay="gateway")
    after = await edit(shop, order, quantities={order.lines[0].id: 1})
    late = await service.settle(shop, "gateway", order.id, Settled("late", order.grand_total, "INR"))
    assert (late.paid, late.status) == (0, OrderStatus.PENDING_PAYMENT)
    assert (await paid(shop, after)).status is OrderStatus.CONFIRMED


async def test_pieces_are_taken_out_until_they_are_sent(shop: Shop, place: Place):
    order = await place(KURTA=3, DIYA=2)
    kurta, diya = order.lines
    sent = await service.add_shipment(shop, order.id, Parcel({kurta.id: 2}), actor="Meera")
    with pytest.raises(Invalid):
        await edit(shop, sent, quantities={kurta.id: 1})
    for wish in ({"added": {"DIYA": 1}}, {"quantities": {diya.id: 3}}, {"shipping_address": ADDRESS}):
        with pytest.raises(NotAllowed):
            await edit(shop, sent, **wish)
    after = await edit(shop, sent, quantities={kurta.id: 2, diya.id: 0})
    assert (after.status, after.fulfilment_status.value) == (OrderStatus.SHIPPED, "fulfilled")
    assert await holds(shop) == (0, 0)
    assert await stock_left(shop, "KURTA") == (8, 0)
    with pytest.raises(NotAllowed):
        await edit(shop, after, quantities={kurta.id: 1})


async def test_shoppers_take_out_pieces_while_they_may_cancel(shop: Shop, place: Place):
    order = await place()
    out = {"change_id": new_id(), "actor": "shopper", "reason": "", "by_shopper": True}
    after = await cancel_lines(shop, order, {order.lines[0].id: 1}, **out)
    assert [line.quantity for line in after.lines] == [1, 1]
    assert await cancel_lines(shop, after, {order.lines[0].id: 1}, **out) == after
    with pytest.raises(Invalid):
        await cancel_lines(shop, after, {order.lines[0].id: 2}, **{**out, "change_id": new_id()})
    packing = await service.change_status(shop, order.id, OrderStatus.PROCESSING, actor="Meera")
    with pytest.raises(NotAllowed):
        await cancel_lines(shop, packing, {order.lines[0].id: 1}, **{**out, "change_id": new_id()})
    assert await holds(shop) == (1, 1)


async def test_taking_out_against_sending_has_one_winner(shop: Shop, place: Place):
    order = await place()
    kurta = order.lines[0]
    results = await asyncio.gather(
        edit(shop, order, quantities={kurta.id: 0}),
        service.add_shipment(shop, order.id, Parcel({kurta.id: 2}), actor="Meera"),
        return_exceptions=True,
    )
    now = await shop.repository(OrderRepository).get(order.id)
    assert isinstance(results[1], Order) == (now.line(kurta.id) is not None)
    assert isinstance(results[0], Order) or isinstance(results[1], Order)
    await holds(shop)


@pytest.mark.parametrize("applied", [True, False], ids=["after", "before"])
@pytest.mark.parametrize("at", range(1, 8))
async def test_a_death_at_each_write_is_healed(shop: Shop, place: Place, clock: FixedClock, at: int, applied: bool):
    order = await place()
    kurta, diya = order.lines
    change = new_id()
    wish = {"quantities": {kurta.id: 5, diya.id: 4}, "change_id": change}
    fault = Fault(at, applied, deadly=True)
    with failing(fault), suppress(Killed):
        await edit(shop, order, **wish)
    clock.forward(OLD_ENOUGH)
    await heal(shop)
    now = await shop.repository(OrderRepository).get(order.id)
    assert await holds(shop) == ((5, 4) if now.changes else (2, 1))
    assert len((await edit(shop, now, **wish)).changes) == 1
    assert await holds(shop) == (5, 4)
    assert fault.struck == (at <= 5), fault.writes


async def test_a_change_that_was_only_slow_cannot_be_made_after_it_was_undone(
    shop: Shop, place: Place, clock: FixedClock
):
    order = await place()
    save = shop.repository(OrderRepository).save
    with pytest.MonkeyPatch.context() as patch:

        async def slow(*args: object, **kwargs: object) -> Order:
            patch.undo()
            clock.forward(OLD_ENOUGH)
            await heal(shop)
            return await save(*args, **kwargs)  # type: ignore[arg-type]

        patch.setattr(shop.repository(OrderRepository), "save", slow)
        with pytest.raises(SpoeqError):
            await edit(shop, order, quantities={order.lines[0].id: 5})
    assert await holds(shop) == (2, 1)
