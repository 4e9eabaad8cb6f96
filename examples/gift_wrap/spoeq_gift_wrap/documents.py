"""What is to be wrapped, a document for each order. Shard key: `_id`."""

from __future__ import annotations

from datetime import datetime

from odmantic import Field, Model
from pymongo import ASCENDING, IndexModel

from spoeq_core.sdk import Conflict, Repository, Shop
from spoeq_gift_wrap.model import State, Wrap


class WrapDocument(Model):
    """An order to wrap."""

    model_config = {
        "collection": "gift_wraps",
        "indexes": lambda: [IndexModel([("state", ASCENDING), ("_id", ASCENDING)], name="state")],
    }

    id: str = Field(primary_field=True)
    number: str
    paper: str
    pieces: int
    at: datetime
    state: str
    version: int = 1


class WrapRepository(Repository[Wrap]):
    """The orders to wrap."""

    document = WrapDocument
    model = Wrap

    async def add(self, wrap: Wrap) -> None:
        """Keep it; one that is known stays as it is."""
        try:
            await self.insert(wrap)
        except Conflict:
            return

    async def waiting(self, limit: int = 200) -> list[Wrap]:
        """What is to be wrapped, the oldest orders first."""
        return await self.find({"state": State.WAITING.value}, sort=[("_id", ASCENDING)], limit=limit)

    async def done(self, order_id: str) -> bool:
        """The paper is round it; whether somebody else was faster is no matter, whether it is known is the answer."""
        change = {"$set": {"state": State.DONE.value}, "$inc": {"version": 1}}
        await self.collection.update_one({"_id": order_id, "state": State.WAITING.value}, change)
        return await self.find_by_id(order_id) is not None

    async def forget(self, order_id: str) -> None:
        """It is not sent."""
        await self.collection.delete_one({"_id": order_id})


async def count_pieces(shop: Shop) -> None:
    """Migration 1: before 0.1, what was to be wrapped did not say how many pieces it is; one is the least."""
    await shop.mongo.collection("gift_wraps").update_many({"pieces": {"$exists": False}}, {"$set": {"pieces": 1}})
