"""MongoDB: one client a process, documents declared with odmantic, written with a version check."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from bson.codec_options import TypeRegistry
from motor.motor_asyncio import AsyncIOMotorClient
from odmantic import AIOEngine, Model
from pydantic import TypeAdapter
from pymongo import IndexModel, UpdateOne
from pymongo.errors import BulkWriteError, DuplicateKeyError

from spoeq_core.kernel.clock import Clock
from spoeq_core.kernel.conditions import beginning, where
from spoeq_core.kernel.errors import Conflict, NotFound, StaleAggregate
from spoeq_core.kernel.events import Event, to_pending
from spoeq_core.kernel.observed import Observed, Written, unheard
from spoeq_core.kernel.outbox import Outbox
from spoeq_core.kernel.stored import PlainIntegers, plain

__all__ = ["DUPLICATE", "A", "Aggregate", "Document", "Mongo", "Repository", "SortKey", "beginning", "plain", "where"]

Document = dict[str, Any]
SortKey = tuple[str, int]
MoreIndexes = Mapping[type[Model], Sequence[IndexModel]]
DUPLICATE = 11000
_reader = cache(TypeAdapter)


class Aggregate(Protocol):
    """What a repository keeps: a frozen dataclass with an id and a version."""

    @property
    def id(self) -> str:
        """The document's `_id`."""
        ...

    @property
    def version(self) -> int:
        """Counts the writes; 1 when inserted."""
        ...


A = TypeVar("A", bound=Aggregate)


class Mongo:
    """The shop's database.

    Args:
        uri: A MongoDB connection string.
        database: Name of the database.
        listeners: pymongo command listeners (the tests count commands with one).
        written: Told of each write to a collection that pages for everybody show.
        waits: How long it waits before it fails, milliseconds (see `patience.limits`).
    """

    def __init__(
        self,
        uri: str,
        database: str,
        *,
        listeners: Sequence[Any] = (),
        written: Written = unheard,
        **waits: Any,
    ) -> None:
        self.written = written
        self.client: AsyncIOMotorClient[Document] = AsyncIOMotorClient(
            uri,
            tz_aware=True,
            type_registry=TypeRegistry([PlainIntegers()]),
            event_listeners=list(listeners),
            maxPoolSize=50,
            appname="spoeq",
            **waits,
        )
        self.engine = AIOEngine(self.client, database=database)
        self.database = self.client[database]

    def collection(self, name: str) -> Any:
        """The collection of that name."""
        return self.database[name]

    async def ping(self) -> None:
        """Fail if the server does not answer."""
        await self.database.command("ping")

    async def create_indexes(self, documents: Sequence[type[Model]], more: MoreIndexes | None = None) -> None:
        """Create the collections' declared indexes and `more`; those that exist already are left alone."""
        for document in documents:
            if indexes := [*_indexes(document), *(more or {}).get(document, ())]:
                await self.engine.get_collection(document).create_indexes(indexes)

    def close(self) -> None:
        """Close all connections."""
        self.client.close()


def _indexes(document: type[Model]) -> list[IndexModel]:
    declared = document.model_config.get("indexes")
    return [index for index in (declared() if declared else ()) if isinstance(index, IndexModel)]


class Repository(Generic[A]):
    """Keeps aggregates of one type, one document each; every write checks the version and may tell events.

    Subclasses set `document` (the odmantic model that declares name, fields and indexes) and `model` (the frozen
    dataclass that the rest of the program knows). `public` says that pages for everybody show these documents: what is
    kept of them is forgotten with every write. Pages that show others are kept for a second only.
    """

    document: type[Model]
    model: type[A]
    public: bool = False
    differing: ClassVar[frozenset[str]] = frozenset({"version", "pending_events"})  # each time the same is stored

    def __init__(self, mongo: Mongo, outbox: Outbox, clock: Clock) -> None:
        self.collection: Any = Observed(
            mongo.engine.get_collection(self.document), public=self.public, written=mongo.written
        )
        self._outbox = outbox
        self._clock = clock
        self._load: TypeAdapter[A] = _reader(self.model)

    async def find_by_id(self, key: str) -> A | None:
        """The aggregate of that id, or None."""
        return self.from_document(await self.collection.find_one({"_id": key}))

    async def get(self, key: str) -> A:
        """The aggregate of that id.

        Raises:
            NotFound: there is none.
        """
        found = await self.find_by_id(key)
        if found is None:
            raise NotFound(f"There is no {self.model.__name__.lower()} {key!r}.")
        return found

    async def find_one(self, query: Document) -> A | None:
        """The first aggregate that matches."""
        return self.from_document(await self.collection.find_one(query))

    async def find(self, query: Document, *, sort: Sequence[SortKey] = (), skip: int = 0, limit: int = 0) -> list[A]:
        """The aggregates that match, in order; `limit` 0 is no limit."""
        return [item async for item in self.stream(query, sort=sort, skip=skip, limit=limit)]

    async def stream(
        self, query: Document, *, sort: Sequence[SortKey] = (), skip: int = 0, limit: int = 0
    ) -> AsyncIterator[A]:
        """The same, one by one."""
        cursor = self.collection.find(query)
        if sort:
            cursor = cursor.sort(list(sort))
        async for raw in cursor.skip(skip).limit(limit):
            yield self._loaded(raw)

    async def count(self, query: Document, *, most: int = 0) -> int:
        """How many match; with `most`, that many at most."""
        return int(await self.collection.count_documents(query, **({"limit": most} if most else {})))

    async def insert(self, aggregate: A, *events: Event) -> A:
        """Store a new aggregate and tell its first events with the same write.

        Raises:
            Conflict: its id is taken (`code` "duplicate").
        """
        pending = [to_pending(event, self._clock.now()) for event in events]
        raw = self.to_document(aggregate)
        if pending:
            raw["pending_events"] = pending
        try:
            await self.collection.insert_one(raw)
        except DuplicateKeyError as error:
            keys = ", ".join((error.details or {}).get("keyPattern", {"_id": 1}))
            raise Conflict(
                f"There is a {self.model.__name__.lower()} with the same {keys} already.",
                code="duplicate",
                extra={"keys": list((error.details or {}).get("keyPattern", {"_id": 1}))},
            ) from None
        await self._outbox.announce(self.collection.name, aggregate.id, pending)
        return aggregate

    async def save(self, aggregate: A, *events: Event, only_if: Document | None = None) -> A:
        """Replace the stored fields if nobody else did since `aggregate` was read, telling events with the same write.

        Raises:
            StaleAggregate: the stored version is another, or `only_if` does not hold.
            Conflict: a unique field is taken (`code` "duplicate").
        """
        pending = [to_pending(event, self._clock.now()) for event in events]
        fields = self.to_document(aggregate)
        del fields["_id"], fields["version"]
        fields.pop("pending_events", None)
        update: Document = {"$set": fields, "$inc": {"version": 1}}
        if pending:
            update["$push"] = {"pending_events": {"$each": pending}}
        query = {"_id": aggregate.id, "version": aggregate.version, **(only_if or {})}
        try:
            result = await self.collection.update_one(query, update)
        except DuplicateKeyError:
            raise Conflict("Another one has the same unique field already.", code="duplicate") from None
        if result.matched_count == 0:
            raise StaleAggregate(
                f"This {self.model.__name__.lower()} was changed by somebody else in the meantime.",
                hint="Read it again and repeat the change.",
            )
        await self._outbox.announce(self.collection.name, aggregate.id, pending)
        return dataclasses.replace(aggregate, version=aggregate.version + 1)  # type: ignore[type-var]

    async def insert_many(self, items: Sequence[tuple[A, Event]]) -> set[str]:
        """Store many new aggregates, each with its event, by one command; the ids of those that were refused.

        Refused is what has an id or another unique field that is taken. Nobody is woken: see `announce`.
        """
        now = self._clock.now()
        raws = [{**self.first_document(item), "pending_events": [to_pending(event, now)]} for item, event in items]
        try:
            if raws:
                await self.collection.insert_many(raws, ordered=False)
        except BulkWriteError as error:
            return {raws[failed["index"]]["_id"] for failed in _duplicates(error)}
        return set()

    async def save_many(self, items: Sequence[tuple[A, Event]]) -> set[str]:
        """Replace the stored fields of many, as `save` does, by one command; the ids of those that were refused.

        Refused is what somebody else changed since it was read, or what has a unique field that is taken. Nobody is
        woken: see `announce`.
        """
        writes, refused = {}, set()
        for item, event in items:
            raw = self.to_document(item)
            fields = {name: value for name, value in raw.items() if name not in ("_id", "version", "pending_events")}
            told = {"pending_events": to_pending(event, self._clock.now())}
            update = {"$set": fields, "$inc": {"version": 1}, "$push": told}
            writes[item.id] = UpdateOne({"_id": item.id, "version": item.version}, update)
        try:
            result = await self.collection.bulk_write(list(writes.values()), ordered=False) if writes else None
            missed = result is not None and result.matched_count < len(writes)
        except BulkWriteError as error:
            refused = {items[failed["index"]][0].id for failed in _duplicates(error)}
            missed = True
        return refused | await self._unsaved([item for item, _ in items if item.id not in refused] if missed else [])

    async def announce(self, keys: Sequence[str]) -> None:
        """Wake the worker for what `insert_many` and `save_many` have told of these; its poll finds what is lost."""
        query = {"_id": {"$in": list(keys)}, "pending_events.at": {"$exists": True}}
        async for raw in self.collection.find(query, {"pending_events": 1}):
            await self._outbox.announce(self.collection.name, raw["_id"], raw["pending_events"])

    async def _unsaved(self, items: Sequence[A]) -> set[str]:
        """Those whose stored document is not what was to be saved."""
        wanted = {item.id: item for item in items}
        saved, query = set(), {"_id": {"$in": list(wanted)}}
        async for raw in self.collection.find(query):
            item = wanted[raw["_id"]]
            fields = [(k, v) for k, v in self.to_document(item).items() if k not in self.differing]
            if raw["version"] == item.version + 1 and all(
                isinstance(v, datetime) or raw.get(k) == v for k, v in fields
            ):
                saved.add(item.id)
        return set(wanted) - saved

    async def delete(self, key: str) -> bool:
        """Remove it; whether it was there."""
        result = await self.collection.delete_one({"_id": key})
        return bool(result.deleted_count)

    def to_document(self, aggregate: A) -> Document:
        """The stored form, passed through the declared document."""
        return dict(self.document(**plain(aggregate)).model_dump_doc())

    def first_document(self, aggregate: A) -> Document:
        """The stored form of a new one, for `insert_many`."""
        return self.to_document(aggregate)

    def from_document(self, raw: Document | None) -> A | None:
        """The aggregate of a stored document."""
        return None if raw is None else self._loaded(raw)

    def _loaded(self, raw: Document) -> A:
        raw["id"] = raw.pop("_id")
        raw.pop("pending_events", None)
        return self._load.validate_python(raw)


def _duplicates(error: BulkWriteError) -> list[Document]:
    """The writes that a unique index refused; any other fault is raised."""
    failed: list[Document] = error.details["writeErrors"]
    if any(item.get("code") != DUPLICATE for item in failed):
        raise error
    return failed
