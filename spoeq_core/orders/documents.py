"""How orders are kept, and the claims that make things happen once.

An order's id is decided before anything is taken for it, and is used once for ever: either the order is stored under
it, or it is *voided* by a document of the same `_id`. Both are inserts, so whichever comes first wins, whatever is
slow, repeated or believed dead meanwhile; and only what belongs to a void id is ever given back.

Shard key of orders: `{customer_id: 1, _id: 1}`; a void order carries the same customer_id, so that both meet on one
shard. Shard key of claims: `_id`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from odmantic import Field, Model
from pymongo import ASCENDING, DESCENDING, IndexModel, UpdateOne
from pymongo.errors import DuplicateKeyError

from spoeq_core.catalog.model import words_in
from spoeq_core.kernel.mongo import Document, Repository, SortKey
from spoeq_core.orders.model import Order

VOID = "void"
UNNAMED: Document = {"status": {"$ne": VOID}, "names": {"$exists": False}}
MOST_NAMES = 10
KEEP_VOID = timedelta(days=7)


def _order_indexes() -> Sequence[IndexModel]:
    return [
        IndexModel([("customer_id", ASCENDING), ("_id", DESCENDING)]),
        *(
            IndexModel([(name, ASCENDING), ("_id", DESCENDING)])
            for name in ("status", "payment_status", "fulfilment_status")
        ),
        IndexModel([("names", ASCENDING)], sparse=True),
        IndexModel([("shipping_address.postal_code", ASCENDING)], sparse=True),
        IndexModel([("number", ASCENDING)], sparse=True),
        IndexModel([("email", ASCENDING), ("_id", DESCENDING)], sparse=True),
        IndexModel([("phone", ASCENDING), ("_id", DESCENDING)], sparse=True),
        IndexModel([("flags", ASCENDING)], sparse=True),
        IndexModel([("pending_events.at", ASCENDING)], sparse=True),
        IndexModel([("expires_at", ASCENDING)], expireAfterSeconds=0),
    ]


class OrderDocument(Model):
    """An order; `names` are the words of its addressee's name, derived with each save.

    A void one has only `_id`, `status`, `customer_id`, `cart_id`, `quantities` and `expires_at`.
    """

    model_config = {"collection": "orders", "indexes": _order_indexes}

    id: str = Field(primary_field=True)
    number: str
    currency: str
    status: str
    payment_status: str
    fulfilment_status: str
    email: str
    phone: str
    customer_id: str | None = None
    shipping_address: dict[str, Any]
    billing_address: dict[str, Any]
    lines: list[dict[str, Any]]
    shipping: dict[str, Any]
    payment: dict[str, Any]
    grand_total: int
    priced: dict[str, Any]
    cart_id: str
    placed_at: datetime
    codes: list[str] = []
    paid: int = 0
    refunded: int = 0
    payments: list[dict[str, Any]] = []
    shipments: list[dict[str, Any]] = []
    refunds: list[dict[str, Any]] = []
    returns: list[dict[str, Any]] = []
    changes: list[dict[str, Any]] = []
    timeline: list[dict[str, Any]] = []
    fields: dict[str, str] = {}
    field_words: dict[str, Any] = {}
    language: str = ""
    flags: list[str] = []
    names: list[str] = []
    ext: dict[str, Any] = {}
    version: int = 1
    pending_events: list[dict[str, Any]] = []


def name_words(name: str) -> list[str]:
    """The words of somebody's name, folded, as staff look for them."""
    return list(dict.fromkeys(words_in(name)))[:MOST_NAMES]


def _claim_indexes() -> Sequence[IndexModel]:
    return [
        IndexModel([("order_id", ASCENDING)], sparse=True),
        IndexModel([("quota", ASCENDING), ("n", ASCENDING)], sparse=True),
        IndexModel([("free", ASCENDING)], sparse=True),
        IndexModel([("kind", ASCENDING), ("at", ASCENDING)]),
        IndexModel([("expires_at", ASCENDING)], expireAfterSeconds=0),
    ]


class ClaimDocument(Model):
    """A claim. Which of the optional fields it has depends on its kind."""

    model_config = {"collection": "claims", "indexes": _claim_indexes}

    id: str = Field(primary_field=True)
    kind: str
    at: datetime
    order_id: str | None = None
    expires_at: datetime | None = None
    cart_id: str | None = None
    customer_id: str | None = None
    body: str | None = None
    quantities: dict[str, int] | None = None
    quota: str | None = None
    n: int | None = None
    free: str | None = None
    amount: int | None = None
    currency: str | None = None
    answer: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Void:
    """An order id that will never be an order, and what may have been taken under it."""

    order_id: str
    cart_id: str
    customer_id: str | None = None
    quantities: Mapping[str, int] = field(default_factory=dict)


class OrderRepository(Repository[Order]):
    """The orders of the shop. Void ids are not orders: no query finds them unless it asks for them."""

    document = OrderDocument
    model = Order

    def from_document(self, raw: Document | None) -> Order | None:
        """The order of a stored document; None for a void id."""
        return None if raw is None or raw["status"] == VOID else self._loaded(raw)

    async def stream(
        self, query: Document, *, sort: Sequence[SortKey] = (), skip: int = 0, limit: int = 0
    ) -> AsyncIterator[Order]:
        """The orders that match."""
        async for order in super().stream({"status": {"$ne": VOID}, **query}, sort=sort, skip=skip, limit=limit):
            yield order

    async def count(self, query: Document, *, most: int = 0) -> int:
        """How many orders match; with `most`, that many at most."""
        return await super().count({"status": {"$ne": VOID}, **query}, most=most)

    def to_document(self, aggregate: Order) -> Document:
        """The stored form with the words by which staff find whose it is."""
        return {**super().to_document(aggregate), "names": name_words(aggregate.shipping_address.name)}

    async def unnamed(self) -> int:
        """How many were stored before `names` were, so that staff do not find them by the name."""
        return int(await self.collection.count_documents(UNNAMED))

    async def name_some(self, limit: int) -> int:
        """Give so many of those their words; how many there were. What is saved meanwhile has them by itself."""
        found = self.collection.find(UNNAMED, {"shipping_address.name": 1}, limit=limit)
        writes = [
            UpdateOne({"_id": raw["_id"], **UNNAMED}, {"$set": {"names": name_words(raw["shipping_address"]["name"])}})
            async for raw in found
        ]
        if writes:
            await self.collection.bulk_write(writes, ordered=False)
        return len(writes)

    async def existing(self, order_ids: Iterable[str]) -> set[str]:
        """Those of the ids that are orders."""
        wanted = {"_id": {"$in": sorted(set(order_ids))}, "status": {"$ne": VOID}}
        return {raw["_id"] async for raw in self.collection.find(wanted, {"_id": 1})}

    async def void(self, void: Void) -> bool:
        """Make sure that nothing is ever stored under the id; False if it is an order already.

        Only after this may anything be given back that was taken for it.
        """
        try:
            await self.collection.insert_one(
                {
                    "_id": void.order_id,
                    "status": VOID,
                    "customer_id": void.customer_id,
                    "cart_id": void.cart_id,
                    "quantities": dict(void.quantities),
                    "expires_at": self._clock.now() + KEEP_VOID,
                }
            )
        except DuplicateKeyError:
            return await self.is_void(void.order_id)
        return True

    async def is_void(self, order_id: str) -> bool:
        """Whether the id was voided."""
        return await self.collection.find_one({"_id": order_id, "status": VOID}, {"_id": 1}) is not None

    async def voided(self, since: datetime) -> list[Void]:
        """The ids voided since then."""
        query = {"status": VOID, "expires_at": {"$gte": since + KEEP_VOID}}
        return [
            Void(raw["_id"], raw["cart_id"], raw["customer_id"], raw["quantities"])
            async for raw in self.collection.find(query)
        ]


@dataclass(frozen=True, slots=True)
class GatewayMessage:
    """A message as it came.

    Attributes:
        id: `<provider>:<the gateway's id of the event>`: each is stored once.
        provider: The provider's name.
        body: The raw bytes; empty once they are taken in.
        at: When it came.
        expires_at: When it is forgotten.
    """

    id: str
    provider: str
    body: bytes
    at: datetime
    expires_at: datetime
    version: int = 1


class GatewayMessageDocument(Model):
    """A message."""

    model_config = {
        "collection": "gateway_messages",
        "indexes": lambda: [IndexModel([("expires_at", ASCENDING)], expireAfterSeconds=0)],
    }

    id: str = Field(primary_field=True)
    provider: str
    body: bytes
    at: datetime
    expires_at: datetime
    version: int = 1
    pending_events: list[dict[str, Any]] = []


class GatewayMessages(Repository[GatewayMessage]):
    """The messages."""

    document = GatewayMessageDocument
    model = GatewayMessage

    async def forget_body(self, key: str) -> None:
        """Keep only that it came: what it says is in the order now."""
        await self.collection.update_one({"_id": key}, {"$set": {"body": b""}})
