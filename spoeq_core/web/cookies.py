"""The shop's cookies: HttpOnly, SameSite, and bound to the host where the shop is reached by https."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from quart import Response, request

from spoeq_core.shop import Shop

SHOPPER_COOKIE = "spoeq_session"
STAFF_COOKIE = "spoeq_staff"
REFRESH_COOKIE = "spoeq_refresh"
LOGIN_COOKIE = "spoeq_login"
CSRF_COOKIE = "spoeq_csrf"
COUNT_COOKIE = "spoeq_cart_count"
FLASH_COOKIE = "spoeq_flash"
LANGUAGE_COOKIE = "spoeq_lang"
PREVIEW_COOKIE = "spoeq_preview"
SCHEME_COOKIE = "spoeq_scheme"
SCHEMES = ("light", "dark")
HOST_PREFIX = "__Host-"


def cookie_name(shop: Shop, name: str) -> str:
    """The name under which a cookie travels: `__Host-` keeps subdomains and plain http from setting it."""
    return f"{HOST_PREFIX}{name}" if shop.settings.secure_cookies else name


def read_cookie(shop: Shop, name: str) -> str:
    """What the browser sent, or nothing."""
    return request.cookies.get(cookie_name(shop, name), "")


def set_cookie(
    shop: Shop,
    response: Response,
    name: str,
    value: str,
    *,
    lasts: timedelta | None = None,
    path: str = "/",
    same_site: Literal["Lax", "Strict"] = "Lax",
) -> None:
    """Give the browser a cookie; without `lasts` until it is closed. `__Host-` cookies are sent to every path."""
    secure = shop.settings.secure_cookies
    response.set_cookie(
        cookie_name(shop, name),
        value,
        max_age=int(lasts.total_seconds()) if lasts else None,
        path="/" if secure else path,
        secure=secure,
        httponly=True,
        samesite=same_site,
    )


def drop_cookie(shop: Shop, response: Response, name: str, *, path: str = "/") -> None:
    """Take a cookie away."""
    secure = shop.settings.secure_cookies
    response.delete_cookie(
        cookie_name(shop, name), path="/" if secure else path, secure=secure, httponly=True, samesite="Lax"
    )
