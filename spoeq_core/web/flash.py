"""A sentence for the next page ("Order shipped."), in a signed cookie; with a way to undo what it tells of."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from quart import Response, g, request

from spoeq_core.web.context import current_shop
from spoeq_core.web.cookies import FLASH_COOKIE as COOKIE
from spoeq_core.web.languages import translate

LONGEST = 500
MOST_BYTES = 3000
"""Browsers keep cookies of 4096 bytes; what is longer loses its undo."""
Kind = Literal["ok", "warn", "danger", "info"]


@dataclass(frozen=True, slots=True)
class Undo:
    """A form that takes it back: sent to `path` with these fields."""

    path: str
    fields: Mapping[str, str] = field(default_factory=dict)


def flash(response: Response, text: str, kind: Kind = "ok", undo: Undo | None = None) -> Response:
    """The response, with a sentence for the page that follows it."""
    shop = current_shop()
    note: dict[str, Any] = {"kind": kind, "text": translate(text)[:LONGEST]}
    told = json.dumps([{**note, "undo": asdict(undo)} if undo else note])
    signed = shop.keyring.sign("flash", told if len(told) <= MOST_BYTES else json.dumps([note]))
    response.set_cookie(
        COOKIE, signed, max_age=60, httponly=True, samesite="Lax", secure=shop.settings.secure_cookies, path="/"
    )
    return response


def flashed() -> list[dict[str, Any]]:
    """What the last answer left to say; it is said once."""
    signed = request.cookies.get(COOKIE, "")
    text = current_shop().keyring.unsign("flash", signed) if signed else None
    found: list[dict[str, Any]] = json.loads(text) if text else []
    g.spoeq_flash_said = bool(signed)
    return found


async def forget_said(response: Response) -> Response:
    """The response of a page that said it: the next page does not say it again."""
    again = any(cookie.startswith(f"{COOKIE}=") for cookie in response.headers.getlist("Set-Cookie"))
    if g.get("spoeq_flash_said") and not again:
        response.delete_cookie(COOKIE, path="/")
    return response
