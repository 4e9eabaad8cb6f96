"""Answers kept pages before routing, sessions and plugins: what a hit costs is a look at the headers and a dictionary.

A page that is not there is made by asking the app as a guest without cookies would, so that nothing of whoever asks
first can be in it: the request is written anew from the page's address, its language and what its key says. Everything
else goes through as it came.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from werkzeug.exceptions import HTTPException
from werkzeug.http import dump_cookie
from werkzeug.routing import RequestRedirect

from spoeq_core.kernel.cache import BRIEFLY, ShelfName, keep_at_most
from spoeq_core.kernel.ids import new_token
from spoeq_core.shop import Shop
from spoeq_core.web.context import EXTENSION
from spoeq_core.web.cookies import COUNT_COOKIE, CSRF_COOKIE, LANGUAGE_COOKIE, SCHEME_COOKIE, cookie_name
from spoeq_core.web.kept.declaring import kept_of
from spoeq_core.web.kept.page import OK, Answer, Header, KeptPage, PagePacking, page_of
from spoeq_core.web.kept.templates import Files
from spoeq_core.web.kept.visitors import Visitor, visitor_of
from spoeq_core.web.languages import PARAMETER, language_of
from spoeq_core.web.routing import ShopApp
from spoeq_core.web.security.csrf import LASTS, PLACE, guest_field
from spoeq_core.web.theming import THEMING, Theming

UNCHANGED = 304
MOST_TARGETS = 8_192
MOST_UNPACKED = 100
LONGEST = 1_500
SECRET = b"private, no-store"
UNPRINTED = 1_000
PACKING = PagePacking()


@dataclass(frozen=True, slots=True)
class Target:
    """A page that is kept: its path and the part of the query string that it reads."""

    path: str
    query: str

    @property
    def for_people(self) -> bool:
        """Whether language, colours and the cart's badge are part of it."""
        return not self.path.startswith("/api/")

    @property
    def shelf(self) -> ShelfName:
        """Addresses with arguments are without number: they have a small shelf of their own."""
        return "searches" if self.query else "pages"


class PageServer:
    """The app behind its kept pages.

    Args:
        app: The app.
        inner: What answers everything else.
    """

    def __init__(self, app: ShopApp, inner: Any) -> None:
        self._app = app
        self._inner = inner
        theming: Theming = app.extensions[THEMING]
        self._files = Files(theming.roots, change=theming.reloads)
        self._place = f"<!--{new_token()}-->"
        self._targets: dict[tuple[str, bytes], Target | None] = {}
        self._edition = ""
        self._unpacked: OrderedDict[bytes, list[bytes]] = OrderedDict()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer a request."""
        shop: Shop | None = self._app.extensions.get(EXTENSION)
        if shop is not None and shop.cache.level != "off":
            self._files.begin_edition(shop.cache)
        if shop is not None and shop.cache.level == "pages" and scope.get("method") in {"GET", "HEAD"}:
            page, visitor = await self._page(shop, scope)
            if page is not None and visitor is not None:
                await self._send(shop, page, visitor, scope["method"], send)
                return
        await self._inner(scope, receive, send)

    async def _page(self, shop: Shop, scope: Any) -> tuple[KeptPage | None, Visitor | None]:
        target = self._target(shop, scope["path"], scope.get("query_string", b""))
        if target is None:
            return None, None
        visitor = visitor_of(scope["headers"])
        if visitor is None:
            shop.cache.counts[target.shelf, "bypass"] += 1
            return None, None
        key = f"{target.path}?{target.query}"
        language = ""
        if target.for_people:
            language = language_of(shop, visitor.language, visitor.languages)
            key = f"{key} {language} {visitor.scheme} {visitor.pieces}"
        entry = shop.cache.peek(target.shelf, key)
        if entry is not None:
            shop.cache.counts[target.shelf, "hit"] += 1
            return entry.value, visitor
        page = await shop.cache.get_or_make(
            key,
            lambda: self._made(shop, target, visitor, language, scope),
            shelf=target.shelf,
            weigh=lambda page: UNPRINTED + (len(page.packed) if page else 0),
            packing=PACKING if target.shelf == "pages" else None,
        )
        return page, visitor

    def _target(self, shop: Shop, path: str, query: bytes) -> Target | None:
        """The kept page of an address, if that is one; remembered, since the same ones are asked for."""
        if len(path) + len(query) > LONGEST:
            return None
        if self._edition != shop.cache.edition:
            self._edition = shop.cache.edition
            self._targets.clear()
            self._unpacked.clear()
        known = self._targets.get((path, query), self)
        if known is not self:
            return known  # type: ignore[return-value]
        if len(self._targets) >= MOST_TARGETS:
            self._targets.clear()
        found = self._targets[path, query] = self._found(path, query.decode("latin-1"))
        return found

    def _found(self, path: str, query: str) -> Target | None:
        try:
            rule, _ = self._app.enabled_map().bind("localhost").match(path, method="GET", return_rule=True)
        except (HTTPException, RequestRedirect):
            return None
        declared = kept_of(self._app.view_functions, str(rule.endpoint))
        if declared is None or f"{PARAMETER}=" in query:
            return None
        read = declared.query(query)
        return None if read is None else Target(path, read)

    async def _made(self, shop: Shop, target: Target, visitor: Visitor, language: str, scope: Any) -> KeptPage | None:
        """The page; None if the answer is somebody's own after all, which the next second need not try again."""
        made = page_of(
            await ask(self._inner, _as_guest(shop, target, visitor, language, scope, self._place)), self._place.encode()
        )
        if made is None:
            keep_at_most(BRIEFLY)
        elif made.status != OK:
            keep_at_most(0)
        return made

    async def _send(self, shop: Shop, page: KeptPage, visitor: Visitor, method: str, send: Any) -> None:
        status, body = page.status, b""
        if page.cuts and not visitor.says_site:
            headers, body = self._with_token(shop, page, visitor)
        elif visitor.known and page.is_known(visitor.known):
            status, headers = UNCHANGED, page.headers_unchanged[visitor.gzip]
        elif visitor.gzip:
            headers, body = page.headers_packed, page.packed
        else:
            headers, body = page.headers_plain, b"".join(self._pieces(page))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if method == "HEAD" else body})

    def _with_token(self, shop: Shop, page: KeptPage, visitor: Visitor) -> tuple[list[Header], bytes]:
        """For what does not say where requests come from: with a token in each form, never in gzip beside it."""
        token, random = guest_field(shop, visitor.csrf)
        body = token.encode().join(self._pieces(page))
        headers = [*page.common, (b"cache-control", SECRET), (b"content-length", str(len(body)).encode())]
        if random:
            cookie = dump_cookie(
                cookie_name(shop, CSRF_COOKIE),
                random,
                max_age=LASTS,
                secure=shop.settings.secure_cookies,
                httponly=True,
                samesite="Lax",
            )
            headers.append((b"set-cookie", cookie.encode("latin-1")))
        return headers, body

    def _pieces(self, page: KeptPage) -> list[bytes]:
        """The text of a page; those unpacked last stay so."""
        pieces = self._unpacked.get(page.packed)
        if pieces is None:
            pieces = self._unpacked[page.packed] = page.pieces()
            if len(self._unpacked) > MOST_UNPACKED:
                self._unpacked.popitem(last=False)
        return pieces


def install(app: ShopApp) -> None:
    """Answer kept pages before everything else. Installed last: what is installed last is asked first."""
    app.asgi_app = PageServer(app, app.asgi_app)  # type: ignore[method-assign]


async def ask(app: Any, scope: Any) -> Answer:
    """What an app answers to a request without a body."""
    status, body = 0, bytearray()
    headers: tuple[Header, ...] = ()
    sent = False

    async def receive() -> dict[str, Any]:
        nonlocal sent
        if sent:  # there is no client who could go away
            await asyncio.Event().wait()
        sent = True
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        nonlocal status, headers
        if message["type"] == "http.response.start":
            status = message["status"]
            headers = tuple((bytes(name).lower(), bytes(value)) for name, value in message["headers"])
        elif message["type"] == "http.response.body":
            body.extend(message.get("body", b""))

    await app(scope, receive, send)
    return Answer(status, headers, bytes(body))


def _as_guest(shop: Shop, target: Target, visitor: Visitor, language: str, scope: Any, place: str) -> dict[str, Any]:
    """The request that makes a page: nothing of the one who asked is in it but what the page's key says."""
    base = urlsplit(shop.settings.base_url)
    headers: list[Header] = [(b"host", base.netloc.encode())]
    if target.for_people:
        cookies = {SCHEME_COOKIE: visitor.scheme, LANGUAGE_COOKIE: language, COUNT_COOKIE: visitor.pieces}
        said = "; ".join(f"{name}={value}" for name, value in cookies.items() if value)
        headers.append((b"cookie", said.encode("latin-1")))
    return {
        "type": "http",
        "asgi": scope.get("asgi", {"version": "3.0"}),
        "http_version": scope.get("http_version", "1.1"),
        "method": "GET",
        "scheme": base.scheme,
        "path": target.path,
        "raw_path": quote(target.path).encode(),
        "query_string": target.query.encode("latin-1"),
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 0),
        "server": (base.hostname or "localhost", base.port or 80),
        "extensions": {},
        PLACE: place,
    }
