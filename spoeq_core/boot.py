"""What the web process and the worker have in common: opening a shop with its plugins."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from odmantic import Model

from spoeq_core.hooks import app as app_hooks
from spoeq_core.hooks.caller import Hooks
from spoeq_core.kernel.clock import Clock, SystemClock
from spoeq_core.kernel.crypto import Keyring
from spoeq_core.kernel.events import Subscription, subscriptions
from spoeq_core.kernel.mongo import Mongo
from spoeq_core.kernel.outbox import Outbox, Wake
from spoeq_core.kernel.redis import REDIS_ERRORS, connect_redis
from spoeq_core.kernel.settings import Settings
from spoeq_core.kernel.storage import LocalFileStorage
from spoeq_core.kernel.tasks import Schedule
from spoeq_core.plugins.configuration import Configuration
from spoeq_core.plugins.discovery import Discovery, build_hooks
from spoeq_core.plugins.documents import PluginStates
from spoeq_core.plugins.storages import chosen_storage
from spoeq_core.rooms import DOCUMENTS, SCHEDULES, SUBSCRIBERS
from spoeq_core.shop import Shop

log = logging.getLogger(__name__)


@dataclass
class Faults:
    """Remembers the last failure of each hook for the admin; told from the hook caller, written in the background."""

    last: dict[tuple[str, str], str]
    writes: set[asyncio.Task[None]]
    shop: Shop | None = None

    def note(self, plugin: str, hook: str, error: str) -> None:
        """Keep a fault here, and in Redis for the other processes."""
        self.last[plugin, hook] = error
        if self.shop is not None:
            task = asyncio.create_task(self._write(self.shop, plugin, hook, error))
            self.writes.add(task)
            task.add_done_callback(self.writes.discard)

    async def _write(self, shop: Shop, plugin: str, hook: str, error: str) -> None:
        with contextlib.suppress(*REDIS_ERRORS):
            await shop.redis.hset(
                shop.key("faults"), f"{plugin}:{hook}", f"{shop.clock.now().isoformat()} {error}"[:500]
            )


@dataclass(frozen=True, slots=True)
class Boot:
    """What is known before any server is reached: the settings and the plugins."""

    settings: Settings
    discovery: Discovery
    hooks: Hooks
    faults: Faults


def prepare(settings: Settings, discovery: Discovery) -> Boot:
    """Register and check the plugins; no input or output."""
    faults = Faults({}, set())
    return Boot(settings, discovery, build_hooks(discovery.plugins, faults.note), faults)


@asynccontextmanager
async def open_shop(
    boot: Boot, *, clock: Clock | None = None, wake: Wake | None = None, listeners: Sequence[Any] = ()
) -> AsyncIterator[Shop]:
    """A shop with open connections, its indexes made and its plugins' state in force and followed."""
    settings = boot.settings
    keyring = Keyring(settings.secret_key)
    mongo = Mongo(
        settings.mongodb_uri, settings.mongodb_database, timeout_ms=settings.database_timeout_ms, listeners=listeners
    )
    redis = connect_redis(settings.redis_url)
    documents = all_documents(boot.hooks)
    outbox = Outbox(wake, {str(d.model_config["collection"]) for d in documents if "pending_events" in d.model_fields})
    configuration = Configuration(
        PluginStates(mongo), redis, boot.hooks, keyring, boot.discovery, settings.redis_prefix
    )
    shop = Shop(
        settings,
        clock or SystemClock(),
        mongo,
        redis,
        boot.hooks,
        outbox,
        LocalFileStorage(settings.data_dir / "media"),
        chosen_storage,
        keyring,
        configuration,
    )
    try:
        await mongo.create_indexes(documents)
        await configuration.refresh()
        boot.faults.shop = shop
        watcher = asyncio.create_task(configuration.watch(settings.plugin_poll_seconds))
        try:
            yield shop
        finally:
            watcher.cancel()
            await asyncio.gather(watcher, *boot.faults.writes, return_exceptions=True)
    finally:
        boot.faults.shop = None
        await redis.aclose()
        mongo.close()


def all_documents(hooks: Hooks) -> list[type[Model]]:
    """The documents of the core and of every installed plugin."""
    return [
        *DOCUMENTS,
        *(document for part in hooks.all_parts(app_hooks.register_documents) for document in part.value),
    ]


def subscribers(hooks: Hooks) -> Iterable[Subscription]:
    """Whoever is told of events now: the core's rooms and the enabled plugins."""
    yield from SUBSCRIBERS
    for part in hooks.parts(app_hooks.register_subscribers):
        yield from subscriptions(part.plugin, part.value, part.plugin)


def schedules(hooks: Hooks) -> list[Schedule]:
    """The repeating work of the core and the enabled plugins."""
    return [*SCHEDULES, *(item for part in hooks.parts(app_hooks.register_schedules) for item in part.value)]
