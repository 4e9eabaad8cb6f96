"""How imports are kept: a document each, beside the jobs that check and carry it out. Shard key: `_id`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from odmantic import Field, Model
from pymongo import ASCENDING, IndexModel

from spoeq_core.kernel.mongo import Repository


class ImportDocument(Model):
    """An uploaded file; `files_until` is there as long as its files are."""

    model_config = {
        "collection": "imports",
        "indexes": lambda: [IndexModel([("files_until", ASCENDING)], sparse=True)],
    }

    id: str = Field(primary_field=True)
    folder: str
    filename: str
    actor_id: str
    actor_name: str
    created_at: datetime
    check_job: str = ""
    apply_job: str = ""
    parts: int = 0
    files_until: datetime | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class Import:
    """A file that staff uploaded, on its way into the shop.

    Attributes:
        folder: Where its files are in the storage.
        check_job: The job that looks what it would change.
        apply_job: The job that changes it; empty until staff start it.
        parts: How many parts it was cut into; 0 before it was read.
        files_until: When its files are removed at the latest; None when they are.
    """

    id: str
    folder: str
    filename: str
    actor_id: str
    actor_name: str
    created_at: datetime
    check_job: str = ""
    apply_job: str = ""
    parts: int = 0
    files_until: datetime | None = None
    version: int = 1


class ImportRepository(Repository[Import]):
    """The imports of the shop."""

    document = ImportDocument
    model = Import

    async def note(self, import_id: str, **fields: object) -> None:
        """Set fields that nobody else writes: the page its jobs, the worker the parts, whoever removes files that."""
        kept = {name: value for name, value in fields.items() if value is not None}
        gone = {name: "" for name, value in fields.items() if value is None}
        update = {**({"$set": kept} if kept else {}), **({"$unset": gone} if gone else {})}
        await self.collection.update_one({"_id": import_id}, update)

    async def claim_start(self, import_id: str, job_id: str) -> bool:
        """Note the job that carries it out, if there is none yet; whether there was none."""
        query = {"_id": import_id, "apply_job": ""}
        result = await self.collection.update_one(query, {"$set": {"apply_job": job_id}})
        return bool(result.matched_count)
