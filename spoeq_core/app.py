"""The web process, from settings to a running app."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from typing import Any

from spoeq_core import boot, wake
from spoeq_core.hooks import app as app_hooks
from spoeq_core.hooks.contributions import Routes
from spoeq_core.kernel.clock import Clock
from spoeq_core.kernel.settings import Settings
from spoeq_core.plugins.discovery import Discovery, discover
from spoeq_core.web import blueprints, common, compression, errors, health, languages, security
from spoeq_core.web.context import EXTENSION
from spoeq_core.web.kept import serving
from spoeq_core.web.routing import ShopApp
from spoeq_core.web.themes import Themes, discover_themes
from spoeq_core.web.theming import THEMING, Theming

log = logging.getLogger(__name__)


def create_app(
    settings: Settings,
    *,
    discovery: Discovery | None = None,
    themes: Themes | None = None,
    clock: Clock | None = None,
    listeners: Sequence[Any] = (),
    looking: bool = False,
) -> ShopApp:
    """The web application.

    Args:
        settings: From the environment.
        discovery: The plugins; those installed by default.
        themes: The themes; those installed by default.
        clock: For tests.
        listeners: pymongo command listeners, for tests that count.
        looking: Whether it only looks at a shop that others serve: then no plugin's migrations run.
    """
    found = discovery or discover(strict=settings.strict_plugins, safe_mode=settings.safe_mode)
    prepared = boot.prepare(settings, found)
    app = ShopApp("spoeq_core.web", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = security.bodies.largest(settings)
    app.enabled_plugins = lambda: prepared.hooks.enabled
    app.held_plugins = lambda: prepared.hooks.held
    _mount(app, prepared)
    plugins = prepared.discovery.plugins
    installed = themes or discover_themes()
    app.extensions[THEMING] = Theming(
        installed, plugins, reload=settings.env == "dev", compiled=settings.data_dir / "templates"
    )
    for part in (compression, languages, errors, security, health, common):
        part.install(app)
    serving.install(app)
    opening = {"clock": clock, "listeners": listeners, "themes": installed, "serving": not looking, "hurried": True}
    _serve(app, prepared, opening)
    return app


def _mount(app: ShopApp, prepared: boot.Boot) -> None:
    for prefix, group in (("/api/v1", blueprints.API), (None, blueprints.PAGES), ("/admin", blueprints.ADMIN)):
        for blueprint in group:
            app.register_blueprint(blueprint, url_prefix=prefix)
    for part in prepared.hooks.all_parts(app_hooks.register_routes):
        try:
            _mount_plugin(app, part.plugin, part.value)
        except Exception as error:
            prepared.set_aside(part.plugin, error)


def _mount_plugin(app: ShopApp, plugin: str, routes: Routes) -> None:
    for prefix, blueprint in (("/api/v1", routes.api), ("", routes.pages), ("/admin", routes.admin)):
        if blueprint is not None:
            app.register_plugin_blueprint(plugin, blueprint, prefix)
    if routes.webhooks is not None:
        app.register_webhooks(plugin, routes.webhooks, "/api/v1")


def _serve(app: ShopApp, prepared: boot.Boot, opening: Mapping[str, Any]) -> None:
    stack = AsyncExitStack()

    @app.before_serving
    async def start() -> None:
        waker = await stack.enter_async_context(wake.waker(prepared.settings))
        app.extensions[EXTENSION] = await stack.enter_async_context(boot.open_shop(prepared, wake=waker, **opening))

    @app.after_serving
    async def stop() -> None:
        app.extensions.pop(EXTENSION, None)
        await stack.aclose()
