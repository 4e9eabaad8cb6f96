"""What went wrong in plugins, for staff of every process: the last failure of each hook, and the open breakers."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
import traceback
from collections.abc import Awaitable
from datetime import UTC, datetime
from typing import cast

from redis.asyncio import Redis

from spoeq_core.kernel.breaker import Breakers, Key
from spoeq_core.kernel.cache import BRIEFLY, keep_at_most
from spoeq_core.kernel.redis import REDIS_ERRORS

log = logging.getLogger(__name__)

LONGEST_TEXT = 500
LONGEST_DETAILS = 8000


class Faults:
    """Notes failures here and in Redis; told from within questions, it writes in the background.

    Args:
        breakers: Those of this process; what opens and closes is shared.
    """

    def __init__(self, breakers: Breakers) -> None:
        self.breakers = breakers
        self.breakers.on_change = self._share
        self._redis: Redis | None = None
        self._prefix = ""
        self._writes: set[asyncio.Task[None]] = set()
        self._changes = 0

    def connect(self, redis: Redis, prefix: str) -> None:
        """From now on the other processes are told."""
        self._redis, self._prefix = redis, prefix

    async def disconnect(self) -> None:
        """Finish what is being written."""
        await asyncio.gather(*self._writes, return_exceptions=True)
        self._redis = None

    def note(self, plugin: str, hook: str, error: str) -> None:
        """Keep the last failure of a hook; what is being made now lacks the plugin's part, and is not kept long."""
        keep_at_most(BRIEFLY)
        if self._redis is not None:
            text = f"{datetime.now(UTC).isoformat(timespec='seconds')} {error}"[:LONGEST_TEXT]
            self._write(self._redis.hset(self._key("faults"), f"{plugin}:{hook}", text))
            details = traceback.format_exc()[-LONGEST_DETAILS:] if sys.exc_info()[0] is not None else ""
            self._write(self._redis.hset(self._key("fault_details"), f"{plugin}:{hook}", details))

    async def of_plugins(self) -> dict[str, dict[str, str]]:
        """By plugin and hook: when it last failed, and how. Empty while Redis is down."""
        found: dict[str, dict[str, str]] = {}
        for key, text in (await self._read("faults")).items():
            plugin, _, hook = key.partition(":")
            found.setdefault(plugin, {})[hook] = text
        return found

    async def details(self) -> dict[Key, str]:
        """The tracebacks of those failures, for staff."""
        return {_split(key): text for key, text in (await self._read("fault_details")).items()}

    async def refresh(self) -> None:
        """Take over the breakers that other processes opened or closed; next time, if one changes here meanwhile."""
        if self._redis is None:
            return
        await self._written()
        before = self._changes
        try:
            shared = await cast("Awaitable[dict[str, str]]", self._redis.hgetall(self._key("breakers")))
        except REDIS_ERRORS:
            return
        if self._changes == before:
            self.breakers.adopt({_split(key): float(until) for key, until in shared.items()})

    async def clear(self, plugin: str) -> None:
        """Forget what went wrong in a plugin, and ask it again at once, in every process."""
        self.breakers.reset(plugin)
        for name in ("faults", "fault_details", "breakers"):
            fields = [key for key in await self._read(name) if key.partition(":")[0] == plugin]
            if fields and self._redis is not None:
                with contextlib.suppress(*REDIS_ERRORS):
                    await self._redis.hdel(self._key(name), *fields)

    def _share(self, key: Key, until: float) -> None:
        """Tell the other processes that a breaker opened, or (0) closed."""
        plugin, hook = key
        if until:
            log.error("plugin %s is not asked at hook %s for a while: it failed again and again", plugin, hook)
        if self._redis is None:
            return
        name, field = self._key("breakers"), f"{plugin}:{hook}"
        self._changes += 1
        self._write(self._redis.hset(name, field, str(until)) if until else self._redis.hdel(name, field))

    def _write(self, command: Awaitable[int] | int) -> None:
        task = asyncio.create_task(_quietly(cast("Awaitable[int]", command)))
        self._writes.add(task)
        task.add_done_callback(self._writes.discard)

    async def _written(self) -> None:
        """Wait until Redis has what was noted here: no later answer may lack it, and no removal come first."""
        if self._writes:
            await asyncio.wait(self._writes)

    async def _read(self, name: str) -> dict[str, str]:
        if self._redis is None:
            return {}
        await self._written()
        try:
            return await cast("Awaitable[dict[str, str]]", self._redis.hgetall(self._key(name)))
        except REDIS_ERRORS:
            return {}

    def _key(self, name: str) -> str:
        return f"{self._prefix}:{name}"


async def _quietly(command: Awaitable[int]) -> None:
    with contextlib.suppress(*REDIS_ERRORS):
        await command


def _split(key: str) -> Key:
    plugin, _, hook = key.partition(":")
    return plugin, hook
