"""One document a plugin: which version the shop serves, which migrations ran, and who runs them now.

The lease that makes migrations run once is in the same document as what they did, so that nobody whose lease was taken
over can record anything. Shard key: `_id`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from pydantic import TypeAdapter

from spoeq_core.kernel.clock import Clock
from spoeq_core.kernel.mongo import Document, Mongo, plain
from spoeq_core.plugins.documents import CoreData, PluginRecordDocument, PluginStates
from spoeq_core.plugins.model import Done, Failure, PluginRecord

LEASE = timedelta(seconds=60)
"""Whoever runs a migration says again in time that it lives; after so long without, the next one takes over."""


class PluginRecords:
    """Reads and changes what is known of plugins, each change one conditional update."""

    def __init__(self, mongo: Mongo, clock: Clock) -> None:
        self._collection = mongo.engine.get_collection(PluginRecordDocument)
        self._clock = clock
        self._load = TypeAdapter(PluginRecord)

    async def all(self) -> dict[str, PluginRecord]:
        """All records, by plugin."""
        return {raw["_id"]: self._loaded(raw) async for raw in self._collection.find({})}

    async def of(self, name: str) -> PluginRecord:
        """A plugin's record; an empty one if there is none."""
        raw = await self._collection.find_one({"_id": name})
        return self._loaded(raw) if raw else PluginRecord(name)

    async def take(self, name: str, owner: str) -> bool:
        """Take the right to run a plugin's migrations; False while another has it and lives."""
        now = self._clock.now()
        fresh = PluginRecordDocument(id=name).model_dump_doc()
        await self._collection.update_one({"_id": name}, {"$setOnInsert": fresh}, upsert=True)
        free = {"_id": name, "$or": [{"lease_until": None}, {"lease_until": {"$lte": now}}]}
        lease = {"lease_owner": owner, "lease_until": now + LEASE}
        return bool((await self._collection.update_one(free, {"$set": lease})).matched_count)

    async def renew(self, name: str, owner: str) -> bool:
        """Say that the owner lives; False if somebody took over."""
        return await self._as_owner(name, owner, {"$set": {"lease_until": self._clock.now() + LEASE}})

    async def release(self, name: str, owner: str) -> None:
        """Give the right back."""
        await self._as_owner(name, owner, {"$set": {"lease_owner": "", "lease_until": None}})

    async def note_done(self, name: str, owner: str, done: Done) -> bool:
        """A migration has run; False if somebody took over meanwhile, who will run it again."""
        return await self._as_owner(name, owner, {"$push": {"migrations": plain(done)}, "$set": {"failure": None}})

    async def note_failure(self, name: str, owner: str, failure: Failure) -> bool:
        """A migration failed; False if somebody took over meanwhile."""
        return await self._as_owner(name, owner, {"$set": {"failure": plain(failure)}})

    async def note_served(self, name: str, version: str, collections: tuple[str, ...], hooks: tuple[str, ...]) -> None:
        """The shop serves this version now: it answers these hooks, and its data is in these collections, too."""
        record = await self.of(name)
        known = sorted({*record.collections, *collections})
        if (record.version, list(record.collections), record.hooks) == (version, known, hooks):
            return
        fields: Document = {"version": version, "collections": known, "hooks": list(hooks)}
        if record.version and record.version != version:
            fields |= {"previous": record.version, "upgraded_at": self._clock.now()}
        new = PluginRecordDocument(id=name).model_dump_doc()
        rest = {key: value for key, value in new.items() if key not in fields}
        query = {"_id": name, "version": record.version} if record.version else {"_id": name}
        await self._collection.update_one(query, {"$set": fields, "$setOnInsert": rest}, upsert=not record.version)

    async def forget(self, name: str) -> None:
        """Remove the record: the plugin left nothing behind."""
        await self._collection.delete_one({"_id": name})

    async def _as_owner(self, name: str, owner: str, update: Document) -> bool:
        result = await self._collection.update_one({"_id": name, "lease_owner": owner}, update)
        return bool(result.matched_count)

    def _loaded(self, raw: Document) -> PluginRecord:
        return self._load.validate_python({**raw, "name": raw["_id"]})


@dataclass(frozen=True, slots=True)
class Stores:
    """Where a shop keeps what it knows of its plugins, and where the core keeps its own."""

    states: PluginStates
    records: PluginRecords
    core: CoreData = field(default_factory=CoreData)
