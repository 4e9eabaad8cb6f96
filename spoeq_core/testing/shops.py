"""A shop of one's own for a test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

from spoeq_core.boot import open_shop, prepare, subscribers
from spoeq_core.kernel.clock import Clock
from spoeq_core.kernel.ids import new_id
from spoeq_core.kernel.outbox import Relay
from spoeq_core.kernel.settings import Settings
from spoeq_core.plugins.discovery import Discovery, as_plugin, in_order
from spoeq_core.plugins.lifecycle import enable_plugin
from spoeq_core.shop import Shop

EVER = 3600.0
PATIENCE = 60.0
"""Seconds that a hook gets, and that the news of other processes may be late: no proof may depend on a busy machine."""
LONGEST_START = 5.0


def test_settings(servers: tuple[str, str], data_dir: Path, **overrides: Any) -> Settings:
    """Settings for a shop on a fresh database, which is patient with hooks and whose polls disturb no counts."""
    name = f"test_{new_id().lower()}"
    values: dict[str, Any] = {
        "mongodb_uri": servers[0],
        "redis_url": servers[1],
        "mongodb_database": name,
        "redis_prefix": name,
        "data_dir": data_dir,
        "hook_patience_seconds": PATIENCE,
        "database_timeout_ms": int(1000 * PATIENCE),
        "plugin_poll_seconds": EVER,
        "outbox_poll_seconds": EVER,
        "job_poll_seconds": EVER,
        "password_rounds": 4,
        **overrides,
    }
    return Settings(**values)


@asynccontextmanager
async def shop_with(
    *plugins: ModuleType,
    servers: tuple[str, str],
    data_dir: Path,
    clock: Clock | None = None,
    listeners: Sequence[Any] = (),
) -> AsyncIterator[Shop]:
    """An open shop with these plugins (their `plugin` modules) installed and enabled; its database is dropped after."""
    boot = prepare(test_settings(servers, data_dir), discovery_of(*plugins))
    async with open_shop(boot, clock=clock, listeners=listeners) as shop:
        try:
            await hearing(shop)
            for plugin in boot.discovery.plugins:
                await enable_plugin(shop, plugin.name)
            yield shop
        finally:
            await shop.mongo.client.drop_database(shop.settings.mongodb_database)


def discovery_of(*plugins: ModuleType) -> Discovery:
    """The plugins as if they had been found installed."""
    return Discovery(in_order(as_plugin(module) for module in plugins))


async def hearing(shop: Shop) -> None:
    """Its cache hears what other processes tell, and is used from now on however slow the machine is."""
    shop.cache.silence = PATIENCE
    with suppress(TimeoutError):  # there is no Redis
        async with asyncio.timeout(LONGEST_START):
            while not shop.cache.hears:  # noqa: ASYNC110 - what it hears is no event
                await asyncio.sleep(0.002)


async def deliver_all(shop: Shop, *, rounds: int = 20) -> None:
    """Tell every pending event to its subscribers, as a worker would, until nothing is left to tell."""
    relay = relay_of(shop)
    for _ in range(rounds):
        swept = await relay.sweep(shop.outbox.sources, older_than=timedelta(days=-1))
        if not swept and not await relay.retry(all_due=False):
            return
    raise AssertionError(f"events were still pending after {rounds} rounds")


def relay_of(shop: Shop) -> Relay:
    """A relay for this shop's events."""
    return Relay(shop.mongo, shop.clock, shop, lambda: subscribers(shop.hooks))
