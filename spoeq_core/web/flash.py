"""A sentence for the next page ("Order shipped."), in a signed cookie."""

from __future__ import annotations

import json
from typing import Literal

from quart import Response, request

from spoeq_core.web.context import current_shop

COOKIE = "spoeq_flash"
Kind = Literal["ok", "warn", "danger", "info"]


def flash(response: Response, text: str, kind: Kind = "ok") -> Response:
    """The response, with a sentence for the page that follows it."""
    shop = current_shop()
    signed = shop.keyring.sign("flash", json.dumps([{"kind": kind, "text": text[:500]}]))
    response.set_cookie(
        COOKIE, signed, max_age=60, httponly=True, samesite="Lax", secure=shop.settings.secure_cookies, path="/"
    )
    return response


def flashed() -> list[dict[str, str]]:
    """What the last answer left to say."""
    signed = request.cookies.get(COOKIE, "")
    text = current_shop().keyring.unsign("flash", signed) if signed else None
    found: list[dict[str, str]] = json.loads(text) if text else []
    return found
