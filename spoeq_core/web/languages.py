"""The language of a page: who reads chose it, the browser wishes it, or the shop's own."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from urllib.parse import urlencode, urlsplit

from babel import negotiate_locale
from quart import Quart, Response, current_app, g, request
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from spoeq_core.kernel.errors import FieldError
from spoeq_core.kernel.languages import SOURCE, Tongue, direction, name_of, speak, tongue
from spoeq_core.plugins.languages import default_language, shop_tongue, speech
from spoeq_core.shop import Shop
from spoeq_core.web.access import safe_next
from spoeq_core.web.answers import see_other
from spoeq_core.web.context import EXTENSION, current_shop
from spoeq_core.web.cookies import LANGUAGE_COOKIE as COOKIE

PARAMETER = "lang"
YEAR = 365 * 24 * 3600
NOT_PAGES = ("/api/", "/static/", "/media/", "/health")


def install(app: Quart) -> None:
    """Choose a language before anything else is done for a request."""
    app.before_request(choose)
    app.after_request(keep)


async def choose() -> Response | None:
    """Serve this request in its language; a browser that asks for another one keeps it, and is sent to the page.

    Whoever comes without cookies and from elsewhere (a crawler, a shared link) gets the page where it asked.
    """
    shop: Shop | None = current_app.extensions.get(EXTENSION)
    if shop is None or request.path.startswith(NOT_PAGES):
        speak(Tongue())
        return None
    wanted = request.args.get(PARAMETER, "")
    asked = wanted if wanted in shop.profile.languages else ""
    speak_to_visitor(shop, asked)
    if not asked:
        return None
    g.spoeq_language = asked
    from_here = request.headers.get("Sec-Fetch-Site") == "same-origin"
    if request.method != "GET" or not (request.cookies or from_here):
        return None
    return see_other(safe_next(_address("")))


def speak_to_visitor(shop: Shop, asked: str = "") -> None:
    """Speak the language that was asked for, else that of the browser, from here on in this request."""
    kept = language_of(shop, request.cookies.get(COOKIE, ""), request.headers.get("Accept-Language", ""))
    speak(shop_tongue(shop, asked or kept))


async def keep(response: Response) -> Response:
    """The answer, which remembers what was chosen and says what it depends on."""
    shop: Shop | None = current_app.extensions.get(EXTENSION)
    if shop is None or request.path.startswith(NOT_PAGES) or len(shop.profile.languages) < 2:  # noqa: PLR2004
        return response
    if chosen := g.get("spoeq_language"):
        secure = shop.settings.secure_cookies
        response.set_cookie(COOKIE, chosen, max_age=YEAR, samesite="Lax", secure=secure, httponly=True, path="/")
    if response.mimetype == "text/html":
        response.headers["Content-Language"] = tongue().language.replace("_", "-")
        response.vary.add("Cookie")
        if shop.profile.language_from_browser:
            response.vary.add("Accept-Language")
    return response


def page_language() -> str:
    """The language of the page that is served now, as the shop names it (`hi`)."""
    return tongue().language


def translate(text: str) -> str:
    """A message in the language of the page; text that no catalogue has stays as it is."""
    return text if tongue().language == SOURCE else speech(current_shop()).say(text)


def translated(errors: tuple[FieldError, ...] | list[FieldError]) -> list[FieldError]:
    """Field errors in the language of the page."""
    return [FieldError(error.field, translate(error.message), error.code) for error in errors]


def language_context(shop: Shop) -> dict[str, Any]:
    """What layouts say of the language, and the links to the others."""
    now = tongue().language
    several = shop.profile.languages if len(shop.profile.languages) > 1 else []
    return {
        "lang": now.replace("_", "-"),
        "dir": direction(now),
        "languages": [
            {
                "code": code.replace("_", "-"),
                "name": name_of(code),
                "dir": direction(code),
                "url": _address(code),
                "current": code == now,
            }
            for code in several
        ],
    }


def language_of(shop: Shop, remembered: str, accepted: str) -> str:
    """The language of whoever has this cookie and sends this Accept-Language."""
    if remembered in shop.profile.languages:
        return remembered
    if not shop.profile.language_from_browser:
        return default_language(shop)
    return _wished(accepted, tuple(shop.profile.languages)) or default_language(shop)


@lru_cache(maxsize=512)
def _wished(accepted: str, languages: tuple[str, ...]) -> str:
    wishes = [wish.replace("-", "_") for wish, _ in parse_accept_header(accepted, LanguageAccept)]
    return negotiate_locale(wishes, languages, sep="_") or ""


def _address(language: str) -> str:
    """This page in a language; a page that only answers a form gives way to the one that the form stands on."""
    path, query = request.path, request.query_string.decode("latin-1")
    if request.method != "GET":
        back = urlsplit(request.headers.get("Referer", ""))
        path, query = (back.path, back.query) if back.netloc == request.host and back.path else ("/", "")
    kept = [part for part in query.split("&") if part and part.partition("=")[0] != PARAMETER]
    more = [*kept, urlencode({PARAMETER: language})] if language else kept
    return f"{path}?{'&'.join(more)}" if more else path
