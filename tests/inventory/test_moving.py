"""Reserving, releasing, shipping, taking back and adjusting."""

from __future__ import annotations

import asyncio

import pytest

from spoeq_core.catalog.model import Product
from spoeq_core.inventory import service
from spoeq_core.inventory.model import BelowReserved, HoldMissing, OutOfStock, Stock
from spoeq_core.kernel.errors import Conflict, Invalid, NotFound
from spoeq_core.kernel.ids import new_id
from spoeq_core.shop import Shop
from tests.inventory.conftest import SKUS, Commands

A, B, C = SKUS


async def counts(shop: Shop, sku: str = A) -> tuple[int, int, int]:
    stock = await service.get_stock(shop, sku)
    return stock.on_hand, stock.reserved, stock.available


async def assert_sound(shop: Shop) -> None:
    assert await service.check_invariants(shop) == []


async def test_reserving_promises_pieces_to_an_order(shop: Shop, stocked: Product):
    order = new_id()
    await service.reserve(shop, order, {B: 1, A: 3})
    assert await counts(shop, A) == (20, 3, 17)
    assert await counts(shop, B) == (20, 1, 19)
    assert (await service.get_stock(shop, A)).holds == {order: 3}
    assert await service.open_holds(shop) == {order: {A: 3, B: 1}}
    await assert_sound(shop)


async def test_reserving_where_nothing_gets_low_is_one_command_a_sku(shop: Shop, stocked: Product, commands: Commands):
    commands.take()
    await service.reserve(shop, new_id(), {A: 14})
    assert commands.take() == {"update": 1}
    await service.reserve(shop, new_id(), {B: 1, C: 1})
    assert commands.take() == {"update": 2}
    await assert_sound(shop)


async def test_reading_what_is_sellable_is_one_command(shop: Shop, stocked: Product, commands: Commands):
    commands.take()
    found = await service.sellable(shop, [A, B, "nothing"])
    assert commands.take() == {"aggregate": 1}
    assert set(found) == {A, B}
    assert found[A].variant == stocked.variant(A)
    assert found[A].stock == Stock(A, stocked.id, f"Diya {A}", 20, 0, 5, told="in_stock")
    assert found[B].product.name == "Brass Diya"
    assert await service.sellable(shop, []) == {}
    assert commands.take() == {}


async def test_what_is_sellable_is_the_product_as_it_is_stored(shop: Shop, stocked: Product):
    from_stock = (await service.sellable(shop, [A]))[A].product
    assert from_stock.stock_states == dict.fromkeys(SKUS, "in_stock")
    assert from_stock.variants == stocked.variants
    assert from_stock.declarations == stocked.declarations


async def test_reserving_twice_for_an_order_is_once(shop: Shop, stocked: Product):
    order = new_id()
    await service.reserve(shop, order, {A: 2, B: 1})
    await service.reserve(shop, order, {A: 2, B: 1})
    assert await counts(shop) == (20, 2, 18)
    await assert_sound(shop)


async def test_an_order_cannot_hold_another_number_without_releasing(shop: Shop, stocked: Product):
    order = new_id()
    await service.reserve(shop, order, {A: 2})
    with pytest.raises(Conflict):
        await service.reserve(shop, order, {A: 3})
    await service.release(shop, order, [A])
    await service.reserve(shop, order, {A: 3})
    assert await counts(shop) == (20, 3, 17)
    await assert_sound(shop)


async def test_too_few_says_what_is_left_of_each_and_holds_nothing(shop: Shop, stocked: Product):
    await service.reserve(shop, new_id(), {B: 18, C: 20})
    with pytest.raises(OutOfStock) as error:
        await service.reserve(shop, new_id(), {A: 5, B: 3, C: 1, "UNKNOWN": 1})
    assert error.value.left == {B: 2, C: 0, "UNKNOWN": 0}
    assert error.value.extra["available"] == [
        {"sku": B, "available": 2},
        {"sku": C, "available": 0},
        {"sku": "UNKNOWN", "available": 0},
    ]
    assert await counts(shop, A) == (20, 0, 20)
    await assert_sound(shop)


async def test_the_very_last_piece_can_be_reserved(shop: Shop, stocked: Product):
    await service.reserve(shop, new_id(), {A: 20})
    assert await counts(shop) == (20, 20, 0)
    with pytest.raises(OutOfStock):
        await service.reserve(shop, new_id(), {A: 1})


async def test_what_a_crash_left_held_is_released(shop: Shop, stocked: Product):
    """The process died after the first of two SKUs: releasing the order gives back whatever it holds."""
    order = new_id()
    await service.reserve(shop, order, {A: 2})
    await service.release(shop, order, [A, B])
    assert await counts(shop, A) == (20, 0, 20)
    assert await counts(shop, B) == (20, 0, 20)
    await assert_sound(shop)


async def test_reserving_after_a_crash_takes_what_is_missing(shop: Shop, stocked: Product):
    order = new_id()
    await service.reserve(shop, order, {A: 2})
    await service.reserve(shop, order, {A: 2, B: 1})
    assert await service.open_holds(shop) == {order: {A: 2, B: 1}}


async def test_releasing_twice_is_once_and_nothing_is_nothing(shop: Shop, stocked: Product):
    order, other = new_id(), new_id()
    await service.reserve(shop, order, {A: 2})
    await service.reserve(shop, other, {A: 1})
    for _ in range(2):
        await service.release(shop, order, [A, B, "UNKNOWN"])
    assert await counts(shop) == (20, 1, 19)
    await assert_sound(shop)


async def test_shipping_takes_held_pieces_from_the_shelf(shop: Shop, stocked: Product):
    order = new_id()
    await service.reserve(shop, order, {A: 3, B: 1})
    await service.ship(shop, order, {A: 2}, shipment_id="S1")
    assert await counts(shop, A) == (18, 1, 17)
    await service.ship(shop, order, {A: 1, B: 1}, shipment_id="S2")
    assert await counts(shop, A) == (17, 0, 17)
    assert await service.open_holds(shop) == {}
    await assert_sound(shop)


async def test_a_shipment_that_is_repeated_is_shipped_once(shop: Shop, stocked: Product):
    order = new_id()
    await service.reserve(shop, order, {A: 12})
    for _ in range(3):
        await service.ship(shop, order, {A: 1}, shipment_id="S1")
    assert await counts(shop) == (19, 11, 8)

    async def ship_later(steps: int, shipment: str) -> None:
        for _ in range(steps):
            await service.get_stock(shop, A)
        await service.ship(shop, order, {A: 2}, shipment_id=shipment)

    for n in range(5):
        await asyncio.gather(*(ship_later(steps, f"P{n}") for steps in range(8)))
    assert await counts(shop) == (9, 1, 8)
    await assert_sound(shop)


async def test_more_than_is_held_cannot_be_shipped_and_nothing_moves(shop: Shop, stocked: Product):
    order = new_id()
    await service.reserve(shop, order, {A: 3, B: 1})
    with pytest.raises(HoldMissing):
        await service.ship(shop, order, {A: 1, B: 2}, shipment_id="S1")
    with pytest.raises(HoldMissing):
        await service.ship(shop, new_id(), {A: 1}, shipment_id="S2")
    with pytest.raises(NotFound):
        await service.ship(shop, order, {"UNKNOWN": 1}, shipment_id="S3")
    assert await counts(shop) == (20, 3, 17)


async def test_a_return_is_put_back_once(shop: Shop, stocked: Product):
    order = new_id()
    await service.reserve(shop, order, {A: 3})
    await service.ship(shop, order, {A: 3}, shipment_id="S1")
    for _ in range(2):
        await service.receive_return(shop, {A: 2}, return_id="R1", actor="staff-1", note="unopened")
    await asyncio.gather(*(service.receive_return(shop, {A: 1}, return_id="R2", actor="staff-1") for _ in range(4)))
    assert await counts(shop) == (20, 0, 20)
    with pytest.raises(NotFound):
        await service.receive_return(shop, {"UNKNOWN": 1}, return_id="R3", actor="staff-1")
    await assert_sound(shop)


async def test_staff_adjust_and_the_log_says_why(shop: Shop, stocked: Product):
    assert (await service.adjust(shop, A, 5, "found a box", "staff-1")).on_hand == 25
    assert (await service.adjust(shop, A, -2, " broken ", "staff-2")).on_hand == 23
    rows, following = await service.log_of(shop, A)
    assert [(row.delta, row.reason.value, row.actor, row.note) for row in rows] == [
        (-2, "adjustment", "staff-2", "broken"),
        (5, "adjustment", "staff-1", "found a box"),
        (20, "initial", "system", ""),
    ]
    assert following is None
    await assert_sound(shop)


async def test_promised_pieces_cannot_be_adjusted_away(shop: Shop, stocked: Product):
    await service.reserve(shop, new_id(), {A: 15})
    with pytest.raises(BelowReserved) as error:
        await service.adjust(shop, A, -6, "lost", "staff-1")
    assert error.value.extra == {"on_hand": 20, "reserved": 15, "available": 5}
    assert error.value.hint
    assert (await service.adjust(shop, A, -5, "lost", "staff-1")).available == 0
    await assert_sound(shop)


@pytest.mark.parametrize(
    ("delta", "reason", "field"),
    [
        (0, "counted", "delta"),
        (10**9 + 1, "counted", "delta"),
        (True, "counted", "delta"),
        (1.5, "counted", "delta"),
        (1, "", "reason"),
        (1, " ", "reason"),
        (1, "x" * 201, "reason"),
    ],
)
async def test_an_adjustment_that_makes_no_sense_is_refused(shop: Shop, stocked: Product, delta, reason, field):
    with pytest.raises(Invalid) as error:
        await service.adjust(shop, A, delta, reason, "staff-1")
    assert [fault.field for fault in error.value.errors] == [field]
    assert await counts(shop) == (20, 0, 20)


async def test_what_has_no_stock_cannot_be_adjusted(shop: Shop):
    with pytest.raises(NotFound) as error:
        await service.adjust(shop, "UNKNOWN", 1, "found", "staff-1")
    assert error.value.code == "unknown_sku"


@pytest.mark.parametrize("pieces", [0, -1, 1.0, "2", True, 10**9 + 1])
async def test_quantities_are_whole_numbers_from_1(shop: Shop, stocked: Product, pieces):
    for moving in (
        service.reserve(shop, new_id(), {A: pieces}),
        service.ship(shop, new_id(), {A: pieces}, shipment_id="S"),
        service.receive_return(shop, {A: pieces}, return_id="R", actor="staff-1"),
    ):
        with pytest.raises(Invalid):
            await moving
    assert await counts(shop) == (20, 0, 20)


async def test_an_order_id_cannot_reach_into_the_document(shop: Shop, stocked: Product):
    for order in ("a.b", "$where", "x" * 65, "a b"):
        with pytest.raises(Invalid):
            await service.reserve(shop, order, {A: 1})
        with pytest.raises(Invalid):
            await service.release(shop, order, [A])
