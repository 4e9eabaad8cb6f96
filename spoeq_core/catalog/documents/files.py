"""Files in the storage that nothing may name: written down before they are stored, or before they are let go.

Whoever stores files notes them first and whoever lets them go does too, so that a process killed at any moment leaves
none that nobody knows of. When a note is due, the files that nothing names are removed, and the note with them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from odmantic import Field, Model
from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from spoeq_core.kernel.errors import Unavailable
from spoeq_core.kernel.mongo import Repository


class LooseFilesDocument(Model):
    """A note, keyed by a picture's first file or by the product that had them; `going`: they are being removed."""

    model_config = {"collection": "loose_files", "indexes": lambda: [IndexModel([("due", ASCENDING)])]}

    id: str = Field(primary_field=True)
    files: list[str] = []
    due: datetime
    going: bool = False
    version: int = 1


@dataclasses.dataclass(frozen=True, slots=True)
class LooseFiles:
    """Storage keys, and from when on they may be removed if nothing names them."""

    id: str
    files: tuple[str, ...]
    due: datetime
    going: bool = False
    version: int = 1


class LooseFilesRepository(Repository[LooseFiles]):
    """The notes."""

    document = LooseFilesDocument
    model = LooseFiles

    async def note(self, key: str, files: Sequence[str], due: datetime) -> None:
        """Write down files that belong together; a note of that key that is there already is replaced.

        Raises:
            Unavailable: they are being removed at this moment.
        """
        query = {"_id": key, "going": {"$ne": True}}
        values = {"files": list(files), "due": due, "going": False, "version": 1}
        try:
            await self.collection.update_one(query, {"$set": values}, upsert=True)
        except DuplicateKeyError:
            raise Unavailable(
                "The same files are being removed at this moment.", hint="Try again in a minute.", retry_after=60
            ) from None

    async def due(self, now: datetime, limit: int) -> list[LooseFiles]:
        """Notes whose time has come, the oldest first; also those whose removal a crash interrupted."""
        return await self.find({"due": {"$lte": now}}, sort=[("due", ASCENDING)], limit=limit)

    async def take(self, note: LooseFiles) -> bool:
        """Mark its files as being removed, unless the note was renewed since it was read; whether they are."""
        result = await self.collection.update_one({"_id": note.id, "due": note.due}, {"$set": {"going": True}})
        return bool(result.matched_count)


class RemovalDocument(Model):
    """That a product is to go, so that the event of it has a place to wait in; `files` are its pictures' keys."""

    model_config = {
        "collection": "product_removals",
        "indexes": lambda: [IndexModel([("pending_events.at", ASCENDING)], sparse=True)],
    }

    id: str = Field(primary_field=True)
    files: list[str] = []
    version: int = 1
    pending_events: list[dict[str, Any]] = []


@dataclasses.dataclass(frozen=True, slots=True)
class Removal:
    """A product that is to go."""

    id: str
    files: tuple[str, ...] = ()
    version: int = 1


class RemovalRepository(Repository[Removal]):
    """Products that are to go. A removal is written first; whoever finds it finishes the work."""

    document = RemovalDocument
    model = Removal
