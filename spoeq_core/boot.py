"""What the web process and the worker have in common: opening a shop with its plugins."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

from odmantic import Model

from spoeq_core.extensions.declarations import extension_indexes
from spoeq_core.hooks import app as app_hooks
from spoeq_core.hooks.caller import Hooks
from spoeq_core.jobs.model import JobKind
from spoeq_core.kernel.breaker import Breakers
from spoeq_core.kernel.cache import TagCache, written
from spoeq_core.kernel.clock import Clock, SystemClock
from spoeq_core.kernel.crypto import Keyring
from spoeq_core.kernel.ending import end
from spoeq_core.kernel.errors import Unavailable
from spoeq_core.kernel.events import Delivery, Event, Subscription, subscriptions
from spoeq_core.kernel.messages import message
from spoeq_core.kernel.mongo import Mongo
from spoeq_core.kernel.outbox import Outbox, Wake
from spoeq_core.kernel.patience import limits, unhurried
from spoeq_core.kernel.redis import connect_redis
from spoeq_core.kernel.settings import Settings
from spoeq_core.kernel.storage import LocalFileStorage
from spoeq_core.kernel.tasks import Schedule
from spoeq_core.plugins.configuration import Configuration
from spoeq_core.plugins.discovery import Discovery, without_development
from spoeq_core.plugins.documents import PluginStates
from spoeq_core.plugins.faults import Faults
from spoeq_core.plugins.health import keep_telling
from spoeq_core.plugins.loading import load_hooks
from spoeq_core.plugins.migrating import bring_up
from spoeq_core.plugins.records import PluginRecords, Stores
from spoeq_core.plugins.storages import chosen_storage
from spoeq_core.plugins.watching import LoopWatch
from spoeq_core.rooms import CORE_DATA, DOCUMENTS, EXTENDED, JOBS, SCHEDULES, SUBSCRIBERS
from spoeq_core.shop import Shop
from spoeq_core.web.themes import Themes
from spoeq_core.web.themes.letterheads import letterheads

log = logging.getLogger(__name__)

PATIENCE = 10.0
"""Seconds that a start waits for migrations of plugins."""


@dataclass(slots=True)
class Boot:
    """What is known before any server is reached: the settings and the plugins."""

    settings: Settings
    discovery: Discovery
    hooks: Hooks
    faults: Faults
    watch: LoopWatch

    def set_aside(self, plugin: str, error: Exception) -> None:
        """Go on without a plugin that cannot be started.

        Raises:
            Exception: the error itself, where no plugin may be missing (SPOEQ_STRICT_PLUGINS).
        """
        if self.settings.strict_plugins:
            raise error
        self.hooks.remove(plugin)
        self.discovery = self.discovery.setting_aside(plugin, error)


def prepare(settings: Settings, discovery: Discovery) -> Boot:
    """Register and check the plugins; no input or output."""
    faults = Faults(Breakers())
    fit = without_development(discovery, settings)
    hooks, started = load_hooks(fit, faults.note, strict=settings.strict_plugins, breakers=faults.breakers)
    hooks.patience = settings.hook_patience_seconds
    return Boot(settings, started, hooks, faults, LoopWatch(started.plugins, hooks.blocked))


@asynccontextmanager
async def open_shop(
    boot: Boot,
    *,
    clock: Clock | None = None,
    wake: Wake | None = None,
    listeners: Sequence[Any] = (),
    themes: Themes | None = None,
    serving: bool = False,
    hurried: bool = False,
) -> AsyncIterator[Shop]:
    """A shop with open connections, its indexes made and its plugins' state in force and followed.

    Args:
        boot: The settings and the plugins.
        clock: For tests.
        wake: Wakes the worker.
        listeners: pymongo command listeners.
        themes: The installed themes.
        serving: Whether this process serves: then plugins that are on bring their data to their version (it waits a
            little for them, and goes on with those that take longer held until they are through), and it tells how
            plugins fare in it.
        hurried: Whether people wait for its answers: then it waits for the database no longer than the settings say.
    """
    mongo = {"listeners": listeners, **limits(boot.settings.database_timeout_ms, hurried=hurried)}
    shop, configuration, documents = _built(boot, clock or SystemClock(), wake, themes, mongo)
    try:
        with unhurried():
            await shop.mongo.create_indexes(documents, extension_indexes(boot.hooks, EXTENDED))
        await configuration.refresh()
        boot.faults.connect(shop.redis, boot.settings.redis_prefix)
        watchers = [
            asyncio.create_task(configuration.watch(boot.settings.plugin_poll_seconds)),
            asyncio.create_task(shop.cache.hear()),
            asyncio.create_task(shop.cache.pass_on()),
        ]
        try:
            if serving:
                watchers += [asyncio.create_task(keep_telling(shop)), asyncio.create_task(_bring_up(shop))]
                await asyncio.wait(watchers[-1:], timeout=PATIENCE)
                boot.watch.start()
            yield shop
        finally:
            boot.watch.stop()
            await end(*watchers, patience=1.0)
    finally:
        await boot.faults.disconnect()
        await shop.cache.close()
        await shop.redis.aclose()
        shop.mongo.close()


async def _bring_up(shop: Shop) -> None:
    try:
        await bring_up(shop)
    except Exception:
        log.exception("plugins could not be brought to their versions; those that need it stay held")


def _built(
    boot: Boot, clock: Clock, wake: Wake | None, themes: Themes | None, options: Mapping[str, Any]
) -> tuple[Shop, Configuration, list[type[Model]]]:
    settings = boot.settings
    keyring = Keyring(settings.secret_key)
    cache = TagCache(
        settings.redis_url, settings.redis_prefix, level=settings.cache, megabytes=settings.cache_megabytes
    )
    mongo = Mongo(
        settings.mongodb_uri,
        settings.mongodb_database,
        written=lambda collection, ids: cache.tell(*written(collection, ids)),
        **options,
    )
    redis = connect_redis(settings.redis_url)
    documents = all_documents(boot.hooks)
    outbox = Outbox(wake, {str(d.model_config["collection"]) for d in documents if "pending_events" in d.model_fields})
    stores = Stores(PluginStates(mongo), PluginRecords(mongo, clock), CORE_DATA)
    configuration = Configuration(
        stores, redis, boot.hooks, keyring, boot.discovery, settings.redis_prefix, boot.faults
    )
    configuration.listeners.append(lambda: cache.begin_edition("settings", str(configuration.epoch)))
    shop = Shop(
        settings,
        clock,
        mongo,
        redis,
        boot.hooks,
        outbox,
        LocalFileStorage(settings.data_dir / "media"),
        chosen_storage,
        keyring,
        configuration,
        cache,
        letterhead=letterheads(themes),
    )
    return shop, configuration, documents


def all_documents(hooks: Hooks) -> list[type[Model]]:
    """The documents of the core and of every installed plugin."""
    return [
        *DOCUMENTS,
        *(document for part in hooks.all_parts(app_hooks.register_documents) for document in part.value),
    ]


def subscribers(hooks: Hooks) -> Iterable[Subscription]:
    """Whoever is told of events now: the core's rooms and the enabled plugins; those that are held, later."""
    yield from SUBSCRIBERS
    for part in hooks.all_parts(app_hooks.register_subscribers):
        if part.plugin in hooks.enabled:
            yield from subscriptions(part.plugin, part.value, part.plugin)
        elif part.plugin in hooks.held:
            for one in subscriptions(part.plugin, part.value, part.plugin):
                yield replace(one, handler=_hear_later)


async def _hear_later(_shop: Shop, _event: Event, delivery: Delivery) -> None:
    """For a plugin that is held: the outbox tells it again."""
    raise Unavailable(message("%(subscriber)s is held until its migrations have run.", subscriber=delivery.subscriber))


def schedules(hooks: Hooks) -> list[Schedule]:
    """The repeating work of the core and the enabled plugins."""
    return [*SCHEDULES, *(item for part in hooks.parts(app_hooks.register_schedules) for item in part.value)]


def job_kinds(hooks: Hooks) -> list[JobKind]:
    """The kinds of long work of the core and the enabled plugins."""
    return [*JOBS, *(kind for part in hooks.parts(app_hooks.register_jobs) for kind in part.value)]
