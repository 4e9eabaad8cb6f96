"""The outbox where several things go wrong at once: subscribers that hang, that are gone, that share a handler."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from spoeq_core.kernel.clock import FixedClock
from spoeq_core.kernel.errors import Conflict
from spoeq_core.kernel.events import Delivery, Event, Subscription, subscriptions, to_pending
from spoeq_core.kernel.outbox import MAX_ATTEMPTS, DeadLetters, Relay
from spoeq_core.shop import Shop

START = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Knocked(Event):
    """Somebody is at the door."""

    door: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened(Event):
    """The door was opened."""

    by: str


class Ears:
    """Hears, fails while it is told to, and says what it heard."""

    def __init__(self, *, deaf: bool = False) -> None:
        self.heard: list[Event] = []
        self.deaf = deaf

    async def hear(self, _shop: Shop, event: Event, _delivery: Delivery) -> None:
        """Note the event, or fail."""
        if self.deaf:
            raise RuntimeError("not now")
        self.heard.append(event)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(START)


def relay(shop: Shop, clock: FixedClock, *known: Subscription) -> Relay:
    return Relay(shop.mongo, clock, shop, lambda: known)


async def happen(shop: Shop, *events: Event, key: str = "b1") -> list[dict[str, Any]]:
    """Events that wait in a document."""
    pending = [to_pending(event, START) for event in events]
    await shop.mongo.collection("doors").insert_one({"_id": key, "pending_events": pending})
    return pending


async def state(shop: Shop, key: str) -> dict[str, Any]:
    """The stored record."""
    found: dict[str, Any] = await shop.mongo.collection("outbox").find_one({"_id": key})
    return found


async def past(clock: FixedClock, telling: Relay, days: int) -> None:
    """So many days of retries."""
    for _ in range(days):
        clock.forward(DAY)
        await telling.retry()


async def test_an_event_that_is_being_told_is_not_told_again_by_a_sweep(shop: Shop, clock: FixedClock):
    started, release = asyncio.Event(), asyncio.Event()

    async def slow(_shop: Shop, _event: Knocked, _delivery: Delivery) -> None:
        started.set()
        await release.wait()

    quick = Ears()
    telling = relay(shop, clock, Subscription("t.slow", Knocked, slow), Subscription("t.quick", Knocked, quick.hear))
    pending = await happen(shop, Knocked(door=1))
    under_way = asyncio.create_task(telling.relay("doors", "b1", pending))
    await started.wait()
    clock.forward(DAY)
    await telling.sweep({"doors"})
    assert len(quick.heard) == 1, "a slow subscriber makes nobody hear it twice"
    release.set()
    await under_way
    assert await telling.sweep({"doors"}) == 0


async def test_one_that_hangs_holds_up_no_other_event(shop: Shop, clock: FixedClock):
    others_done, ears = asyncio.Event(), Ears()

    async def hear(given: Shop, event: Knocked, delivery: Delivery) -> None:
        if event.door == 1:
            await others_done.wait()
        await ears.hear(given, event, delivery)
        if len(ears.heard) == 2:
            others_done.set()

    telling = relay(shop, clock, Subscription("t.hear", Knocked, hear))
    for door in (1, 2, 3):
        await happen(shop, Knocked(door=door), key=f"b{door}")
    clock.forward(DAY)
    async with asyncio.timeout(60):
        assert await telling.sweep({"doors"}) == 3
    assert len(ears.heard) == 3


async def test_retries_run_side_by_side(shop: Shop, clock: FixedClock):
    failing, done, heard = [True], asyncio.Event(), []

    async def hear(_shop: Shop, event: Knocked, _delivery: Delivery) -> None:
        if failing[0]:
            raise RuntimeError("not now")
        if event.door == 1:
            await done.wait()
        heard.append(event.door)
        if len(heard) == 2:
            done.set()

    telling = relay(shop, clock, Subscription("t.hear", Knocked, hear))
    for door in (1, 2, 3):
        await telling.relay("doors", f"b{door}", await happen(shop, Knocked(door=door), key=f"b{door}"))
    failing[0] = False
    clock.forward(DAY)
    async with asyncio.timeout(60):
        assert await telling.retry() == 3
    assert sorted(heard) == [1, 2, 3]


async def test_one_handler_of_two_events_is_given_each_its_own(shop: Shop, clock: FixedClock):
    ears = Ears(deaf=True)
    telling = relay(shop, clock, *subscriptions("t", {Knocked: ears.hear, Opened: ears.hear}))
    pending = await happen(shop, Knocked(door=1), Opened(by="Asha"))
    await telling.relay("doors", "b1", pending)
    ears.deaf = False
    await past(clock, telling, 1)
    assert sorted(map(type, ears.heard), key=str) == sorted([Knocked, Opened], key=str)
    assert {event for event in ears.heard} == {Knocked(door=1), Opened(by="Asha")}


async def test_a_delivery_to_nobody_is_given_up_in_the_end_and_does_not_stand_in_the_way(shop: Shop, clock: FixedClock):
    ears = Ears(deaf=True)
    known: Sequence[Subscription] = subscriptions("bell", {Knocked: ears.hear}, "bell")
    telling = Relay(shop.mongo, clock, shop, lambda: known)
    (pending,) = await happen(shop, Knocked(door=1))
    await telling.relay("doors", "b1", [pending])
    there, known = known, []  # the plugin is disabled
    clock.forward(DAY)
    assert await telling.retry() == 1
    assert await telling.retry() == 0, "it waits longer each time instead of being looked at again and again"
    await past(clock, telling, MAX_ATTEMPTS)
    letters = DeadLetters(shop.mongo, clock)
    (letter,) = await letters.find()
    assert "is its plugin disabled?" in letter.error
    known, ears.deaf = there, False
    await letters.replay(pending["id"])
    await telling.retry()
    assert ears.heard == [Knocked(door=1)]


async def test_discarding_what_is_dead_leaves_the_others_their_retries(shop: Shop, clock: FixedClock):
    dead, slow = Ears(deaf=True), Ears(deaf=True)
    (pending,) = await happen(shop, Knocked(door=1))
    telling = relay(shop, clock, Subscription("t.dead", Knocked, dead.hear), Subscription("t.slow", Knocked, slow.hear))
    await telling.relay("doors", "b1", [pending])
    # As if the one had used up its attempts while the other has some left.
    await shop.mongo.collection("outbox").update_one(
        {"_id": pending["id"]},
        {
            "$set": {
                "deliveries.t/dead": {"state": "dead", "attempts": MAX_ATTEMPTS, "error": "RuntimeError: not now"},
                "dead": True,
            }
        },
    )
    letters = DeadLetters(shop.mongo, clock)
    await letters.discard(pending["id"], reason="nobody is at home", actor="asha")
    record = await state(shop, pending["id"])
    assert "expires_at" not in record
    slow.deaf = False
    await past(clock, telling, 1)
    assert (slow.heard, dead.heard) == ([Knocked(door=1)], [])
    record = await state(shop, pending["id"])
    kept = record["deliveries"]["t/dead"]
    assert (kept["state"], kept["reason"], kept["actor"]) == ("discarded", "nobody is at home", "asha")
    assert "expires_at" in record
    with pytest.raises(Conflict):
        await letters.replay(pending["id"])
