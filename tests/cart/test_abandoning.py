"""Carts that nobody came back to are told once, whoever looks and whatever happens meanwhile."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from spoeq_core.cart import abandoning, service as carts
from spoeq_core.cart.abandoning import cart_by_id, tell_abandoned
from spoeq_core.cart.documents import CartRepository
from spoeq_core.cart.events import CartAbandoned
from spoeq_core.cart.personal import PERSONAL_DATA
from spoeq_core.cart.service import Owner
from spoeq_core.checkout.service import place_order
from spoeq_core.hooks.contributions import Person
from spoeq_core.kernel.clock import FixedClock
from spoeq_core.plugins.lifecycle import save_settings
from spoeq_core.shop import Shop
from spoeq_core.testing.shops import shop_with
from tests.shopping import delivery, door, guest, request_for, stock_up

ASHA, BINA = Owner(customer_id="asha"), Owner(customer_id="bina")
DAY = timedelta(hours=24)


async def told(shop: Shop) -> list[dict[str, Any]]:
    """What waits to be told of carts, in the order of their ids."""
    found = shop.repository(CartRepository).collection.find({"pending_events": {"$exists": True}}).sort([("_id", 1)])
    events = [event async for raw in found for event in raw["pending_events"]]
    assert {event["type"] for event in events} <= {CartAbandoned.__name__}
    return [event["data"] for event in events]


async def left(shop: Shop, owner: Owner = ASHA, pieces: int = 1) -> str:
    """A cart with something in it."""
    return (await carts.add_item(shop, owner, "KURTA", pieces)).cart.id


async def test_a_cart_is_told_once_when_nobody_came_back_for_a_day(shop: Shop, clock: FixedClock):
    cart_id = await left(shop)
    clock.forward(DAY - timedelta(minutes=1))
    assert await tell_abandoned(shop) == 0
    clock.forward(timedelta(minutes=1))
    assert await tell_abandoned(shop) == 1
    assert await told(shop) == [{"cart_id": cart_id, "customer_id": "asha", "version": 1}]
    clock.forward(DAY * 30)
    assert await tell_abandoned(shop) == 0
    cart = await cart_by_id(shop, cart_id)
    assert cart is not None
    assert cart.version == 1, "the shopper's next change is in nobody's way"


async def test_workers_side_by_side_tell_once(shop: Shop, clock: FixedClock):
    await left(shop)
    await left(shop, BINA)
    clock.forward(DAY)
    assert sum(await asyncio.gather(*(tell_abandoned(shop) for _ in range(6)))) == 2
    assert [event["customer_id"] for event in await told(shop)] == ["asha", "bina"]


async def test_it_is_told_again_after_it_was_changed(shop: Shop, clock: FixedClock):
    await left(shop)
    clock.forward(DAY)
    await tell_abandoned(shop)
    await left(shop)
    assert await tell_abandoned(shop) == 0
    clock.forward(DAY)
    assert await tell_abandoned(shop) == 1
    assert [event["version"] for event in await told(shop)] == [1, 2]


async def test_whoever_comes_back_while_the_list_is_gone_through_is_not_told_of(
    shop: Shop, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
):
    await left(shop)
    await left(shop, BINA)
    clock.forward(DAY)

    async def bina_comes_back(*_news: object) -> None:
        monkeypatch.undo()
        await left(shop, BINA)

    monkeypatch.setattr(shop.outbox, "wake", bina_comes_back)
    assert await tell_abandoned(shop) == 1
    assert [event["customer_id"] for event in await told(shop)] == ["asha"]


async def test_guests_empty_and_ordered_and_erased_carts_are_never_told(
    servers: tuple[str, str], tmp_path: Path, clock: FixedClock
):
    async with shop_with(delivery(), door(), servers=servers, data_dir=tmp_path, clock=clock) as shop:
        await stock_up(shop, {"KURTA": 10})
        await guest(shop, {"KURTA": 1})
        line = (await carts.add_item(shop, ASHA, "KURTA", 1)).cart.lines[0]
        await carts.remove_item(shop, ASHA, line.id)
        await left(shop, BINA)
        await place_order(shop, BINA, await request_for(shop, BINA))
        await left(shop, Owner(customer_id="gone"))
        (data,) = PERSONAL_DATA
        await data.erase(shop, Person("gone", "gone@example.in"))
        clock.forward(DAY * 2)
        assert await tell_abandoned(shop) == 0
        assert await told(shop) == []


async def test_a_cart_whose_order_came_to_nothing_waits_anew(shop: Shop, clock: FixedClock):
    cart_id = await left(shop)
    repository = shop.repository(CartRepository)
    await repository.collection.update_one(
        {"_id": cart_id}, {"$set": {"status": "placed", "order_id": "void", "left_at": None}}
    )
    clock.forward(DAY)
    assert await tell_abandoned(shop) == 0
    assert await repository.reopen(cart_id, "void")
    assert await tell_abandoned(shop) == 0
    clock.forward(DAY)
    assert await tell_abandoned(shop) == 1


async def test_the_merchant_says_after_how_many_hours_if_at_all(shop: Shop, clock: FixedClock):
    await left(shop)
    clock.forward(timedelta(hours=2))
    await save_settings(shop, "core", {"abandoned_hours": 0})
    assert await tell_abandoned(shop) == 0
    await save_settings(shop, "core", {"abandoned_hours": 2})
    assert await tell_abandoned(shop) == 1


async def test_many_carts_are_told_in_portions_those_that_wait_longest_first(
    shop: Shop, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(abandoning, "AT_ONCE", 2)
    for name in ("c", "b", "a"):
        await left(shop, Owner(customer_id=name))
        clock.forward(timedelta(minutes=1))
    clock.forward(DAY)
    assert await tell_abandoned(shop) == 2
    assert [event["customer_id"] for event in await told(shop)] == ["b", "c"]
    assert await tell_abandoned(shop) == 1
