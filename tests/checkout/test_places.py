"""Finding the end of a quota's places: a bounded number of look-ups, however many places there are."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, strategies as st

from spoeq_core.checkout.model import Quota, QuotaUsedUp
from spoeq_core.checkout.places import AT_ONCE, LEAST_PROBES, MOST_PLACES, Span, hint_places, last_places
from spoeq_core.checkout.quotas import claim_place, full_quotas, likely_places, place_claim, quota_counts
from spoeq_core.kernel.clock import FixedClock
from spoeq_core.kernel.ids import new_id
from spoeq_core.orders.claims import claims_of
from spoeq_core.shop import Shop
from tests.shopping import CommandCounter

QUOTA = Quota("coupon:DIWALI:all", 2000, "Used up.")
DEEPEST = 4
"""Rounds that 24 keys of less than 100 places take."""


def rounds_to_find(last: int, top: int, count: int) -> int:
    """How many look-ups it takes to learn that a key's places end at `last`."""
    span, rounds = Span(0, top), 0
    while not span.is_known:
        probed = span.probes(count)
        assert probed
        assert len(set(probed)) == len(probed) <= count
        assert all(span.low < place <= span.high for place in probed)
        span, rounds = span.narrowed(probed, {place for place in probed if place <= last}), rounds + 1
    assert span.low == min(last, top)
    return rounds


@given(st.integers(0, 10**6), st.integers(1, MOST_PLACES), st.integers(LEAST_PROBES, AT_ONCE))
def test_the_last_place_is_always_found(last: int, top: int, count: int):
    assert rounds_to_find(last, top, count) <= 18


@given(st.integers(0, 10_000), st.integers(1, MOST_PLACES))
def test_a_single_key_is_found_in_a_few_rounds(last: int, top: int):
    assert rounds_to_find(last, top, AT_ONCE) <= 4


async def fill(shop: Shop, quota: Quota, places: int) -> None:
    """So many places taken."""
    at = shop.clock.now()
    claims = [place_claim(quota, place, f"order-{place}", at) for place in range(1, places + 1)]
    await claims_of(shop).collection.insert_many(claims)


async def test_a_coupon_with_a_thousand_uses_stays_cheap(shop: Shop, counter: CommandCounter):
    await fill(shop, QUOTA, 1000)
    counter.clear()
    assert await full_quotas(shop, [QUOTA]) == frozenset()
    assert counter.commands == ["find claims"]
    counter.clear()
    assert await claim_place(shop, QUOTA, "mine") == 1001
    assert len(counter.commands) <= 7
    assert counter.writes == ["insert claims"]
    counter.clear()
    assert await quota_counts(shop, [QUOTA.key]) == {QUOTA.key: 1001}
    assert len(counter.commands) <= 3, "the hint leads straight to the end"


async def test_the_next_place_is_guessed_from_the_last(shop: Shop):
    other = replace(QUOTA, key="other", limit=5)
    summed = replace(QUOTA, key="summed", max_sum=100)
    await hint_places(shop, {QUOTA.key: 41, "other": 5, "summed": 7})
    likely = await likely_places(shop, [QUOTA, other, summed, replace(QUOTA, key="new", limit=None)])
    assert likely == {QUOTA.key: 42, "other": 1, "summed": 1, "new": 1}


@pytest.mark.parametrize("hint", [1, 5, 6, 7, 40, 10**6])
async def test_a_wrong_hint_only_costs_time(shop: Shop, hint: int):
    await fill(shop, QUOTA, 6)
    await hint_places(shop, {QUOTA.key: hint})
    assert await last_places(shop, {QUOTA.key: MOST_PLACES}) == {QUOTA.key: 6}
    await hint_places(shop, {QUOTA.key: hint})
    assert await claim_place(shop, QUOTA, "mine") == 7


async def test_many_keys_are_counted_together(shop: Shop, counter: CommandCounter):
    counts = {f"coupon:{n}:all": n * 3 for n in range(1, 25)}
    for key, count in counts.items():
        await fill(shop, replace(QUOTA, key=key), count)
    counter.clear()
    assert await quota_counts(shop, [*counts, "never used"]) == counts
    assert len(counter.commands) <= 3 * DEEPEST


async def test_nobody_takes_a_place_twice_in_a_race(shop: Shop):
    three = replace(QUOTA, limit=3)
    results = await asyncio.gather(*(claim_place(shop, three, new_id()) for _ in range(20)), return_exceptions=True)
    assert sorted(place for place in results if isinstance(place, int)) == [1, 2, 3]
    assert sum(isinstance(result, QuotaUsedUp) for result in results) == 17
    assert await full_quotas(shop, [three]) == {three.key}


async def test_without_a_limit_all_are_counted_in_a_race(shop: Shop):
    unlimited = replace(QUOTA, limit=None)
    await asyncio.gather(*(claim_place(shop, unlimited, new_id()) for _ in range(20)))
    assert await quota_counts(shop, [QUOTA.key]) == {QUOTA.key: 20}


async def test_places_that_were_given_back_are_taken_first(shop: Shop):
    ids = [new_id() for _ in range(6)]
    for order_id in ids:
        await claim_place(shop, QUOTA, order_id)
    for order_id in ids[1:4]:
        await claims_of(shop).free_places(order_id)
    assert await quota_counts(shop, [QUOTA.key]) == {QUOTA.key: 3}
    again = await asyncio.gather(*(claim_place(shop, QUOTA, new_id()) for _ in range(3)))
    assert sorted(again) == [2, 3, 4]
    assert await claim_place(shop, QUOTA, new_id()) == 7


async def test_giving_back_twice_frees_one_place(shop: Shop):
    await claim_place(shop, QUOTA, "first")
    await claim_place(shop, QUOTA, "second")
    for _ in range(2):
        await claims_of(shop).free_places("first")
    await claim_place(shop, QUOTA, "third")
    await claims_of(shop).free_places("first")
    assert await quota_counts(shop, [QUOTA.key]) == {QUOTA.key: 2}


async def test_places_are_forgotten_when_their_time_is_over(shop: Shop, clock: FixedClock):
    until = clock.now() + timedelta(days=1)
    await claim_place(shop, replace(QUOTA, expires_at=until), "mine")
    raw = await claims_of(shop).collection.find_one({"order_id": "mine"})
    assert raw["expires_at"] == until


async def test_without_redis_places_are_looked_for(shop: Shop):
    await shop.redis.aclose()
    shop.redis.connection_pool.connection_kwargs["port"] = 1
    assert [await claim_place(shop, QUOTA, f"order {n}") for n in range(3)] == [1, 2, 3]
