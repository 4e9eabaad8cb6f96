"""A cache by tags: values stay in this process, bytes in Redis too, until something that they depend on is told.

Whoever changes a document tells its tags; every process hears of it through Redis within milliseconds and forgets what
depends on them. A value whose making began before a tag was told is not kept. A process that cannot hear (Redis is
gone) keeps nothing and uses nothing that was kept, until it hears again.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from typing import Literal, TypeVar, cast

from spoeq_core.kernel.cache.maker import Maker, Packing
from spoeq_core.kernel.cache.making import (
    BRIEFLY,
    EVERYTHING,
    LONGEST,
    depends_on,
    exactly,
    keep_at_most,
    note_read,
    written,
)
from spoeq_core.kernel.cache.shared import HEARTBEAT, Found, Shared
from spoeq_core.kernel.cache.shelf import Entry, ShelfName, shelves
from spoeq_core.kernel.cache.told import Told
from spoeq_core.kernel.ids import new_id
from spoeq_core.kernel.redis import REDIS_ERRORS

__all__ = [
    "BRIEFLY",
    "EVERYTHING",
    "LONGEST",
    "Entry",
    "Packing",
    "ShelfName",
    "TagCache",
    "depends_on",
    "exactly",
    "keep_at_most",
    "note_read",
    "written",
]

log = logging.getLogger(__name__)

V = TypeVar("V")
Level = Literal["off", "data", "pages"]

SILENCE = 1.0
"""Seconds that others' changes may be on their way: what is not sure to be that fresh is not used."""
SETTLED = 5.0
PATIENCE = 2.0
"""Seconds to wait for a value that another process is making."""


class TagCache:
    """The cache of one process.

    Args:
        url: Of Redis.
        prefix: Of this shop's keys in it.
        level: "off" keeps nothing, "data" no whole pages.
        megabytes: What this process may hold, about.
    """

    def __init__(self, url: str, prefix: str, *, level: Level = "pages", megabytes: int = 64) -> None:
        self.level = level
        self.silence = SILENCE
        self.edition = ""
        self._editions: dict[str, str] = {}
        self.counts: Counter[tuple[str, str]] = Counter()
        self.shelves = shelves(megabytes * 2**20)
        self._shared = Shared(url, prefix, new_id())
        self._flights: dict[str, asyncio.Task[tuple[Entry, bool]]] = {}
        self._told = Told()
        self._wake = asyncio.Event()
        self._heard_at = float("-inf")

    @property
    def hears(self) -> bool:
        """Whether this process has heard all that others told until a second ago, so that it may use what it keeps."""
        return time.monotonic() - self._heard_at < self.silence

    def begin_edition(self, of: str, edition: str) -> None:
        """Other settings, plugins or templates are in force: what was made under others is another thing."""
        if self._editions.get(of) != edition:
            self._editions[of] = edition
            self.edition = " ".join(self._editions[each] for each in sorted(self._editions))
            self.clear()

    def clear(self) -> None:
        """Forget everything in this process."""
        self._forget_what_changes()
        self.shelves["parts"].clear()

    def _forget_what_changes(self) -> None:
        self._told.everything()
        for name, shelf in self.shelves.items():
            if name != "parts":
                shelf.clear()

    def tell(self, *tags: str) -> None:
        """Something changed: forget here and now whatever depends on these tags, and let the others know at once."""
        if not tags:
            return
        self._forget(tags)
        self._told.to_tell(tags)
        self._wake.set()

    def is_settled(self, tag: str, seconds: float = SETTLED) -> bool:
        """Whether a tag has not been told for so long that whoever follows its events has caught up."""
        return self._told.seconds_since(tag) > seconds

    def peek(self, shelf: ShelfName, key: str) -> Entry | None:
        """What is kept of a key in this process and may be used now."""
        return self.shelves[shelf].get(f"{self.edition} {key}") if self.hears else None

    def remember(self, shelf: ShelfName, key: str, make: Callable[[], V], *, weigh: Callable[[V], int]) -> V:
        """What follows from its key alone: no change makes it stale, so it is good whether this process hears or not.

        Args:
            shelf: Where it is kept.
            key: All that `make` depends on, but settings and the set of plugins.
            make: Makes it, without waiting.
            weigh: About how many bytes it takes.
        """
        if self.level == "off":
            return make()
        name = f"{self.edition} {key}"
        entry = self.shelves[shelf].get(name)
        self.counts[shelf, "miss" if entry is None else "hit"] += 1
        if entry is None:
            made = make()
            entry = Entry(made, frozenset(), float("inf"), weigh(made))
            self.shelves[shelf].put(name, entry)
        return cast(V, entry.value)

    async def get_or_make(
        self,
        key: str,
        make: Callable[[], Awaitable[V]],
        *,
        tags: Callable[[V], Iterable[str]] | None = None,
        seconds: float = LONGEST,
        shelf: ShelfName = "data",
        weigh: Callable[[V], int] | None = None,
        packing: Packing[V] | None = None,
    ) -> V:
        """The value of a key: kept, or made once for all who ask at the same time.

        Args:
            key: Names the value; settings and the set of plugins are part of it anyway.
            make: Makes it. It may raise, to all who wait.
            tags: What it depends on, known from the value; without it, whatever `make` reads.
            seconds: How long it may be kept at most.
            shelf: Where.
            weigh: About how many bytes it takes.
            packing: For values that the processes share through Redis.
        """
        if self.level == "off":
            return await make()
        maker = Maker(make, tags, seconds, weigh, packing)
        entry = await self._entry(f"{self.edition} {key}", shelf, maker)
        depends_on(*entry.tags)
        keep_at_most(entry.seconds)
        return cast(V, entry.value)

    async def _entry(self, key: str, shelf: ShelfName, maker: Maker[V]) -> Entry:
        for _ in range(3):
            kept = self.shelves[shelf].get(key) if self.hears else None
            if kept is not None:
                self.counts[shelf, "hit"] += 1
                return kept
            flight = self._flights.get(key)
            if flight is None:
                break
            entry, good = await asyncio.shield(flight)
            if good:
                self.counts[shelf, "joined"] += 1
                return entry
        else:  # it changes faster than it is made: this one began after everything that was told before
            return (await self._make(key, shelf, maker))[0]
        flight = asyncio.create_task(self._make(key, shelf, maker))
        self._flights[key] = flight
        flight.add_done_callback(lambda done: self._landed(key, done))
        return (await asyncio.shield(flight))[0]

    def _landed(self, key: str, task: asyncio.Task[tuple[Entry, bool]]) -> None:
        if self._flights.get(key) is task:
            del self._flights[key]
        if not task.cancelled():
            task.exception()  # those who wait have it; nobody may be left

    async def _make(self, key: str, shelf: ShelfName, maker: Maker[V]) -> tuple[Entry, bool]:
        """The value, and whether nothing that it depends on was told since its making began."""
        began, hears = self._told.now, self.hears
        found = await self._shared_value(key, maker.packing) if hears else None
        entry = self._unpacked(found, began, maker.packing) if found is not None else None
        if entry is not None:
            self.counts[shelf, "shared"] += 1
        else:
            self.counts[shelf, "miss" if hears else "unheard"] += 1
            entry = await self._made(key, maker, found)
        good = not self._told.is_stale(entry.tags, began)
        if good and hears and self.hears and entry.seconds > 0:
            self.shelves[shelf].put(key, entry)
        return entry, good

    async def _made(self, key: str, maker: Maker[V], found: Found | None) -> Entry:
        if found is None or maker.packing is None:
            return await maker.entry()
        try:
            entry = await maker.entry()
            if entry.seconds > BRIEFLY:
                with contextlib.suppress(*REDIS_ERRORS):
                    packed = maker.packing.pack(entry.value)
                    await self._shared.keep(key, packed, entry.tags, found.moment, entry.seconds)
        finally:
            if found.mine:
                with contextlib.suppress(*REDIS_ERRORS):
                    await self._shared.end_turn(key)
        return entry

    async def _shared_value(self, key: str, packing: Packing[V] | None) -> Found | None:
        """What Redis has; where another process is making it, what it has in a moment."""
        if packing is None:
            return None
        until = time.monotonic() + PATIENCE
        try:
            found = await self._shared.read(key)
            while found.value is None and not found.mine and time.monotonic() < until:
                await asyncio.sleep(0.02)
                found = await self._shared.read(key)
        except REDIS_ERRORS:
            return None
        return found

    def _unpacked(self, found: Found, began: int, packing: Packing[V] | None) -> Entry | None:
        """What was found, unless this process knows of a change since, or knew of one before Redis did."""
        changed = self._told.is_stale(found.tags, began) or self._told.is_untold(found.tags)
        if found.value is None or packing is None or changed:
            return None
        return Entry(packing.unpack(found.value), found.tags, time.monotonic() + found.seconds, 2 * len(found.value))

    def _forget(self, tags: Iterable[str]) -> None:
        if EVERYTHING in tags:
            self.clear()
            return
        self._told.told(tags)
        for shelf in self.shelves.values():
            for tag in tags:
                shelf.drop_tag(tag)

    async def hear(self) -> None:
        """Hear what other processes tell, until cancelled."""
        while True:
            try:
                async with self._shared.news() as news:
                    self._forget_what_changes()
                    async for item in news:
                        self._heard_at = item.until or self._heard_at
                        if item.tags:
                            self._forget(item.tags)
            except (*REDIS_ERRORS, TimeoutError) as error:
                if self._heard_at > 0:
                    log.warning("nothing is heard of changes, so nothing is kept: %s", error)
                self._heard_at = float("-inf")
                self._forget_what_changes()
            await asyncio.sleep(HEARTBEAT)

    async def pass_on(self) -> None:
        """Tell the others what this process has to tell, until cancelled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            if not await self.tell_others():
                await asyncio.sleep(HEARTBEAT)
                self._wake.set()

    async def tell_others(self) -> bool:
        """Tell the other processes now what they have not been told yet; whether they were."""
        try:
            await self._shared.tell(self._told.begin_telling())
        except REDIS_ERRORS:
            self._told.end_telling(done=False)
            return False
        self._told.end_telling(done=True)
        return True

    async def close(self) -> None:
        """Tell what is left to tell, and close the connections."""
        if self._told.waiting:
            await self.tell_others()
        await self._shared.close()
