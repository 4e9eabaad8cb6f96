"""How sales and the history of prices are kept."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from odmantic import Field, Model
from pymongo import ASCENDING, DESCENDING, IndexModel, UpdateOne

from spoeq_core.sdk import Repository, plain
from spoeq_sale_prices.model import Point, Sale

MOST_SALES = 500
BATCH = 200
MARK = "followed"


class SaleDocument(Model):
    """One sale. Shard key: `_id`."""

    model_config = {
        "collection": "sales",
        "indexes": lambda: [
            IndexModel([("created_at", DESCENDING)], name="newest"),
            IndexModel([("ends_at", ASCENDING)], name="ends"),
            IndexModel([("pending_events.at", ASCENDING)], sparse=True),
        ],
    }

    id: str = Field(primary_field=True)
    name: str
    kind: str
    percent: str = "0"
    amount: int = 0
    currency: str = ""
    products: list[str] = []
    categories: list[str] = []
    brands: list[str] = []
    segments: list[str] = []
    starts_at: datetime
    ends_at: datetime
    active: bool = True
    deleted: bool = False
    settled: bool = False
    version: int = 1
    created_at: datetime | None = None
    updated_at: datetime | None = None
    pending_events: list[dict[str, Any]] = []


class HistoryDocument(Model):
    """The points of one product, in no order; `_id` is the product's. Shard key: `_id`."""

    model_config = {"collection": "price_history"}

    id: str = Field(primary_field=True)
    points: list[dict[str, Any]] = []
    version: int = 1


class MarkDocument(Model):
    """Up to which moment the products have followed the sales. Shard key: `_id`."""

    model_config = {"collection": "sale_marks"}

    id: str = Field(primary_field=True)
    until: datetime
    version: int = 1


class SaleRepository(Repository[Sale]):
    """Keeps sales; pages for everybody show them."""

    document = SaleDocument
    model = Sale
    public = True

    async def unfinished(self, now: datetime) -> list[Sale]:
        """Those that are not over, the first to begin first."""
        return await self.find({"ends_at": {"$gt": now}}, sort=[("starts_at", 1), ("_id", 1)], limit=MOST_SALES)

    async def to_follow(self, since: datetime) -> list[Sale]:
        """Those that the products have not heard of, and those that were not over then."""
        return await self.find({"$or": [{"settled": False}, {"ends_at": {"$gte": since}}]})

    async def newest(self, *, page: int, per_page: int) -> tuple[list[Sale], int]:
        """A page of them, newest first, and how many there are."""
        query = {"deleted": {"$ne": True}}
        order = [("created_at", -1), ("_id", 1)]
        return await self.find(query, sort=order, skip=(page - 1) * per_page, limit=per_page), await self.count(query)

    async def settle(self, sale: Sale) -> None:
        """The products have heard of this version."""
        await self.collection.update_one({"_id": sale.id, "version": sale.version}, {"$set": {"settled": True}})

    async def remove(self, sale: Sale) -> None:
        """A deleted one that the products have heard of."""
        await self.collection.delete_one({"_id": sale.id, "version": sale.version})


@dataclass(frozen=True, slots=True)
class Mark:
    """Up to which moment the products have followed the sales."""

    id: str
    until: datetime
    version: int = 1


@dataclass(frozen=True, slots=True)
class History:
    """The points of one product."""

    id: str
    points: tuple[Point, ...] = ()
    version: int = 1


class MarkRepository(Repository[Mark]):
    """Keeps the mark."""

    document = MarkDocument
    model = Mark

    async def until(self) -> datetime | None:
        """The moment up to which the products have followed."""
        found = await self.find_by_id(MARK)
        return found.until if found else None

    async def move(self, until: datetime) -> None:
        """They have followed up to this one; never back."""
        await self.collection.update_one(
            {"_id": MARK}, {"$max": {"until": until}, "$setOnInsert": {"version": 1}}, upsert=True
        )

    async def forget(self) -> None:
        """They have followed nothing."""
        await self.collection.delete_one({"_id": MARK})


class HistoryRepository(Repository[History]):
    """Keeps the history; a point is added once, whoever adds it, however often and in which order."""

    document = HistoryDocument
    model = History
    public = True

    async def known(self, product_ids: Sequence[str]) -> set[str]:
        """Those of the products that have a history."""
        return {raw["_id"] async for raw in self.collection.find({"_id": {"$in": list(product_ids)}}, {"_id": 1})}

    async def add(self, points: Mapping[str, Iterable[Point]]) -> None:
        """Add points, by product id."""
        writes = [
            UpdateOne(
                {"_id": key},
                {"$addToSet": {"points": {"$each": [plain(point) for point in of]}}, "$setOnInsert": {"version": 1}},
                upsert=True,
            )
            for key, of in points.items()
        ]
        for start in range(0, len(writes), BATCH):
            await self.collection.bulk_write(writes[start : start + BATCH], ordered=False)

    async def of(self, product_ids: Sequence[str]) -> dict[str, list[Point]]:
        """The points of these products, by product id; one command."""
        found = self.collection.find({"_id": {"$in": list(product_ids)}})
        return {raw["_id"]: [Point(**point) for point in raw.get("points", ())] async for raw in found}

    async def pages(self) -> AsyncIterator[dict[str, list[Point]]]:
        """All of it, by pages."""
        after = ""
        while ids := [
            raw["_id"]
            async for raw in self.collection.find({"_id": {"$gt": after}}, {"_id": 1}).sort([("_id", 1)]).limit(BATCH)
        ]:
            yield await self.of(ids)
            after = ids[-1]

    async def replace(self, product_id: str, old: Sequence[Point], new: Sequence[Point]) -> None:
        """Keep these points instead of those, unless one was added meanwhile."""
        await self.collection.update_one(
            {"_id": product_id, "points": {"$size": len(old)}}, {"$set": {"points": [plain(point) for point in new]}}
        )

    async def remove(self, product_id: str) -> None:
        """The product is gone."""
        await self.collection.delete_one({"_id": product_id})
