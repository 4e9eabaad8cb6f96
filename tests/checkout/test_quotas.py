"""Places under a limit: claimed once an order, counted, given back; limits may change while places are taken."""

from __future__ import annotations

from dataclasses import replace

import pytest

from spoeq_core.checkout.model import Quota, QuotaUsedUp
from spoeq_core.checkout.quotas import claim_place, full_quotas, quota_counts, refuse_alone
from spoeq_core.kernel.ids import new_id
from spoeq_core.orders.claims import claims_of
from spoeq_core.shop import Shop

QUOTA = Quota("coupon:TEN:all", 3, "Used up.")


async def test_places_run_out_and_come_back(shop: Shop):
    ids = [new_id() for _ in range(3)]
    for order_id in [*ids, ids[0]]:
        await claim_place(shop, QUOTA, order_id)
    assert await quota_counts(shop, [QUOTA.key, "other"]) == {QUOTA.key: 3}
    assert await full_quotas(shop, [QUOTA, replace(QUOTA, key="other")]) == {QUOTA.key}
    with pytest.raises(QuotaUsedUp):
        await claim_place(shop, QUOTA, new_id())
    await claims_of(shop).free_places(ids[1])
    assert await full_quotas(shop, [QUOTA]) == frozenset()
    await claim_place(shop, QUOTA, new_id())
    assert await full_quotas(shop, [QUOTA]) == {QUOTA.key}


async def test_a_limit_that_is_lowered_holds_for_whoever_comes_next(shop: Shop):
    for _ in range(3):
        await claim_place(shop, QUOTA, new_id())
    lower = replace(QUOTA, limit=2)
    assert await full_quotas(shop, [lower]) == {QUOTA.key}
    with pytest.raises(QuotaUsedUp):
        await claim_place(shop, lower, new_id())
    assert await quota_counts(shop, [QUOTA.key]) == {QUOTA.key: 3}


async def test_a_limit_that_comes_later_counts_what_was_taken_without_one(shop: Shop):
    free = replace(QUOTA, limit=None)
    for _ in range(3):
        await claim_place(shop, free, new_id())
    assert await full_quotas(shop, [free]) == frozenset()
    assert await full_quotas(shop, [QUOTA]) == {QUOTA.key}
    with pytest.raises(QuotaUsedUp):
        await claim_place(shop, QUOTA, new_id())
    await claim_place(shop, replace(QUOTA, limit=4), new_id())
    assert await quota_counts(shop, [QUOTA.key]) == {QUOTA.key: 4}


async def test_the_sum_of_all_places_is_kept(shop: Shop):
    sums = Quota("person", 10, "Too much.", amount=60, max_sum=100)
    await claim_place(shop, sums, new_id())
    with pytest.raises(QuotaUsedUp):
        await claim_place(shop, sums, new_id())
    await claim_place(shop, replace(sums, amount=40), new_id())
    assert await quota_counts(shop, ["person"]) == {"person": 2}


@pytest.mark.parametrize("quota", [replace(QUOTA, limit=0), replace(QUOTA, amount=101, max_sum=100)])
def test_what_no_place_can_hold_is_refused_at_once(quota: Quota):
    with pytest.raises(QuotaUsedUp):
        refuse_alone([QUOTA, quota])


async def test_keys_that_begin_alike_are_counted_apart(shop: Shop):
    await claim_place(shop, replace(QUOTA, key="a"), new_id())
    await claim_place(shop, replace(QUOTA, key="a:00000001"), new_id())
    assert await quota_counts(shop, ["a", "a:00000001"]) == {"a": 1, "a:00000001": 1}
