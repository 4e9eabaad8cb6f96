"""How jobs and what they could not do are stored. Shard key of both: `_id`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from odmantic import Field, Model
from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import BulkWriteError

from spoeq_core.jobs.model import Failure, Job
from spoeq_core.kernel.messages import kept, restored
from spoeq_core.kernel.mongo import Document, Repository

DUPLICATE = 11000


class JobDocument(Model):
    """A job. `due` is there until it has ended, `expires_at` from then on, `cancel` when somebody asked to stop it."""

    model_config = {
        "collection": "jobs",
        "indexes": lambda: [
            IndexModel([("due", ASCENDING)], sparse=True),
            IndexModel([("actor_id", ASCENDING), ("_id", DESCENDING)]),
            IndexModel([("expires_at", ASCENDING)], expireAfterSeconds=0),
        ],
    }

    id: str = Field(primary_field=True)
    kind: str
    title: str
    params: dict[str, Any]
    actor_id: str
    actor_name: str
    permission: str
    created_at: datetime
    state: str
    done: int = 0
    failed: int = 0
    total: int = 0
    cursor: dict[str, Any] = {}
    result: dict[str, Any] = {}
    cancel: bool | None = None
    attempts: int = 0
    due: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    expires_at: datetime | None = None
    error: str = ""
    version: int = 1


class JobFailureDocument(Model):
    """One thing that a job could not do; `_id` is `<job>:<ref>`, so that a repeated step adds nothing."""

    model_config = {
        "collection": "job_failures",
        "indexes": lambda: [
            IndexModel([("job_id", ASCENDING), ("position", ASCENDING)]),
            IndexModel([("expires_at", ASCENDING)], expireAfterSeconds=0),
        ],
    }

    id: str = Field(primary_field=True)
    job_id: str
    position: int
    ref: str
    reason: Any
    detail: list[list[str]] = []
    expires_at: datetime


class JobRepository(Repository[Job]):
    """The jobs."""

    document = JobDocument
    model = Job

    def to_document(self, aggregate: Job) -> Document:
        """All but the wish to cancel, which only `ask_to_cancel` writes, so that no worker overwrites it."""
        return {name: value for name, value in super().to_document(aggregate).items() if name != "cancel"}

    async def due(self, kinds: Sequence[str], now: datetime) -> list[Job]:
        """Jobs of these kinds that a worker may take, those waiting longest first."""
        return await self.find({"due": {"$lte": now}, "kind": {"$in": list(kinds)}}, sort=[("due", 1)], limit=10)

    async def ask_to_cancel(self, key: str, now: datetime) -> bool:
        """Mark it as not wanted any more; False if it has ended already.

        No new version, and no part of what `save` writes: the worker that is at it writes its progress, and then stops.
        """
        result = await self.collection.update_one({"_id": key, "due": {"$ne": None}}, {"$set": {"cancel": True}})
        waiting = {"_id": key, "state": "queued", "due": {"$gt": now}}
        await self.collection.update_one(waiting, {"$set": {"due": now}})
        return bool(result.matched_count)

    async def is_unwanted(self, key: str) -> bool:
        """Whether somebody asked to stop it."""
        return await self.collection.find_one({"_id": key, "cancel": True}, {"_id": 1}) is not None


class FailureRepository:
    """What jobs could not do."""

    def __init__(self, mongo: Any, _outbox: object, _clock: object) -> None:
        self.collection = mongo.engine.get_collection(JobFailureDocument)

    async def add(self, job_id: str, first: int, failures: Iterable[Failure], expires_at: datetime) -> None:
        """Keep them; what is there already stays as it is."""
        rows = [
            {
                "_id": f"{job_id}:{failure.ref}",
                "job_id": job_id,
                "position": first + number,
                "ref": failure.ref,
                "reason": kept(failure.reason),
                "detail": [list(pair) for pair in failure.detail.items()],
                "expires_at": expires_at,
            }
            for number, failure in enumerate(failures)
        ]
        if not rows:
            return
        try:
            await self.collection.insert_many(rows, ordered=False)
        except BulkWriteError as error:
            if any(item.get("code") != DUPLICATE for item in error.details["writeErrors"]):
                raise

    async def of(self, job_id: str, *, skip: int = 0, limit: int = 0) -> list[Failure]:
        """A job's failures in the order they happened."""
        cursor = self.collection.find({"job_id": job_id}).sort([("position", 1)]).skip(skip).limit(limit)
        return [_failure(raw) async for raw in cursor]


def _failure(raw: Document) -> Failure:
    return Failure(raw["ref"], restored(raw["reason"]), dict(raw["detail"]))
