"""Headers on every answer: what a page may load, who may frame it, what may be cached."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from quart import Quart, Response, current_app, request

from spoeq_core.shop import Shop
from spoeq_core.web.access import known_actor
from spoeq_core.web.context import EXTENSION

PICTURES = "img-src 'self' data:"
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        PICTURES,
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "object-src 'none'",
    )
)
ALWAYS: Mapping[str, str] = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), usb=(), browsing-topics=()",
    "Cross-Origin-Opener-Policy": "same-origin-allow-popups",
    "X-Frame-Options": "DENY",
}
STRICT_TRANSPORT = "max-age=31536000; includeSubDomains"
PRIVATE = "private, no-store"


def install(app: Quart) -> None:
    """Add the headers; a view that set one of them keeps its own."""
    app.after_request(add_headers)


async def add_headers(response: Response) -> Response:
    """The answer with its headers. What is somebody's own, sets a cookie or is for programs stays out of caches."""
    shop: Shop | None = current_app.extensions.get(EXTENSION)
    if shop is not None and (elsewhere := _picture_host(shop)):
        response.headers.setdefault("Content-Security-Policy", POLICY.replace(PICTURES, f"{PICTURES} {elsewhere}"))
    for name, value in ALWAYS.items():
        response.headers.setdefault(name, value)
    if shop is not None and shop.settings.secure_cookies:
        response.headers.setdefault("Strict-Transport-Security", STRICT_TRANSPORT)
    if not known_actor().is_guest or "Set-Cookie" in response.headers or request.path.startswith("/api/"):
        response.headers.setdefault("Cache-Control", PRIVATE)
    return response


def _picture_host(shop: Shop) -> str:
    """The origin that pictures are fetched from, where it is not the shop's own."""
    parts = urlsplit(shop.storage.url("x"))
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""
