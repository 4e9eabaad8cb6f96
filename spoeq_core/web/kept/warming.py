"""The first pages of a process are drawn before somebody waits for them: templates are read, data is kept."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from urllib.parse import urlsplit

from spoeq_core.catalog.model import ProductQuery
from spoeq_core.search.shown import shown_products
from spoeq_core.shop import Shop
from spoeq_core.web.context import EXTENSION
from spoeq_core.web.kept.serving import ask
from spoeq_core.web.routing import ShopApp

log = logging.getLogger(__name__)

PATHS = ("/", "/products")
PATIENCE = 5.0
"""Seconds to wait for the cache to hear; what is drawn before that is not kept."""


def install(app: ShopApp) -> None:
    """Draw a page of each kind in the background once the app serves."""
    tasks: set[asyncio.Task[None]] = set()

    @app.before_serving
    async def start() -> None:
        tasks.add(asyncio.create_task(_warm(app, app.extensions[EXTENSION])))

    @app.after_serving
    async def stop() -> None:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def _warm(app: ShopApp, shop: Shop) -> None:
    """Nobody has asked for this: what goes wrong is logged, and asked again by whoever wants the page."""
    try:
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                while not shop.cache.hears:  # noqa: ASYNC110 - what holds is no event
                    await asyncio.sleep(0.02)
        found = await shown_products(shop, ProductQuery(per_page=1), counted=False)
        for path in (*PATHS, *(f"/product/{product.slug}" for product in found.items)):
            await ask(app.asgi_app, _request(shop, path))
    except Exception:
        log.exception("the first pages could not be drawn beforehand")


def _request(shop: Shop, path: str) -> dict[str, object]:
    base = urlsplit(shop.settings.base_url)
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": base.scheme,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", base.netloc.encode()), (b"accept-encoding", b"gzip"), (b"sec-fetch-site", b"none")],
        "client": ("127.0.0.1", 0),
        "server": (base.hostname or "localhost", base.port or 80),
        "extensions": {},
    }
