"""Many buyers at once: the last pieces, the last places under a limit."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from spoeq_core.cart.contents import Contents
from spoeq_core.cart.service import Owner, newest_contents
from spoeq_core.checkout.invariants import check
from spoeq_core.checkout.model import Problem, Quota, QuotaUsedUp
from spoeq_core.checkout.quotas import quota_counts
from spoeq_core.checkout.service import place_order
from spoeq_core.inventory.model import OutOfStock
from spoeq_core.orders.documents import OrderRepository
from spoeq_core.orders.service import cancel
from spoeq_core.shop import Shop
from spoeq_core.testing.shops import deliver_all, shop_with
from tests.shopping import buy, delivery, door, guest, letters, plugin, request_for, sent, stock_left, stock_up

QUIET = timedelta(0)


async def test_fifty_buyers_for_ten_pieces(shop: Shop):
    await stock_up(shop, {"LAST": 10})
    owners = await asyncio.gather(*(guest(shop, {"LAST": 1}) for _ in range(50)))
    request = await request_for(shop, owners[0])
    answers = await asyncio.gather(
        *(place_order(shop, owner, request, key=str(n)) for n, owner in enumerate(owners)), return_exceptions=True
    )
    kinds = Counter(type(answer).__name__ for answer in answers)
    assert kinds == {"Placed": 10, "OutOfStock": 40}
    assert all(answer.left == {"LAST": 0} for answer in answers if isinstance(answer, OutOfStock))
    assert await stock_left(shop, "LAST") == (10, 10)
    assert await shop.repository(OrderRepository).count({}) == 10
    assert await check(shop, quiet_for=QUIET) == []
    await deliver_all(shop)
    assert len(await sent(shop)) == 10


async def test_many_tabs_that_place_one_cart_share_the_last_place_and_the_last_piece(
    servers: tuple[str, str], tmp_path: Path
):
    """Each with a key of its own."""
    quota = Quota("phone", 1, "One a day.")
    async with shop_with(delivery(), door([quota]), letters(), servers=servers, data_dir=tmp_path) as shop:
        await stock_up(shop, {"LAST": 1})
        owner = await guest(shop, {"LAST": 1})
        request = await request_for(shop, owner)
        tabs = [place_order(shop, owner, request, key=str(n)) for n in range(8)]
        answers = await asyncio.gather(*tabs, return_exceptions=True)
        assert {type(answer).__name__ for answer in answers} <= {"Placed", "InProgress"}
        again = [await place_order(shop, owner, request, key=str(n)) for n in range(9)]
        assert len({placed.order.id for placed in again}) == 1
        assert await stock_left(shop, "LAST") == (1, 1)
        assert await check(shop, quiet_for=QUIET) == []


async def test_a_tab_that_finds_nothing_left_has_the_order_that_took_it(
    servers: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The other tab placed the same cart after this one had read it."""
    placed: list[str] = []

    async def checkout_problems() -> Sequence[Problem]:
        return [Problem("used_up", "Nothing is left.")] if placed else []

    guard = plugin("guard", checkout_problems=checkout_problems)
    async with shop_with(delivery(), door(), guard, servers=servers, data_dir=tmp_path) as shop:
        await stock_up(shop)
        owner = await guest(shop)
        request = await request_for(shop, owner)

        async def overtaken(*args: Shop | Owner) -> Contents | None:
            read = await newest_contents(shop, owner)
            monkeypatch.undo()
            placed.append((await place_order(shop, owner, request, key="fast")).order.id)
            return read

        monkeypatch.setattr("spoeq_core.checkout.placement.newest_contents", overtaken)
        assert [(await place_order(shop, owner, request, key="slow")).order.id] == placed


@pytest.mark.parametrize(
    ("quota", "orders"),
    [
        (Quota("phone", 3, "Three a day."), 3),
        (Quota("person", 20, "At most so much.", amount=400, max_sum=1000), 2),
        (Quota("counted", None, "Never."), 12),
    ],
    ids=["places", "sum", "unlimited"],
)
async def test_a_quota_holds_under_concurrency(servers: tuple[str, str], tmp_path: Path, quota: Quota, orders: int):
    async with shop_with(delivery(), door([quota]), letters(), servers=servers, data_dir=tmp_path) as shop:
        await stock_up(shop)
        owners = await asyncio.gather(*(guest(shop) for _ in range(12)))
        request = await request_for(shop, owners[0])
        answers = await asyncio.gather(*(place_order(shop, owner, request) for owner in owners), return_exceptions=True)
        placed = [answer for answer in answers if not isinstance(answer, BaseException)]
        refused = [answer for answer in answers if isinstance(answer, BaseException)]
        assert len(placed) <= orders
        assert {type(answer) for answer in refused} <= {QuotaUsedUp}
        for owner in owners:
            if await quota_counts(shop, [quota.key]) == {quota.key: orders}:
                break
            await place_order(shop, owner, request)
        assert await quota_counts(shop, [quota.key]) == {quota.key: orders}
        assert await stock_left(shop) == (100, orders)
        assert await check(shop, quiet_for=QUIET) == []


async def test_a_cancelled_order_gives_its_place_to_the_next(servers: tuple[str, str], tmp_path: Path):
    quota = Quota("phone", 2, "Two a day.", code="too_many", amount=10, max_sum=25)
    async with shop_with(delivery(), door([quota]), servers=servers, data_dir=tmp_path) as shop:
        await stock_up(shop)
        orders = [(await buy(shop, await guest(shop))).order for _ in range(2)]
        with pytest.raises(QuotaUsedUp) as caught:
            await buy(shop, await guest(shop))
        assert (caught.value.code, caught.value.message) == ("too_many", "Two a day.")
        await cancel(shop, orders[0].id, actor="staff")
        await deliver_all(shop)
        assert (await buy(shop, await guest(shop))).order
        with pytest.raises(QuotaUsedUp):
            await buy(shop, await guest(shop))
        assert await stock_left(shop) == (100, 2)
        assert await check(shop, quiet_for=QUIET) == []
