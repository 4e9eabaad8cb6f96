"""Orders come, are cancelled, are told twice, late, in parallel and out of order: the pairs are those of the sales."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta

from spoeq_core import boot
from spoeq_core.catalog.model import Product
from spoeq_core.catalog.service import delete_product
from spoeq_core.jobs.model import JobState
from spoeq_core.jobs.service import job_by_id, run_jobs
from spoeq_core.kernel.clock import FixedClock
from spoeq_core.orders.documents import OrderRepository
from spoeq_core.orders.listing import baskets
from spoeq_core.orders.service import cancel
from spoeq_core.plugins.lifecycle import disable_plugin, enable_plugin
from spoeq_core.shop import Shop
from spoeq_core.testing.shops import deliver_all
from spoeq_recommendations import rebuilding, service
from spoeq_recommendations.documents import BasketRepository, NeighboursRepository
from spoeq_recommendations.service import count_fresh, count_product, take_up, take_up_order
from tests.shopping import CommandCounter

from .conftest import bought, ordered


async def pairs(shop: Shop, product: Product) -> dict[str, int]:
    """What is known to go with a product."""
    found = await shop.repository(NeighboursRepository).find_by_id(product.id)
    return {one.product_id: one.orders for one in found.together} if found else {}


async def test_pairs_are_counted_from_orders_and_lose_what_is_cancelled(
    shop: Shop, shelf: Mapping[str, Product]
) -> None:
    await bought(shop, "saree", "jewel", times=2)
    await bought(shop, "lamp")
    last = await ordered(shop, "saree", "jewel", "tea")
    await deliver_all(shop)
    await count_fresh(shop)
    assert await pairs(shop, shelf["saree"]) == {shelf["jewel"].id: 3, shelf["tea"].id: 1}
    assert await shop.repository(BasketRepository).count({}) == 3, "a single product makes no pair"
    await cancel(shop, last, actor="staff", reason="changed my mind")
    await deliver_all(shop)
    await count_fresh(shop)
    assert await pairs(shop, shelf["saree"]) == {shelf["jewel"].id: 2}
    assert await pairs(shop, shelf["tea"]) == {}


async def test_told_twice_and_in_parallel_it_counts_once(shop: Shop, shelf: Mapping[str, Product]) -> None:
    order_id = await ordered(shop, "saree", "jewel")
    await asyncio.gather(*(take_up_order(shop, order_id) for _ in range(6)))
    await asyncio.gather(count_fresh(shop), count_fresh(shop))
    await take_up_order(shop, order_id)
    await count_fresh(shop)
    assert await pairs(shop, shelf["saree"]) == {shelf["jewel"].id: 1}


async def test_a_sale_that_is_taken_up_after_its_cancellation_stays_cancelled(
    shop: Shop, shelf: Mapping[str, Product]
) -> None:
    order_id = await ordered(shop, "saree", "jewel")
    as_sold = await baskets(shop, [order_id])
    await cancel(shop, order_id, actor="staff", reason="changed my mind")
    await take_up_order(shop, order_id)
    await take_up(shop, as_sold)
    await count_fresh(shop)
    assert await pairs(shop, shelf["saree"]) == {}


async def test_an_order_that_waits_for_its_money_does_not_count(shop: Shop, shelf: Mapping[str, Product]) -> None:
    order_id = await ordered(shop, "saree", "jewel")
    orders = shop.repository(OrderRepository).collection
    await orders.update_one({"_id": order_id}, {"$set": {"status": "pending_payment"}})
    await deliver_all(shop)
    await count_fresh(shop)
    assert await pairs(shop, shelf["saree"]) == {}
    await orders.update_one({"_id": order_id}, {"$set": {"status": "confirmed"}})
    await take_up_order(shop, order_id)
    await count_fresh(shop)
    assert await pairs(shop, shelf["saree"]) == {shelf["jewel"].id: 1}


async def test_a_worker_that_dies_while_counting_leaves_it_to_the_next(
    shop: Shop, shelf: Mapping[str, Product], monkeypatch
) -> None:
    await bought(shop, "saree", "jewel")
    asked = []

    async def dies(shop: Shop, product_id: str) -> bool:
        asked.append(product_id)
        if len(asked) == 2:
            raise asyncio.CancelledError
        return await count_product(shop, product_id)

    monkeypatch.setattr(service, "count_product", dies)
    try:
        await count_fresh(shop)
    except asyncio.CancelledError:
        pass
    else:
        raise AssertionError("it should have died")
    monkeypatch.undo()
    await count_fresh(shop)
    assert await pairs(shop, shelf["saree"]) == {shelf["jewel"].id: 1}
    assert await pairs(shop, shelf["jewel"]) == {shelf["saree"].id: 1}


async def test_a_cart_of_many_products_is_one_document_and_costs_in_line(
    shop: Shop, shelf: Mapping[str, Product], counter: CommandCounter
) -> None:
    names = list(shelf)
    order_id = await ordered(shop, *names)
    counter.clear()
    await take_up_order(shop, order_id)
    assert len(counter.commands) == 2, "one read, one write, whatever is in it"
    counter.clear()
    await count_fresh(shop)
    assert len(counter.commands) <= 3 * len(names) + 3
    assert (await shop.repository(BasketRepository).count({})) == 1


async def test_counting_what_is_known_writes_nothing(
    shop: Shop, shelf: Mapping[str, Product], counter: CommandCounter
) -> None:
    await bought(shop, "saree", "jewel")
    await count_fresh(shop)
    counter.clear()
    assert not await count_product(shop, shelf["saree"].id)
    assert counter.writes == [], "so that no page is made again"


async def test_the_job_finds_orders_that_nobody_told_of_and_mends_what_is_wrong(
    shop: Shop, shelf: Mapping[str, Product], monkeypatch
) -> None:
    monkeypatch.setattr(rebuilding, "ORDERS_AT_ONCE", 2)
    monkeypatch.setattr(rebuilding, "BUSY", 0.0)
    for _ in range(3):
        await ordered(shop, "saree", "jewel")
    wrong = {"_id": shelf["lamp"].id, "together": [{"product_id": shelf["tea"].id, "orders": 9}], "best": 9}
    await shop.repository(NeighboursRepository).collection.insert_one({**wrong, "hidden": [], "version": 1})
    monkeypatch.setattr(rebuilding, "BUSY", 10.0)
    job = await rebuilding.begin(shop, "me", "Me")
    assert await run_jobs(shop, boot.job_kinds(shop.hooks)) == 1
    done = await job_by_id(shop, job.id)
    assert (done.state, done.failed, done.done, done.total) == (JobState.DONE, 0, 6, 6)
    assert await pairs(shop, shelf["saree"]) == {shelf["jewel"].id: 3}
    assert await pairs(shop, shelf["lamp"]) == {}


async def test_its_jobs_wait_while_it_is_disabled(shop: Shop, shelf: Mapping[str, Product]) -> None:
    await rebuilding.begin(shop)
    await disable_plugin(shop, "recommendations")
    assert await run_jobs(shop, boot.job_kinds(shop.hooks)) == 0
    await ordered(shop, "saree", "jewel")
    await enable_plugin(shop, "recommendations")
    assert await run_jobs(shop, boot.job_kinds(shop.hooks)) == 2, "the one that waited, and what was missed"
    assert await pairs(shop, shelf["saree"]) == {shelf["jewel"].id: 1}


async def test_old_orders_count_no_longer(shop: Shop, shelf: Mapping[str, Product], clock: FixedClock) -> None:
    await bought(shop, "saree", "jewel")
    await count_fresh(shop)
    clock.forward(timedelta(days=181))
    await rebuilding.nightly(shop)
    await run_jobs(shop, boot.job_kinds(shop.hooks))
    assert await pairs(shop, shelf["saree"]) == {}
    assert await shop.repository(BasketRepository).count({}) == 0


async def test_a_deleted_product_is_forgotten(shop: Shop, shelf: Mapping[str, Product]) -> None:
    await bought(shop, "saree", "jewel")
    await count_fresh(shop)
    await delete_product(shop, shelf["saree"].id)
    await deliver_all(shop)
    assert await shop.repository(NeighboursRepository).find_by_id(shelf["saree"].id) is None
