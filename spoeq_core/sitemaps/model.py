"""A sitemap as sitemaps.org defines it: parts of at most 50,000 addresses, and the index of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import quote
from xml.sax.saxutils import escape

MOST_ADDRESSES: Final = 50_000
LONGEST_ADDRESS: Final = 2_048
FRESH_FOR: Final = timedelta(days=1)
CURRENT: Final = "current"
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SPACE: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"
_KEPT: Final = "/?&=;:@!$'()*+,~-._%"
"""What an address may hold as it is; everything else is percent-encoded."""


@dataclass(frozen=True, slots=True)
class Address:
    """A page: its path from the shop's root, and when what it shows changed last, if that is known."""

    path: str
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A stored file of addresses.

    Attributes:
        name: Its name under `/sitemaps/` ("products-1.xml").
        key: Where the file storage keeps it.
        changed_at: The latest change of a page in it.
        count: How many addresses it holds.
    """

    name: str
    key: str
    changed_at: datetime | None = None
    count: int = 0


@dataclass(frozen=True, slots=True)
class Sitemap:
    """What was built last; there is one a shop.

    Attributes:
        build: The id of the build.
        base_url: What the addresses begin with.
        parts: Its files.
        old_keys: Files of the build before, which a reader may still be at; the next build removes them.
    """

    id: str
    build: str
    base_url: str
    built_at: datetime
    parts: tuple[Part, ...] = ()
    old_keys: tuple[str, ...] = ()
    version: int = 1

    def is_due(self, now: datetime, base_url: str) -> bool:
        """Whether it should be built anew: a day has passed, or the shop has moved."""
        return self.base_url != base_url or now - self.built_at >= FRESH_FOR

    def part(self, name: str) -> Part | None:
        """The part of that name."""
        return next((part for part in self.parts if part.name == name), None)


def part_xml(base_url: str, addresses: Iterable[Address]) -> bytes:
    """A file of addresses."""
    rows = (_entry("url", f"{base_url}{quote(a.path, safe=_KEPT)}", a.changed_at) for a in addresses)
    return f'{_HEAD}<urlset xmlns="{_SPACE}">\n{"".join(rows)}</urlset>\n'.encode()


def index_xml(base_url: str, parts: Sequence[Part]) -> bytes:
    """The index of the files."""
    rows = (_entry("sitemap", f"{base_url}/sitemaps/{part.name}", part.changed_at) for part in parts)
    return f'{_HEAD}<sitemapindex xmlns="{_SPACE}">\n{"".join(rows)}</sitemapindex>\n'.encode()


def is_listable(path: str) -> bool:
    """Whether a path can stand in a sitemap: from the root, of this shop, without a fragment, not too long."""
    return path.startswith("/") and not path.startswith("//") and "#" not in path and len(path) <= LONGEST_ADDRESS


def latest(moments: Iterable[datetime | None]) -> datetime | None:
    """The latest of the moments that are known."""
    return max((moment for moment in moments if moment is not None), default=None)


def _entry(tag: str, address: str, changed_at: datetime | None) -> str:
    changed = f"<lastmod>{changed_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}</lastmod>" if changed_at else ""
    return f"<{tag}><loc>{escape(address)}</loc>{changed}</{tag}>\n"
