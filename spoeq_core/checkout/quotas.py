"""Quotas: places under a limit, claimed by `_id`, so that the limit holds whatever runs in parallel.

The first place of a quota is claimed with the order's other claims, in one command. Places are freed, never removed:
so whoever inserts the first one knows that nobody has any, and needs to look no further.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from spoeq_core.checkout.model import Quota, QuotaUsedUp
from spoeq_core.kernel.mongo import Document
from spoeq_core.orders.claims import QUOTA, Claims, claims_of
from spoeq_core.shop import Shop

ATTEMPTS = 50
"""How many times a place is looked for while others take them."""
FIRST = 1
UNNUMBERED = 0
"""The place of an order under a quota without a limit: only counted, in case there is a limit later."""


def place_claim(quota: Quota, place: int, order_id: str, at: datetime) -> Document:
    """The claim of a place; without a limit the order's id stands for the place."""
    if quota.limit is None:
        place = UNNUMBERED
    name = order_id if place == UNNUMBERED else f"{place:08d}"
    return {
        "_id": f"{QUOTA}:{quota.key}:{name}",
        "kind": QUOTA,
        "at": at,
        "key": quota.key,
        "place": place,
        "order_id": order_id,
        "amount": quota.amount,
    }


def refuse_alone(quotas: Iterable[Quota]) -> None:
    """Refuse an order that no place can ever hold.

    Raises:
        QuotaUsedUp: a limit is zero, or the order alone is above a quota's sum.
    """
    for quota in quotas:
        too_much = quota.max_sum is not None and quota.amount > quota.max_sum
        if too_much or (quota.limit is not None and quota.limit < 1):
            raise QuotaUsedUp(quota)


async def claim_place(shop: Shop, quota: Quota, order_id: str) -> None:
    """Claim the lowest place that nobody ever had, or one that was given back. Idempotent by the order's id.

    Raises:
        QuotaUsedUp: all places are taken, or hold so much that the sum would be exceeded.
    """
    claims = claims_of(shop)
    if await claims.collection.find_one({"key": quota.key, "order_id": order_id}, {"_id": 1}):
        return
    place = await _claim(shop, claims, quota, order_id)
    used, total = await _sums(claims, quota.key)
    over = quota.max_sum is not None and total > quota.max_sum
    if over or (quota.limit is not None and used > quota.limit):
        await _free(claims, place)
        raise QuotaUsedUp(quota)


async def quota_counts(shop: Shop, keys: Sequence[str]) -> dict[str, int]:
    """How many places are taken under each key; keys without any are left out."""
    rows = claims_of(shop).collection.aggregate(
        [
            {"$match": {"key": {"$in": list(keys)}, "order_id": {"$ne": None}}},
            {"$group": {"_id": "$key", "used": {"$sum": 1}}},
        ]
    )
    return {row["_id"]: row["used"] async for row in rows}


async def full_quotas(shop: Shop, quotas: Sequence[Quota]) -> frozenset[str]:
    """The keys of those quotas that have no place left."""
    limits = {quota.key: quota.limit for quota in quotas if quota.limit is not None}
    if not limits:
        return frozenset()
    last_or_more = [{"key": key, "place": {"$gte": limit}} for key, limit in limits.items()]
    unnumbered = [{"key": key, "place": UNNUMBERED} for key in limits]
    rows = claims_of(shop).collection.find({"$or": [*last_or_more, *unnumbered]}, {"key": 1})
    reached = {row["key"] async for row in rows}
    counts = await quota_counts(shop, sorted(reached)) if reached else {}
    return frozenset(key for key, limit in limits.items() if counts.get(key, 0) >= limit)


async def _claim(shop: Shop, claims: Claims, quota: Quota, order_id: str) -> str:
    """The `_id` of a place that is this order's now."""
    places = claims.collection.find({"key": quota.key}, {"place": 1}).sort([("place", -1)]).limit(1)
    highest = await places.to_list(None)
    place = highest[0]["place"] + 1 if highest else FIRST
    for _ in range(ATTEMPTS):
        if quota.limit is not None and place > quota.limit:
            return await _claim_freed(claims, quota, order_id)
        claim = place_claim(quota, place, order_id, shop.clock.now())
        if await claims.take([claim]) is None:
            return str(claim["_id"])
        place += 1
    raise QuotaUsedUp(quota)


async def _claim_freed(claims: Claims, quota: Quota, order_id: str) -> str:
    for _ in range(ATTEMPTS):
        freed = await claims.collection.find_one({"key": quota.key, "order_id": None}, {"_id": 1})
        if freed is None:
            break
        taken = await claims.collection.update_one(
            {"_id": freed["_id"], "order_id": None}, {"$set": {"order_id": order_id, "amount": quota.amount}}
        )
        if taken.modified_count:
            return str(freed["_id"])
    raise QuotaUsedUp(quota)


async def _sums(claims: Claims, key: str) -> tuple[int, int]:
    """How many places are taken under a key, and what they hold together."""
    rows = claims.collection.aggregate(
        [
            {"$match": {"key": key, "order_id": {"$ne": None}}},
            {"$group": {"_id": None, "used": {"$sum": 1}, "total": {"$sum": "$amount"}}},
        ]
    )
    async for row in rows:
        return row["used"], row["total"]
    return 0, 0


async def _free(claims: Claims, claim_id: str) -> None:
    await claims.collection.update_one({"_id": claim_id}, {"$set": {"order_id": None, "amount": 0}})
