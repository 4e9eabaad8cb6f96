"""Repositories on a real database: compare and set, events with the change, ids as claims."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

import pytest
from odmantic import Field, Model
from pymongo import IndexModel

from spoeq_core.kernel.errors import Conflict, NotFound, StaleAggregate
from spoeq_core.kernel.events import Event
from spoeq_core.kernel.mongo import Repository, plain, where
from spoeq_core.shop import Shop


class Mood(Enum):
    """How a shelf feels."""

    CALM = "calm"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelfFilled(Event):
    """A shelf was filled."""

    pieces: int


@dataclass(frozen=True, slots=True)
class Shelf:
    """Something with a version."""

    id: str
    pieces: int = 0
    label: str = ""
    price: Decimal = Decimal("1.50")
    mood: Mood = Mood.CALM
    ext: Mapping[str, Any] = field(default_factory=dict)
    version: int = 1


class ShelfDocument(Model):
    """How it is stored."""

    model_config = {  # noqa: RUF012 - odmantic's way to configure a model
        "collection": "shelves",
        "indexes": lambda: [IndexModel("label", unique=True, sparse=True, name="label")],
    }

    id: str = Field(primary_field=True)
    pieces: int = 0
    label: str | None = None
    price: str = "0"
    mood: str = "calm"
    ext: dict[str, Any] = {}  # noqa: RUF012 - odmantic copies defaults
    pending_events: list[dict[str, Any]] = []  # noqa: RUF012
    version: int = 1


class Shelves(Repository[Shelf]):
    """Keeps shelves."""

    document = ShelfDocument
    model = Shelf


@pytest.fixture
async def shelves(shop: Shop) -> Shelves:
    await shop.mongo.create_indexes([ShelfDocument])
    return shop.repository(Shelves)


async def test_what_is_stored_comes_back(shelves: Shelves):
    shelf = Shelf("a", 3, "top", Decimal("9.99"), Mood.CALM, {"gift": {"wrap": "blue"}})
    await shelves.insert(shelf)
    assert await shelves.get("a") == shelf
    assert await shelves.find_by_id("b") is None
    with pytest.raises(NotFound, match="shelf 'b'"):
        await shelves.get("b")


async def test_numbers_of_any_size_come_back_as_plain_integers(shelves: Shelves):
    """The driver has a type of its own for what 32 bits do not hold: ₹99,99,99,999 in paise is more."""
    await shelves.insert(Shelf("a", 99_99_99_999_00, ext={"parts": [2**53]}))
    shelf = await shelves.get("a")
    raw = await shelves.collection.find_one({"_id": "a"})
    assert [type(number) for number in (shelf.pieces, shelf.ext["parts"][0], raw["pieces"])] == [int, int, int]
    assert shelf.pieces == 99_99_99_999_00


async def test_of_two_that_read_the_same_version_one_wins(shelves: Shelves):
    await shelves.insert(Shelf("a"))
    read = await shelves.get("a")
    saved = await shelves.save(replace(read, pieces=1))
    assert saved.version == 2
    with pytest.raises(StaleAggregate) as stale:
        await shelves.save(replace(read, pieces=5))
    assert stale.value.hint
    assert (await shelves.get("a")).pieces == 1


async def test_of_twenty_writers_at_once_exactly_one_wins(shelves: Shelves):
    await shelves.insert(Shelf("a"))
    read = await shelves.get("a")
    outcomes = await asyncio.gather(
        *(shelves.save(replace(read, pieces=n)) for n in range(1, 21)), return_exceptions=True
    )
    assert sum(isinstance(outcome, Shelf) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, StaleAggregate) for outcome in outcomes) == 19
    assert (await shelves.get("a")).version == 2


async def test_a_condition_is_part_of_the_comparison(shelves: Shelves):
    await shelves.insert(Shelf("a", 3))
    read = await shelves.get("a")
    with pytest.raises(StaleAggregate):
        await shelves.save(replace(read, pieces=2), only_if={"pieces": {"$gt": 5}})
    assert (await shelves.save(replace(read, pieces=2), only_if={"pieces": 3})).pieces == 2


async def test_an_id_is_claimed_by_exactly_one(shelves: Shelves):
    outcomes = await asyncio.gather(
        *(shelves.insert(Shelf("SPQ-1", n, f"label {n}")) for n in range(20)), return_exceptions=True
    )
    assert sum(isinstance(outcome, Shelf) for outcome in outcomes) == 1
    losers = [outcome for outcome in outcomes if isinstance(outcome, Conflict)]
    assert len(losers) == 19
    assert {(loser.code, *loser.extra["keys"]) for loser in losers} == {("duplicate", "_id")}


async def test_a_unique_field_that_is_taken_is_a_conflict_and_not_stale(shelves: Shelves):
    await shelves.insert(Shelf("a", label="top"))
    await shelves.insert(Shelf("b", label="low"))
    with pytest.raises(Conflict) as taken:
        await shelves.save(replace(await shelves.get("b"), label="top"))
    assert taken.value.code == "duplicate"
    assert not isinstance(taken.value, StaleAggregate)


async def test_events_are_written_with_the_change_and_announced_after(shop: Shop, shelves: Shelves):
    announced: list[tuple[str, str, list[str]]] = []

    async def wake(collection: str, key: str, pending: list[dict[str, Any]]) -> None:
        stored = await shelves.collection.find_one({"_id": key})
        assert [event["id"] for event in stored["pending_events"]][-1] == pending[-1]["id"], "stored before it is told"
        announced.append((collection, key, [event["type"] for event in pending]))

    shop.outbox.wake = wake
    await shelves.insert(Shelf("a"), ShelfFilled(pieces=1))
    read = await shelves.get("a")
    await shelves.save(read, ShelfFilled(pieces=2), ShelfFilled(pieces=3))
    await shelves.save(await shelves.get("a"))
    with pytest.raises(StaleAggregate):
        await shelves.save(read, ShelfFilled(pieces=99))
    raw = await shelves.collection.find_one({"_id": "a"})
    assert [event["data"]["pieces"] for event in raw["pending_events"]] == [1, 2, 3], (
        "none of a change that was refused"
    )
    assert announced == [("shelves", "a", ["ShelfFilled"]), ("shelves", "a", ["ShelfFilled", "ShelfFilled"])]


async def test_a_worker_that_cannot_be_woken_fails_nothing(shop: Shop, shelves: Shelves):
    async def wake(_collection: str, _key: str, _pending: list[dict[str, Any]]) -> None:
        raise ConnectionError("Redis is down")

    shop.outbox.wake = wake
    await shelves.insert(Shelf("a"), ShelfFilled(pieces=1))
    assert len((await shelves.collection.find_one({"_id": "a"}))["pending_events"]) == 1


async def test_lists_are_sorted_cut_and_counted(shelves: Shelves):
    for number in range(5):
        await shelves.insert(Shelf(f"s{number}", number, f"l{number}"))
    found = await shelves.find({"pieces": {"$gte": 1}}, sort=[("pieces", -1)], skip=1, limit=2)
    assert [shelf.pieces for shelf in found] == [3, 2]
    assert await shelves.count({"pieces": {"$gte": 1}}) == 4
    assert await shelves.delete("s0")
    assert not await shelves.delete("s0")


def test_only_what_bson_knows_is_stored():
    at = datetime(2026, 11, 22, tzinfo=UTC)
    given = {"set": {"b", "a"}, "tuple": (1, Decimal("1.10")), "mood": Mood.CALM, "at": at, "shelf": Shelf("a")}
    stored = plain(given)
    assert stored["set"] == ["a", "b"]
    assert stored["tuple"] == [1, "1.10"]
    assert (stored["mood"], stored["at"], stored["shelf"]["price"]) == ("calm", at, "1.50")
    with pytest.raises(TypeError, match="cannot store a object"):
        plain(object())
    assert where(a=1, b=None) == {"a": 1}
