"""MongoDB: one client a process, documents declared with odmantic, written with a version check."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Generic, Protocol, TypeVar

from motor.motor_asyncio import AsyncIOMotorClient
from odmantic import AIOEngine, Model
from pydantic import TypeAdapter
from pymongo import IndexModel
from pymongo.errors import DuplicateKeyError

from spoeq_core.kernel.clock import Clock
from spoeq_core.kernel.errors import Conflict, NotFound, StaleAggregate
from spoeq_core.kernel.events import Event, to_pending
from spoeq_core.kernel.outbox import Outbox

Document = dict[str, Any]
SortKey = tuple[str, int]


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
        timeout_ms: How long an operation may wait for a server before it fails.
        listeners: pymongo command listeners (the tests count commands with one).
    """

    def __init__(self, uri: str, database: str, *, timeout_ms: int = 5000, listeners: Sequence[Any] = ()) -> None:
        self.client: AsyncIOMotorClient[Document] = AsyncIOMotorClient(
            uri,
            tz_aware=True,
            serverSelectionTimeoutMS=timeout_ms,
            event_listeners=list(listeners),
            maxPoolSize=50,
            appname="spoeq",
        )
        self.engine = AIOEngine(self.client, database=database)
        self.database = self.client[database]

    def collection(self, name: str) -> Any:
        """The collection of that name."""
        return self.database[name]

    async def ping(self) -> None:
        """Fail if the server does not answer."""
        await self.database.command("ping")

    async def create_indexes(self, documents: Sequence[type[Model]]) -> None:
        """Create the collections' declared indexes; those that exist already are left alone."""
        for document in documents:
            indexes = _indexes(document)
            if indexes:
                await self.engine.get_collection(document).create_indexes(indexes)

    def close(self) -> None:
        """Close all connections."""
        self.client.close()


def _indexes(document: type[Model]) -> list[IndexModel]:
    declared = document.model_config.get("indexes")
    return [index for index in (declared() if declared else ()) if isinstance(index, IndexModel)]


def plain(value: Any) -> Any:  # noqa: PLR0911 - one answer for each kind of value
    """The same value of types that BSON knows: tuples and sets as lists, Decimals as text, enums as their value."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, str | int | float | bool | bytes | datetime | None):
        return value
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(plain(item) for item in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Sequence):
        return [plain(item) for item in value]
    raise TypeError(f"cannot store a {type(value).__name__}: {value!r}")


class Repository(Generic[A]):
    """Keeps aggregates of one type, one document each; every write checks the version and may tell events.

    Subclasses set `document` (the odmantic model that declares name, fields and indexes) and `model` (the frozen
    dataclass that the rest of the program knows).
    """

    document: type[Model]
    model: type[A]

    def __init__(self, mongo: Mongo, outbox: Outbox, clock: Clock) -> None:
        self.collection = mongo.engine.get_collection(self.document)
        self._outbox = outbox
        self._clock = clock
        self._load: TypeAdapter[A] = TypeAdapter(self.model)

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

    async def count(self, query: Document) -> int:
        """How many match."""
        return int(await self.collection.count_documents(query))

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

    async def delete(self, key: str) -> bool:
        """Remove it; whether it was there."""
        result = await self.collection.delete_one({"_id": key})
        return bool(result.deleted_count)

    def to_document(self, aggregate: A) -> Document:
        """The stored form, passed through the declared document."""
        return dict(self.document(**plain(aggregate)).model_dump_doc())

    def from_document(self, raw: Document | None) -> A | None:
        """The aggregate of a stored document."""
        return None if raw is None else self._loaded(raw)

    def _loaded(self, raw: Document) -> A:
        raw["id"] = raw.pop("_id")
        raw.pop("pending_events", None)
        return self._load.validate_python(raw)


def where(**conditions: Any) -> Document:
    """A query of the conditions that are not None."""
    return {key: value for key, value in conditions.items() if value is not None}
