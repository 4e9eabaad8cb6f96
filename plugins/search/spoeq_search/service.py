"""What staff ask of the index: how it is, and a new one."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tantivy import Index

from spoeq_core.sdk import Shop, touched_since
from spoeq_search.engine import IndexBroken, fingerprint, guarded
from spoeq_search.files import STATE, folder_of

MOST_BEHIND = 1_000


@dataclass(frozen=True, slots=True)
class Status:
    """How the index is.

    Attributes:
        answers: Whether lists come from it now; otherwise from the database.
        building: Whether a new one was asked for and is not there yet.
        products: How many are in it.
        bytes: Its size on disk.
        built_at: When it was built, UTC; None if there is none.
        followed_at: When it last followed the shop, UTC.
        refused: Products that could not be indexed, and why.
        error: Why the last attempt to build one failed; empty if it did not.
    """

    answers: bool = False
    building: bool = False
    products: int = 0
    bytes: int = 0
    built_at: datetime | None = None
    followed_at: datetime | None = None
    refused: tuple[tuple[str, str], ...] = ()
    error: str = ""


async def status(shop: Shop) -> Status:
    """How the index of this shop is, as this host sees it."""
    return await asyncio.to_thread(_status, shop)


async def behind(shop: Shop) -> int:
    """How many products have changed and are not in the index that is in force yet, `MOST_BEHIND` at most."""
    folder = folder_of(shop)
    current = folder.current()
    followed = folder.followed(folder.generation(current)) if current else None
    return len(await touched_since(shop, followed.touch, MOST_BEHIND)) if followed else 0


def ask_for_new(shop: Shop) -> None:
    """Let the worker build a new index; the one in force answers until then."""
    folder_of(shop).want_new()


def _status(shop: Shop) -> Status:
    folder = folder_of(shop)
    current, trouble = folder.current(), folder.trouble()
    error = trouble.error if trouble else ""
    if current is None:
        return Status(building=True, error=error)
    generation = folder.generation(current)
    followed = folder.followed(generation)
    try:
        products = guarded(lambda: Index.open(str(generation)).searcher().num_docs)
    except IndexBroken as broken:
        return Status(building=True, error=error or str(broken))
    fits = current.fingerprint == fingerprint(shop)
    return Status(
        answers=fits and folder.is_followed(generation),
        building=folder.wants_new() or not fits,
        products=products,
        bytes=sum(path.stat().st_size for path in generation.iterdir()),
        built_at=datetime.fromisoformat(current.built_at),
        followed_at=_changed(generation / STATE),
        refused=tuple(sorted(followed.refused.items())) if followed else (),
        error=error,
    )


def _changed(path: Path) -> datetime | None:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except OSError:
        return None
