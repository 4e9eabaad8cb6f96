"""What the processes share through Redis: when each tag was told last, values with the moment they are from, the news.

Moments are microseconds of Redis's clock, each later than the one before. A value carries the moment at which its
making began, and is good while none of its tags was told after that: so what was read before a change is never taken
for what is so after it, whoever stores it and whenever. The values lie under the id of Redis's present run, since a
Redis that ended may have lost the last second of what it was told.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import orjson
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

MOST_TAGS = 50_000
"""Tags that are remembered; where there are more, everything that was made before counts as stale."""
AT_ONCE = 500
LOCK_SECONDS = 5.0
HEARTBEAT = 0.3
LONGEST_SILENCE = 3.0

_TELL = f"""
local at = redis.call('TIME')
local now = at[1] * 1000000 + at[2]
local last = tonumber(redis.call('HGET', KEYS[1], ' now') or '0')
if now <= last then now = last + 1 end
local text = string.format('%.0f', now)
if redis.call('HLEN', KEYS[1]) > {MOST_TAGS} then
  redis.call('DEL', KEYS[1])
  redis.call('HSET', KEYS[1], ' floor', text)
end
for place = 3, #ARGV do
  redis.call('HSET', KEYS[1], ARGV[place] == '*' and ' floor' or ARGV[place], text)
end
redis.call('HSET', KEYS[1], ' now', text)
redis.call('PUBLISH', ARGV[1], ARGV[2])
return text
"""
_READ = """
local now = redis.call('HGET', KEYS[2], ' now')
if not now then
  local at = redis.call('TIME')
  now = string.format('%.0f', at[1] * 1000000 + at[2])
  redis.call('HSET', KEYS[2], ' now', now)
end
local function none()
  return {now, redis.call('SET', KEYS[3], ARGV[1], 'NX', 'PX', ARGV[2]) and 1 or 0}
end
local kept = redis.call('HMGET', KEYS[1], 'from', 'tags')
if not kept[1] then return none() end
local from = tonumber(kept[1])
if from > tonumber(now) then return none() end
if tonumber(redis.call('HGET', KEYS[2], ' floor') or '0') > from then return none() end
for tag in string.gmatch(kept[2], '[^\\n]+') do
  if tonumber(redis.call('HGET', KEYS[2], tag) or '0') > from then return none() end
end
return {now, kept[2], redis.call('HGET', KEYS[1], 'value'), redis.call('PTTL', KEYS[1])}
"""


@dataclass(frozen=True, slots=True)
class Found:
    """What Redis has of a key: the moment now, and the value with its tags and the seconds it is good for.

    Where it has no value, `mine` says whether this process is the one to make it; the others wait for it a moment.
    """

    moment: bytes
    value: bytes | None = None
    tags: frozenset[str] = frozenset()
    seconds: float = 0.0
    mine: bool = False


@dataclass(frozen=True, slots=True)
class News:
    """Tags that were told; or (`until`) that all that was told until that moment of the monotonic clock was heard."""

    tags: list[str]
    until: float | None = None


class Shared:
    """The part of the cache that is in Redis.

    Args:
        url: Of Redis.
        prefix: Of this shop's keys.
        me: The name of this process, by which it knows its own news.
    """

    def __init__(self, url: str, prefix: str, me: str) -> None:
        self._redis = _connect(url)
        self._news = _connect(url)
        self._me = me
        self._tags = f"{prefix}:cache:tags"
        self._channel = f"{prefix}:cache:told"
        self._values = f"{prefix}:cache"
        self._run = ""

    async def tell(self, tags: Sequence[str]) -> None:
        """Make everything stale that depends on these tags, and tell the other processes."""
        for start in range(0, len(tags), AT_ONCE):
            part = tags[start : start + AT_ONCE]
            news = orjson.dumps([self._me, part])
            await self._eval(_TELL, 1, self._tags, self._channel, news, *part)

    async def read(self, key: str) -> Found:
        """The value of a key, if it is good, and the moment now; else the turn to make it, if nobody has it.

        Both at once: who looked while another was making it must not take the turn that is over, and make it again.
        """
        turn, milliseconds = f"{self._key(key)}:turn", int(LOCK_SECONDS * 1000)
        moment, *more = await self._eval(_READ, 3, self._key(key), self._tags, turn, self._me, milliseconds)
        if len(more) == 1:
            return Found(moment, mine=bool(more[0]))
        tags, value, left = more
        return Found(moment, value, frozenset(tags.decode().split("\n")), max(0, left) / 1000)

    async def keep(self, key: str, value: bytes, tags: Iterable[str], moment: bytes, seconds: float) -> None:
        """Keep a value that was made from what was read after that moment."""
        async with self._redis.pipeline(transaction=True) as pipeline:
            name = self._key(key)
            pipeline.hset(name, mapping={"from": moment, "tags": "\n".join(tags), "value": value})
            pipeline.pexpire(name, int(seconds * 1000))
            await pipeline.execute()

    async def end_turn(self, key: str) -> None:
        """It was made, or cannot be."""
        await self._redis.delete(f"{self._key(key)}:turn")

    @asynccontextmanager
    async def news(self) -> AsyncIterator[AsyncIterator[News]]:
        """What others tell from now on.

        It ends with an error where the connection is lost: what was told meanwhile is not known.
        """
        info: Any = await self._redis.info("server")
        self._run = str(info.get("run_id", ""))[:12]
        pubsub = self._news.pubsub()
        try:
            await pubsub.subscribe(self._channel)
            yield self._heard(pubsub)
        finally:
            await pubsub.aclose()  # type: ignore[no-untyped-call]

    async def close(self) -> None:
        """Close the connections."""
        await self._news.aclose()
        await self._redis.aclose()

    async def _heard(self, pubsub: PubSub) -> AsyncIterator[News]:
        asked, answered, subscribed = time.monotonic(), False, False
        await pubsub.ping()
        while True:
            async with asyncio.timeout(LONGEST_SILENCE):
                message = await pubsub.get_message(timeout=HEARTBEAT)
            kind = message["type"] if message else ""
            if kind == "subscribe" and subscribed:
                raise ConnectionError("The connection was lost meanwhile.")
            subscribed = subscribed or kind == "subscribe"
            if kind == "pong":
                answered = True
                yield News([], asked)
            elif kind == "message" and message:
                who, tags = orjson.loads(message["data"])
                yield News([] if who == self._me else tags)
            now = time.monotonic()
            if answered and now - asked >= HEARTBEAT:
                asked, answered = now, False
                await pubsub.ping()
            elif now - asked > LONGEST_SILENCE:
                raise ConnectionError("Redis does not answer.")

    def _key(self, key: str) -> str:
        return f"{self._values}:{self._run}:{key}"

    async def _eval(self, script: str, keys: int, *arguments: Any) -> Any:
        return await self._redis.eval(script, keys, *arguments)


def _connect(url: str) -> Redis:
    """A client that does not connect again by itself: whoever uses it must know that it was cut off."""
    return Redis.from_url(
        url, decode_responses=False, socket_connect_timeout=1.0, socket_timeout=2.0, retry=Retry(NoBackoff(), 0)
    )
