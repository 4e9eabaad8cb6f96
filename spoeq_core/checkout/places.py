"""Where the numbered places of quotas end, found with few commands however many there are.

Places of a key are claimed upwards without a gap and are never removed, so the last one is found like a word in a
dictionary: by asking for a few places, then for a few between those that are there and those that are not. All look-ups
are by `_id` and bounded in number; a key with a million places takes a handful of commands.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from spoeq_core.kernel.redis import REDIS_ERRORS
from spoeq_core.orders.claims import QUOTA, Claims, claims_of
from spoeq_core.shop import Shop

log = logging.getLogger(__name__)

MOST_PLACES = 10**9
"""More than any key will ever have."""
AT_ONCE = 48
"""Ids looked up in one command."""
LEAST_PROBES = 4
"""Places of one key that a command asks for, however many keys there are."""
STEP = 4
"""How fast the probed places grow while nobody knows how far the places go."""
HINT_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class Span:
    """What is known of a key: its places up to `low` are there, those above `high` are not."""

    low: int
    high: int

    @property
    def is_known(self) -> bool:
        """Whether `low` is the last place."""
        return self.low >= self.high

    def probes(self, count: int) -> list[int]:
        """Up to so many places that tell the most: ever further ones where the span is wide, else evenly spread."""
        width = self.high - self.low
        if width <= count:
            return list(range(self.low + 1, self.high + 1))
        if width > count * count and STEP * (self.low + 1) <= self.high:
            return [place for i in range(count) if (place := (self.low + 1) * STEP**i) <= self.high]
        return [self.low + width * i // (count + 1) for i in range(1, count + 1)]

    def narrowed(self, probed: Collection[int], there: Collection[int]) -> Span:
        """What is known after some places were looked up, of which `there` exist."""
        low = max((place for place in probed if place in there), default=self.low)
        missing = [place for place in probed if place not in there and place > low]
        return Span(max(low, self.low), min(missing, default=self.high + 1) - 1)


def place_id(key: str, place: int) -> str:
    """The `_id` of a key's place."""
    return f"{QUOTA}:{key}:{place:010d}"


async def last_places(shop: Shop, tops: Mapping[str, int]) -> dict[str, int]:
    """The last place of each key that anybody ever had, 0 if nobody did; it is not looked for above the key's top."""
    claims = claims_of(shop)
    spans = {key: Span(0, top) for key, top in tops.items()}
    hints = await hinted_places(shop, list(tops))
    while unknown := [key for key, span in spans.items() if not span.is_known]:
        count = max(LEAST_PROBES, AT_ONCE // len(unknown))
        for batch in _batches(unknown, max(1, AT_ONCE // count)):
            probed = {key: _probes(spans[key], count, hints.pop(key, None)) for key in batch}
            there = await _existing(claims, probed)
            spans.update({key: spans[key].narrowed(probed[key], there[key]) for key in batch})
    return {key: span.low for key, span in spans.items()}


async def places_given_back(shop: Shop, keys: Sequence[str]) -> dict[str, int]:
    """How many places of each key were taken and are free again; keys without any are left out."""
    rows = claims_of(shop).collection.aggregate(
        [{"$match": {"free": {"$in": list(keys)}}}, {"$group": {"_id": "$free", "count": {"$sum": 1}}}]
    )
    return {row["_id"]: row["count"] async for row in rows}


async def hinted_places(shop: Shop, keys: Sequence[str]) -> dict[str, int]:
    """Where each key's places ended when last looked at. Only a guess: Redis may have forgotten, or be old."""
    if not keys:
        return {}
    try:
        known = await shop.redis.mget([_hint_key(shop, key) for key in keys])
    except REDIS_ERRORS:
        return {}
    return {key: int(place) for key, place in zip(keys, known, strict=True) if place}


async def hint_places(shop: Shop, places: Mapping[str, int]) -> None:
    """Remember, for a day, the places that were just claimed."""
    if not places:
        return
    try:
        async with shop.redis.pipeline(transaction=False) as pipeline:
            for key, place in places.items():
                pipeline.set(_hint_key(shop, key), place, ex=HINT_SECONDS)
            await pipeline.execute()
    except REDIS_ERRORS:
        log.warning("Redis is down; the next claim under %s looks for its place", ", ".join(places))


def _probes(span: Span, count: int, hint: int | None) -> list[int]:
    """With a hint, the places around it tell most."""
    if hint is None or hint > span.high:
        return span.probes(count)
    around = {hint, hint + 1, hint + STEP, hint + STEP**2}
    return sorted(place for place in around if span.low < place <= span.high)


async def _existing(claims: Claims, probed: Mapping[str, Sequence[int]]) -> dict[str, set[int]]:
    """Those of the places that exist, by key."""
    by_id = {place_id(key, place): (key, place) for key, places in probed.items() for place in places}
    there: dict[str, set[int]] = {key: set() for key in probed}
    async for raw in claims.collection.find({"_id": {"$in": list(by_id)}}, {"_id": 1}):
        key, place = by_id[raw["_id"]]
        there[key].add(place)
    return there


def _batches(keys: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (keys[first : first + size] for first in range(0, len(keys), size))


def _hint_key(shop: Shop, key: str) -> str:
    return shop.key("quota", key)
