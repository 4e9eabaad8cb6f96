"""Previews: a member of staff sees the shop in another theme, or with settings that are not saved; nobody else does.

A signed cookie names the session of whoever previews. It counts only while that session lasts and its account may
change the settings; the draft itself is in Redis, for an hour.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson
from quart import Response, g, request

from spoeq_core.identity.permissions import permissions_of
from spoeq_core.identity.service import find_principal
from spoeq_core.kernel.redis import REDIS_ERRORS
from spoeq_core.shop import Shop
from spoeq_core.web.cookies import PREVIEW_COOKIE as COOKIE, drop_cookie, read_cookie, set_cookie
from spoeq_core.web.security.headers import POLICY

PERMISSION = "settings.manage"
LASTS = timedelta(hours=1)
_PURPOSE = "theme-preview"


def _policy(directive: str, value: str) -> str:
    """The shop's content security policy with one directive of another value."""
    others = (part for part in POLICY.split("; ") if part.partition(" ")[0] != directive)
    return "; ".join((*others, f"{directive} {value}"))


FRAMED_BY_US: Mapping[str, str] = {
    "Content-Security-Policy": _policy("frame-ancestors", "'self'"),
    "X-Frame-Options": "SAMEORIGIN",
}
"""Headers of a previewed page, which the admin shows in a frame."""

FRAMES_US: Mapping[str, str] = {"Content-Security-Policy": _policy("frame-src", "'self'")}
"""Headers of the page of the admin that shows it."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What is previewed: a theme, and the settings of a form; None where those that are saved count."""

    theme: str
    settings: Mapping[str, Any] | None = None


async def start_preview(shop: Shop, response: Response, session_id: str, preview: Preview) -> Response:
    """The response with the cookie of a preview."""
    draft = orjson.dumps({"theme": preview.theme, "settings": preview.settings})
    await shop.redis.set(_key(shop, session_id), draft, ex=int(LASTS.total_seconds()))
    set_cookie(shop, response, COOKIE, shop.keyring.sign(_PURPOSE, session_id), lasts=LASTS)
    return response


async def stop_preview(shop: Shop, response: Response) -> Response:
    """The response without it; the draft is gone."""
    session_id = shop.keyring.unsign(_PURPOSE, read_cookie(shop, COOKIE))
    if session_id:
        await shop.redis.delete(_key(shop, session_id))
    drop_cookie(shop, response, COOKIE)
    return response


async def current_preview(shop: Shop) -> Preview | None:
    """What whoever asks previews; found once a request. Everybody else sees the shop as it is."""
    if not request.cookies or not read_cookie(shop, COOKIE):
        return None
    if "spoeq_preview" not in g:
        g.spoeq_preview = await _find(shop, read_cookie(shop, COOKIE))
    found: Preview | None = g.spoeq_preview
    return found


async def draft_of(shop: Shop, session_id: str, theme: str) -> Mapping[str, Any] | None:
    """The settings that a session previews in a theme, if it does."""
    found = await _draft(shop, session_id)
    return found.settings if found is not None and found.theme == theme else None


async def _find(shop: Shop, cookie: str) -> Preview | None:
    session_id = shop.keyring.unsign(_PURPOSE, cookie)
    principal = await find_principal(shop, session_id) if session_id else None
    if session_id is None or principal is None or PERMISSION not in permissions_of(shop.hooks, principal.role):
        return None
    return await _draft(shop, session_id)


async def _draft(shop: Shop, session_id: str) -> Preview | None:
    try:
        raw = await shop.redis.get(_key(shop, session_id))
    except REDIS_ERRORS:
        return None
    return Preview(**orjson.loads(raw)) if raw else None


def _key(shop: Shop, session_id: str) -> str:
    return shop.key("theme-preview", session_id)
