"""The cache by tags: made once, forgotten by tag in every process, never older than a change, never too large."""

from __future__ import annotations

import asyncio

import pytest

from spoeq_core.kernel.cache import EVERYTHING, TagCache, depends_on, exactly, keep_at_most, note_read, written
from spoeq_core.kernel.cache.shelf import Entry, Shelf
from tests.cache.conftest import Start, at_work, until


class Text:
    """Bytes that processes share."""

    def pack(self, value: str) -> bytes:
        return value.encode()

    def unpack(self, packed: bytes) -> str:
        return packed.decode()


class Source:
    """What values are made from; counts the reads, and can be held up in the middle of one."""

    def __init__(self, *tags: str) -> None:
        self.value = "first"
        self.reads = 0
        self.tags = tags or ("products",)
        self.gate = asyncio.Event()
        self.gate.set()
        self.reached = asyncio.Event()

    async def read(self) -> str:
        self.reads += 1
        depends_on(*self.tags)
        found = self.value
        self.reached.set()
        await self.gate.wait()
        return found


async def test_a_value_is_made_once_and_forgotten_with_its_tag(start: Start):
    cache, source = await start(), Source("products:1")
    for _ in range(3):
        assert await cache.get_or_make("a", source.read) == "first"
    assert source.reads == 1
    cache.tell("products:2")
    await cache.get_or_make("a", source.read)
    assert source.reads == 1
    source.value = "second"
    cache.tell("products:1")
    assert await cache.get_or_make("a", source.read) == "second"


async def test_two_hundred_at_once_make_it_once(start: Start):
    cache, source = await start(), Source()
    source.gate.clear()
    asked = [asyncio.create_task(cache.get_or_make("a", source.read)) for _ in range(200)]
    await source.reached.wait()
    source.gate.set()
    assert set(await asyncio.gather(*asked)) == {"first"}
    assert source.reads == 1


async def test_processes_make_what_they_share_once(start: Start):
    caches, source = [await start() for _ in range(3)], Source()
    asked = [cache.get_or_make("a", source.read, packing=Text()) for cache in caches for _ in range(20)]
    assert set(await asyncio.gather(*asked)) == {"first"}
    assert source.reads == 1
    assert sum(cache.counts["data", "shared"] for cache in caches) == 2


async def test_what_was_read_before_a_change_is_not_kept_after_it(start: Start):
    cache, source = await start(), Source()
    source.gate.clear()
    slow = asyncio.create_task(cache.get_or_make("a", source.read, packing=Text()))
    await source.reached.wait()
    source.value = "second"
    cache.tell("products")
    source.gate.set()
    assert await slow == "first", "it was asked for before the change"
    assert await cache.get_or_make("a", source.read, packing=Text()) == "second"


async def test_who_asks_after_a_change_does_not_get_what_was_read_before_it(start: Start):
    cache, source = await start(), Source()
    source.gate.clear()
    slow = asyncio.create_task(cache.get_or_make("a", source.read))
    await source.reached.wait()
    source.value = "second"
    cache.tell("products")
    late = asyncio.create_task(cache.get_or_make("a", source.read))
    await asyncio.sleep(0)
    source.gate.set()
    assert await slow == "first"
    assert await late == "second"


async def test_a_slow_process_stores_nothing_old_for_the_others(start: Start):
    """One reads, another changes and tells, the first stores: a third must not find the old value."""
    slow, writer, third = await start(), await start(), await start()
    source = Source()
    source.gate.clear()
    making = asyncio.create_task(slow.get_or_make("a", source.read, packing=Text()))
    await source.reached.wait()
    source.value = "second"
    writer.tell("products")
    assert await writer.tell_others()
    source.gate.set()
    await making
    assert await third.get_or_make("a", source.read, packing=Text()) == "second"
    await until(lambda: slow.peek("data", "a") is None)
    assert await slow.get_or_make("a", source.read, packing=Text()) == "second"


async def test_who_changed_it_does_not_take_the_old_value_from_the_others(start: Start):
    """Redis does not know of the change yet: its value is passed over."""
    cache, other, source = await start(tells=False), await start(), Source()
    await other.get_or_make("a", source.read, packing=Text())
    source.value = "second"
    cache.tell("products")
    assert await cache.get_or_make("a", source.read, packing=Text()) == "second"


async def test_others_hear_of_it_and_out_of_order_is_no_matter(start: Start):
    caches, source = [await start(), await start()], Source()
    for cache in caches:
        await cache.get_or_make("a", source.read)
    for number in range(20):
        source.value = f"change {number}"
        caches[number % 2].tell("products")
    for cache in caches:
        await until(lambda cache=cache: cache.peek("data", "a") is None)
        await asyncio.sleep(0.05)
        assert await cache.get_or_make("a", source.read) == "change 19"


async def test_everything_is_a_tag(start: Start):
    caches, source = [await start(), await start()], Source("anything")
    for cache in caches:
        await cache.get_or_make("a", source.read, packing=Text())
    source.value = "second"
    caches[0].tell(EVERYTHING)
    await until(lambda: caches[1].peek("data", "a") is None)
    assert await caches[1].get_or_make("a", source.read, packing=Text()) == "second"


async def test_another_edition_is_another_value(start: Start):
    cache, source = await start(), Source()
    await cache.get_or_make("a", source.read)
    cache.begin_edition("settings", "2")
    source.value = "second"
    assert await cache.get_or_make("a", source.read) == "second"
    cache.begin_edition("settings", "2")
    await cache.get_or_make("a", source.read)
    assert source.reads == 2, "the same edition again changes nothing"


async def test_what_is_made_of_other_values_depends_on_theirs_and_lasts_no_longer(start: Start):
    cache, part = await start(), Source("stock:1")

    async def whole() -> str:
        keep_at_most(100)
        return f"with {await cache.get_or_make('part', part.read, seconds=30)}"

    for _ in range(2):  # the part is made the first time and found the second
        await cache.get_or_make("whole", whole)
        entry = cache.peek("data", "whole")
        assert entry is not None
        assert "stock:1" in entry.tags
        assert 0 < entry.seconds <= 30
        cache.shelves["data"].drop_tag("none")
        cache.shelves["data"]._drop(f"{cache.edition} whole")
    cache.tell("stock:1")
    assert cache.peek("data", "part") is None


async def test_a_making_that_reads_what_nobody_tells_of_is_kept_briefly(start: Start, brief: float):
    cache = await start()

    async def private() -> str:
        note_read("carts", public=False)
        return "x"

    await cache.get_or_make("a", private)
    entry = cache.peek("data", "a")
    assert entry is not None
    assert entry.seconds <= brief


async def test_an_error_is_told_to_all_who_wait_and_not_kept(start: Start):
    cache = await start()
    failing = True

    async def make() -> str:
        await asyncio.sleep(0)
        if failing:
            raise LookupError("gone")
        return "here"

    found = await asyncio.gather(
        *(cache.get_or_make("a", make, packing=Text()) for _ in range(5)), return_exceptions=True
    )
    assert [type(each) for each in found] == [LookupError] * 5
    failing = False
    assert await cache.get_or_make("a", make, packing=Text()) == "here", "nobody waits for a turn that is over"


async def test_one_who_gives_up_takes_nothing_from_the_others(start: Start):
    cache, source = await start(), Source()
    source.gate.clear()
    first, second = (asyncio.create_task(cache.get_or_make("a", source.read)) for _ in range(2))
    await source.reached.wait()
    first.cancel()
    source.gate.set()
    assert await second == "first"


async def test_without_redis_nothing_is_kept_and_all_is_made(prefix: str):
    cache, source = TagCache("redis://127.0.0.1:9/0", prefix), Source()
    task = asyncio.create_task(cache.hear())
    try:
        for number in range(3):
            source.value = str(number)
            assert await cache.get_or_make("a", source.read, packing=Text()) == str(number)
        assert len(cache.shelves["data"]) == 0
    finally:
        task.cancel()
        await cache.close()


async def test_off_is_off(start: Start):
    cache, source = await start(level="off"), Source()
    await cache.get_or_make("a", source.read)
    await cache.get_or_make("a", source.read)
    assert source.reads == 2


async def test_what_could_not_be_told_is_told_later(servers: tuple[str, str], prefix: str, start: Start):
    """A writer that cannot reach Redis for a while loses nothing."""
    reader, source = await start(), Source()
    await reader.get_or_make("a", source.read)
    writer = TagCache("redis://127.0.0.1:9/0", prefix)
    writer.tell("products")
    assert not await writer.tell_others()
    writer._shared = TagCache(servers[1], prefix)._shared
    async with at_work(writer):
        await until(lambda: reader.peek("data", "a") is None)


@pytest.mark.parametrize("ids", [None, ["1"], ["1", "2"]])
def test_a_write_makes_stale_what_depends_on_it_and_no_other(ids: list[str] | None):
    told = set(written("products", ids))
    assert told & {"products"}
    assert told & set(exactly("products", "1"))
    assert bool(told & set(exactly("products", "3"))) == (ids is None)


def test_a_shelf_is_bounded_by_entries_and_bytes_and_the_least_used_goes():
    shelf = Shelf(entries=3, weight=1_000)

    def put(key: str, weight: int) -> None:
        shelf.put(key, Entry(key, frozenset({"t", key}), float("inf"), weight))

    for key in "abc":
        put(key, 10)
    assert shelf.get("a")
    put("d", 10)
    assert [key for key in "abcd" if shelf.get(key)] == ["a", "c", "d"]
    put("huge", 126)
    assert shelf.get("huge") is None, "one value must not empty the shelf"
    shelf = Shelf(entries=10_000, weight=1_000)
    for number in range(5_000):
        put(str(number), 100)
        assert shelf.weight <= 1_000
    assert len(shelf) == 10
    shelf.drop_tag("t")
    assert (len(shelf), shelf.weight, shelf._by_tag) == (0, 0, {})


def test_what_is_over_is_gone():
    shelf = Shelf(entries=3, weight=1_000)
    shelf.put("a", Entry("a", frozenset(), 0.0, 1))
    assert shelf.get("a") is None
    assert shelf.weight == 0
