"""How stock is kept: one document a SKU, in which counts, reservations and log are moved by one conditional update.

`elsewhere` has the pieces at other places than the main one, and `away` their sum: a shop that has one place writes
neither, and what was stored before there were places lies at the main one. `headroom` is `available - threshold`, kept
by the same update: a reservation that stays above the threshold can ask for that in its condition, and is then one
command with nothing to tell. Shard key of both collections: the SKU.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from odmantic import Field, Model
from pydantic import TypeAdapter
from pymongo import ASCENDING, DESCENDING, IndexModel, UpdateOne
from pymongo.errors import BulkWriteError

from spoeq_core.catalog.documents import ProductDocument
from spoeq_core.inventory.documents.updates import WITHOUT_DERIVED, WITHOUT_LOG, entry_of, join, limited, update_of
from spoeq_core.inventory.model import DEFAULT_THRESHOLD, HOME, OUT, RECENT, Movement, Stock
from spoeq_core.kernel.clock import Clock
from spoeq_core.kernel.events import Event, to_pending
from spoeq_core.kernel.mongo import Document, Mongo, Repository, plain
from spoeq_core.kernel.outbox import Outbox

DUPLICATE = 11000
INSERT_BATCH = 1_000


def _indexes() -> Sequence[IndexModel]:
    return [
        IndexModel([("product_id", ASCENDING)]),
        IndexModel([("headroom", ASCENDING)], partialFilterExpression={"headroom": {"$lte": 0}}),
        IndexModel([("low_told", ASCENDING)], partialFilterExpression={"low_told": True}),
        IndexModel([("moves", ASCENDING)], partialFilterExpression={"moves": {"$gt": RECENT}}),
        IndexModel([("pending_events.at", ASCENDING)], sparse=True),
    ]


class StockDocument(Model):
    """Stock of the SKU that is its `_id`. `moves` counts the rows of `log`."""

    model_config = {"collection": "stock", "indexes": _indexes}

    id: str = Field(primary_field=True)
    product_id: str
    name: str = ""
    on_hand: int = 0
    reserved: int = 0
    available: int = 0
    headroom: int = 0
    threshold: int = DEFAULT_THRESHOLD
    backorder_limit: int = 0
    owed: int = 0
    elsewhere: dict[str, int] = {}
    away: int = 0
    holds: dict[str, int] = {}
    told: str = OUT
    low_told: bool = False
    retired: bool = False
    log: list[dict[str, Any]] = []
    moves: int = 0
    pending_events: list[dict[str, Any]] = []


class StockLogDocument(Model):
    """An archived row of a stock's log."""

    model_config = {
        "collection": "stock_log",
        "indexes": lambda: [IndexModel([("sku", ASCENDING), ("_id", DESCENDING)]), IndexModel([("ref", ASCENDING)])],
    }

    id: str = Field(primary_field=True)
    sku: str
    delta: int
    reserved_delta: int
    reason: str
    ref: str
    actor: str
    at: datetime
    note: str = ""
    location: str = HOME


class StockRepository(Repository[Any]):
    """The stock of the shop."""

    document = StockDocument
    model = Stock
    public = True

    def __init__(self, mongo: Mongo, outbox: Outbox, clock: Clock) -> None:
        super().__init__(mongo, outbox, clock)
        self.archive = mongo.engine.get_collection(StockLogDocument)
        self._products = mongo.engine.get_collection(ProductDocument).name
        self._rows = TypeAdapter(Movement)

    async def move(self, *rows: Movement, only_if: Document, hold: tuple[str, int] | None = None) -> bool:
        """Make movements of a SKU and log them with one update, if the condition holds; whether it did.

        Args:
            rows: The movements; at least one.
            only_if: What must hold of the stored document besides its SKU.
            hold: The order whose reservation changes, and how many pieces it holds afterwards.
        """
        update = update_of(*rows)
        if hold is not None:
            order, pieces = hold
            update["$set" if pieces else "$unset"] = {f"holds.{order}": pieces}
        result = await self.collection.update_one({"_id": rows[0].sku, **only_if}, update)
        return bool(result.matched_count)

    async def move_all(self, moves: Mapping[str, tuple[Sequence[Movement], Document]]) -> set[str]:
        """Make movements of as many SKUs, each SKU's if its condition holds, with one command; the SKUs that moved."""
        if not moves:
            return set()
        writes = [UpdateOne({"_id": sku, **only_if}, update_of(*rows)) for sku, (rows, only_if) in moves.items()]
        result = await self.collection.bulk_write(writes, ordered=False)
        if result.matched_count == len(moves):
            return set(moves)
        ids = [rows[0].id for rows, _ in moves.values()]
        found = self.collection.find({"_id": {"$in": list(moves)}, "log.id": {"$in": ids}}, {"_id": 1})
        return {raw["_id"] async for raw in found}

    async def skus_moved_by(self, ref: str, skus: Sequence[str]) -> set[str]:
        """Those of the SKUs that have a movement of that cause, archived ones included."""
        recent = self.collection.find({"_id": {"$in": list(skus)}, "log.ref": ref}, {"_id": 1})
        found = {raw["_id"] async for raw in recent}
        archived = self.archive.find({"ref": ref, "sku": {"$in": list(skus)}}, {"sku": 1})
        return found | {raw["sku"] async for raw in archived}

    async def tell(self, stock: Stock, *events: Event) -> bool:
        """Note what is told of a stock, if it is still the same and nobody told it meanwhile; whether it was."""
        pending = [to_pending(event, self._clock.now()) for event in events]
        seen = {
            "available": stock.available,
            "threshold": stock.threshold,
            "told": stock.told,
            "low_told": stock.low_told,
            **limited(stock),
        }
        update: Document = {"$set": {"told": stock.state, "low_told": stock.is_low}}
        if pending:
            update["$push"] = {"pending_events": {"$each": pending}}
        result = await self.collection.update_one({"_id": stock.sku, **seen}, update)
        if result.matched_count:
            await self._outbox.announce(self.collection.name, stock.sku, pending)
        return bool(result.matched_count)

    async def insert_new(self, stocks: Sequence[Stock], rows: Mapping[str, Movement]) -> set[str]:
        """Store those stocks that are not there yet, each with the first row of its log; their SKUs."""
        refused: set[str] = set()
        for start in range(0, len(stocks), INSERT_BATCH):
            batch = stocks[start : start + INSERT_BATCH]
            try:
                await self.collection.insert_many([self._first(s, rows.get(s.sku)) for s in batch], ordered=False)
            except BulkWriteError as error:
                refused |= {batch[place].sku for place in _duplicates(error)}
        return {stock.sku for stock in stocks} - refused

    async def read(self, query: Document, *, holds: bool = False, **options: Any) -> list[Stock]:
        """The stocks that match, without their logs; `options` go to the cursor."""
        left_out = {"log": 0, "pending_events": 0} if holds else WITHOUT_LOG
        return [self._stock(raw) async for raw in self.collection.find(query, left_out, **options)]

    async def with_products(self, skus: Sequence[str]) -> list[tuple[Stock, Document]]:
        """Stocks with the documents of their products, in one command; without those whose product is gone."""
        steps: list[Document] = [
            {"$match": {"_id": {"$in": list(skus)}}},
            {"$project": WITHOUT_LOG},
            join(self._products, "product_id", "product"),
            {"$project": WITHOUT_DERIVED},
        ]
        found = self.collection.aggregate(steps)
        return [(self._stock(raw), raw["product"][0]) async for raw in found if raw["product"]]

    async def with_products_beside(
        self, source: Any, steps: Sequence[Document], sku: str
    ) -> tuple[list[Document], list[tuple[Stock, Document]]]:
        """Rows of another collection, and the stocks that they name with their products, all in one command.

        Args:
            source: The other collection.
            steps: What finds its rows there.
            sku: The field of a row that names a SKU.
        """
        joined: list[Document] = [
            *steps,
            join(self.collection.name, sku, "stock"),
            {"$unwind": {"path": "$stock", "preserveNullAndEmptyArrays": True}},
            {"$project": {f"stock.{name}": 0 for name in WITHOUT_LOG}},
            join(self._products, "stock.product_id", "product"),
            {"$project": WITHOUT_DERIVED},
        ]
        rows = await source.aggregate(joined).to_list(None)
        parts = [(row.pop("stock", None), row.pop("product")) for row in rows]
        return rows, [(self._stock(stock), product[0]) for stock, product in parts if stock and product]

    async def with_log(
        self, query: Document, *, limit: int = 0
    ) -> AsyncIterator[tuple[Stock, Document, list[Movement]]]:
        """Stocks with their stored documents and the recent rows of their logs, oldest first."""
        async for raw in self.collection.find(query, {"pending_events": 0}, limit=limit):
            rows = [self._rows.validate_python({**row, "sku": raw["_id"]}) for row in raw["log"]]
            yield self._stock(raw), raw, rows

    async def archived(self, query: Document, *, limit: int = 0) -> list[Movement]:
        """Archived rows that match, newest first."""
        found = self.archive.find(query).sort([("_id", DESCENDING)]).limit(limit)
        return [self._rows.validate_python({**raw, "id": raw["_id"]}) async for raw in found]

    async def archived_sums(self) -> dict[str, dict[str, tuple[int, int]]]:
        """What the archived rows sum to, by SKU and the place's code: on hand, reserved."""
        key = {"sku": "$sku", "location": {"$ifNull": ["$location", HOME]}}
        group = {"_id": key, "delta": {"$sum": "$delta"}, "reserved": {"$sum": "$reserved_delta"}}
        sums: dict[str, dict[str, tuple[int, int]]] = {}
        async for raw in self.archive.aggregate([{"$group": group}]):
            sums.setdefault(raw["_id"]["sku"], {})[raw["_id"]["location"]] = raw["delta"], raw["reserved"]
        return sums

    async def archive_rows(self, sku: str, rows: Sequence[Movement]) -> None:
        """Move rows of a stock's log to the archive: first there, then away here. May be repeated."""
        documents = [{**plain(row), "_id": row.id} for row in rows]
        for document in documents:
            del document["id"]
        try:
            await self.archive.insert_many(documents, ordered=False)
        except BulkWriteError as error:
            _duplicates(error)
        ids = [row.id for row in rows]
        await self.collection.update_one(
            {"_id": sku, "log.id": ids[0]},
            {"$pull": {"log": {"id": {"$in": ids}}}, "$inc": {"moves": -len(ids)}},
        )

    async def set_limit(self, stock: Stock, limit: int) -> bool:
        """Let so many pieces be promised beyond the stock, if it is still as it was read; whether it was."""
        seen = {"_id": stock.sku, "available": stock.available, **limited(stock)}
        owed = stock.backordered if stock.backordered > limit else 0
        result = await self.collection.update_one(seen, {"$set": {"backorder_limit": limit, "owed": owed}})
        return bool(result.matched_count)

    async def set_where(self, query: Document, fields: Document) -> None:
        """Set what is not counted: whose the SKUs are, their names."""
        await self.collection.update_many(query, {"$set": fields})

    def _first(self, stock: Stock, row: Movement | None) -> Document:
        values = {**plain(stock), "id": stock.sku, "away": stock.away}
        del values["sku"]
        raw = StockDocument(**values, available=stock.available, headroom=stock.available - stock.threshold)
        document = dict(raw.model_dump_doc())
        del document["pending_events"]
        if row is not None:
            document |= {"log": [entry_of(row)], "moves": 1}
        return document

    def _stock(self, raw: Document) -> Stock:
        stock: Stock = self._load.validate_python({**raw, "sku": raw["_id"]})
        return stock


def _duplicates(error: BulkWriteError) -> Iterable[int]:
    """Places of the documents that were there already; anything else is raised."""
    failed = error.details["writeErrors"]
    if any(item.get("code") != DUPLICATE for item in failed):
        raise error
    return [item["index"] for item in failed]
