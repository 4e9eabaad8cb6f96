"""A fault at each write of a placement, then healing: nothing lost, nothing left over, and the shopper can go on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from pymongo.errors import PyMongoError

from spoeq_core.cart.documents import CartRepository
from spoeq_core.cart.model import CartStatus
from spoeq_core.cart.service import Owner
from spoeq_core.checkout.attempts import LEASE
from spoeq_core.checkout.invariants import check
from spoeq_core.checkout.model import PlaceRequest, Quota
from spoeq_core.checkout.quotas import quota_counts
from spoeq_core.checkout.reconcile import LATE_STEPS, OLD_ENOUGH, heal, heal_everything
from spoeq_core.checkout.service import place_order
from spoeq_core.checkout.undoing import undo
from spoeq_core.inventory import service as inventory
from spoeq_core.kernel.clock import FixedClock
from spoeq_core.kernel.errors import SpoeqError
from spoeq_core.orders.claims import claims_of
from spoeq_core.orders.documents import OrderRepository, Void
from spoeq_core.orders.finding import OrderFilter, find_orders
from spoeq_core.shop import Shop
from spoeq_core.testing.faults import Fault, Killed, failing
from spoeq_core.testing.shops import deliver_all, shop_with
from tests.shopping import buy, delivery, door, guest, letters, plugin, request_for, sent, stock_left, stock_up

QUIET = timedelta(0)
QUOTAS = (Quota("door:today", 2, "No more today.", amount=100, max_sum=1000), Quota("counted", None, "Never."))
PIECES = {"DIYA.1": 2, "KUR-1": 1}
STEPS = 6
"""Writes of a placement of two SKUs: claims, cart, two reservations, benefits, order."""


def benefits() -> object:
    """A plugin that counts what orders have used up, by conditional updates."""

    async def claim_benefits(shop, order):
        uses = shop.mongo.collection("benefits")
        await uses.update_one({"_id": order.id}, {"$set": {"taken": True}}, upsert=True)

    async def release_benefits(shop, order_id):
        await shop.mongo.collection("benefits").delete_one({"_id": order_id})
        return True

    return plugin("benefits", claim_benefits=claim_benefits, release_benefits=release_benefits)


@pytest.fixture
async def shop(servers: tuple[str, str], tmp_path: Path, clock: FixedClock) -> AsyncIterator[Shop]:
    plugins = delivery(), door(QUOTAS), letters(), benefits()
    async with shop_with(*plugins, servers=servers, data_dir=tmp_path, clock=clock) as opened:
        await stock_up(opened, dict.fromkeys(PIECES, 10))
        yield opened


async def place_under(fault: Fault, shop: Shop, owner: Owner, request: PlaceRequest) -> None:
    """The placement, with whatever becomes of it."""
    with failing(fault):
        try:
            await place_order(shop, owner, request, key="k")
        except (Killed, PyMongoError, SpoeqError):
            return


async def everything_is_as_before(shop: Shop, owner: Owner) -> None:
    assert [await stock_left(shop, sku) for sku in PIECES] == [(10, 0)] * 2
    assert await quota_counts(shop, [quota.key for quota in QUOTAS]) == {}
    assert await shop.mongo.collection("benefits").count_documents({}) == 0
    cart = await shop.repository(CartRepository).get(owner.cart_id or "")
    assert (cart.status, cart.order_id) == (CartStatus.OPEN, None)
    assert await claims_of(shop).collection.count_documents({"kind": {"$in": ["order-key", "order-number"]}}) == 0


async def one_order_has_it_all(shop: Shop) -> None:
    (order,) = await shop.repository(OrderRepository).find({})
    assert await inventory.open_holds(shop) == {order.id: PIECES}
    assert await quota_counts(shop, [quota.key for quota in QUOTAS]) == {"door:today": 1, "counted": 1}
    assert [raw["_id"] async for raw in shop.mongo.collection("benefits").find({})] == [order.id]
    assert await check(shop, quiet_for=QUIET) == []
    await deliver_all(shop)
    assert len(await sent(shop)) == 1


@pytest.mark.parametrize("deadly", [True, False], ids=["killed", "broken"])
@pytest.mark.parametrize("applied", [True, False], ids=["after", "before"])
@pytest.mark.parametrize("at", range(1, STEPS + 2))
async def test_a_fault_at_each_write_is_healed(shop: Shop, clock: FixedClock, at: int, applied: bool, deadly: bool):
    owner = await guest(shop, PIECES)
    request = await request_for(shop, owner)
    fault = Fault(at, applied, deadly)
    await place_under(fault, shop, owner, request)
    assert fault.struck == (at <= STEPS), fault.writes
    clock.forward(OLD_ENOUGH)
    await heal(shop)
    if await shop.repository(OrderRepository).count({}):
        await one_order_has_it_all(shop)
    else:
        await everything_is_as_before(shop, owner)
        assert await check(shop, quiet_for=QUIET) == []
    await place_order(shop, owner, request, key="k")
    await one_order_has_it_all(shop)


@pytest.mark.parametrize("deadly", [True, False], ids=["killed", "broken"])
@pytest.mark.parametrize("at", range(1, STEPS + 1))
async def test_a_retry_of_the_same_key_goes_on_without_the_reconciler(
    shop: Shop, clock: FixedClock, at: int, deadly: bool
):
    owner = await guest(shop, PIECES)
    request = await request_for(shop, owner)
    await place_under(Fault(at, applied=True, deadly=deadly), shop, owner, request)
    if deadly:
        clock.forward(LEASE)
    await place_order(shop, owner, request, key="k")
    await one_order_has_it_all(shop)


@pytest.mark.parametrize("at", range(1, 9))
async def test_a_death_while_healing_is_healed(shop: Shop, clock: FixedClock, at: int):
    owner = await guest(shop, PIECES)
    request = await request_for(shop, owner)
    await place_under(Fault(STEPS, applied=False, deadly=True), shop, owner, request)
    clock.forward(OLD_ENOUGH)
    with failing(Fault(at, applied=True, deadly=True)), suppress(Killed):
        await heal(shop)
    clock.forward(OLD_ENOUGH)
    await heal(shop)
    await everything_is_as_before(shop, owner)
    await place_order(shop, owner, request, key="k")
    await one_order_has_it_all(shop)


async def test_a_placement_that_was_only_slow_cannot_bring_a_void_order_to_life(shop: Shop, clock: FixedClock):
    """It sleeps just before it stores the order, is given up meanwhile, and wakes."""
    owner = await guest(shop, PIECES)
    request = await request_for(shop, owner)
    orders = shop.repository(OrderRepository)
    reached, wake = asyncio.Event(), asyncio.Event()
    insert = orders.insert

    async def sleepy(order, *events):
        reached.set()
        await wake.wait()
        return await insert(order, *events)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(orders, "insert", sleepy)
        slow = asyncio.create_task(place_order(shop, owner, request, key="k"))
        await reached.wait()
    clock.forward(OLD_ENOUGH)
    assert (await heal(shop)).placements == 1
    await everything_is_as_before(shop, owner)
    wake.set()
    placed = await slow
    assert placed.order.id not in {void.order_id for void in await orders.voided(clock.now() - LATE_STEPS)}
    await one_order_has_it_all(shop)


async def test_what_a_slow_placement_takes_after_it_was_given_up_is_given_back(shop: Shop, clock: FixedClock):
    owner = await guest(shop, PIECES)
    request = await request_for(shop, owner)
    await place_under(Fault(2, applied=True, deadly=True), shop, owner, request)
    clock.forward(OLD_ENOUGH)
    await heal(shop)
    (void,) = await shop.repository(OrderRepository).voided(clock.now() - LATE_STEPS)
    await inventory.reserve(shop, void.order_id, PIECES)
    assert [str(violation) for violation in await check(shop, quiet_for=QUIET)]
    await heal(shop)
    await everything_is_as_before(shop, owner)


async def test_an_order_is_never_undone(shop: Shop, clock: FixedClock):
    owner = await guest(shop, PIECES)
    placed = await place_order(shop, owner, await request_for(shop, owner), key="k")
    order = placed.order
    assert not await undo(shop, Void(order.id, order.cart_id, None, order.quantities()))
    clock.forward(OLD_ENOUGH)
    assert await heal(shop) == await heal_everything(shop)
    await one_order_has_it_all(shop)


async def test_the_doctor_gives_earlier_orders_the_words_that_staff_find_them_by(shop: Shop):
    placed = [(await buy(shop, await guest(shop, PIECES))).order for _ in range(2)]
    orders = shop.repository(OrderRepository).collection
    before = await orders.find_one({"_id": placed[0].id})
    await orders.update_one({"_id": placed[0].id}, {"$unset": {"names": ""}})
    by_name = OrderFilter(q=placed[0].shipping_address.name)
    assert [order.id for order in (await find_orders(shop, by_name)).items] == [placed[1].id]
    assert [str(it) for it in await check(shop, looks=1)] == [
        "orders: 1 from before this version are not found by name (spoeq doctor --heal)"
    ]
    assert (await heal_everything(shop)).names == 1
    assert await orders.find_one({"_id": placed[0].id}) == before, "nothing else of it is touched"
    assert len((await find_orders(shop, by_name)).items) == 2
    assert await check(shop, looks=1) == []
    assert (await heal_everything(shop)).names == 0


async def test_the_doctor_finds_and_heals_what_nothing_remembers(shop: Shop, clock: FixedClock):
    owner = await guest(shop, PIECES)
    request = await request_for(shop, owner)
    await place_under(Fault(STEPS, applied=False, deadly=True), shop, owner, request)
    await claims_of(shop).collection.delete_many({})
    clock.forward(timedelta(days=3))
    assert {violation.subject.split()[0] for violation in await check(shop)} == {"order", "cart"}
    healed = await heal_everything(shop)
    assert (healed.placements, healed.carts) == (0, 1)
    await everything_is_as_before(shop, owner)
    assert await check(shop) == []


async def test_a_plugin_that_cannot_give_back_is_asked_again(shop: Shop, clock: FixedClock):
    broken = True

    async def claim_benefits(shop, order):
        del shop, order

    async def release_benefits(shop, order_id):
        del shop, order_id
        if broken:
            raise RuntimeError("the points server is down")

    owner = await guest(shop, PIECES)
    request = await request_for(shop, owner)
    await place_under(Fault(STEPS, applied=False, deadly=True), shop, owner, request)
    hook = plugin("points", claim_benefits=claim_benefits, release_benefits=release_benefits)
    shop.hooks.manager.register(hook, "points")
    shop.hooks.enabled |= {"points"}
    clock.forward(OLD_ENOUGH)
    assert (await heal(shop)).placements == 0
    assert await claims_of(shop).collection.count_documents({"kind": "order-key"}) == 1
    broken = False
    clock.forward(OLD_ENOUGH)
    assert (await heal(shop)).placements == 1
    await everything_is_as_before(shop, owner)
