"""Pieces that are promised before they come: down to the policy's limit, never beyond it, and nothing leaves unseen."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from hypothesis import given, strategies as st

from spoeq_core.catalog import service as catalog
from spoeq_core.catalog.model import UNLIMITED, Product, StockPolicy
from spoeq_core.inventory import service
from spoeq_core.inventory.documents import StockRepository
from spoeq_core.inventory.model import BelowReserved, NoGoods, OutOfStock, Stock, stock_state, waiting
from spoeq_core.kernel.ids import new_id
from spoeq_core.shop import Shop
from tests.inventory.conftest import SKUS
from tests.inventory.test_telling import states, told

A, B, C = SKUS

holds = st.dictionaries(st.text("0123456789ABCDEF", min_size=1, max_size=4), st.integers(1, 9), max_size=8)


@given(holds, st.integers(0, 60))
def test_what_is_on_hand_serves_the_oldest_orders_first_and_no_piece_twice(held: dict[str, int], on_hand: int):
    stock = Stock(A, "p", on_hand=on_hand, reserved=sum(held.values()), holds=held)
    found = waiting(stock)
    assert sum(found.values()) == stock.backordered
    oldest = sorted(held)
    served = [held[order] - found.get(order, 0) for order in oldest]
    assert all(0 <= got <= held[order] for order, got in zip(oldest, served, strict=True))
    first_short = next((n for n, order in enumerate(oldest) if order in found), len(oldest))
    assert all(got == 0 for got in served[first_short + 1 :])


@given(st.integers(-50, 50), st.integers(0, 20), st.integers(0, 30))
def test_a_sku_is_out_only_when_nothing_more_can_be_promised(available: int, threshold: int, limit: int):
    stock = Stock(A, "p", on_hand=max(0, available), reserved=max(0, -available), threshold=threshold)
    stock = replace(stock, backorder_limit=limit)
    state = stock_state(available, threshold, limit)
    assert (state == "out") == (stock.promisable == 0)
    assert (state == "backorder") == (available <= 0 < stock.promisable)
    assert (state in {"low", "in_stock"}) == (available > 0)


async def backorder(shop: Shop, product: Product, limit: int | None, sku: str = A) -> Product:
    """The product with that policy of a variant; 0: it is denied."""
    policy = StockPolicy.DENY if limit == 0 else StockPolicy.BACKORDER
    variants = tuple(
        replace(v, stock_policy=policy, backorder_limit=limit or None) if v.sku == sku else v for v in product.variants
    )
    saved = await catalog.update_product(shop, product.id, {"variants": variants}, version=product.version)
    await service.ensure_stock(shop, saved)
    return saved


async def counts(shop: Shop, sku: str = A) -> tuple[int, int, int]:
    stock = await service.get_stock(shop, sku)
    return stock.on_hand, stock.reserved, stock.available


async def sound(shop: Shop) -> None:
    assert await service.check_invariants(shop) == []


async def test_pieces_are_promised_down_to_the_limit_and_no_further(shop: Shop, stocked: Product):
    await backorder(shop, stocked, 5)
    await service.reserve(shop, new_id(), {A: 22})
    assert await counts(shop) == (20, 22, -2)
    with pytest.raises(OutOfStock) as refused:
        await service.reserve(shop, new_id(), {A: 4, B: 1})
    assert refused.value.left == {A: 3}
    await service.reserve(shop, new_id(), {A: 3, B: 1})
    assert await counts(shop) == (20, 25, -5)
    with pytest.raises(OutOfStock):
        await service.hold_more(shop, new_id(), {A: 1}, change_id=new_id())
    with pytest.raises(OutOfStock):
        await service.reserve(shop, new_id(), {B: 20})
    await sound(shop)


async def test_without_a_limit_any_number_is_promised(shop: Shop, stocked: Product):
    await backorder(shop, stocked, None)
    assert (await service.get_stock(shop, A)).backorder_limit == UNLIMITED
    await service.reserve(shop, new_id(), {A: 5_000})
    assert await counts(shop) == (20, 5_000, -4_980)
    await sound(shop)


async def test_of_many_who_order_at_once_as_many_get_a_piece_as_the_limit_lets(shop: Shop, diya: Product):
    product = await backorder(shop, diya, 10)
    await service.create_stocks(shop, [service.NewStock(sku, product.id, "", 3) for sku in SKUS])
    await service.adjust(shop, A, 3, "found", "staff")
    done = await asyncio.gather(*(service.reserve(shop, new_id(), {A: 1}) for _ in range(30)), return_exceptions=True)
    assert sum(result is None for result in done) == 13
    assert all(result is None or isinstance(result, OutOfStock) for result in done)
    assert await counts(shop) == (3, 13, -10)
    await sound(shop)


async def test_an_order_is_repeated_without_holding_twice(shop: Shop, stocked: Product):
    await backorder(shop, stocked, 5)
    order = new_id()
    for _ in range(3):
        await service.reserve(shop, order, {A: 23})
    assert await counts(shop) == (20, 23, -3)


async def test_a_limit_that_is_lowered_keeps_what_was_promised_and_adds_no_more(shop: Shop, stocked: Product):
    product, (first, second) = await backorder(shop, stocked, 8), (new_id(), new_id())
    await service.reserve(shop, first, {A: 24})
    await service.reserve(shop, second, {A: 4})
    await backorder(shop, product, 0)
    await sound(shop)
    stock = await service.get_stock(shop, A)
    assert (stock.available, stock.promisable, stock.state) == (-8, 0, "out")
    await service.release(shop, second, [A])
    with pytest.raises(OutOfStock):
        await service.reserve(shop, new_id(), {A: 1})
    await sound(shop)
    await shop.repository(StockRepository).collection.update_one(
        {"_id": A}, {"$inc": {"reserved": 9, "available": -9, "headroom": -9}, "$set": {"holds.X": 9}}
    )
    assert any("more than there is" in it.problem for it in await service.check_invariants(shop))


async def test_lowering_against_ordering_breaks_no_law(shop: Shop, stocked: Product):
    product = await backorder(shop, stocked, 10)
    await asyncio.gather(
        *(service.reserve(shop, new_id(), {A: 3}) for _ in range(12)),
        backorder(shop, product, 2),
        return_exceptions=True,
    )
    assert (await service.get_stock(shop, A)).backorder_limit == 2
    await sound(shop)


async def test_goods_that_have_not_come_are_not_shipped(shop: Shop, stocked: Product):
    await backorder(shop, stocked, 5)
    first, second = new_id(), new_id()
    await service.reserve(shop, first, {A: 19})
    await service.reserve(shop, second, {A: 4, B: 1})
    await service.ship(shop, first, {A: 19}, shipment_id="s1")
    with pytest.raises(NoGoods) as refused:
        await service.ship(shop, second, {A: 4, B: 1}, shipment_id="s2")
    assert refused.value.extra["on_hand"] == [{"sku": A, "on_hand": 1}]
    assert await counts(shop) == (1, 4, -3)
    assert await counts(shop, B) == (20, 1, 19)
    assert await service.waiting_for(shop, second, [A, B]) == {A: 3}
    await service.adjust(shop, A, 3, "goods received", "staff")
    assert await service.waiting_for(shop, second, [A, B]) == {}
    await service.ship(shop, second, {A: 4, B: 1}, shipment_id="s2")
    assert await counts(shop) == (0, 0, 0)
    await sound(shop)


async def test_a_parcel_that_is_not_sent_after_all_is_put_back_once(shop: Shop, stocked: Product):
    order = new_id()
    await service.reserve(shop, order, {A: 3, B: 2})
    await service.unship(shop, order, {A: 3, B: 2}, shipment_id="s1")
    await service.ship(shop, order, {A: 3, B: 2}, shipment_id="s1")
    await asyncio.gather(*(service.unship(shop, order, {A: 3, B: 2}, shipment_id="s1") for _ in range(5)))
    assert (await counts(shop), await counts(shop, B)) == ((20, 3, 17), (20, 2, 18))
    assert (await service.get_stock(shop, A)).holds == {order: 3}
    await sound(shop)


async def test_pieces_that_are_lost_are_booked_as_far_as_the_limit_lets(shop: Shop, stocked: Product):
    await backorder(shop, stocked, 5)
    await service.reserve(shop, new_id(), {A: 22})
    await service.adjust(shop, A, -3, "damaged", "staff")
    assert await counts(shop) == (17, 22, -5)
    with pytest.raises(BelowReserved):
        await service.adjust(shop, A, -1, "damaged", "staff")
    with pytest.raises(BelowReserved):
        await service.adjust(shop, B, -21, "damaged", "staff")
    seen = service.Count(A, 17, 25)
    assert await service.book_counts(shop, [seen], ref="import", actor="staff", note="import") == {}
    lost = await service.book_counts(shop, [service.Count(A, 25, 16)], ref="again", actor="staff", note="import")
    assert list(lost) == [A]
    assert await counts(shop) == (25, 22, 3)
    await sound(shop)


async def test_staff_hear_once_that_it_runs_low_and_lists_say_that_it_can_be_ordered(shop: Shop, stocked: Product):
    await backorder(shop, stocked, 3)
    order = new_id()
    await service.reserve(shop, order, {A: 20})
    assert await told(shop) == [("StockStateChanged", "backorder"), ("StockLow", 0)]
    await service.refresh_states(shop, [stocked.id])
    assert (await states(shop, stocked))[A] == "backorder"
    await service.reserve(shop, new_id(), {A: 3})
    assert (await told(shop))[2:] == [("StockStateChanged", "out")]
    await service.release(shop, order, [A])
    assert (await told(shop))[3:] == [("StockStateChanged", "in_stock")]


async def test_the_policy_of_a_new_variant_is_there_from_the_first_moment(shop: Shop, diya: Product):
    await backorder(shop, diya, 4)
    assert (await service.get_stock(shop, A)).state == "backorder"
    assert (await service.get_stock(shop, B)).state == "out"
    assert (await states(shop, diya))[A] == "backorder"


async def test_stock_from_before_there_were_policies_is_sold_as_before(shop: Shop, stocked: Product):
    collection = shop.repository(StockRepository).collection
    await collection.update_many({}, {"$unset": {"backorder_limit": "", "owed": ""}})
    order = new_id()
    await service.reserve(shop, order, {A: 20})
    assert (await told(shop))[-1] == ("StockLow", 0)
    with pytest.raises(OutOfStock):
        await service.reserve(shop, new_id(), {A: 1})
    with pytest.raises(OutOfStock):
        await service.hold_more(shop, order, {A: 1}, change_id=new_id())
    await service.hold_less(shop, order, {A: 2}, change_id="less")
    await service.hold_more(shop, order, {A: 1}, change_id="more")
    await service.adjust(shop, A, -1, "lost", "staff")
    await backorder(shop, stocked, 3)
    await service.reserve(shop, new_id(), {A: 3})
    await sound(shop)
