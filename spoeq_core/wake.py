"""How web processes wake the worker."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress

from taskiq import AsyncTaskiqDecoratedTask
from taskiq_redis import RedisStreamBroker

from spoeq_core.kernel.outbox import Pending, Wake
from spoeq_core.kernel.settings import Settings
from spoeq_core.kernel.tasks import RELAY_TASK, create_broker, pack

Run = Callable[[str, str, str], Awaitable[None]]


def relay_task(
    broker: RedisStreamBroker, run: Run | None = None
) -> AsyncTaskiqDecoratedTask[[str, str, str], Coroutine[object, object, None]]:
    """The task that carries an aggregate's events to the worker; `run` is the worker's side of it."""

    async def relay(collection: str, key: str, pending: str) -> None:
        if run is not None:
            await run(collection, key, pending)

    return broker.task(task_name=RELAY_TASK)(relay)


@asynccontextmanager
async def waker(settings: Settings) -> AsyncIterator[Wake]:
    """A function that tells the worker of pending events."""
    broker = create_broker(settings.redis_url, settings.redis_prefix)
    task = relay_task(broker)
    with suppress(Exception):  # Redis may be down now; the worker's poll finds the events
        await broker.startup()

    async def wake(collection: str, key: str, pending: list[Pending]) -> None:
        await task.kiq(collection, key, pack(pending))

    try:
        yield wake
    finally:
        await broker.shutdown()
