"""How the pretended gateway and carrier keep what they know, as theirs and not the shop's. Shard keys: `_id`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from odmantic import Field, Model
from pymongo import ASCENDING, IndexModel

from spoeq_core.sdk import Conflict, Repository, plain
from spoeq_echo.model import Attempt, Call, Consignment, Session

RETRY = timedelta(seconds=5)
MOST_TRIES = 10


class SessionDocument(Model):
    """A session of the gateway."""

    model_config = {"collection": "echo_sessions"}

    id: str = Field(primary_field=True)
    order_id: str
    number: str
    amount: int
    currency: str
    return_url: str
    attempts: list[dict[str, Any]] = []
    given_back: dict[str, int] | None = None
    closed: bool = False
    version: int = 1


class CallDocument(Model):
    """A webhook to be sent."""

    model_config = {"collection": "echo_calls", "indexes": lambda: [IndexModel([("due_at", ASCENDING)])]}

    id: str = Field(primary_field=True)
    path: str
    body: str
    due_at: datetime
    tries: int = 0
    version: int = 1


class ConsignmentDocument(Model):
    """A parcel of the carrier."""

    model_config = {
        "collection": "echo_consignments",
        "indexes": lambda: [IndexModel([("order_id", ASCENDING)])],
    }

    id: str = Field(primary_field=True)
    order_id: str
    number: str
    to: str
    events: list[dict[str, Any]] = []
    version: int = 1


class Sessions(Repository[Session]):
    """The gateway's sessions."""

    document = SessionDocument
    model = Session

    async def begin(self, session: Session) -> Session:
        """That session, stored once."""
        try:
            return await self.insert(session)
        except Conflict:
            return await self.get(session.id)

    async def add(self, session_id: str, attempt: Attempt) -> bool:
        """Note an attempt; False if the session is closed, or has its money or is about to."""
        free = {"_id": session_id, "closed": False, "attempts.good": {"$ne": True}}
        result = await self.collection.update_one(free, {"$push": {"attempts": plain(attempt)}})
        return bool(result.modified_count)

    async def close(self, session_id: str) -> None:
        """Let no attempt begin any more."""
        await self.collection.update_one({"_id": session_id}, {"$set": {"closed": True}})


class Calls(Repository[Call]):
    """Webhooks to be sent."""

    document = CallDocument
    model = Call

    async def due(self, limit: int) -> list[Call]:
        """Those to send now, the oldest first."""
        query = {"due_at": {"$lte": self._clock.now()}}
        return await self.find(query, sort=[("due_at", ASCENDING)], limit=limit)

    async def claim(self, call: Call) -> bool:
        """Take one to send it; whether nobody else has. One that is not answered is due again in a moment."""
        later = {"$set": {"due_at": self._clock.now() + RETRY}, "$inc": {"tries": 1}}
        result = await self.collection.update_one({"_id": call.id, "tries": call.tries}, later)
        return bool(result.modified_count)


class Consignments(Repository[Consignment]):
    """The carrier's parcels."""

    document = ConsignmentDocument
    model = Consignment

    async def of_order(self, order_id: str) -> list[Consignment]:
        """An order's, in the order in which they were booked."""
        return await self.find({"order_id": order_id}, sort=[("_id", ASCENDING)])

    async def reach(self, key: str, step: str, at: datetime) -> bool:
        """Note that a parcel has come somewhere; False if it was there already."""
        new = {"_id": key, "events.step": {"$ne": step}}
        result = await self.collection.update_one(new, {"$push": {"events": {"step": step, "at": at}}})
        return bool(result.modified_count)
