"""Proxies in front of the shop: their X-Forwarded-* headers count, a client's own do not."""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable
from typing import Any

from quart import Quart

from spoeq_core.shop import Shop
from spoeq_core.web.context import EXTENSION

Scope = dict[str, Any]
Application = Callable[[Any, Any, Any], Awaitable[None]]
SCHEMES = frozenset({"http", "https"})


def install(app: Quart) -> None:
    """Read the headers that the configured number of proxies set."""
    inner: Application = app.asgi_app

    async def outer(scope: Any, receive: Any, send: Any) -> None:
        shop: Shop | None = app.extensions.get(EXTENSION)
        hops = shop.settings.trusted_proxies if shop else 0
        await inner(forwarded(scope, hops) if hops and scope["type"] == "http" else scope, receive, send)

    app.asgi_app = outer  # type: ignore[method-assign]


def forwarded(scope: Scope, hops: int) -> Scope:
    """The scope as the outermost trusted proxy saw the client: each header's value `hops` from the right."""
    found = dict(scope)
    client = _value(scope, b"x-forwarded-for", hops)
    if _is_address(client):
        found["client"] = (client, 0)
    scheme = _value(scope, b"x-forwarded-proto", hops).lower()
    if scheme in SCHEMES:
        found["scheme"] = scheme
    host = _value(scope, b"x-forwarded-host", hops)
    if host:
        others = [(name, value) for name, value in scope["headers"] if name.lower() != b"host"]
        found["headers"] = [*others, (b"host", host.encode("latin-1"))]
    return found


def _value(scope: Scope, wanted: bytes, hops: int) -> str:
    lines = [value.decode("latin-1") for name, value in scope["headers"] if name.lower() == wanted]
    values = [part.strip() for part in ",".join(lines).split(",") if part.strip()]
    return values[-hops] if len(values) >= hops else ""


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
