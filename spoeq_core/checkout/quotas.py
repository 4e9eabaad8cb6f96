"""Quotas: places under a limit, claimed by `_id`, so that the limit holds whatever runs in parallel.

A likely place is claimed with the order's other claims, in one command; only if somebody has it already, one is looked
for: first among those that were given back, then after the last. Places are freed, never removed, so they have no gaps.
"""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from spoeq_core.checkout.model import Quota, QuotaUsedUp
from spoeq_core.checkout.places import (
    MOST_PLACES,
    hint_places,
    hinted_places,
    last_places,
    place_id,
    places_given_back,
)
from spoeq_core.kernel.mongo import Document
from spoeq_core.orders.claims import QUOTA, Claims, claims_of
from spoeq_core.shop import Shop

FIRST = 1
LONGEST_PAUSE = 0.02
"""Seconds to step aside at most when others take places at the same moment."""


def place_claim(quota: Quota, place: int, order_id: str, at: datetime) -> Document:
    """The claim of a place."""
    claim: Document = {
        "_id": place_id(quota.key, place),
        "kind": QUOTA,
        "at": at,
        "quota": quota.key,
        "n": place,
        "order_id": order_id,
        "amount": quota.amount,
    }
    if quota.expires_at is not None:
        claim["expires_at"] = quota.expires_at
    return claim


def refuse_alone(quotas: Iterable[Quota]) -> None:
    """Refuse an order that no place can ever hold.

    Raises:
        QuotaUsedUp: a limit is zero, or the order alone is above a quota's sum.
    """
    for quota in quotas:
        too_much = quota.max_sum is not None and quota.amount > quota.max_sum
        if too_much or (quota.limit is not None and quota.limit < FIRST):
            raise QuotaUsedUp(quota)


async def likely_places(shop: Shop, quotas: Sequence[Quota]) -> dict[str, int]:
    """The place under each key that is most likely free, to be claimed without looking.

    A quota with a sum is tried at its first place only: whoever has that is alone, and needs no sum.
    """
    hints = await hinted_places(shop, [quota.key for quota in quotas if quota.max_sum is None])
    likely = {quota.key: hints.get(quota.key, 0) + 1 for quota in quotas}
    limits = {quota.key: quota.limit or MOST_PLACES for quota in quotas}
    return {key: place if place <= limits[key] else FIRST for key, place in likely.items()}


async def claim_place(shop: Shop, quota: Quota, order_id: str) -> int:
    """Claim a place that was given back, or else the next one. Idempotent by the order's id.

    Raises:
        QuotaUsedUp: all places are taken, or hold so much that the sum would be exceeded.
    """
    claims = claims_of(shop)
    mine = await claims.collection.find_one({"order_id": order_id, "quota": quota.key}, {"n": 1})
    if mine is not None:
        return int(mine["n"])
    limit = MOST_PLACES if quota.limit is None else quota.limit
    last = (await last_places(shop, {quota.key: limit + 1}))[quota.key]
    place = await _claim_free(claims, quota, limit, order_id)
    if place is None:
        place = await _claim_next(shop, quota, last + 1, limit, order_id)
    if await _is_too_much(shop, quota, lowered=last > limit):
        await claims.free_place(place_id(quota.key, place), order_id)
        raise QuotaUsedUp(quota)
    await hint_places(shop, {quota.key: max(place, min(last, limit))})
    return place


async def quota_counts(shop: Shop, keys: Sequence[str]) -> dict[str, int]:
    """How many places are taken under each key; keys without any are left out."""
    ends = {key: last for key, last in (await _ends(shop, keys)).items() if last}
    if not ends:
        return {}
    back = await places_given_back(shop, list(ends))
    counts = {key: last - back.get(key, 0) for key, last in ends.items()}
    return {key: count for key, count in counts.items() if count > 0}


async def forget_quotas(shop: Shop, prefix: str) -> int:
    """Forget all places under keys that begin so, for a plugin that removes what it kept; how many. May be repeated.

    Only for keys that are never counted under again.
    """
    begins = {"$regex": f"^{re.escape(prefix)}"}
    gone = await claims_of(shop).collection.delete_many({"$or": [{"quota": begins}, {"free": begins}]})
    return int(gone.deleted_count)


async def full_quotas(shop: Shop, quotas: Sequence[Quota]) -> frozenset[str]:
    """The keys of those quotas that have no place left."""
    limits = {quota.key: quota.limit for quota in quotas if quota.limit is not None}
    if not limits:
        return frozenset()
    claims = claims_of(shop)
    by_id = {place_id(key, limit): key for key, limit in limits.items() if limit >= FIRST}
    reached = {by_id[raw["_id"]] async for raw in claims.collection.find({"_id": {"$in": list(by_id)}}, {"_id": 1})}
    counts = await quota_counts(shop, sorted(reached)) if reached else {}
    return frozenset(key for key, limit in limits.items() if limit < FIRST or counts.get(key, 0) >= limit)


async def _ends(shop: Shop, keys: Sequence[str]) -> Mapping[str, int]:
    return await last_places(shop, dict.fromkeys(keys, MOST_PLACES)) if keys else {}


async def _claim_free(claims: Claims, quota: Quota, limit: int, order_id: str) -> int | None:
    """A place that was given back and is this order's now; None if there is none. Each miss is another's success."""
    while True:
        free = await claims.collection.find_one({"free": quota.key, "n": {"$lte": limit}}, {"n": 1})
        if free is None:
            return None
        if await claims.take_free(free["_id"], order_id, quota.amount):
            return int(free["n"])


async def _claim_next(shop: Shop, quota: Quota, place: int, limit: int, order_id: str) -> int:
    """The first place from there on that nobody has, this order's now. Each miss is another's success."""
    claims = claims_of(shop)
    while place <= limit:
        if await claims.take([place_claim(quota, place, order_id, shop.clock.now())]) is None:
            return place
        await asyncio.sleep(random.uniform(0, LONGEST_PAUSE))  # noqa: S311 - steps aside, keeps no secret
        place += 1
    freed = await _claim_free(claims, quota, limit, order_id)
    if freed is None:
        raise QuotaUsedUp(quota)
    return freed


async def _is_too_much(shop: Shop, quota: Quota, *, lowered: bool) -> bool:
    """Whether the places that are taken now break the limit or the sum.

    Places up to the limit cannot be more than the limit; they have to be counted only if some lie above it, because it
    was lowered. Sums are of all places, so a quota with a sum should have few.
    """
    if lowered and quota.limit is not None:
        counts = await quota_counts(shop, [quota.key])
        if counts.get(quota.key, 0) > quota.limit:
            return True
    return quota.max_sum is not None and await claims_of(shop).sum_of(quota.key) > quota.max_sum
