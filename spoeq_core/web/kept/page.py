"""A page as it is kept: its headers, its text in gzip, and the places where a visitor's token goes."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

import orjson

from spoeq_core.web import compression

Header = tuple[bytes, bytes]

OK = 200
LEVEL = 6
REVALIDATE = b"private, no-cache"
"""Kept by the browser, and asked for again with its tag each time."""
OURS = frozenset({b"content-length", b"content-encoding", b"cache-control", b"etag", b"vary", b"date", b"server"})
VARY = (b"Accept-Encoding", b"Cookie")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the app answered: the status, the headers in lower case, the body."""

    status: int
    headers: tuple[Header, ...]
    body: bytes

    def header(self, wanted: bytes) -> bytes:
        """A header's value, or nothing."""
        return next((value for name, value in self.headers if name == wanted), b"")


@dataclass(slots=True)
class KeptPage:
    """A page for all guests.

    Attributes:
        status: 200, unless it is not kept and only shared by those who asked at the same time.
        common: Headers of every answer.
        tag: Its ETag; empty for what is no page.
        control: Its Cache-Control.
        packed: The text in gzip.
        length: Bytes of the text.
        cuts: Where in the text forms want a token.
    """

    status: int
    common: tuple[Header, ...]
    tag: bytes
    control: bytes
    packed: bytes
    length: int
    cuts: tuple[int, ...] = ()
    headers_packed: list[Header] = field(init=False)
    headers_plain: list[Header] = field(init=False)
    headers_unchanged: dict[bool, list[Header]] = field(init=False)

    def __post_init__(self) -> None:
        weak = self.tag if not self.tag or self.tag.startswith(b"W/") else b"W/" + self.tag
        self.headers_packed = [*self._with(weak), _length(len(self.packed)), (b"content-encoding", b"gzip")]
        self.headers_plain = [*self._with(self.tag), _length(self.length)]
        self.headers_unchanged = {True: _bodiless(self.headers_packed), False: _bodiless(self.headers_plain)}

    def _with(self, tag: bytes) -> list[Header]:
        control = [(b"cache-control", self.control)] if self.control else []
        return [*self.common, *control, *([(b"etag", tag)] if tag else [])]

    def is_known(self, tags: bytes) -> bool:
        """Whether a client that sends these in If-None-Match has the page."""
        if not self.tag:
            return False
        mine = self.tag.removeprefix(b"W/")
        return tags == b"*" or any(tag.strip().removeprefix(b"W/") == mine for tag in tags.split(b","))

    def pieces(self) -> list[bytes]:
        """The text between the places where a token goes."""
        text = gzip.decompress(self.packed)
        return [text[start:end] for start, end in zip((0, *self.cuts), (*self.cuts, len(text)), strict=True)]


class PagePacking:
    """Pages as bytes for Redis: a line of JSON, then the gzip."""

    def pack(self, value: KeptPage | None) -> bytes:
        """The bytes of a page."""
        if value is None:
            return b""
        head = {
            "status": value.status,
            "common": [[name.decode("latin-1"), text.decode("latin-1")] for name, text in value.common],
            "tag": value.tag.decode("latin-1"),
            "control": value.control.decode("latin-1"),
            "length": value.length,
            "cuts": value.cuts,
        }
        return orjson.dumps(head) + b"\n" + value.packed

    def unpack(self, packed: bytes) -> KeptPage | None:
        """The page."""
        if not packed:
            return None
        line, _, body = packed.partition(b"\n")
        head = orjson.loads(line)
        common = tuple((name.encode("latin-1"), text.encode("latin-1")) for name, text in head["common"])
        tag, control = head["tag"].encode("latin-1"), head["control"].encode("latin-1")
        return KeptPage(head["status"], common, tag, control, body, head["length"], tuple(head["cuts"]))


def page_of(answer: Answer, place: bytes) -> KeptPage | None:
    """The page that an answer is, `place` cut out of it; None if it is somebody's own or nothing that is kept."""
    control = answer.header(b"cache-control")
    kind = answer.header(b"content-type").partition(b";")[0].decode("latin-1")
    if answer.header(b"set-cookie") or answer.header(b"content-encoding"):
        return None
    if b"no-store" in control or (answer.status == OK and not compression.is_text(kind)):
        return None
    pieces = answer.body.split(place)
    cuts, at = [], 0
    for piece in pieces[:-1]:
        at += len(piece)
        cuts.append(at)
    text = b"".join(pieces)
    tag = answer.header(b"etag") or b'W/"' + hashlib.sha256(text).hexdigest()[:32].encode() + b'"'
    good = answer.status == OK
    vary = {name.strip().title(): None for name in answer.header(b"vary").split(b",") if name.strip()}
    common = (
        *(pair for pair in answer.headers if pair[0] not in OURS),
        (b"vary", b", ".join(dict.fromkeys((*VARY, *vary)))),
    )
    return KeptPage(
        answer.status,
        common,
        tag if good else b"",
        control or (REVALIDATE if good else b""),
        gzip.compress(text, LEVEL, mtime=0),
        len(text),
        tuple(cuts),
    )


def _bodiless(headers: Iterable[Header]) -> list[Header]:
    return [pair for pair in headers if not pair[0].startswith(b"content-") or pair[0] == b"content-security-policy"]


def _length(length: int) -> Header:
    return (b"content-length", str(length).encode())
