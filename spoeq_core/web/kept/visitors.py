"""Who asks, as far as a kept page must know; most are guests for whom it is the same."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from spoeq_core.web.cookies import (
    COUNT_COOKIE,
    CSRF_COOKIE,
    FLASH_COOKIE,
    HOST_PREFIX,
    LANGUAGE_COOKIE,
    PREVIEW_COOKIE,
    SCHEME_COOKIE,
    SCHEMES,
    SHOPPER_COOKIE,
    STAFF_COOKIE,
)
from spoeq_core.web.kept.page import Header

THEIR_OWN = frozenset({SHOPPER_COOKIE, STAFF_COOKIE, FLASH_COOKIE, PREVIEW_COOKIE})
"""Cookies of those whose page is their own: signed in, told something, looking at a preview."""
OWN_PREFIX = "spoeq_own_"
"""Plugins name a cookie so for whose visitors they show something else."""
MOST_PIECES = 20
"""Carts with more pieces are few: their visitors' pages are made each time."""


@dataclass(slots=True)
class Visitor:
    """A guest.

    Attributes:
        scheme: "light", "dark" or nothing.
        pieces: What the badge of the cart says.
        language: What the cookie says.
        languages: Accept-Language.
        gzip: Whether the client takes gzip.
        known: If-None-Match.
        says_site: Whether the browser says where requests come from, so that forms need no token.
        csrf: The cookie that tokens are made for.
    """

    scheme: str = ""
    pieces: str = "0"
    language: str = ""
    languages: str = ""
    gzip: bool = False
    known: bytes = b""
    says_site: bool = False
    csrf: str = ""


def visitor_of(headers: Collection[Header]) -> Visitor | None:
    """The guest who sent these headers; None for somebody whose page is made for them."""
    said = dict(headers)
    if b"authorization" in said:
        return None
    found = Visitor(
        gzip=_takes_gzip(said.get(b"accept-encoding", b"")),
        languages=said.get(b"accept-language", b"").decode("latin-1"),
        known=said.get(b"if-none-match", b""),
        says_site=bool(said.get(b"sec-fetch-site")),
    )
    if b"cookie" not in said:
        return found
    cookies = b";".join(value for name, value in headers if name == b"cookie")
    return found if _read_cookies(found, cookies.decode("latin-1")) else None


def _read_cookies(visitor: Visitor, text: str) -> bool:
    """Note what the cookies say; whether they are a guest's."""
    for part in text.split(";"):
        name, _, value = part.strip().partition("=")
        name = name.removeprefix(HOST_PREFIX)
        if name in THEIR_OWN or name.startswith(OWN_PREFIX):
            return False
        if name == SCHEME_COOKIE:
            visitor.scheme = value if value in SCHEMES else ""
        elif name == COUNT_COOKIE:
            visitor.pieces = str(int(value)) if value.isascii() and value.isdigit() and len(value) < 5 else "0"  # noqa: PLR2004
        elif name == LANGUAGE_COOKIE:
            visitor.language = value
        elif name == CSRF_COOKIE:
            visitor.csrf = value
    return int(visitor.pieces) <= MOST_PIECES


def _takes_gzip(value: bytes) -> bool:
    """Whether Accept-Encoding takes gzip; what is written oddly is taken as no."""
    for part in value.split(b","):
        name, _, quality = part.partition(b";")
        if name.strip() == b"gzip":
            return quality.replace(b" ", b"") not in {b"q=0", b"q=0.0", b"q=0.00", b"q=0.000"}
    return False
