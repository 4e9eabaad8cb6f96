"""Many at once, against the real database: what was promised is there, and the log always sums to the stock."""

from __future__ import annotations

import asyncio
import random

import pytest

from spoeq_core.catalog.model import Product
from spoeq_core.inventory import service
from spoeq_core.inventory.model import BelowReserved, HoldMissing, NoGoods, OutOfStock
from spoeq_core.kernel.ids import new_id
from spoeq_core.shop import Shop
from tests.inventory.conftest import SKUS
from tests.inventory.test_backorders import backorder

A, B, C = SKUS


async def test_of_fifty_buyers_of_the_last_ten_exactly_ten_get_one(shop: Shop, diya: Product):
    await service.create_stock(shop, A, product_id=diya.id, on_hand=10, threshold=3)
    done = await asyncio.gather(*(service.reserve(shop, new_id(), {A: 1}) for _ in range(50)), return_exceptions=True)
    assert sum(result is None for result in done) == 10
    assert sum(isinstance(result, OutOfStock) for result in done) == 40
    stock = await service.get_stock(shop, A)
    assert (stock.on_hand, stock.reserved, stock.available, len(stock.holds)) == (10, 10, 0, 10)
    assert await service.check_invariants(shop) == []


async def test_buyers_of_two_things_in_any_order_hold_both_or_neither(shop: Shop, stocked: Product):
    wanted = [{A: 3, B: 2} if n % 2 else {B: 2, A: 3} for n in range(24)]
    orders = [new_id() for _ in wanted]
    done = await asyncio.gather(
        *(service.reserve(shop, order, of) for order, of in zip(orders, wanted, strict=True)), return_exceptions=True
    )
    holds = await service.open_holds(shop)
    assert holds == {order: {A: 3, B: 2} for order, result in zip(orders, done, strict=True) if result is None}
    assert all(result is None or isinstance(result, OutOfStock) for result in done)
    assert (await service.get_stock(shop, A)).available >= 0
    assert await service.check_invariants(shop) == []


async def test_an_order_that_is_released_many_times_at_once_is_released_once(shop: Shop, stocked: Product):
    order = new_id()
    await service.reserve(shop, order, {A: 4})
    await asyncio.gather(*(service.release(shop, order, [A]) for _ in range(10)))
    stock = await service.get_stock(shop, A)
    assert (stock.on_hand, stock.reserved) == (20, 0)
    rows, _ = await service.log_of(shop, A)
    assert [row.reason.value for row in rows].count("release") == 1


class Customer:
    """Does one sensible or senseless thing after the other with orders of their own."""

    def __init__(self, shop: Shop, seed: int) -> None:
        self.shop = shop
        self.random = random.Random(seed)  # noqa: S311 - repeatable, not secret
        self.order = new_id()
        self.shipments = 0

    async def go(self, steps: int) -> None:
        for _ in range(steps):
            act = self.random.choice([self.reserve, self.reserve, self.release, self.ship, self.give_back, self.adjust])
            try:
                await act()
            except (OutOfStock, HoldMissing, BelowReserved, NoGoods):
                continue

    async def reserve(self) -> None:
        self.order = new_id()
        await service.reserve(self.shop, self.order, {sku: self.random.randint(1, 4) for sku in self.some()})

    async def release(self) -> None:
        await service.release(self.shop, self.order, SKUS)

    async def ship(self) -> None:
        self.shipments += self.random.randint(0, 1)
        await service.ship(
            self.shop, self.order, {self.random.choice(SKUS): 1}, shipment_id=f"{self.order}-{self.shipments}"
        )

    async def give_back(self) -> None:
        await service.receive_return(self.shop, {self.random.choice(SKUS): 1}, return_id=new_id(), actor="staff")

    async def adjust(self) -> None:
        await service.adjust(
            self.shop, self.random.choice(SKUS), self.random.choice([-3, -2, -1, 1, 2]), "counted", "staff"
        )

    def some(self) -> list[str]:
        return self.random.sample(SKUS, self.random.randint(1, 3))


@pytest.mark.parametrize(("seed", "limit"), [(0, 0), (1, 0), (2, 0), (3, 9), (4, 30), (5, 60)])
async def test_whatever_is_done_at_once_the_laws_hold(shop: Shop, stocked: Product, seed: int, limit: int):
    await backorder(shop, stocked, limit)
    await asyncio.gather(*(Customer(shop, seed * 100 + n).go(8) for n in range(8)))
    assert await service.check_invariants(shop) == []
    for sku, stock in (await service.stock_of(shop, SKUS)).items():
        assert stock.on_hand >= 0
        assert stock.available >= (-limit if sku == A else 0)
        assert stock.told == stock.state, sku
