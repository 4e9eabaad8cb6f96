"""The outbox: told once per subscriber, retried alone, dead letters replayed and discarded, crashes repeated."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from spoeq_core.kernel.clock import FixedClock
from spoeq_core.kernel.errors import Conflict, NotFound
from spoeq_core.kernel.events import Delivery, Event, Subscription, to_pending
from spoeq_core.kernel.outbox import MAX_ATTEMPTS, DeadLetters, Relay
from spoeq_core.shop import Shop

START = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class BellRung(Event):
    """Somebody rang."""

    times: int


class Listener:
    """A subscriber that fails as often as it is told to."""

    def __init__(self, name: str, failures: int = 0) -> None:
        self.heard: list[str] = []
        self.failures = failures
        self.subscription = Subscription(f"tests.{name}", BellRung, self.hear)

    async def hear(self, _shop: Shop, event: BellRung, delivery: Delivery) -> None:
        """Note the delivery, or fail."""
        assert event.times > 0
        if self.failures:
            self.failures -= 1
            raise RuntimeError("not now")
        self.heard.append(delivery.id)


@pytest.fixture
def clock() -> FixedClock:
    """A clock that the tests move."""
    return FixedClock(START)


def relay(shop: Shop, clock: FixedClock, *listeners: Listener) -> Relay:
    """A relay to these listeners."""
    return Relay(shop.mongo, clock, shop, lambda: [listener.subscription for listener in listeners])


async def ring(shop: Shop) -> dict[str, Any]:
    """A document with one pending event."""
    pending = to_pending(BellRung(times=1), START)
    await shop.mongo.collection("bells").insert_one({"_id": "b1", "pending_events": [pending]})
    return pending


async def record(shop: Shop, key: str) -> dict[str, Any]:
    """The stored record of an event."""
    found = await shop.mongo.collection("outbox").find_one({"_id": key})
    assert found is not None
    return dict(found)


async def test_an_event_is_told_to_each_subscriber_and_taken_out(shop: Shop, clock: FixedClock) -> None:
    first, second = Listener("first"), Listener("second")
    pending = await ring(shop)
    await relay(shop, clock, first, second).relay("bells", "b1", [pending])
    assert first.heard == [f"{pending['id']}:tests.first"]
    assert second.heard == [f"{pending['id']}:tests.second"]
    assert (await shop.mongo.collection("bells").find_one({"_id": "b1"}))["pending_events"] == []
    assert "due" not in await record(shop, pending["id"])


async def test_a_failing_subscriber_is_retried_alone_with_growing_pauses(shop: Shop, clock: FixedClock) -> None:
    good, bad = Listener("good"), Listener("bad", failures=2)
    pending = await ring(shop)
    telling = relay(shop, clock, good, bad)
    await telling.relay("bells", "b1", [pending])
    assert (len(good.heard), len(bad.heard)) == (1, 0)
    assert await telling.retry() == 0, "it is not due yet"
    clock.forward(timedelta(seconds=5))
    assert await telling.retry() == 1
    clock.forward(timedelta(seconds=5))
    assert await telling.retry() == 0, "the second pause is longer than the first"
    clock.forward(timedelta(seconds=10))
    assert await telling.retry() == 1
    assert (len(good.heard), len(bad.heard)) == (1, 1)
    state = (await record(shop, pending["id"]))["deliveries"]["tests/bad"]
    assert (state["state"], state["attempts"]) == ("done", 3)


async def test_a_lost_wake_up_is_found_by_the_sweep(shop: Shop, clock: FixedClock) -> None:
    listener = Listener("late")
    await ring(shop)
    telling = relay(shop, clock, listener)
    assert await telling.sweep({"bells"}) == 0, "young events are left to the wake-up"
    clock.forward(timedelta(seconds=10))
    assert await telling.sweep({"bells"}) == 1
    assert len(listener.heard) == 1
    assert await telling.sweep({"bells"}) == 0


async def test_a_crash_between_record_and_removal_repeats_and_does_not_double(shop: Shop, clock: FixedClock) -> None:
    listener = Listener("twice")
    pending = await ring(shop)
    telling = relay(shop, clock, listener)
    await telling.relay("bells", "b1", [pending])
    await telling.relay("bells", "b1", [pending])
    assert set(listener.heard) == {f"{pending['id']}:tests.twice"}, "the same delivery id, so that handlers can tell"
    assert await shop.mongo.collection("outbox").count_documents({}) == 1


async def test_dead_letters_are_replayed_or_discarded(shop: Shop, clock: FixedClock) -> None:
    listener = Listener("broken", failures=MAX_ATTEMPTS)
    pending = await ring(shop)
    telling = relay(shop, clock, listener)
    await telling.relay("bells", "b1", [pending])
    for _ in range(MAX_ATTEMPTS):
        clock.forward(timedelta(hours=1))
        await telling.retry()
    letters = DeadLetters(shop.mongo, clock)
    (letter,) = await letters.find()
    assert (letter.subscriber, letter.attempts) == ("tests.broken", MAX_ATTEMPTS)
    assert "not now" in letter.error
    await letters.replay(pending["id"])
    await telling.retry()
    assert len(listener.heard) == 1
    assert await letters.find() == []
    with pytest.raises(Conflict):
        await letters.discard(pending["id"], reason="gone", actor="me")
    with pytest.raises(NotFound):
        await letters.replay("nothing")


async def test_a_hanging_subscriber_is_cut_off(shop: Shop, clock: FixedClock) -> None:
    async def hang(_shop: Shop, _event: BellRung, _delivery: Delivery) -> None:
        await asyncio.Event().wait()

    good = Listener("quick")
    pending = await ring(shop)
    telling = Relay(
        shop.mongo, clock, shop, lambda: [Subscription("tests.hang", BellRung, hang), good.subscription], timeout=0.05
    )
    await telling.relay("bells", "b1", [pending])
    assert len(good.heard) == 1
    assert (await record(shop, pending["id"]))["deliveries"]["tests/hang"]["state"] == "retry"
