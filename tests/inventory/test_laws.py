"""The laws of stock, whatever is done in whatever order, and however often: a plain model of it keeps step."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from spoeq_core.inventory import documents, service
from spoeq_core.inventory.documents import StockRepository
from spoeq_core.inventory.model import HOME, BelowReserved, HoldMissing, NoGoods, NotThere, OutOfStock
from spoeq_core.inventory.service import keeping
from spoeq_core.kernel.clock import FixedClock
from spoeq_core.kernel.errors import Conflict, Invalid
from spoeq_core.shop import Shop
from spoeq_core.testing.shops import shop_with

SKUS = ("A.1", "B-2")
ORDERS = ("o1", "o2", "o3")
CAUSES = ("c1", "c2", "c3")
PLACES = (HOME, "DEL", "BLR")
skus, orders, causes = st.sampled_from(SKUS), st.sampled_from(ORDERS), st.sampled_from(CAUSES)
places = st.sampled_from(PLACES)
pieces, counts = st.integers(1, 4), st.integers(0, 6)
baskets = st.dictionaries(skus, pieces, min_size=1)


@dataclass
class Shelf:
    """What a SKU's stock must be, and which causes have moved it."""

    at: Counter[str]
    holds: dict[str, int] = field(default_factory=dict)
    moved: set[tuple[str, str]] = field(default_factory=set)
    sent: dict[str, tuple[str, int, str]] = field(default_factory=dict)

    @property
    def on_hand(self) -> int:
        return self.at.total()

    @property
    def available(self) -> int:
        return self.on_hand - sum(self.holds.values())

    def once(self, reason: str, cause: str) -> bool:
        """Whether this cause has not moved it yet; now it has."""
        known = (reason, cause) in self.moved
        self.moved.add((reason, cause))
        return not known

    def hold(self, order: str, count: int) -> None:
        self.holds[order] = self.holds.get(order, 0) + count
        if not self.holds[order]:
            del self.holds[order]


class Warehouse(RuleBasedStateMachine):
    """Orders, parcels, returns and counts, sensible or not; the same again at any time."""

    def __init__(self, shop: Shop, clock: FixedClock, run: Callable[[Coroutine[Any, Any, Any]], Any]) -> None:
        super().__init__()
        self.shop, self.clock, self.run = shop, clock, run
        self.shelves: dict[str, Shelf] = {}

    def refused(self, work: Coroutine[Any, Any, Any], *kinds: type[Exception]) -> bool:
        """Whether it was refused, by an error of those kinds."""
        try:
            self.run(work)
        except kinds:
            return True
        return False

    @initialize(counts=st.tuples(st.integers(0, 12), st.integers(0, 12)), threshold=st.integers(0, 4))
    def begin(self, counts: tuple[int, int], threshold: int) -> None:
        self.shelves = {sku: Shelf(Counter({HOME: count})) for sku, count in zip(SKUS, counts, strict=True)}
        new = [service.NewStock(sku, "p", sku, shelf.on_hand, threshold) for sku, shelf in self.shelves.items()]
        assert self.run(service.create_stocks(self.shop, new)) == set(SKUS)

    @rule(order=orders, basket=baskets)
    def reserve(self, order: str, basket: dict[str, int]) -> None:
        shelves = [(self.shelves[sku], count) for sku, count in basket.items()]
        held = [shelf.holds.get(order, 0) for shelf, _ in shelves]
        if any(held):  # an order's id is used for one reservation: the same again, or nothing
            basket = {sku: shelf.holds[order] for sku, shelf in self.shelves.items() if order in shelf.holds}
            return self.run(service.reserve(self.shop, order, basket))
        lacks = any(shelf.available < count for shelf, count in shelves)
        assert self.refused(service.reserve(self.shop, order, basket), OutOfStock) is lacks
        if not lacks:
            for shelf, count in shelves:
                shelf.hold(order, count)

    @rule(order=orders, basket=baskets)
    def release(self, order: str, basket: dict[str, int]) -> None:
        self.run(service.release(self.shop, order, basket))
        for sku in basket:
            self.shelves[sku].holds.pop(order, None)

    @rule(order=orders, sku=skus, count=pieces, cause=causes, place=places)
    def pack(self, order: str, sku: str, count: int, cause: str, place: str) -> None:
        shelf = self.shelves[sku]
        known = ("ship", cause) in shelf.moved
        lacks = not known and (shelf.holds.get(order, 0) < count or shelf.at[place] < count)
        work = service.ship(self.shop, order, {sku: count}, shipment_id=cause, location=place)
        assert self.refused(work, HoldMissing, NoGoods) is lacks
        if not lacks and shelf.once("ship", cause):
            shelf.hold(order, -count)
            shelf.at[place] -= count
            shelf.sent[cause] = (order, count, place)

    @rule(sku=skus, cause=causes)
    def unpack(self, sku: str, cause: str) -> None:
        shelf = self.shelves[sku]
        order, count, place = shelf.sent.get(cause, ("o1", 1, HOME))
        self.run(service.unship(self.shop, order, {sku: count}, shipment_id=cause))
        if cause in shelf.sent and shelf.once("unship", cause):
            shelf.hold(order, count)
            shelf.at[place] += count

    @rule(sku=skus, count=pieces, source=places, goal=places, cause=causes)
    def carry(self, sku: str, count: int, source: str, goal: str, cause: str) -> None:
        shelf = self.shelves[sku]
        known = ("transfer", cause) in shelf.moved
        lacks = source == goal or (not known and shelf.at[source] < count)
        way = {"source": source, "target": goal, "transfer_id": cause, "actor": "staff"}
        assert self.refused(service.transfer(self.shop, sku, count, **way), Invalid, NotThere) is lacks
        if not lacks and shelf.once("transfer", cause):
            shelf.at[source] -= count
            shelf.at[goal] += count

    @rule(basket=baskets, cause=causes, place=places)
    def take_back(self, basket: dict[str, int], cause: str, place: str) -> None:
        self.run(service.receive_return(self.shop, basket, return_id=cause, actor="staff", location=place))
        for sku, count in basket.items():
            if self.shelves[sku].once("return", cause):
                self.shelves[sku].at[place] += count

    @rule(sku=skus, delta=st.integers(-4, 4).filter(bool), place=places)
    def count(self, sku: str, delta: int, place: str) -> None:
        shelf = self.shelves[sku]
        lacks = delta < 0 and (shelf.available + delta < 0 or shelf.at[place] + delta < 0)
        work = service.adjust(self.shop, sku, delta, "counted", "staff", location=place)
        assert self.refused(work, BelowReserved, NotThere) is lacks
        shelf.at[place] += 0 if lacks else delta

    @rule(sku=skus, counted=st.dictionaries(places, st.tuples(counts, counts), min_size=1), cause=causes)
    def stocktake(self, sku: str, counted: dict[str, tuple[int, int]], cause: str) -> None:
        shelf = self.shelves[sku]
        deltas = {place: now - seen for place, (seen, now) in counted.items() if now != seen}
        known = ("stocktake", cause) in shelf.moved
        lacks = not known and (
            any(shelf.at[place] + delta < 0 for place, delta in deltas.items() if delta < 0)
            or min(0, sum(deltas.values())) + shelf.available < 0
        )
        booked = [service.Count(sku, seen, now, place) for place, (seen, now) in counted.items()]
        refused = self.run(service.book_counts(self.shop, booked, ref=f"take-{cause}", actor="staff", note=""))
        assert set(refused) == ({sku} if lacks and deltas else set())
        if deltas and not lacks and shelf.once("stocktake", cause):
            for place, delta in deltas.items():
                shelf.at[place] += delta

    @rule(order=orders, sku=skus, more=pieces, cause=causes)
    def put_into_order(self, order: str, sku: str, more: int, cause: str) -> None:
        shelf = self.shelves[sku]
        known = ("more", cause) in shelf.moved
        lacks = not known and shelf.available < more
        assert self.refused(service.hold_more(self.shop, order, {sku: more}, change_id=cause), OutOfStock) is lacks
        if not lacks and shelf.once("more", cause):
            shelf.hold(order, more)

    @rule(order=orders, sku=skus, less=pieces, cause=causes)
    def take_out_of_order(self, order: str, sku: str, less: int, cause: str) -> None:
        self.run(service.hold_less(self.shop, order, {sku: less}, change_id=cause))
        shelf = self.shelves[sku]
        if (held := shelf.holds.get(order, 0)) and shelf.once("less", cause):
            shelf.hold(order, -min(held, less))

    @rule()
    def tidy_the_log(self) -> None:
        self.clock.forward(2 * keeping.SETTLED)
        self.run(service.compact_log(self.shop))

    @invariant()
    def it_is_as_it_must_be(self) -> None:
        if not self.shelves:
            return
        assert self.run(service.check_invariants(self.shop)) == []
        stocks = {it.sku: it for it in self.run(self.shop.repository(StockRepository).read({}, holds=True))}
        found = {sku: (stock.on_hand, dict(stock.holds)) for sku, stock in stocks.items()}
        assert found == {sku: (shelf.on_hand, shelf.holds) for sku, shelf in self.shelves.items()}
        lying = {sku: {place: shelf.at[place] for place in PLACES} for sku, shelf in self.shelves.items()}
        assert {sku: {place: stock.at(place) for place in PLACES} for sku, stock in stocks.items()} == lying
        assert all(0 <= stock.reserved <= stock.on_hand for stock in stocks.values())

    def teardown(self) -> None:
        self.run(self.clear())

    async def clear(self) -> None:
        stocks = self.shop.repository(StockRepository)
        await stocks.collection.delete_many({})
        await stocks.archive.delete_many({})


@pytest.fixture
def warehouse(
    servers: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[], Warehouse]]:
    """Makes them, on one database, whose logs are tidied early."""
    for module in (documents.stock, keeping):
        monkeypatch.setattr(module, "RECENT", 1)
    clock = FixedClock(datetime(2026, 11, 22, 6, 30, tzinfo=UTC))
    with asyncio.Runner() as runner:
        opening = shop_with(servers=servers, data_dir=tmp_path, clock=clock)
        shop = runner.run(opening.__aenter__())
        for code in PLACES[1:]:
            runner.run(service.create_location(shop, code, {"name": code}))
        yield lambda: Warehouse(shop, clock, runner.run)
        runner.run(opening.__aexit__(None, None, None))


def test_stock_is_its_log_and_what_it_must_be(warehouse: Callable[[], Warehouse]) -> None:
    """Reserved, released, packed, unpacked, carried, returned, counted and changed: anywhere, in any order, again."""
    run_state_machine_as_test(warehouse, settings=settings(max_examples=60, stateful_step_count=20))  # type: ignore[no-untyped-call]


def test_one_reservation_is_one_number(warehouse: Callable[[], Warehouse]) -> None:
    """An order that holds pieces cannot reserve another number of them."""
    made = warehouse()
    made.begin((5, 5), 0)
    made.reserve("o1", {"A.1": 2})
    assert made.refused(service.reserve(made.shop, "o1", {"A.1": 3}), Conflict)
    made.it_is_as_it_must_be()
    made.teardown()
