"""The outbox: events written with the change they tell of, delivered to each subscriber at least once.

An event waits in its aggregate's `pending_events`, put there by the same update as the change. The relay tells every
subscriber, then writes one record with a delivery per subscriber and takes the event out of the aggregate: two
writes an event. What failed is retried from the record with exponential backoff and jitter until it is dead; staff
may replay or discard it. A crash anywhere repeats deliveries, never loses one, so handlers are idempotent by
delivery id.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

from pymongo.errors import BulkWriteError

from spoeq_core.kernel.clock import Clock
from spoeq_core.kernel.errors import Conflict, NotFound
from spoeq_core.kernel.events import Delivery, Subscription

log = logging.getLogger(__name__)

RECORDS = "outbox"
MAX_ATTEMPTS = 8
BACKOFF = timedelta(seconds=2)
LONGEST_BACKOFF = timedelta(minutes=30)
LEASE = timedelta(seconds=60)
KEEP = timedelta(days=30)
OLD_ENOUGH = timedelta(seconds=3)
AT_ONCE = 16
"""Aggregates and records that one look works on side by side."""

R = TypeVar("R")
Pending = dict[str, Any]
Wake = Callable[[str, str, list[Pending]], Awaitable[None]]


class Database(Protocol):
    """The one thing the outbox needs of the database."""

    def collection(self, name: str) -> Any:
        """The collection of that name."""
        ...


@dataclass
class Outbox:
    """The writing side: every process has it. `wake` tells the worker at once; without it a poll finds out."""

    wake: Wake | None = None
    sources: set[str] = field(default_factory=set)

    async def announce(self, collection: str, key: str, pending: list[Pending]) -> None:
        """Tell the worker that an aggregate has pending events. Never fails: the poll is the safety net."""
        if not pending or self.wake is None:
            return
        try:
            await self.wake(collection, key, pending)
        except Exception:
            log.warning("the worker could not be told of events in %s %s; it will find them", collection, key)


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """An event with a delivery that was given up, as staff see it."""

    id: str
    type: str
    subscriber: str
    error: str
    attempts: int
    at: datetime
    data: dict[str, Any]


class Relay:
    """The telling side: the worker has it.

    Args:
        database: Where the aggregates and the records are.
        clock: Tells the time.
        context: What handlers receive first: the shop.
        subscribers: The subscriptions in force now (a disabled plugin's are not among them).
        timeout: Seconds a handler may take.
        news: Told first which aggregate tells something: its collection and id.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        context: Any,
        subscribers: Callable[[], Iterable[Subscription]],
        *,
        timeout: float = 20.0,
        news: Callable[[str, str], None] = lambda _collection, _key: None,
    ) -> None:
        self._database = database
        self._records = database.collection(RECORDS)
        self._clock = clock
        self._context = context
        self._subscribers = subscribers
        self._timeout = timeout
        self._news = news
        self._telling: set[str] = set()

    async def relay(self, collection: str, key: str, pending: Sequence[Pending]) -> None:
        """Tell each event to its subscribers, record the outcome, take it out of the aggregate.

        What this relay is telling already is left to it: a slow subscriber makes nobody hear an event twice.
        """
        pending = [event for event in pending if event["id"] not in self._telling]
        if not pending:
            return
        self._telling |= {event["id"] for event in pending}
        try:
            await self._tell(collection, key, pending)
        finally:
            self._telling -= {event["id"] for event in pending}

    async def _tell(self, collection: str, key: str, pending: Sequence[Pending]) -> None:
        self._news(collection, key)
        records = await asyncio.gather(*(self._first_attempt(collection, key, event) for event in pending))
        try:
            await self._records.insert_many(records, ordered=False)
        except BulkWriteError as error:
            if any(item.get("code") != 11000 for item in error.details["writeErrors"]):  # noqa: PLR2004 - duplicate key
                raise
        ids = [event["id"] for event in pending]
        await self._database.collection(collection).update_one(
            {"_id": key}, {"$pull": {"pending_events": {"id": {"$in": ids}}}}
        )

    async def sweep(self, collections: Iterable[str], *, older_than: timedelta = OLD_ENOUGH) -> int:
        """Relay what no wake-up announced; how many aggregates had something."""
        found = 0
        for name in sorted(collections):
            cursor = self._database.collection(name).find(
                {"pending_events.at": {"$lte": self._clock.now() - older_than}}, {"pending_events": 1}, limit=200
            )
            waiting = await cursor.to_list(None)
            await self._side_by_side(self.relay(name, raw["_id"], raw["pending_events"]) for raw in waiting)
            found += len(waiting)
        return found

    async def retry(self, *, all_due: bool = False) -> int:
        """Repeat the deliveries whose time has come; how many events were touched."""
        now = self._clock.now()
        query: Pending = {"due": {"$exists": True}} if all_due else {"due": {"$lte": now}}
        due = await self._records.find(query, limit=100).to_list(None)
        return sum(await self._side_by_side(self._take_up(record, now) for record in due))

    async def _take_up(self, record: Pending, now: datetime) -> bool:
        """Repeat a record's due deliveries, unless another worker took it."""
        leased = await self._records.update_one(
            {"_id": record["_id"], "due": record["due"]}, {"$set": {"due": now + LEASE}}
        )
        if leased.matched_count:
            await self._repeat(record)
        return bool(leased.matched_count)

    async def _side_by_side(self, work: Iterable[Coroutine[Any, Any, R]]) -> list[R]:
        """All of it, so many at a time that one that hangs does not hold up the others."""
        places = asyncio.Semaphore(AT_ONCE)

        async def one(job: Coroutine[Any, Any, R]) -> R:
            async with places:
                return await job

        return await asyncio.gather(*(one(job) for job in work))

    async def _first_attempt(self, collection: str, key: str, event: Pending) -> Pending:
        matching = [s for s in self._subscribers() if s.event.__name__ == event["type"]]
        states = await asyncio.gather(*(self._deliver(s, event["id"], event, 1) for s in matching))
        deliveries = {s.name.replace(".", "/"): state for s, state in zip(matching, states, strict=True)}
        return {
            "_id": event["id"],
            "type": event["type"],
            "data": event["data"],
            "at": event["at"],
            "source": {"collection": collection, "id": key},
            "deliveries": deliveries,
            **{k: value for k, value in summary(deliveries, self._clock.now()).items() if value is not None},
        }

    async def _repeat(self, record: Pending) -> None:
        known = {s.name.replace(".", "/"): s for s in self._subscribers() if s.event.__name__ == record["type"]}
        now = self._clock.now()
        due = {
            name: state
            for name, state in record["deliveries"].items()
            if state["state"] == "retry" and state["next_at"] <= now
        }
        outcomes = await asyncio.gather(
            *(self._again(known.get(name), record, state["attempts"] + 1) for name, state in due.items())
        )
        changed = dict(zip(due, outcomes, strict=True))
        deliveries = {**record["deliveries"], **changed}
        changes: Pending = {f"deliveries.{name}": state for name, state in changed.items()}
        await self._records.update_one({"_id": record["_id"]}, setting({**changes, **summary(deliveries, now)}))

    async def _again(self, subscriber: Subscription | None, record: Pending, attempt: int) -> Pending:
        if subscriber is None:
            return self._failed(attempt, LookupError("nobody of that name subscribes now; is its plugin disabled?"))
        return await self._deliver(subscriber, record["_id"], record, attempt)

    async def _deliver(self, subscriber: Subscription, event_id: str, event: Pending, attempt: int) -> Pending:
        delivery = Delivery(f"{event_id}:{subscriber.name}", event_id, subscriber.name, attempt, event["at"])
        try:
            async with asyncio.timeout(self._timeout):
                await subscriber.handler(self._context, subscriber.event(**event["data"]), delivery)
        except Exception as error:
            log.warning(
                "subscriber %s failed at event %s, attempt %d", subscriber.name, event_id, attempt, exc_info=True
            )
            return self._failed(attempt, error)
        return {"state": "done", "attempts": attempt}

    def _failed(self, attempt: int, error: Exception) -> Pending:
        text = f"{type(error).__name__}: {error}"[:500]
        if attempt >= MAX_ATTEMPTS:
            return {"state": "dead", "attempts": attempt, "error": text}
        wait = min(BACKOFF * 4 ** (attempt - 1), LONGEST_BACKOFF) * random.uniform(0.8, 1.2)  # noqa: S311 - jitter
        return {"state": "retry", "attempts": attempt, "error": text, "next_at": self._clock.now() + wait}


def summary(deliveries: dict[str, Pending], now: datetime) -> Pending:
    """What records are found by; None for what must not be there, since the indexes are sparse."""
    due = [state["next_at"] for state in deliveries.values() if state["state"] == "retry"]
    dead = any(state["state"] == "dead" for state in deliveries.values())
    done = not due and not dead
    return {
        "due": min(due, default=None),
        "dead": True if dead else None,
        "expires_at": now + KEEP if done else None,
    }


def setting(fields: Pending) -> Pending:
    """An update that sets these fields, and removes those that are None."""
    update: Pending = {"$set": {name: value for name, value in fields.items() if value is not None}}
    gone = {name: "" for name, value in fields.items() if value is None}
    return {**update, "$unset": gone} if gone else update


class DeadLetters:
    """What staff can do about deliveries that were given up."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._records = database.collection(RECORDS)
        self._clock = clock

    async def find(self, *, before: str = "", limit: int = 100) -> list[DeadLetter]:
        """The dead deliveries of so many events, newest first; only of events older than `before`, if given."""
        older = {"_id": {"$lt": before}} if before else {}
        records = await self._records.find({"dead": True, **older}).sort([("_id", -1)]).limit(limit).to_list(None)
        return [
            DeadLetter(
                record["_id"],
                record["type"],
                name.replace("/", "."),
                state["error"],
                state["attempts"],
                record["at"],
                record["data"],
            )
            for record in records
            for name, state in record["deliveries"].items()
            if state["state"] == "dead"
        ]

    async def count(self) -> int:
        """How many events have a dead delivery."""
        return int(await self._records.count_documents({"dead": True}))

    async def replay(self, key: str) -> None:
        """Deliver an event's dead deliveries again, from the first attempt on."""
        await self._close(key, {"state": "retry", "attempts": 0, "next_at": self._clock.now()})

    async def discard(self, key: str, *, reason: str, actor: str) -> None:
        """Give an event's dead deliveries up for good; the reason is kept."""
        await self._close(key, {"state": "discarded", "reason": reason, "actor": actor})

    async def _close(self, key: str, state: Pending) -> None:
        record = await self._records.find_one({"_id": key})
        if record is None:
            raise NotFound(f"There is no event {key!r}.")
        dead = [name for name, found in record["deliveries"].items() if found["state"] == "dead"]
        after = {**record["deliveries"], **{name: {**record["deliveries"][name], **state} for name in dead}}
        fields: Pending = {f"deliveries.{name}.{part}": value for name in dead for part, value in state.items()}
        result = await self._records.update_one(
            {"_id": key, "dead": True}, setting({**fields, **summary(after, self._clock.now())})
        )
        if result.matched_count == 0:
            raise Conflict(f"Event {key!r} has no dead delivery any more.", hint="Reload the list.")
