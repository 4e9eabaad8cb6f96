"""Caches of several processes, as they are when the processes run: each hears and tells."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest

from spoeq_core.kernel import breaker, cache as kernel_cache
from spoeq_core.kernel.cache import TagCache, making, shared
from spoeq_core.kernel.ending import end
from spoeq_core.kernel.ids import new_id
from spoeq_core.plugins import faults
from spoeq_core.testing.shops import PATIENCE

Start = Callable[..., Awaitable[TagCache]]
A_MOMENT = 25.0
"""Seconds that what is kept briefly is kept here: on a busy machine one may be over before it is looked at."""


@pytest.fixture(autouse=True)
def _slow_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits for what another process is making waits until it has made it."""
    monkeypatch.setattr(kernel_cache, "PATIENCE", 60.0)
    monkeypatch.setattr(shared, "LOCK_SECONDS", 60.0)


@pytest.fixture
def brief(monkeypatch: pytest.MonkeyPatch) -> float:
    """What is kept briefly is kept so many seconds."""
    for module in (making, breaker, faults):
        monkeypatch.setattr(module, "BRIEFLY", A_MOMENT)
    return A_MOMENT


@asynccontextmanager
async def at_work(cache: TagCache, *, tells: bool = True) -> AsyncIterator[TagCache]:
    """A cache that hears, and tells unless it is slow at that."""
    cache.silence = PATIENCE
    tasks = [asyncio.create_task(cache.hear()), *([asyncio.create_task(cache.pass_on())] if tells else [])]
    try:
        await until(lambda: cache.hears)
        yield cache
    finally:
        await end(*tasks, patience=0.5)
        await cache.close()


async def until(holds: Callable[[], Any], seconds: float = 60.0) -> None:
    """Wait until something holds; fail if it does not in time."""
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110 - what holds is no event
            await asyncio.sleep(0.005)


@pytest.fixture
def prefix() -> str:
    return f"test-{new_id().lower()}"


@pytest.fixture
async def start(servers: tuple[str, str], prefix: str) -> AsyncIterator[Start]:
    """Starts the cache of one more process of the same shop."""
    async with AsyncExitStack() as stack:

        async def one(*, tells: bool = True, **options: Any) -> TagCache:
            return await stack.enter_async_context(at_work(TagCache(servers[1], prefix, **options), tells=tells))

        yield one
