"""Using a shop from a command, without serving it: its use cases, or its own API in this process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from quart.typing import TestClientProtocol

from spoeq_core.app import create_app
from spoeq_core.boot import open_shop, prepare
from spoeq_core.kernel.errors import ConfigurationError
from spoeq_core.kernel.settings import Settings
from spoeq_core.plugins.discovery import discover
from spoeq_core.shop import Shop
from spoeq_core.stack import running_settings

R = TypeVar("R")


async def use_shop(settings: Settings, use: Callable[[Shop], Awaitable[R]]) -> R:
    """Open the shop of these settings with all installed plugins (none in safe mode), and do something with it."""
    found = discover(strict=settings.strict_plugins, safe_mode=settings.safe_mode)
    async with open_shop(prepare(settings, found)) as shop:
        return await use(shop)


def with_shop(use: Callable[[Shop], Awaitable[R]]) -> R:
    """The same for the shop of the environment, or for the one that runs in SPOEQ_DATA_DIR.

    Raises:
        ConfigurationError: neither is there.
    """
    return asyncio.run(use_shop(local_settings(), use))


def local_settings() -> Settings:
    """The settings of the shop of the environment, or of the one that runs in SPOEQ_DATA_DIR.

    Raises:
        ConfigurationError: neither is there.
    """
    settings = running_settings(Settings())
    if not settings.mongodb_uri or not settings.redis_url:
        raise ConfigurationError(
            f"No shop runs in {settings.data_dir}, and no servers are given.",
            hint="Start it (spoeq run), name its data directory with SPOEQ_DATA_DIR, "
            "or set SPOEQ_MONGODB_URI and SPOEQ_REDIS_URL.",
        )
    return settings


@asynccontextmanager
async def in_process_client(settings: Settings) -> AsyncIterator[TestClientProtocol]:
    """A client of the shop's own HTTP interface that needs no socket."""
    app = create_app(settings)
    async with app.test_app():
        yield app.test_client()
