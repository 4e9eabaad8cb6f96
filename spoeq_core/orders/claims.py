"""Claims: small documents whose `_id` says what may happen only once. Whoever inserts one first has it.

| `_id` | claims |
|---|---|
| `order-key:<scope>:<key>` | an idempotency key of a customer or a cart |
| `order-number:<number>` | an order number |
| `quota:<quota's key>:<place>` | a place under a limit |
| `payment:<provider>:<payment id>` | money, for one order |
| `request:<scope>:<key>` | an idempotency key of another request, with its first answer |
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from pymongo import ASCENDING
from pymongo.errors import BulkWriteError

from spoeq_core.kernel.clock import Clock
from spoeq_core.kernel.mongo import Document, Mongo, beginning
from spoeq_core.orders.documents import ClaimDocument
from spoeq_core.shop import Shop

DUPLICATE = 11000
KEEP_KEYS = timedelta(days=30)
"""How long an idempotency key is remembered."""
KEY, NUMBER, QUOTA, PAYMENT = "order-key", "order-number", "quota", "payment"
_FREED = [{"$set": {"order_id": None, "amount": 0, "free": "$quota"}}]
"""A place nobody has: `free` names its quota, so that an index over `free` holds such places only."""


class Claims:
    """The claims of the shop; their documents are used as they are."""

    def __init__(self, mongo: Mongo, clock: Clock) -> None:
        self.collection = mongo.engine.get_collection(ClaimDocument)
        self._clock = clock

    async def find(self, key: str) -> Document | None:
        """The claim of that `_id`."""
        found: Document | None = await self.collection.find_one({"_id": key})
        return found

    async def of_order(self, order_id: str, kind: str) -> list[Document]:
        """An order's claims of one kind."""
        found: list[Document] = await self.collection.find({"order_id": order_id, "kind": kind}).to_list(None)
        return found

    async def of_cart(self, scope: str, cart_id: str) -> list[str]:
        """The order ids that keys of a scope were claimed for, all to place one cart."""
        query = {"_id": beginning(key_claim(scope, "")), "cart_id": cart_id}
        return [str(raw["order_id"]) async for raw in self.collection.find(query, {"order_id": 1})]

    async def holds(self, order_ids: Sequence[str], quota: str) -> bool:
        """Whether one of the orders has a place under a quota's key."""
        query = {"order_id": {"$in": list(order_ids)}, "quota": quota}
        return await self.collection.find_one(query, {"_id": 1}) is not None

    async def take(self, claims: Sequence[Document]) -> int | None:
        """Insert claims in their order, in one command; the place of the first that is taken, where it stopped."""
        try:
            await self.collection.insert_many(list(claims), ordered=True)
        except BulkWriteError as error:
            first = error.details["writeErrors"][0]
            if first["code"] != DUPLICATE:
                raise
            return int(first["index"])
        return None

    async def seize(self, claim: Mapping[str, Any]) -> bool:
        """Take over a claim that is as it was read, as of now; False if somebody else did."""
        result = await self.collection.update_one(
            {"_id": claim["_id"], "at": claim["at"], "order_id": claim["order_id"]}, {"$set": {"at": self._clock.now()}}
        )
        return bool(result.modified_count)

    async def abandon(self, key: str, order_id: str, at: datetime) -> None:
        """Date a claim back, so that the next request of the same key goes on at once."""
        await self.collection.update_one({"_id": key, "order_id": order_id}, {"$set": {"at": at}})

    async def forget(self, order_id: str) -> None:
        """Remove a void order's key and number. The last step of giving back: until then it can be repeated."""
        await self.collection.delete_many({"order_id": order_id, "kind": {"$in": [KEY, NUMBER]}})

    async def free_places(self, order_id: str) -> None:
        """Give back an order's places under quotas. The documents stay, so that places never have gaps."""
        await self.collection.update_many({"order_id": order_id, "kind": QUOTA}, _FREED)

    async def free_place(self, key: str, order_id: str) -> None:
        """Give back one of an order's places."""
        await self.collection.update_one({"_id": key, "order_id": order_id}, _FREED)

    async def take_free(self, key: str, order_id: str, amount: int) -> bool:
        """Take a place that was given back; False if somebody else was faster."""
        taken = await self.collection.update_one(
            {"_id": key, "order_id": None}, {"$set": {"order_id": order_id, "amount": amount}, "$unset": {"free": ""}}
        )
        return bool(taken.modified_count)

    async def sum_of(self, quota: str) -> int:
        """What the places under a quota's key hold together, minor units."""
        return sum([int(raw["amount"]) async for raw in self.collection.find({"quota": quota}, {"amount": 1})])

    async def stale_keys(self, after: datetime, before: datetime) -> list[Document]:
        """Idempotency keys claimed in that time, oldest first."""
        cursor = self.collection.find({"kind": KEY, "at": {"$gt": after, "$lte": before}}).sort([("at", ASCENDING)])
        found: list[Document] = await cursor.to_list(None)
        return found


def claims_of(shop: Shop) -> Claims:
    """The shop's claims."""
    return Claims(shop.mongo, shop.clock)


def key_claim(scope: str, key: str) -> str:
    """The `_id` of an idempotency key."""
    return f"{KEY}:{scope}:{key}"


def number_claim(number: str) -> str:
    """The `_id` of an order number."""
    return f"{NUMBER}:{number}"


def payment_claim(provider: str, payment_id: str) -> str:
    """The `_id` of a payment."""
    return f"{PAYMENT}:{provider}:{payment_id}"
