"""Text answers go out in gzip to clients that take it: a page of 55 KB becomes one of 8 KB.

Left as they are: what is small, pictures and archives, answers that are streamed or already encoded, and a page with a
forgery token in it. The length of a compressed page tells whether what a visitor was made to search for repeats a part
of a secret beside it (BREACH), so a secret is never compressed with it.
"""

from __future__ import annotations

import gzip
from typing import Any

from quart import Quart, Response, g, request
from quart.wrappers.response import DataBody

LEVEL = 1
"""Of a page made for one request: 0.4 ms for 55 KB; level 6 takes three times that to save another tenth."""
LEVEL_KEPT = 9
"""Of a file that is compressed once and kept."""
SMALLEST = 1_000
"""Bytes; a smaller answer fits into one packet anyway."""
KINDS = frozenset(
    {
        "application/javascript",
        "application/json",
        "application/ld+json",
        "application/manifest+json",
        "application/problem+json",
        "application/xml",
        "image/svg+xml",
    }
)


def install(app: Quart) -> None:
    """Compress answers. Installed before whatever changes bodies: what is installed first sees an answer last."""
    app.after_request(compress)


def keep_whole() -> None:
    """This request's answer has a secret in it that must not be compressed beside what a visitor typed."""
    g.spoeq_whole = True


def is_text(mimetype: str) -> bool:
    """Whether a kind of content gets smaller."""
    return mimetype.startswith("text/") or mimetype in KINDS


def takes_gzip() -> bool:
    """Whether the client of this request can read gzip."""
    return request.accept_encodings["gzip"] > 0


def packed(content: bytes, level: int = LEVEL) -> bytes:
    """The content in gzip; the same bytes for the same content at any time."""
    return gzip.compress(content, level, mtime=0)


def mark(response: Response) -> None:
    """Say that an answer's body is gzip: its validator holds for the content, not for these bytes."""
    response.headers["Content-Encoding"] = "gzip"
    tag, weak = response.get_etag()
    if tag and not weak:
        response.set_etag(tag, weak=True)


async def compress(response: Response) -> Response:
    """The answer in gzip if its client takes that and it is worth it."""
    body: Any = response.response
    if not is_text(response.mimetype or "") or not isinstance(body, DataBody):
        return response
    response.vary.add("Accept-Encoding")
    if "Content-Encoding" in response.headers or g.get("spoeq_whole") or not takes_gzip():
        return response
    content = await response.get_data(as_text=False)
    if len(content) >= SMALLEST:
        response.set_data(packed(content))
        mark(response)
    return response
