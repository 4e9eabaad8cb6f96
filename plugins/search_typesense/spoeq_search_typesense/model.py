"""How far the index follows the shop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

PATIENCE: Final = timedelta(seconds=60)
"""An index that nobody has followed the shop with for so long is not asked."""
LEASE: Final = timedelta(seconds=60)
"""How long a writer may be silent before another one takes over."""
PAUSES: Final = (1.0, 5.0, 15.0, 60.0)
"""Seconds before the next attempt, by how many have failed in a row."""
NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class State:
    """The one document that the workers of all hosts keep the index by.

    Attributes:
        collection: Name of the collection in force; empty if there is none.
        fingerprint: What it was built for.
        touch: The last touch that was indexed.
        categories: Names of categories as they are indexed, by id.
        refused: Products that the server refused, and why.
        gone: Deleted products that are to be taken out.
        synonyms: Digest of the groups that it was built with.
        wants_new: Whether staff asked for another one.
        error: Why the last attempt failed; empty if it did not.
        failures: How many attempts have failed in a row.
        failed_at: When the last one did, UTC.
        built_at: When the collection was put in force, UTC.
        followed_at: When it last was in step with the shop, UTC.
        holder: Who writes.
        held_until: Until when, UTC.
    """

    id: str
    collection: str = ""
    fingerprint: str = ""
    touch: str = ""
    categories: Mapping[str, Sequence[str]] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)
    gone: Sequence[str] = ()
    synonyms: str = ""
    wants_new: bool = False
    error: str = ""
    failures: int = 0
    failed_at: datetime = NEVER
    built_at: datetime = NEVER
    followed_at: datetime = NEVER
    holder: str = ""
    held_until: datetime = NEVER
    version: int = 1

    def is_followed(self, now: datetime) -> bool:
        """Whether somebody keeps it in step."""
        return bool(self.collection) and now - self.followed_at < PATIENCE

    def rests(self, now: datetime) -> bool:
        """Whether an attempt failed a moment ago."""
        pause = PAUSES[min(self.failures, len(PAUSES)) - 1] if self.failures else 0.0
        return (now - self.failed_at).total_seconds() < pause
