"""The worker process: tells subscribers of events, retries, works off jobs, and runs what is scheduled."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from taskiq.api import run_receiver_task

from spoeq_core import boot, wake
from spoeq_core.jobs.service import JobRunner
from spoeq_core.kernel.cache import written
from spoeq_core.kernel.clock import Clock
from spoeq_core.kernel.ending import PATIENCE, end
from spoeq_core.kernel.mongo import Repository
from spoeq_core.kernel.outbox import Relay
from spoeq_core.kernel.redis import REDIS_ERRORS
from spoeq_core.kernel.settings import Settings
from spoeq_core.kernel.tasks import Schedule, create_broker, unpack
from spoeq_core.plugins.discovery import Discovery, discover
from spoeq_core.shop import Shop

log = logging.getLogger(__name__)

HEARTBEAT = 10.0
TICK = 0.5


@dataclass
class Worker:
    """A worker that is not running yet."""

    prepared: boot.Boot
    clock: Clock | None = None
    listeners: Sequence[Any] = ()

    async def run(self, stopping: asyncio.Event, ready: asyncio.Event | None = None) -> None:
        """Work until told to stop; what is under way is finished first."""
        settings = self.prepared.settings
        async with (
            wake.waker(settings) as waker,
            boot.open_shop(self.prepared, clock=self.clock, wake=waker, listeners=self.listeners, serving=True) as shop,
        ):
            relay = Relay(shop.mongo, shop.clock, shop, lambda: boot.subscribers(shop.hooks), news=_news(shop))
            jobs = [
                asyncio.create_task(_receive(settings, relay)),
                asyncio.create_task(_poll(shop, relay, settings.outbox_poll_seconds)),
                asyncio.create_task(_keep_schedule(shop)),
                asyncio.create_task(_work_off(shop, settings.job_poll_seconds)),
                asyncio.create_task(_beat(shop)),
            ]
            if ready is not None:
                ready.set()
            await stopping.wait()
            await end(*jobs, patience=4 * PATIENCE)  # they end tasks of their own


def create_worker(
    settings: Settings,
    *,
    discovery: Discovery | None = None,
    clock: Clock | None = None,
    listeners: Sequence[Any] = (),
) -> Worker:
    """A worker for the shop of these settings."""
    found = discovery or discover(strict=settings.strict_plugins, safe_mode=settings.safe_mode)
    return Worker(boot.prepare(settings, found), clock, listeners)


def _news(shop: Shop) -> Callable[[str, str], None]:
    """Tells the caches again of what pages show: whoever wrote it may have ended before it told them."""
    public = _public_collections()

    def tell(collection: str, key: str) -> None:
        if collection in public:
            shop.cache.tell(*written(collection, [key]))

    return tell


def _public_collections() -> frozenset[str]:
    """Names of the collections whose repositories are public, of the core and of all plugins that were imported."""
    kinds: list[type[Repository[Any]]] = [Repository]
    for kind in kinds:
        kinds += kind.__subclasses__()
    return frozenset(str(kind.document.model_config["collection"]) for kind in kinds[1:] if kind.public)


async def _receive(settings: Settings, relay: Relay) -> None:
    """Take events from the stream; come back when Redis does."""
    while True:
        broker = create_broker(settings.redis_url, settings.redis_prefix)

        async def run(collection: str, key: str, pending: str) -> None:
            await relay.relay(collection, key, unpack(pending))

        wake.relay_task(broker, run)
        try:
            await broker.startup()
            await run_receiver_task(broker, max_async_tasks=16, validate_params=False)
        except asyncio.CancelledError:
            raise
        except Exception:
            log.warning("the task stream broke off; trying again", exc_info=True)
        finally:
            with contextlib.suppress(Exception):
                await broker.shutdown()
        await asyncio.sleep(1)


async def _poll(shop: Shop, relay: Relay, every: float) -> None:
    """Find what no wake-up announced, and what is due for another attempt."""
    while True:
        try:
            await relay.sweep(shop.outbox.sources)
            await relay.retry()
        except asyncio.CancelledError:
            raise
        except Exception:
            log.warning("the outbox could not be read; trying again", exc_info=True)
        await asyncio.sleep(every)


async def _work_off(shop: Shop, every: float) -> None:
    """Begin the jobs that are waiting."""
    runner = JobRunner(shop)
    try:
        while True:
            try:
                await runner.begin(boot.job_kinds(shop.hooks))
            except Exception:
                log.warning("the jobs could not be read; trying again", exc_info=True)
            await asyncio.sleep(every)
    finally:
        await runner.stop()


async def _keep_schedule(shop: Shop) -> None:
    """Run what is due, each job in one worker at a time."""
    running: dict[str, asyncio.Task[None]] = {}
    while True:
        for job in boot.schedules(shop.hooks):
            if job.name not in running or running[job.name].done():
                running[job.name] = asyncio.create_task(_run_job(shop, job))
        await asyncio.sleep(TICK)


async def _run_job(shop: Shop, job: Schedule) -> None:
    try:
        mine = await shop.redis.set(shop.key("schedule", job.name), "1", nx=True, px=int(job.every * 1000))
        if mine:
            await job.run(shop)
    except REDIS_ERRORS:
        log.warning("Redis is down; job %s waits", job.name)
    except Exception:
        log.exception("job %s failed; it will be tried at its next time", job.name)


async def _beat(shop: Shop) -> None:
    """Tell the readiness page that a worker lives."""
    while True:
        with contextlib.suppress(*REDIS_ERRORS):
            await shop.redis.set(shop.key("worker", "heartbeat"), str(shop.clock.now().timestamp()), ex=120)
        await asyncio.sleep(HEARTBEAT)
