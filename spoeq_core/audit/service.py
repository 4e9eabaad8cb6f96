"""Writes down who did what, and reads it back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spoeq_core.audit.documents import EntryRepository
from spoeq_core.audit.model import Entry
from spoeq_core.kernel.ids import new_id
from spoeq_core.kernel.mongo import where
from spoeq_core.shop import Shop


async def record(
    shop: Shop,
    action: str,
    target: str,
    *,
    actor_id: str,
    actor_name: str,
    detail: Mapping[str, Any] | None = None,
    ip: str = "",
) -> Entry:
    """Add an entry; see `Entry` for the words to use."""
    entry = Entry(new_id(), shop.clock.now(), actor_id, actor_name, action, target, dict(detail or {}), ip)
    return await shop.repository(EntryRepository).insert(entry)


async def find_entries(
    shop: Shop, *, target: str | None = None, actor_id: str | None = None, before: str = "", limit: int = 50
) -> list[Entry]:
    """Entries, newest first.

    Args:
        shop: The shop.
        target: Only those about this thing.
        actor_id: Only those of this account.
        before: The last id of the page before.
        limit: Most entries of a page.
    """
    query = where(target=target, actor_id=actor_id, _id={"$lt": before} if before else None)
    return await shop.repository(EntryRepository).find(query, sort=[("_id", -1)], limit=limit)
