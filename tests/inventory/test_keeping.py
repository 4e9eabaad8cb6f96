"""Stock follows products, the log stays short, and the doctor sees what is wrong."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from spoeq_core.catalog import service as catalog
from spoeq_core.catalog.documents import ProductRepository
from spoeq_core.catalog.model import Product, ProductChanges, Variant
from spoeq_core.inventory import service
from spoeq_core.inventory.documents import StockRepository
from spoeq_core.inventory.model import RECENT
from spoeq_core.inventory.subscribers import keep_house
from spoeq_core.kernel.clock import FixedClock
from spoeq_core.kernel.errors import Conflict, Invalid, NotFound
from spoeq_core.kernel.ids import new_id
from spoeq_core.shop import Shop
from spoeq_core.testing.shops import deliver_all
from tests.inventory.conftest import SKUS, Commands

A, B, C = SKUS


async def test_a_new_product_gets_stock_of_none(shop: Shop, diya: Product):
    await deliver_all(shop)
    stocks = await service.stock_of(shop, SKUS)
    assert {sku: (stock.on_hand, stock.name) for sku, stock in stocks.items()} == {
        A: (0, "Brass Diya (Small)"),
        B: (0, "Brass Diya (Medium)"),
        C: (0, "Brass Diya (Large)"),
    }
    assert {sku: found.product.id for sku, found in (await service.sellable(shop, SKUS)).items()} == dict.fromkeys(
        SKUS, diya.id
    )


async def test_initial_pieces_are_put_in_once_whoever_comes_first(shop: Shop, diya: Product):
    await service.ensure_stock(shop, diya, {A: 10}, actor="staff-1")
    await deliver_all(shop)
    await service.ensure_stock(shop, diya, {A: 10, B: 4, "UNKNOWN": 9}, actor="staff-1")
    stocks = await service.stock_of(shop, [*SKUS, "UNKNOWN"])
    assert {sku: stock.on_hand for sku, stock in stocks.items()} == {A: 10, B: 4, C: 0}
    assert (await catalog.product_by_id_or_slug(shop, diya.id)).stock_states == {A: "in_stock", B: "low", C: "out"}
    assert await service.check_invariants(shop) == []


async def test_stock_follows_changes_of_the_product(shop: Shop, stocked: Product):
    kept, new = stocked.variants[:2], replace(stocked.variants[2], sku="DIYA-NEW")
    await catalog.update_product(shop, stocked.id, {"name": "Lamp", "variants": (*kept, new)})
    await deliver_all(shop)
    assert (await service.get_stock(shop, A)).name == "Lamp (Small)"
    assert (await service.get_stock(shop, "DIYA-NEW")).on_hand == 0
    assert (await service.get_stock(shop, C)).retired
    assert set(await service.sellable(shop, [*SKUS, "DIYA-NEW"])) == {A, B, "DIYA-NEW"}
    page = await service.list_stock(shop)
    assert [stock.sku for stock in page.items] == [B, "DIYA-NEW", A]


async def test_a_sku_may_move_to_another_product_with_its_pieces(shop: Shop, stocked: Product):
    await catalog.update_product(shop, stocked.id, {"variants": stocked.variants[:2]})
    other = await catalog.create_product(
        shop, {"name": "Big Diya", "variants": (replace(stocked.variants[2], options={}),)}
    )
    await deliver_all(shop)
    stock = await service.get_stock(shop, C)
    assert (stock.product_id, stock.name, stock.on_hand, stock.retired) == (other.id, "Big Diya", 20, False)


async def test_a_deleted_products_stock_is_out_of_sight_and_can_still_be_shipped(shop: Shop, stocked: Product):
    order = new_id()
    await service.reserve(shop, order, {A: 2})
    await catalog.delete_product(shop, stocked.id)
    await deliver_all(shop)
    assert await service.sellable(shop, SKUS) == {}
    assert (await service.list_stock(shop)).total == 0
    await service.ship(shop, order, {A: 2}, shipment_id="S1")
    assert await service.check_invariants(shop) == []


async def test_a_sku_that_has_stock_gets_no_second_first_one(shop: Shop, stocked: Product):
    with pytest.raises(Conflict):
        await service.create_stock(shop, A, product_id=stocked.id, on_hand=5)
    made = await service.create_stocks(shop, [service.NewStock(A, stocked.id), service.NewStock("X", stocked.id)])
    assert made == {"X"}
    assert (await service.get_stock(shop, A)).on_hand == 20


async def test_many_products_are_imported_with_their_stock(shop: Shop, stocked: Product, commands: Commands):
    drafts: list[ProductChanges] = [{"name": "Lamp", "variants": (Variant(f"L-{n}"),)} for n in range(30)]
    commands.take()
    made = await service.import_products(shop, drafts, {"L-0": 9, "L-1": 5, "L-2": 5}, thresholds={"L-2": 2})
    assert commands.take() == {"find": 3, "insert": 2}
    assert [product.stock_state(f"L-{n}") for n, product in enumerate(made)][:4] == [
        "in_stock",
        "low",
        "in_stock",
        "out",
    ]
    assert await catalog.products_by_ids(shop, [made[1].id], hidden=True) == [made[1]]
    assert {sku: stock.on_hand for sku, stock in (await service.stock_of(shop, ["L-0", "L-9"])).items()} == {
        "L-0": 9,
        "L-9": 0,
    }
    assert await service.check_invariants(shop) == []


async def test_an_imported_product_takes_over_the_stock_that_its_sku_has(shop: Shop, stocked: Product):
    await catalog.update_product(shop, stocked.id, {"variants": stocked.variants[:2]})
    (made,) = await service.import_products(shop, [{"name": "Lamp", "variants": (Variant(C),)}], {C: 3})
    assert (await service.get_stock(shop, C)).product_id == made.id
    assert (await catalog.product_by_id_or_slug(shop, made.id, hidden=True)).stock_states == {C: "in_stock"}


@pytest.mark.parametrize(("on_hand", "threshold"), [(-1, 5), (10**9 + 1, 5), (1, -1)])
async def test_stock_does_not_begin_below_nothing(shop: Shop, diya: Product, on_hand, threshold):
    with pytest.raises(Invalid):
        await service.create_stock(shop, A, product_id=diya.id, on_hand=on_hand, threshold=threshold)


async def test_the_list_is_searched_and_narrowed(shop: Shop, stocked: Product):
    await service.reserve(shop, new_id(), {B: 15})

    async def listed(**asked) -> list[str]:
        return [stock.sku for stock in (await service.list_stock(shop, **asked)).items]

    assert await listed() == [B, A, C]
    assert await listed(low=True) == [B]
    assert await listed(text="diya_") == [C]
    assert await listed(text="Diya DIYA") == [B, A, C]
    assert await listed(text="(") == []
    assert await listed(page=2, per_page=2) == [C]
    assert (await service.list_stock(shop, per_page=1)).total == 3


async def fill_log(shop: Shop, rows: int) -> None:
    for n in range(rows):
        await service.adjust(shop, A, 1 if n % 2 else -1, f"row {n}", "staff-1")


async def test_old_rows_move_to_the_archive_and_the_log_still_sums(shop: Shop, stocked: Product, clock: FixedClock):
    await fill_log(shop, RECENT + 10)
    assert await service.compact_log(shop) == 0
    clock.forward(timedelta(minutes=10))
    await keep_house(shop)
    (found,) = [rows async for _, _, rows in shop.repository(StockRepository).with_log({"_id": A})]
    assert len(found) == RECENT
    assert await service.compact_log(shop) == 0
    assert await service.check_invariants(shop) == []
    seen, cursor = [], None
    while True:
        rows, cursor = await service.log_of(shop, A, cursor, limit=7)
        seen += rows
        if cursor is None:
            break
    assert len(seen) == RECENT + 11
    assert [row.note for row in seen][:-1] == [f"row {n}" for n in reversed(range(RECENT + 10))]
    assert sum(row.delta for row in seen) == (await service.get_stock(shop, A)).on_hand


async def test_a_crash_between_archiving_and_removing_counts_no_row_twice(
    shop: Shop, stocked: Product, clock: FixedClock
):
    await fill_log(shop, RECENT + 4)
    clock.forward(timedelta(minutes=10))
    stocks = shop.repository(StockRepository)
    (rows,) = [rows async for _, _, rows in stocks.with_log({"_id": A})]
    raw = [{**row, "_id": row["id"], "sku": A} for row in (await stocks.collection.find_one({"_id": A}))["log"][:3]]
    await stocks.archive.insert_many(raw)
    assert await service.check_invariants(shop) == []
    assert len((await service.log_of(shop, A, limit=500))[0]) == len(rows)
    assert await service.compact_log(shop) == 5
    assert await service.check_invariants(shop) == []
    assert len((await service.log_of(shop, A, limit=500))[0]) == len(rows)


async def test_a_shipment_is_known_after_its_row_was_archived(shop: Shop, stocked: Product, clock: FixedClock):
    order = new_id()
    await service.reserve(shop, order, {A: 3})
    await service.ship(shop, order, {A: 1}, shipment_id="S1")
    await service.receive_return(shop, {A: 1}, return_id="R1", actor="staff-1")
    await fill_log(shop, RECENT)
    clock.forward(timedelta(minutes=10))
    await service.compact_log(shop)
    before = await service.get_stock(shop, A)
    await service.ship(shop, order, {A: 1}, shipment_id="S1")
    await service.receive_return(shop, {A: 1}, return_id="R1", actor="staff-1")
    assert await service.get_stock(shop, A) == before


async def test_the_log_of_what_is_not_there_is_not_found(shop: Shop):
    with pytest.raises(NotFound):
        await service.log_of(shop, "UNKNOWN")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"available": 19}, "available is 19"),
        ({"headroom": 3}, "headroom is 3"),
        ({"on_hand": 21, "available": 21, "headroom": 16}, "its log sums to 20"),
        ({"reserved": 2, "available": 18, "headroom": 13}, "its orders hold 0"),
        ({"holds": {"O1": 1}}, "its orders hold 1"),
        ({"reserved": 30, "available": -10, "headroom": -15}, "promise more than there is"),
    ],
)
async def test_the_doctor_sees_each_broken_law(shop: Shop, stocked: Product, wrong, words):
    await shop.repository(StockRepository).collection.update_one({"_id": A}, {"$set": wrong})
    found = await service.check_invariants(shop)
    assert {violation.sku for violation in found} == {A}
    assert any(words in violation.problem for violation in found), found


class Overtaken(ProductRepository):
    """The products as seen by a process that is slow: stock moves between its reading and its first writing."""

    meanwhile: Callable[[], Awaitable[object]] | None = None

    async def set_stock_states(self, states: Mapping[str, Mapping[str, str]]) -> None:
        if self.meanwhile is not None:
            act, self.meanwhile = self.meanwhile, None
            await act()
        await super().set_stock_states(states)


async def test_states_that_are_old_when_they_are_written_are_written_again(shop: Shop, stocked: Product):
    slow = shop.repositories[ProductRepository] = Overtaken(shop.mongo, shop.outbox, shop.clock)
    await service.adjust(shop, A, -17, "rain", "staff-1")
    slow.meanwhile = lambda: service.adjust(shop, A, -3, "flood", "staff-1")
    await service.refresh_states(shop, [stocked.id])
    assert slow.meanwhile is None
    assert (await catalog.product_by_id_or_slug(shop, stocked.id)).stock_states[A] == "out"
