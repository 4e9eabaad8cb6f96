"""Goods at several places: each place has its log, what is carried changes no sum, and customers see one number."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, strategies as st

from spoeq_core.catalog.model import Product
from spoeq_core.inventory import service
from spoeq_core.inventory.documents import StockRepository
from spoeq_core.inventory.model import HOME, BelowReserved, HoldMissing, NoGoods, NotThere, packed_from
from spoeq_core.kernel.errors import Conflict, Invalid, NotFound, StaleAggregate
from spoeq_core.kernel.ids import new_id
from spoeq_core.shop import Shop
from spoeq_core.testing.race import race
from tests.inventory.conftest import SKUS, Commands

A, B, C = SKUS
DEL, BLR = "DEL", "BLR"

lots = st.dictionaries(st.sampled_from("ABC"), st.integers(0, 5))


@given(st.dictionaries(st.sampled_from("XYZ"), lots), lots)
def test_the_first_place_that_has_all_of_it_is_packed_from(lying: dict[str, dict[str, int]], pieces: dict[str, int]):
    chosen = packed_from("XYZ", lying, pieces)
    whole = [c for c in "XYZ" if all(lying.get(c, {}).get(sku, 0) >= count for sku, count in pieces.items())]
    assert not whole or chosen == whole[0]


@pytest.fixture
async def places(shop: Shop, stocked: Product) -> None:
    """Two more places; 20 pieces of each size lie at the main one."""
    await service.create_location(shop, DEL, {"name": "Delhi", "priority": 5})
    await service.create_location(shop, BLR, {"name": "Bengaluru", "priority": 9})


async def carry(shop: Shop, pieces: int, source: str, target: str, *, sku: str = A, cause: str = "") -> dict[str, int]:
    """Where the pieces lie afterwards."""
    way = {"source": source, "target": target, "transfer_id": cause or new_id(), "actor": "meera"}
    return (await service.transfer(shop, sku, pieces, **way)).lying


async def sound(shop: Shop) -> None:
    assert await service.check_invariants(shop) == []


async def test_goods_are_carried_once_by_two_rows_that_sum_to_nothing(shop: Shop, places: None):
    assert await carry(shop, 16, HOME, DEL) == {HOME: 4, DEL: 16}
    cause = new_id()
    carriers = (carry(shop, 5, DEL, BLR, cause=cause) for _ in range(4))
    assert await race(shop, carriers, at="update_one stock") == [{HOME: 4, DEL: 11, BLR: 5}] * 4
    assert await carry(shop, 5, DEL, BLR, cause=cause) == {HOME: 4, DEL: 11, BLR: 5}
    rows, _ = await service.log_of(shop, A)
    moved = [(row.delta, row.location) for row in rows if row.ref == cause]
    assert sorted(moved) == [(-5, DEL), (5, BLR)]
    assert await carry(shop, 5, BLR, HOME) == {HOME: 9, DEL: 11}
    stock = await service.get_stock(shop, A)
    assert (stock.on_hand, stock.available, stock.away) == (20, 20, 11)
    await sound(shop)


async def test_what_is_promised_can_be_carried_and_stays_promised(shop: Shop, places: None):
    order = new_id()
    await service.reserve(shop, order, {A: 20})
    assert await carry(shop, 20, HOME, DEL) == {DEL: 20}
    await service.ship(shop, order, {A: 20}, shipment_id="s1", location=DEL)
    stock = await service.get_stock(shop, A)
    assert (stock.on_hand, stock.reserved, stock.lying) == (0, 0, {})
    await service.unship(shop, order, {A: 20}, shipment_id="s1")
    assert (await service.get_stock(shop, A)).lying == {DEL: 20}, "back where it left from"
    await sound(shop)


async def test_of_carriers_of_the_last_pieces_one_carries_them(shop: Shop, places: None):
    ways = [carry(shop, 15, HOME, DEL if n % 2 else BLR) for n in range(6)]
    done = await asyncio.gather(*ways, return_exceptions=True)
    assert sorted(type(result).__name__ for result in done) == ["NotThere"] * 5 + ["dict"]
    assert (await service.get_stock(shop, A)).at(HOME) == 5
    await sound(shop)


@pytest.mark.parametrize("place", [HOME, DEL])
async def test_two_packers_of_a_places_last_piece_send_it_once(shop: Shop, places: None, place: str):
    await carry(shop, 1 if place == DEL else 19, HOME, DEL)
    orders = [new_id(), new_id(), new_id()]
    for order in orders:
        await service.reserve(shop, order, {A: 1})
    packers = (service.ship(shop, order, {A: 1}, shipment_id=order, location=place) for order in orders)
    done = await race(shop, packers, at="update_one stock")
    assert sorted(type(result).__name__ for result in done) == ["NoGoods", "NoGoods", "NoneType"]
    refused = next(result for result in done if isinstance(result, NoGoods))
    assert refused.extra["on_hand"] == [{"sku": A, "on_hand": 0}]
    assert ("Delhi" if place == DEL else "Main location") in str(refused)
    stock = await service.get_stock(shop, A)
    assert (stock.on_hand, stock.reserved, stock.at(place)) == (19, 2, 0)
    await sound(shop)


async def test_no_more_is_taken_from_a_place_than_lies_there_though_others_have_it(shop: Shop, places: None):
    await carry(shop, 6, HOME, DEL)
    with pytest.raises(NotThere) as refused:
        await service.adjust(shop, A, -7, "broken", "meera", location=DEL)
    assert (refused.value.extra, "Delhi has 6 pieces" in str(refused.value)) == ({"location": DEL, "on_hand": 6}, True)
    with pytest.raises(NotThere):
        await service.adjust(shop, A, -15, "broken", "meera")
    with pytest.raises(BelowReserved):
        await service.adjust(shop, A, -21, "broken", "meera")
    assert (await service.adjust(shop, A, -6, "broken", "meera", location=DEL)).lying == {HOME: 14}
    assert (await service.adjust(shop, A, 3, "received", "meera", location=BLR)).lying == {HOME: 14, BLR: 3}
    await service.reserve(shop, new_id(), {A: 16})
    with pytest.raises(BelowReserved):
        await service.adjust(shop, A, -2, "broken", "meera", location=BLR)
    await sound(shop)


async def test_a_count_that_fails_at_one_place_books_nothing_of_the_sku(shop: Shop, places: None):
    await carry(shop, 6, HOME, DEL)
    counts = [service.Count(A, 14, 20), service.Count(A, 9, 1, DEL), service.Count(B, 20, 18)]
    refused = await service.book_counts(shop, counts, ref="i1", actor="meera", note="")
    assert set(refused) == {A}
    assert "Delhi has 6 pieces" in refused[A]
    assert (await service.get_stock(shop, A)).lying == {HOME: 14, DEL: 6}
    assert (await service.get_stock(shop, B)).lying == {HOME: 18}
    again = [service.Count(A, 14, 13), service.Count(A, 6, 8, DEL), service.Count(B, 20, 18)]
    assert await service.book_counts(shop, again, ref="i1", actor="meera", note="") == {}
    assert (await service.get_stock(shop, A)).lying == {HOME: 13, DEL: 8}
    assert (await service.get_stock(shop, B)).lying == {HOME: 18}
    await sound(shop)


@pytest.mark.parametrize(
    ("way", "field", "code"),
    [
        ((3, HOME, "NO.WHERE"), "target", "unknown_location"),
        ((3, "$where", DEL), "source", "unknown_location"),
        ((3, DEL, DEL), "target", "same"),
        ((0, HOME, DEL), "pieces", "quantity"),
        ((10**10, HOME, DEL), "pieces", "quantity"),
    ],
)
async def test_a_senseless_way_is_refused_at_its_field(
    shop: Shop, places: None, way: tuple[int, str, str], field: str, code: str
):
    with pytest.raises(Invalid) as refused:
        await carry(shop, *way)
    assert [(error.field, error.code) for error in refused.value.errors] == [(field, code)]
    with pytest.raises(NotFound):
        await carry(shop, 1, HOME, DEL, sku="NO-SUCH")


async def test_a_place_is_closed_once_it_is_empty_and_takes_nothing_then(shop: Shop, places: None):
    await carry(shop, 6, HOME, DEL)
    with pytest.raises(Conflict) as refused:
        await service.change_location(shop, DEL, {"active": False})
    assert (refused.value.code, "Delhi" in str(refused.value)) == ("not_empty", True)
    await carry(shop, 6, DEL, BLR)
    assert not (await service.change_location(shop, DEL, {"active": False})).active
    assert [place.id for place in await service.locations(shop)] == [HOME, BLR, DEL]
    for work in (
        carry(shop, 1, HOME, DEL),
        service.adjust(shop, A, 1, "received", "meera", location=DEL),
        service.adjust(shop, A, 1, "received", "meera", location="NO.WHERE"),
    ):
        with pytest.raises(Invalid):
            await work
    assert await service.place_to_return(shop, DEL) == HOME
    await service.receive_return(shop, {A: 2}, return_id="r1", actor="meera", location=DEL)
    assert await carry(shop, 2, DEL, BLR) == {HOME: 14, BLR: 8}, "what came there all the same can leave"
    assert (await service.change_location(shop, DEL, {"active": True})).active
    await sound(shop)


async def test_the_main_place_can_be_renamed_and_ranked_but_not_closed(shop: Shop, stocked: Product):
    assert [(place.id, place.label) for place in await service.locations(shop)] == [(HOME, "Main location")]
    with pytest.raises(Invalid) as refused:
        await service.change_location(shop, HOME, {"name": "Jaipur", "active": False})
    assert [error.field for error in refused.value.errors] == ["active"]
    saved = await service.change_location(shop, HOME, {"name": "Jaipur", "priority": 7}, version=0)
    assert (saved.label, saved.version) == ("Jaipur", 1)
    with pytest.raises(StaleAggregate):
        await service.change_location(shop, HOME, {"name": "Udaipur"}, version=0)
    await service.create_location(shop, DEL, {"name": "Delhi", "priority": 3})
    assert [place.id for place in await service.locations(shop)] == [DEL, HOME]


@pytest.mark.parametrize(
    ("code", "name", "field"),
    [("del", "Delhi", "code"), ("A.B", "Delhi", "code"), ("", "x", "code"), (HOME, "x", "code"), ("DEL", " ", "name")],
)
async def test_a_place_that_cannot_be_is_refused_at_its_field(shop: Shop, code: str, name: str, field: str):
    with pytest.raises(Invalid) as refused:
        await service.create_location(shop, code, {"name": name})
    assert [error.field for error in refused.value.errors] == [field]


async def test_of_two_places_of_one_code_there_is_one(shop: Shop):
    makers = [service.create_location(shop, DEL, {"name": f"Delhi {n}"}) for n in range(4)]
    done = await asyncio.gather(*makers, return_exceptions=True)
    assert sorted(type(result).__name__ for result in done) == ["Invalid", "Invalid", "Invalid", "Location"]


async def test_a_parcel_is_packed_from_the_first_place_that_has_all_of_it(shop: Shop, places: None):
    await service.change_location(shop, HOME, {"name": "Jaipur", "priority": 7})
    assert await service.place_to_pack(shop, {A: 1, B: 1}) == HOME
    await carry(shop, 5, HOME, DEL)
    await carry(shop, 5, HOME, BLR, sku=B)
    assert await service.place_to_pack(shop, {A: 5}) == DEL
    assert await service.place_to_pack(shop, {A: 6}) == HOME
    assert await service.place_to_pack(shop, {A: 5, B: 1}) == HOME
    assert await service.place_to_pack(shop, {B: 5}, BLR) == BLR
    with pytest.raises(Invalid):
        await service.place_to_pack(shop, {B: 5}, "NOWHERE")


async def test_stock_from_before_there_were_places_lies_at_the_main_one(shop: Shop, stocked: Product):
    stocks = shop.repository(StockRepository)
    await service.adjust(shop, A, 2, "received", "meera")
    await stocks.collection.update_many({}, {"$unset": {"elsewhere": 1, "away": 1}})
    raw = await stocks.collection.find_one({"_id": A})
    log = [{name: value for name, value in row.items() if name != "location"} for row in raw["log"]]
    await stocks.collection.update_one({"_id": A}, {"$set": {"log": log[1:], "moves": 1}})
    await stocks.archive.insert_one({**log[0], "_id": log[0]["id"], "sku": A})
    await sound(shop)
    await service.create_location(shop, DEL, {"name": "Delhi"})
    assert (await service.get_stock(shop, A)).lying == {HOME: 22}
    assert (await service.adjust(shop, A, -1, "broken", "meera")).lying == {HOME: 21}
    assert await carry(shop, 4, HOME, DEL) == {HOME: 17, DEL: 4}
    await sound(shop)


async def test_one_place_costs_no_command_more(shop: Shop, stocked: Product, commands: Commands):
    commands.take()
    assert await service.place_to_pack(shop, {A: 1, B: 1, C: 1}) == HOME
    assert commands.take() == {"find": 1}
    await service.adjust(shop, A, -1, "broken", "meera")
    assert commands.take() == {"update": 1, "find": 2}


@pytest.mark.parametrize(
    ("spoilt", "said"),
    [
        ({"$inc": {"elsewhere.DEL": 1}}, "away is 6, but the other places hold 7"),
        ({"$inc": {"elsewhere.DEL": 1, "away": 1}}, "DEL holds 7, but its log sums to 6"),
        ({"$inc": {"elsewhere.BLR": -1, "away": -1}}, "BLR holds -1, under 0"),
        ({"$inc": {"elsewhere.BLR": 20, "away": 20}}, "MAIN holds -6, under 0"),
    ],
)
async def test_what_lies_wrong_is_found(shop: Shop, places: None, spoilt: dict[str, dict[str, int]], said: str):
    await carry(shop, 6, HOME, DEL)
    await shop.repository(StockRepository).collection.update_one({"_id": A}, spoilt)
    assert said in [violation.problem for violation in await service.check_invariants(shop)]


async def test_nothing_else_of_an_order_may_leave_from_anywhere(shop: Shop, places: None):
    await carry(shop, 6, HOME, DEL)
    with pytest.raises(HoldMissing):
        await service.ship(shop, new_id(), {A: 1}, shipment_id="s1", location=DEL)
    await sound(shop)
