"""Staff hear once that a SKU runs low, and lists show what can be bought."""

from __future__ import annotations

import asyncio
from typing import Any

from spoeq_core.catalog import service as catalog
from spoeq_core.catalog.model import Product
from spoeq_core.inventory import service
from spoeq_core.inventory.documents import StockRepository
from spoeq_core.kernel.ids import new_id
from spoeq_core.shop import Shop
from spoeq_core.testing.shops import deliver_all
from tests.inventory.conftest import SKUS, Commands

A, B, C = SKUS


async def told(shop: Shop, sku: str = A) -> list[tuple[str, Any]]:
    raw = await shop.repository(StockRepository).collection.find_one({"_id": sku})
    return [
        (event["type"], event["data"].get("state", event["data"].get("available")))
        for event in raw.get("pending_events", [])
    ]


async def states(shop: Shop, product: Product) -> dict[str, str]:
    return dict((await catalog.product_by_id_or_slug(shop, product.id)).stock_states)


async def test_a_new_sku_is_shown_at_once_and_nobody_is_told_that_it_is_low(shop: Shop, diya: Product):
    assert await states(shop, diya) == {}
    await service.create_stock(shop, A, product_id=diya.id, on_hand=3, threshold=5)
    assert await states(shop, diya) == {A: "low", B: "out", C: "out"}
    assert await told(shop) == []


async def test_crossing_the_threshold_down_is_told_once(shop: Shop, stocked: Product):
    await service.reserve(shop, new_id(), {A: 14})
    assert await told(shop) == []
    await service.reserve(shop, new_id(), {A: 1})
    assert await told(shop) == [("StockStateChanged", "low"), ("StockLow", 5)]
    await service.reserve(shop, new_id(), {A: 1})
    assert len(await told(shop)) == 2
    await service.reserve(shop, new_id(), {A: 4})
    assert (await told(shop))[2:] == [("StockStateChanged", "out")]


async def test_one_jump_from_plenty_to_nothing_tells_both(shop: Shop, stocked: Product):
    await service.reserve(shop, new_id(), {A: 20})
    assert await told(shop) == [("StockStateChanged", "out"), ("StockLow", 0)]


async def test_rising_above_the_threshold_makes_the_next_fall_told_again(shop: Shop, stocked: Product):
    order = new_id()
    await service.reserve(shop, order, {A: 15})
    await service.release(shop, order, [A])
    assert (await told(shop))[2:] == [("StockStateChanged", "in_stock")]
    await service.adjust(shop, A, -16, "sold at the fair", "staff-1")
    assert (await told(shop))[3:] == [("StockStateChanged", "low"), ("StockLow", 4)]


async def test_shipping_what_was_held_changes_nothing_for_shoppers(shop: Shop, stocked: Product):
    order = new_id()
    await service.reserve(shop, order, {A: 15})
    before = await told(shop)
    await service.ship(shop, order, {A: 15}, shipment_id="S1")
    assert await told(shop) == before


async def test_many_at_once_tell_each_change_once(shop: Shop, stocked: Product):
    await asyncio.gather(*(service.reserve(shop, new_id(), {A: 1}) for _ in range(20)))
    events = await told(shop)
    assert [name for name, _ in events].count("StockLow") == 1
    assert events[-1] == ("StockStateChanged", "out") or ("StockStateChanged", "out") in events
    assert (await service.get_stock(shop, A)).told == "out"


async def test_near_the_threshold_a_reservation_is_three_commands_and_four_when_it_tells(
    shop: Shop, stocked: Product, commands: Commands
):
    commands.take()
    await service.reserve(shop, new_id(), {A: 15})
    assert commands.take() == {"update": 3, "find": 1}
    await service.reserve(shop, new_id(), {A: 1})
    assert commands.take() == {"update": 2, "find": 1}


async def test_lists_follow_what_was_told(shop: Shop, stocked: Product):
    assert await states(shop, stocked) == dict.fromkeys(SKUS, "in_stock")
    order = new_id()
    await service.reserve(shop, order, {A: 20, B: 16, C: 1})
    await deliver_all(shop)
    assert await states(shop, stocked) == {A: "out", B: "low", C: "in_stock"}
    await service.release(shop, order, SKUS)
    await deliver_all(shop)
    assert await states(shop, stocked) == dict.fromkeys(SKUS, "in_stock")
    assert (await catalog.product_by_id_or_slug(shop, stocked.id)).version == 1


async def test_a_product_is_in_stock_while_any_variant_is(shop: Shop, stocked: Product):
    await service.reserve(shop, new_id(), {A: 20, B: 20})
    await deliver_all(shop)
    assert (await catalog.product_by_id_or_slug(shop, stocked.id)).in_stock
    await service.reserve(shop, new_id(), {C: 20})
    await deliver_all(shop)
    assert not (await catalog.product_by_id_or_slug(shop, stocked.id)).in_stock


async def test_what_a_crash_left_untold_is_told_later(shop: Shop, stocked: Product):
    stocks = shop.repository(StockRepository)
    for sku, available, was in ((A, 2, "in_stock"), (B, 0, "low"), (C, 9, "out")):
        counts = {"on_hand": available, "available": available, "headroom": available - 5}
        await stocks.collection.update_one(
            {"_id": sku}, {"$set": {**counts, "told": was, "low_told": was != "in_stock"}}
        )
    assert await service.tell_missed(shop) == 3
    assert await service.tell_missed(shop) == 0
    assert await told(shop, A) == [("StockStateChanged", "low"), ("StockLow", 2)]
    assert await told(shop, B) == [("StockStateChanged", "out")]
    assert await told(shop, C) == [("StockStateChanged", "in_stock")]
