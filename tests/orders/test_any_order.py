"""Orders, parcels, returns, refunds and counts in any order and twice: all agree, and no piece is sold twice."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings, strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule, run_state_machine_as_test

from spoeq_core.cart.documents import CartRepository
from spoeq_core.checkout.expiry import expire_unpaid
from spoeq_core.checkout.invariants import check
from spoeq_core.checkout.reconcile import heal
from spoeq_core.inventory import service as inventory
from spoeq_core.inventory.documents import StockRepository
from spoeq_core.kernel.clock import FixedClock, to_milliseconds
from spoeq_core.kernel.errors import SpoeqError
from spoeq_core.orders import service as orders
from spoeq_core.orders.claims import claims_of
from spoeq_core.orders.documents import OrderRepository
from spoeq_core.orders.model import Order, OrderStatus, ReturnStatus
from spoeq_core.orders.service import Parcel, RefundWish
from spoeq_core.payments.model import Settled
from spoeq_core.shop import Shop
from spoeq_core.testing.shops import deliver_all, shop_with
from tests.shopping import Gateway, buy, delivery, door, guest, online, stock_up

SKU = "KURTA"
FIRST = 6
AGO = timedelta(minutes=31)
few = st.integers(1, 3)


class Business(RuleBasedStateMachine):
    """One thing after the other, sensible or not; whatever is refused changes nothing."""

    sold: Bundle[str] = Bundle("sold")

    def __init__(self, shop: Shop, clock: FixedClock, run: Callable[[Coroutine[Any, Any, Any]], Any]) -> None:
        super().__init__()
        self.shop, self.clock, self.run = shop, clock, run
        self.counted = 0

    def tried(self, work: Coroutine[Any, Any, Any]) -> bool:
        """Whether it was done; a refusal says so by an error of the shop's."""
        try:
            self.run(work)
        except SpoeqError:
            return False
        return True

    def order(self, key: str) -> Order:
        found: Order = self.run(self.shop.repository(OrderRepository).get(key))
        return found

    @rule(target=sold, pieces=few, pay=st.sampled_from(["door", "gateway"]))
    def place(self, pieces: int, pay: str) -> Any:
        async def placing() -> str:
            return (await buy(self.shop, await guest(self.shop, {SKU: pieces}), pay=pay)).order.id

        try:
            return self.run(placing())
        except SpoeqError:
            return multiple()

    @rule(target=sold, pieces=few, pay=st.sampled_from(["door", "gateway"]))
    def sell(self, pieces: int, pay: str) -> Any:
        """An order that the buyer has in hand, so that much can become of it."""
        key = self.place(pieces, pay)
        if isinstance(key, str):
            self.pay(key, "p1")
            self.move(key, OrderStatus.SHIPPED)
            self.move(key, OrderStatus.DELIVERED)
        return key

    @rule(key=sold)
    def cancel(self, key: str) -> None:
        self.tried(orders.cancel(self.shop, key, actor="Ravi"))

    @rule(key=sold, payment=st.sampled_from(["p1", "p2"]))
    def pay(self, key: str, payment: str) -> None:
        amount = self.order(key).due or 1
        self.tried(orders.settle(self.shop, "gateway", key, Settled(f"{key}-{payment}", amount, "INR")))

    @rule(key=sold, pieces=few)
    def ship_some(self, key: str, pieces: int) -> None:
        line = self.order(key).lines[0].id
        self.tried(orders.add_shipment(self.shop, key, Parcel({line: pieces}), actor="Ravi"))

    @rule(key=sold, status=st.sampled_from([OrderStatus.PROCESSING, OrderStatus.SHIPPED, OrderStatus.DELIVERED]))
    def move(self, key: str, status: OrderStatus) -> None:
        self.tried(orders.change_status(self.shop, key, status, actor="Ravi"))

    @rule(key=sold, pieces=few, restock=st.booleans())
    def refund(self, key: str, pieces: int, restock: bool) -> None:
        line = self.order(key).lines[0].id
        wish = RefundWish("torn", items={line: pieces}, restock=restock, reference="by hand")
        self.tried(orders.refund(self.shop, key, wish, actor="Ravi"))

    @rule(key=sold, pieces=few)
    def ask_to_return(self, key: str, pieces: int) -> None:
        line = self.order(key).lines[0].id
        self.tried(orders.request_return(self.shop, key, {line: pieces}, "too long", actor="shopper"))

    @rule(key=sold, pieces=few)
    def go_on_with_returns(self, key: str, pieces: int) -> None:
        line = self.order(key).lines[0].id
        for back in self.order(key).returns:
            if back.status is ReturnStatus.REQUESTED:
                self.tried(orders.answer_return(self.shop, key, back.id, approve=True, actor="Meera"))
            elif back.status is ReturnStatus.APPROVED:
                self.tried(orders.receive_return(self.shop, key, back.id, {}, actor="Ravi"))
            else:
                self.tried(orders.inspect_return(self.shop, key, back.id, {line: pieces}, actor="Ravi"))

    @rule(delta=st.integers(-3, 3).filter(bool))
    def count(self, delta: int) -> None:
        if self.tried(inventory.adjust(self.shop, SKU, delta, "counted", "Ravi")):
            self.counted += delta

    @rule()
    def wait_for_money_in_vain(self) -> None:
        self.clock.forward(AGO)
        self.run(expire_unpaid(self.shop))
        self.run(heal(self.shop))

    @rule()
    def tell(self) -> None:
        self.run(deliver_all(self.shop))

    @invariant()
    def the_doctor_is_content(self) -> None:
        assert self.run(check(self.shop, quiet_for=timedelta(0), looks=1)) == []

    @invariant()
    def no_piece_is_sold_twice(self) -> None:
        stock = self.run(inventory.get_stock(self.shop, SKU))
        found = self.run(self.shop.repository(OrderRepository).find({}))
        assert 0 <= stock.reserved <= stock.on_hand
        out = sum(line.shipped for order in found for line in order.lines)
        there = FIRST + self.counted
        assert sum(pieces for order in found for pieces in order.promised().values()) <= stock.on_hand
        assert there - out <= stock.on_hand <= there, "what came back is at most what left"

    def teardown(self) -> None:
        self.run(deliver_all(self.shop))
        self.the_doctor_is_content()
        self.no_piece_is_sold_twice()
        self.run(self.begin_anew())

    async def begin_anew(self) -> None:
        stocks, claims = self.shop.repository(StockRepository), claims_of(self.shop)
        for kind in (OrderRepository, CartRepository):
            await self.shop.repository(kind).collection.delete_many({})
        await claims.collection.delete_many({})
        await stocks.collection.update_one(
            {"_id": SKU},
            {"$set": {"on_hand": FIRST, "reserved": 0, "available": FIRST, "headroom": FIRST, "holds": {}}},
        )
        first = {"log.reason": "initial"}
        await stocks.collection.update_one({"_id": SKU, **first}, {"$pull": {"log": {"reason": {"$ne": "initial"}}}})


@pytest.fixture
def business(servers: tuple[str, str], tmp_path: Path) -> Iterator[Callable[[], Business]]:
    """Makes them, on one database with one SKU."""
    clock = FixedClock(to_milliseconds(datetime.now(UTC)))
    with asyncio.Runner() as runner:
        plugins = delivery(), door(), online(Gateway())
        opening = shop_with(*plugins, servers=servers, data_dir=tmp_path, clock=clock)
        shop = runner.run(opening.__aenter__())
        runner.run(stock_up(shop, {SKU: FIRST}))
        yield lambda: Business(shop, clock, runner.run)
        runner.run(opening.__aexit__(None, None, None))


def test_whatever_happens_stock_and_money_agree(business: Callable[[], Business]) -> None:
    """Events are told late, or not until the end."""
    run_state_machine_as_test(business, settings=settings(max_examples=15, stateful_step_count=15))  # type: ignore[no-untyped-call]
