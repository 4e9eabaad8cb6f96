"""A running app for a test: the real boot, requests without a socket."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from quart.typing import TestClientProtocol

from spoeq_core.app import create_app
from spoeq_core.kernel.clock import Clock
from spoeq_core.plugins.discovery import Discovery
from spoeq_core.plugins.lifecycle import enable_plugin
from spoeq_core.shop import Shop
from spoeq_core.testing.shops import discovery_of, hearing, test_settings
from spoeq_core.web.context import EXTENSION
from spoeq_core.web.routing import ShopApp
from spoeq_core.web.themes import Themes, discover_themes

_installed_themes = cache(discover_themes)


@dataclass(frozen=True, slots=True)
class RunningApp:
    """An app that serves, its shop, and a client with cookies of its own."""

    app: ShopApp
    shop: Shop
    client: TestClientProtocol

    def another_client(self) -> TestClientProtocol:
        """A second visitor."""
        return self.app.test_client()


@asynccontextmanager
async def app_with(
    *plugins: ModuleType,
    servers: tuple[str, str],
    data_dir: Path,
    clock: Clock | None = None,
    listeners: Sequence[Any] = (),
    themes: Themes | None = None,
    **settings: Any,
) -> AsyncIterator[RunningApp]:
    """An app with these plugins (their `plugin` modules) installed and enabled; its database is dropped after."""
    discovery = discovery_of(*plugins)
    async with serving_app(
        discovery, servers=servers, data_dir=data_dir, clock=clock, listeners=listeners, themes=themes, **settings
    ) as running:
        for plugin in discovery.plugins:
            await enable_plugin(running.shop, plugin.name)
        yield running


@asynccontextmanager
async def serving_app(
    discovery: Discovery,
    *,
    servers: tuple[str, str],
    data_dir: Path,
    clock: Clock | None = None,
    listeners: Sequence[Any] = (),
    themes: Themes | None = None,
    **settings: Any,
) -> AsyncIterator[RunningApp]:
    """The same with plugins as they were discovered, none of them enabled by this."""
    app = create_app(
        test_settings(servers, data_dir, **settings),
        discovery=discovery,
        themes=themes or _installed_themes(),
        clock=clock,
        listeners=listeners,
    )
    async with app.test_app():
        shop: Shop = app.extensions[EXTENSION]
        try:
            await hearing(shop)
            yield RunningApp(app, shop, app.test_client())
        finally:
            await shop.mongo.client.drop_database(shop.settings.mongodb_database)
