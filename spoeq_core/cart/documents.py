"""How carts are kept.

A guest's cart has a random id, known only to whoever holds its signed token. A customer's carts are numbered,
`<customer id>-<number>`, so that two requests that start one at the same time insert the same `_id`, and one loses.
Shard key: `_id`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from odmantic import Field, Model
from pymongo import ASCENDING, DESCENDING, IndexModel

from spoeq_core.cart.events import CartAbandoned
from spoeq_core.cart.model import Cart, CartStatus
from spoeq_core.kernel.events import to_pending
from spoeq_core.kernel.mongo import Document, Repository

GUEST_LIFE = timedelta(days=30)
"""A guest's cart lives so long after its last change; a placed one as long after it was placed."""


def _indexes() -> Sequence[IndexModel]:
    return [
        IndexModel([("customer_id", ASCENDING), ("_id", DESCENDING)]),
        IndexModel([("status", ASCENDING), ("updated_at", ASCENDING)]),
        IndexModel([("expires_at", ASCENDING)], expireAfterSeconds=0),
        IndexModel([("left_at", ASCENDING)]),
        IndexModel([("pending_events.at", ASCENDING)], sparse=True),
    ]


class CartDocument(Model):
    """A cart. `left_at` is when it was changed last, as long as nobody was told that it was left since."""

    model_config = {"collection": "carts", "indexes": _indexes}

    id: str = Field(primary_field=True)
    currency: str
    customer_id: str | None = None
    lines: list[dict[str, Any]] = []
    codes: list[str] = []
    status: str = CartStatus.OPEN.value
    order_id: str | None = None
    removed: dict[str, Any] | None = None
    version: int = 1
    created_at: datetime | None = None
    updated_at: datetime | None = None
    expires_at: datetime | None = None
    left_at: datetime | None = None
    pending_events: list[dict[str, Any]] = []


class CartRepository(Repository[Cart]):
    """The carts of the shop."""

    document = CartDocument
    model = Cart

    async def latest_of(self, customer_id: str) -> Cart | None:
        """The customer's newest cart, open or placed."""
        found = await self.find({"customer_id": customer_id}, sort=[("_id", DESCENDING)], limit=1)
        return found[0] if found else None

    def rows_of(self, cart_id: str | None, customer_id: str | None) -> list[Document]:
        """The steps that find a customer's newest cart, or else the one of that id, as one row for each line."""
        newest: list[Document] = [{"$sort": {"_id": DESCENDING}}, {"$limit": 1}]
        found: list[Document] = (
            [{"$match": {"customer_id": customer_id}}, *newest] if customer_id else [{"$match": {"_id": cart_id}}]
        )
        return [*found, {"$unwind": {"path": "$lines", "preserveNullAndEmptyArrays": True}}]

    def from_rows(self, rows: Sequence[Document]) -> Cart | None:
        """The cart whose rows these are; None without any."""
        return self._loaded({**rows[0], "lines": [row["lines"] for row in rows if "lines" in row]}) if rows else None

    async def reopen(self, cart_id: str, order_id: str) -> bool:
        """Give a cart back to its shopper whose order will not be; whether it was placed as that order."""
        reopened = {"status": CartStatus.OPEN.value, "order_id": None, "left_at": self._clock.now()}
        result = await self.collection.update_one(
            {"_id": cart_id, "status": CartStatus.PLACED.value, "order_id": order_id},
            {"$set": reopened, "$inc": {"version": 1}},
        )
        return bool(result.modified_count)

    async def tell_abandoned(self, before: datetime, limit: int) -> int:
        """Tell of so many carts at most that were changed last before then; how many were told.

        Each is marked by the update that tells it, only as it was read, so that two workers tell once and a shopper who
        comes back at the same moment is not in anybody's way.
        """
        told = 0
        cursor = self.collection.find({"left_at": {"$lte": before}}).sort([("left_at", ASCENDING)]).limit(limit)
        for raw in await cursor.to_list(None):
            cart = self._loaded(raw)
            event = CartAbandoned(cart_id=cart.id, customer_id=cart.customer_id or "", version=cart.version)
            pending = [to_pending(event, self._clock.now())] if _can_be_left(cart) else []
            update: Document = {"$set": {"left_at": None}, "$push": {"pending_events": {"$each": pending}}}
            marked = await self.collection.update_one({"_id": cart.id, "left_at": raw["left_at"]}, update)
            if marked.modified_count and pending:
                told += 1
                await self._outbox.announce(self.collection.name, cart.id, pending)
        return told

    def to_document(self, aggregate: Cart) -> Document:
        """The stored form, with the times at which the database may forget it and somebody may be reminded of it."""
        raw = super().to_document(aggregate)
        forgettable = aggregate.customer_id is None or aggregate.status is CartStatus.PLACED
        raw["expires_at"] = aggregate.updated_at + GUEST_LIFE if forgettable and aggregate.updated_at else None
        raw["left_at"] = aggregate.updated_at if _can_be_left(aggregate) else None
        return raw


def _can_be_left(cart: Cart) -> bool:
    """Whether somebody who is known left something in it."""
    return cart.status is CartStatus.OPEN and cart.customer_id is not None and bool(cart.lines)


def first_cart_id(customer_id: str) -> str:
    """The id of a customer's first cart."""
    return f"{customer_id}-{1:06d}"


def next_cart_id(cart: Cart) -> str:
    """The id of the cart after this one of a customer's."""
    owner, _, number = cart.id.rpartition("-")
    return f"{owner}-{int(number) + 1:06d}"
