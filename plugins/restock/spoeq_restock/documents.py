"""How requests are stored: by SKU and address, claimed by one conditional update, deleted when the mail is out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from odmantic import Field, Model
from pymongo import ASCENDING, IndexModel

from spoeq_core.sdk import Conflict, Repository
from spoeq_restock.model import LEASE, Queue, Waiting


def _indexes() -> Sequence[IndexModel]:
    return [
        IndexModel([("sku", ASCENDING), ("asked_at", ASCENDING)], name="queue"),
        IndexModel([("who", ASCENDING)], name="who"),
        IndexModel([("expires_at", ASCENDING)], name="expiry", expireAfterSeconds=0),
    ]


class WaitingDocument(Model):
    """One request. Shard key: `_id`."""

    model_config = {"collection": "restock_requests", "indexes": _indexes}

    id: str = Field(primary_field=True)
    serial: str
    sku: str
    product_id: str
    who: str
    email: str
    language: str
    asked_at: datetime
    expires_at: datetime
    claimed_until: datetime
    version: int = 1


class WaitingRepository(Repository[Waiting]):
    """Who waits for what."""

    document = WaitingDocument
    model = Waiting

    async def add(self, request: Waiting) -> bool:
        """Store a request; whether it is new."""
        try:
            await self.insert(request)
        except Conflict:
            return False
        return True

    async def queue(self, sku: str, limit: int) -> list[Waiting]:
        """Those who have waited longest for a SKU and whom nobody is writing to."""
        now = self._clock.now()
        query = {"sku": sku, "expires_at": {"$gt": now}, "claimed_until": {"$lte": now}}
        return await self.find(query, sort=[("asked_at", ASCENDING)], limit=limit)

    async def claim(self, request: Waiting) -> bool:
        """Take the right to write to somebody; whether nobody else had it."""
        now = self._clock.now()
        mine = {"_id": request.id, "serial": request.serial, "claimed_until": {"$lte": now}}
        result = await self.collection.update_one(mine, {"$set": {"claimed_until": now + LEASE}})
        return bool(result.matched_count)

    async def give_back(self, request: Waiting) -> None:
        """Let the next attempt write to them at once: this one has failed."""
        mine = {"_id": request.id, "serial": request.serial}
        await self.collection.update_one(mine, {"$set": {"claimed_until": self._clock.now()}})

    async def done(self, request: Waiting) -> None:
        """Forget a request whose mail has gone out."""
        await self.collection.delete_one({"_id": request.id, "serial": request.serial})

    async def forget(self, who: str) -> int:
        """Forget all that an address waits for; how much it was."""
        result = await self.collection.delete_many({"who": who})
        return int(result.deleted_count)

    async def queues(self) -> list[Queue]:
        """How many wait for each SKU that somebody waits for, the most first."""
        group: dict[str, Any] = {
            "_id": "$sku",
            "product_id": {"$first": "$product_id"},
            "waiting": {"$sum": 1},
            "since": {"$min": "$asked_at"},
        }
        steps: list[dict[str, Any]] = [{"$match": {"expires_at": {"$gt": self._clock.now()}}}, {"$group": group}]
        found = [
            Queue(raw["_id"], raw["product_id"], raw["waiting"], raw["since"])
            async for raw in self.collection.aggregate(steps)
        ]
        return sorted(found, key=lambda queue: (-queue.waiting, queue.sku))
