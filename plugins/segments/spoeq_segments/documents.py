"""How segments and the members that were chosen by hand are stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from odmantic import Field, Model
from pymongo import ASCENDING, DESCENDING, IndexModel

from spoeq_core.sdk import Conflict, Repository
from spoeq_segments.model import Segment

MOST_SEGMENTS = 200


class SegmentDocument(Model):
    """One segment; `_id` is its code, so that a code is given once. Shard key: `_id`."""

    model_config = {"collection": "segments"}

    id: str = Field(primary_field=True)
    name: str
    rule: str = "hand"
    serial: str = ""
    number: int = 0
    amount: int = 0
    currency: str = ""
    version: int = 1
    created_at: datetime | None = None
    updated_at: datetime | None = None


class MemberDocument(Model):
    """A customer in a segment; `_id` names both, so that each is in it once. Shard key: `customer_id`."""

    model_config = {
        "collection": "segment_members",
        "indexes": lambda: [
            IndexModel([("customer_id", ASCENDING)], name="customer"),
            IndexModel([("segment", ASCENDING), ("added_at", DESCENDING), ("_id", ASCENDING)], name="newest"),
        ],
    }

    id: str = Field(primary_field=True)
    segment: str
    customer_id: str
    added_at: datetime
    version: int = 1


@dataclass(frozen=True, slots=True)
class Member:
    """A customer who was put into a segment; `segment` is its serial."""

    id: str
    segment: str
    customer_id: str
    added_at: datetime
    version: int = 1


class SegmentRepository(Repository[Segment]):
    """Keeps segments. What is made of them is forgotten with each change; there is nothing in them about a person."""

    document = SegmentDocument
    model = Segment
    public = True

    async def all(self) -> list[Segment]:
        """All of them, by name."""
        return await self.find({}, sort=[("name", 1), ("_id", 1)], limit=MOST_SEGMENTS)


class MemberRepository(Repository[Member]):
    """Keeps who was put into which segment."""

    document = MemberDocument
    model = Member

    async def add(self, segment: Segment, customer_id: str) -> bool:
        """Put a customer into a segment; whether they were not in it."""
        member = Member(_key(segment, customer_id), segment.serial, customer_id, self._clock.now())
        try:
            await self.insert(member)
        except Conflict:
            return False
        return True

    async def remove(self, segment: Segment, customer_id: str) -> bool:
        """Take a customer out; whether they were in it."""
        return await self.delete(_key(segment, customer_id))

    async def serials_of(self, customer_id: str) -> set[str]:
        """The segments that a customer was put into, by their serials; one command."""
        return {raw["segment"] async for raw in self.collection.find({"customer_id": customer_id}, {"segment": 1})}

    async def newest(self, segment: Segment, *, page: int, per_page: int) -> tuple[list[Member], int]:
        """A page of a segment's members, the last one first, and how many there are."""
        query, order = {"segment": segment.serial}, [("added_at", -1), ("_id", 1)]
        found = await self.find(query, sort=order, skip=(page - 1) * per_page, limit=per_page)
        return found, await self.count(query)

    async def counts(self, segments: Sequence[Segment]) -> dict[str, int]:
        """How many members each segment has, by its id; one command."""
        steps = [
            {"$match": {"segment": {"$in": [segment.serial for segment in segments]}}},
            {"$group": {"_id": "$segment", "members": {"$sum": 1}}},
        ]
        found = {raw["_id"]: raw["members"] async for raw in self.collection.aggregate(steps)}
        return {segment.id: found.get(segment.serial, 0) for segment in segments}

    async def forget(self, segment: Segment) -> None:
        """A segment is gone."""
        await self.collection.delete_many({"segment": segment.serial})


def _key(segment: Segment, customer_id: str) -> str:
    return f"{segment.serial}:{customer_id}"
