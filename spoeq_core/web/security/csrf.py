"""Forged requests: a page elsewhere must not act with the cookies, or the address, of a visitor.

Browsers say where an unsafe request comes from (`Sec-Fetch-Site`, `Origin`): it must be this site. What says neither
must carry a token: the header `X-CSRF-Token` or the field `csrf_token`, made for this visitor and this session (signed
double submit). Not asked are clients that prove themselves by a bearer token, which no page elsewhere can send; clients
that say neither, have no session cookie and send no token (programs that shop as guests: every browser sends `Origin`
with what another site makes it post); and webhooks, which are signed (`@csrf_exempt`).
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar
from urllib.parse import urlsplit

from markupsafe import Markup
from quart import Quart, Response, current_app, g, request

from spoeq_core.kernel.errors import Forbidden
from spoeq_core.kernel.ids import new_token
from spoeq_core.kernel.messages import message
from spoeq_core.shop import Shop
from spoeq_core.web.access import GUEST, current_actor, known_actor
from spoeq_core.web.compression import keep_whole
from spoeq_core.web.context import current_shop
from spoeq_core.web.cookies import CSRF_COOKIE, REFRESH_COOKIE, SHOPPER_COOKIE, STAFF_COOKIE, read_cookie, set_cookie

V = TypeVar("V", bound=Callable[..., Any])
SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
HEADER = "X-CSRF-Token"
FIELD = "csrf_token"
PLACE = "spoeq.csrf_place"
"""In the scope of a request that makes a page for many: what stands where each visitor's field goes."""
LASTS = timedelta(days=1)
_RANDOM = re.compile(r"[A-Za-z0-9_-]{43}")
_FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})


def csrf_exempt(view: V) -> V:
    """For webhooks: the view checks a signature itself."""
    view.__csrf_exempt__ = True  # type: ignore[attr-defined]
    return view


def install(app: Quart) -> None:
    """Check unsafe requests, and give the cookie that a token was made for."""
    app.before_request(refuse_forged)
    app.after_request(_give_cookie)


async def refuse_forged() -> None:
    """Refuse an unsafe request that another site may have caused.

    Raises:
        Forbidden: it may (code "csrf").
    """
    if request.method in SAFE or request.url_rule is None or _is_exempt():
        return
    if (await current_actor()).by_bearer:
        return
    verdict = _said_by_browser(current_shop())
    if verdict is None:
        asked = _has_session() or request.headers.get("Origin") or request.headers.get(HEADER)
        verdict = not asked or await _has_token(current_shop())
    if not verdict:
        raise Forbidden(
            "This request did not come from a page of this shop.",
            hint=message(
                "Reload the page and try again. API clients: send a bearer token, or Origin, or %(header)s.",
                header=HEADER,
            ),
            code="csrf",
        )


def csrf_token() -> str:
    """The token of this visitor and session; the answer will set the cookie that it belongs to."""
    keep_whole()
    shop = current_shop()
    random = _random(shop) or g.get("spoeq_csrf") or new_token()
    if not _random(shop):
        g.spoeq_csrf = random
    return _token(shop, known_actor().session_id, random)


def csrf_field() -> Markup:
    """The hidden field with the token; nothing for browsers that say where requests come from."""
    if place := request.scope.get(PLACE):
        return Markup(place)  # noqa: S704 - our own
    if request.headers.get("Sec-Fetch-Site"):
        return Markup("")
    return _field(csrf_token())


def guest_field(shop: Shop, cookie: str) -> tuple[Markup, str]:
    """The field for a guest with that cookie; and what the cookie is to be, where theirs is none of ours."""
    fresh = "" if _RANDOM.fullmatch(cookie) else new_token()
    return _field(_token(shop, GUEST.session_id, fresh or cookie)), fresh


def _field(token: str) -> Markup:
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, token)


def _said_by_browser(shop: Shop) -> bool | None:
    """Whether the browser says the request is ours; None if it says nothing."""
    site = request.headers.get("Sec-Fetch-Site")
    if site:
        return site in {"same-origin", "none"}
    origin = request.headers.get("Origin", "")
    if origin in {"", "null"}:
        return None
    return origin.lower() in {_origin(shop.settings.base_url), f"{request.scheme}://{request.host}".lower()}


async def _has_token(shop: Shop) -> bool:
    random = _random(shop)
    if not random:
        return False
    sent = request.headers.get(HEADER, "")
    if not sent and request.mimetype in _FORMS:
        sent = (await request.form).get(FIELD, "")
    return hmac.compare_digest(
        _token(shop, known_actor().session_id, random).encode(), sent.encode("utf-8", "surrogatepass")
    )


def _token(shop: Shop, session_id: str, random: str) -> str:
    message = f"{session_id}:{random}".encode()
    return hmac.new(shop.keyring.derive("csrf"), message, hashlib.sha256).hexdigest()


def _random(shop: Shop) -> str:
    found = read_cookie(shop, CSRF_COOKIE)
    return found if _RANDOM.fullmatch(found) else ""


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def _has_session() -> bool:
    shop = current_shop()
    return any(read_cookie(shop, name) for name in (SHOPPER_COOKIE, STAFF_COOKIE, REFRESH_COOKIE))


def _is_exempt() -> bool:
    return bool(getattr(current_app.view_functions.get(request.endpoint or ""), "__csrf_exempt__", False))


async def _give_cookie(response: Response) -> Response:
    random = g.get("spoeq_csrf")
    if random:
        set_cookie(current_shop(), response, CSRF_COOKIE, random, lasts=LASTS)
    return response
