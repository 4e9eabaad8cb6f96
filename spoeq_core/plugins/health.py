"""How plugins fare in all processes of a shop: each tells its figures through Redis, where they live a short while."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import socket
from collections.abc import Awaitable, Iterable
from dataclasses import asdict, dataclass, field
from typing import Any, cast

from spoeq_core.hooks.counting import Blocked, Calls, added
from spoeq_core.kernel.redis import REDIS_ERRORS
from spoeq_core.shop import Shop

log = logging.getLogger(__name__)

EVERY = 5.0
"""Seconds between two reports of a process."""
ALIVE = 30.0
"""After so many seconds without a report a process is gone, and its figures with it."""


@dataclass(frozen=True, slots=True)
class PluginHealth:
    """A plugin in all processes: what it was asked by hook, and how often it held one up, by what did."""

    hooks: dict[str, Calls] = field(default_factory=dict)
    blocked: dict[str, Blocked] = field(default_factory=dict)

    def calls_at(self, hook: str) -> Calls:
        """Of one hook."""
        return self.hooks.get(hook, Calls())

    @property
    def whole(self) -> Calls:
        """All hooks together."""
        return added(self.hooks.values())


async def keep_telling(shop: Shop) -> None:
    """Tell the figures of this process again and again, until cancelled; then they are taken back."""
    try:
        while True:
            await tell(shop)
            await asyncio.sleep(EVERY)
    finally:
        await _quietly(shop.redis.hdel(shop.key("health"), _process(shop)))


async def tell(shop: Shop) -> None:
    """Tell the figures of this process as they are now."""
    figures = {
        "at": shop.clock.now().timestamp(),
        "hooks": [[*key, asdict(found)] for key, found in list(shop.hooks.calls.items())],
        "blocked": [[*key, asdict(found)] for key, found in list(shop.hooks.blocked.items())],
    }
    await _quietly(shop.redis.hset(shop.key("health"), _process(shop), json.dumps(figures)))


def _process(shop: Shop) -> str:
    return f"{socket.gethostname()}:{os.getpid()}:{id(shop.hooks.calls)}"


async def health_of_plugins(shop: Shop) -> dict[str, PluginHealth]:
    """By plugin, this process as it is now; what processes told that are gone is removed. Empty while Redis is down."""
    await tell(shop)
    key, now = shop.key("health"), shop.clock.now().timestamp()
    try:
        told = await cast("Awaitable[dict[str, str]]", shop.redis.hgetall(key))
    except REDIS_ERRORS:
        return {}
    reports = {name: json.loads(text) for name, text in told.items()}
    gone = [name for name, figures in reports.items() if now - figures["at"] > ALIVE]
    if gone:
        await _quietly(shop.redis.hdel(key, *gone))
    return _by_plugin(figures for name, figures in reports.items() if name not in gone)


def _by_plugin(reports: Iterable[dict[str, Any]]) -> dict[str, PluginHealth]:
    found: dict[str, PluginHealth] = {}
    for figures in reports:
        for plugin, hook, told in figures["hooks"]:
            hooks = found.setdefault(plugin, PluginHealth()).hooks
            hooks[hook] = added([hooks.get(hook, Calls()), Calls(**told)])
        for plugin, what, told in figures["blocked"]:
            blocked = found.setdefault(plugin, PluginHealth()).blocked
            blocked[what] = _both(blocked.get(what, Blocked()), Blocked(**told))
    return found


def _both(one: Blocked, other: Blocked) -> Blocked:
    later = max(one, other, key=lambda each: each.at)
    return Blocked(one.count + other.count, max(one.longest, other.longest), later.at, later.stack)


async def _quietly(command: Awaitable[int] | int) -> None:
    try:
        await cast("Awaitable[int]", command)
    except REDIS_ERRORS:
        log.debug("Redis is down; how plugins fare is not told")
