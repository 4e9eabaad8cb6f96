"""Counting everything anew: all orders of half a year, then all products; a job in steps, or a command."""

from __future__ import annotations

import time
from bisect import bisect_right

from spoeq_core.sdk import Job, JobKind, Shop, Step, baskets, create_job, message
from spoeq_recommendations.documents import BasketRepository
from spoeq_recommendations.model import KEPT
from spoeq_recommendations.service import count_product, known_products, take_up

PERMISSION = "recommendations.manage"
TITLE = str(message("Count what is bought together"))
ORDERS_AT_ONCE = 500
BUSY = 10.0
"""Seconds that a step works on products, well below what a job's step may take."""


async def step(shop: Shop, job: Job) -> Step:
    """Some more orders; when there are none left, some more products. Repeated, it does the same again."""
    if "product" not in job.cursor:
        return await _orders(shop, str(job.cursor.get("order", "")), job.done)
    return await _products(shop, str(job.cursor["product"]), job.done)


REBUILD = JobKind("recommendations.rebuild", step, PERMISSION)


async def begin(shop: Shop, actor_id: str = "", actor_name: str = "") -> Job:
    """Ask the worker to count everything."""
    return await create_job(shop, REBUILD, title=TITLE, params={}, actor_id=actor_id, actor_name=actor_name)


async def nightly(shop: Shop) -> None:
    """Forget old orders, and count everything: what events have missed is right after this."""
    await shop.repository(BasketRepository).forget_old()
    await begin(shop, actor_name="SPOEQ")


async def _orders(shop: Shop, after: str, done: int) -> Step:
    found = await baskets(shop, after=after, limit=ORDERS_AT_ONCE)
    await take_up(shop, [basket for basket in found if basket.placed_at > shop.clock.now() - KEPT])
    if len(found) == ORDERS_AT_ONCE:
        return Step(len(found), cursor={"order": found[-1].order_id}, result={"orders": done + len(found)})
    products = len(await known_products(shop))
    return Step(
        len(found),
        cursor={"product": ""},
        total=done + len(found) + products,
        finished=not products,
        result={"orders": done + len(found), "products": products},
    )


async def _products(shop: Shop, after: str, done: int) -> Step:
    ids = await known_products(shop)
    first = at = bisect_right(ids, after)
    until = time.monotonic() + BUSY
    while at < len(ids) and time.monotonic() < until:
        await count_product(shop, ids[at])
        at += 1
    last = ids[at - 1] if at else after
    return Step(at - first, cursor={"product": last}, total=done + len(ids) - first, finished=at >= len(ids))
