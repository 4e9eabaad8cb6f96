"""Migrations: run once in a shop, in order, under a lease that a killed process loses; never silently half."""

from __future__ import annotations

import asyncio
import logging
import time
import traceback

from spoeq_core.hooks.caller import Hooks
from spoeq_core.hooks.contributions import Migration
from spoeq_core.kernel.ending import end
from spoeq_core.kernel.errors import ConfigurationError, SpoeqError
from spoeq_core.kernel.ids import new_id
from spoeq_core.kernel.patience import unhurried
from spoeq_core.plugins import model
from spoeq_core.plugins.configuration import Configuration, migrations_of
from spoeq_core.plugins.footprint import collections_of
from spoeq_core.plugins.installed import configuration_of, require_installed
from spoeq_core.plugins.model import Done, Failure, PluginRecord
from spoeq_core.plugins.records import LEASE, PluginRecords
from spoeq_core.shop import Shop

log = logging.getLogger(__name__)

POLL = 0.2
LONGEST_ERROR = 500
LONGEST_DETAILS = 8000


class TakenOver(Exception):
    """Another process believed this one dead and runs the migrations now."""


async def rehearse(shop: Shop, name: str) -> list[Migration]:
    """The migrations that would run now; changes nothing.

    Raises:
        NotFound: no such plugin is installed.
        ConfigurationError: it was set aside, or is older than its data.
    """
    configuration = configuration_of(shop)
    require_installed(configuration, name)
    return _waiting(configuration, shop.hooks, await configuration.records.of(name))


async def migrate_plugin(shop: Shop, name: str) -> list[Done]:
    """Run what has not run yet, and let every process know; what ran here, in order.

    Raises:
        NotFound: no such plugin is installed.
        ConfigurationError: it was set aside, is older than its data, or a migration failed.
    """
    configuration = configuration_of(shop)
    require_installed(configuration, name)
    try:
        return await run_migrations(shop, name)
    finally:
        await configuration.change(lambda state: state if name in state.enabled else None)


async def run_migrations(shop: Shop, name: str) -> list[Done]:
    """Run what has not run yet, or wait until another process has; what ran here.

    Raises:
        ConfigurationError: the plugin is older than its data, or a migration failed, here or there.
    """
    configuration = configuration_of(shop)
    records, owner = configuration.records, new_id()
    record = await records.of(name)
    tried = record.failure.attempts if record.failure else 0
    if not _waiting(configuration, shop.hooks, record):
        return []
    while not await records.take(name, owner):
        await asyncio.sleep(POLL)
        record = await records.of(name)
        if record.failure is not None and record.failure.attempts > tried:
            raise _failed(name, record.failure)
        if not _waiting(configuration, shop.hooks, record):
            return []
    renewing = asyncio.create_task(_renew(records, name, owner))
    try:
        return await _run_all(shop, records, name, owner, renewing)
    finally:
        await end(renewing)
        await records.release(name, owner)


async def bring_up(shop: Shop) -> None:
    """At the start of a process that serves: each plugin that is on runs what it needs, and its version is noted.

    One that cannot stays held, with its reason; the others go on.
    """
    configuration = configuration_of(shop)
    state = await configuration.states.read()
    for plugin in configuration.plugins:
        if plugin.name in state.enabled:
            try:
                await run_migrations(shop, plugin.name)
                await note_served(shop, plugin.name)
            except SpoeqError as error:
                log.error("plugin %s is held: %s", plugin.name, error)
    await configuration.refresh()


async def note_served(shop: Shop, name: str) -> None:
    """Note which version of a plugin the shop serves, and which collections are its."""
    configuration = configuration_of(shop)
    version = next(plugin.version for plugin in configuration.plugins if plugin.name == name)
    collections, hooks = tuple(sorted(collections_of(shop.hooks, name))), tuple(shop.hooks.hooks_of(name))
    await configuration.records.note_served(name, version, collections, hooks)


async def _run_all(
    shop: Shop, records: PluginRecords, name: str, owner: str, renewing: asyncio.Task[None]
) -> list[Done]:
    ran: list[Done] = []
    for migration in _waiting(configuration_of(shop), shop.hooks, await records.of(name)):
        log.info("plugin %s: migration %d begins: %s", name, migration.number, migration.title)
        started = time.perf_counter()
        try:
            with unhurried():
                await _unless_lost(shop, migration, renewing)
        except TakenOver:
            raise _taken_over(name) from None
        except Exception as error:
            raise await _note_failure(shop, records, name, owner, migration, error) from error
        done = Done(migration.number, migration.title, shop.clock.now(), time.perf_counter() - started)
        if not await records.note_done(name, owner, done):
            raise _taken_over(name)
        ran.append(done)
    return ran


async def _unless_lost(shop: Shop, migration: Migration, renewing: asyncio.Task[None]) -> None:
    """Run a migration, and stop it when somebody else took over."""
    running = asyncio.ensure_future(migration.run(shop))
    try:
        await asyncio.wait({running, renewing}, return_when=asyncio.FIRST_COMPLETED)
        if not running.done():
            raise TakenOver
        running.result()
    finally:
        await end(running)


async def _renew(records: PluginRecords, name: str, owner: str) -> None:
    """Say that this process lives, until somebody took over."""
    while True:
        await asyncio.sleep(LEASE.total_seconds() / 4)
        try:
            if not await records.renew(name, owner):
                return
        except Exception:
            log.warning("the lease of plugin %s could not be renewed; trying again", name, exc_info=True)


async def _note_failure(
    shop: Shop, records: PluginRecords, name: str, owner: str, migration: Migration, error: Exception
) -> ConfigurationError:
    before = (await records.of(name)).failure
    attempts = before.attempts + 1 if before is not None and before.number == migration.number else 1
    text = str(error) if isinstance(error, SpoeqError) else f"{type(error).__name__}: {error}"
    details = "".join(traceback.format_exception(error))[-LONGEST_DETAILS:]
    failure = Failure(
        migration.number, migration.title, text[:LONGEST_ERROR], shop.clock.now(), attempts=attempts, details=details
    )
    log.error("plugin %s: migration %d failed", name, migration.number, exc_info=error)
    await records.note_failure(name, owner, failure)
    return _failed(name, failure)


def _waiting(configuration: Configuration, hooks: Hooks, record: PluginRecord) -> list[Migration]:
    migrations = migrations_of(hooks, record.name)
    if newer := model.unknown_to(migrations, record):
        version = next(plugin.version for plugin in configuration.plugins if plugin.name == record.name)
        raise ConfigurationError(
            model.downgraded(record, version, newer),
            hint=f"Install the version that was there (pip install --upgrade spoeq-{record.name}), "
            "or remove its data with: spoeq plugins uninstall --purge.",
        )
    return [migration for migration in migrations if migration.number not in record.numbers]


def _failed(name: str, failure: Failure) -> ConfigurationError:
    return ConfigurationError(
        f"Plugin {name!r} is held. {model.failed(failure)}",
        hint=f"Mend what it says, then run: spoeq plugins migrate {name}",
    )


def _taken_over(name: str) -> ConfigurationError:
    return ConfigurationError(
        f"Another process took over the migrations of {name!r}.", hint="See how they went: spoeq plugins list"
    )
