"""One document holds which plugins are enabled, in which order, with which settings; one a plugin what it did."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from odmantic import Field, Model
from pymongo.errors import DuplicateKeyError

from spoeq_core.kernel.errors import StaleAggregate
from spoeq_core.kernel.mongo import Mongo

STATE_ID = "state"
ATTEMPTS = 20


class PluginStateDocument(Model):
    """The state of all plugins of this shop, and what staff chose in its themes. `epoch` counts the changes."""

    model_config = {"collection": "plugin_state"}

    id: str = Field(primary_field=True)
    epoch: int = 1
    enabled: list[str] = []
    known: list[str] = []
    order: list[str] = []
    settings: dict[str, Any] = {}
    themes: dict[str, Any] = {}
    purging: list[str] = []


class PluginRecordDocument(Model):
    """What is known of a plugin."""

    model_config = {"collection": "plugin_records"}

    id: str = Field(primary_field=True)
    version: str = ""
    previous: str = ""
    upgraded_at: datetime | None = None
    migrations: list[dict[str, Any]] = []
    failure: dict[str, Any] | None = None
    lease_owner: str = ""
    lease_until: datetime | None = None
    collections: list[str] = []
    hooks: list[str] = []


@dataclass(frozen=True, slots=True)
class CoreData:
    """Where the core keeps what is its own, for whoever removes what is a plugin's.

    Attributes:
        extended: What documents of the core hold of plugins: for people ("product"), the document, and the path.
        collections: Names of the core's collections.
    """

    extended: Sequence[tuple[str, type[Model], str]] = ()
    collections: frozenset[str] = frozenset()


Change = Callable[[PluginStateDocument], PluginStateDocument | None]
"""The changed state of a given one, or None if it is as wanted."""


class PluginStates:
    """Reads and changes the state document."""

    def __init__(self, mongo: Mongo) -> None:
        self._collection = mongo.engine.get_collection(PluginStateDocument)

    async def read(self) -> PluginStateDocument:
        """The state; a fresh one (epoch 0) if the shop has none yet."""
        raw = await self._collection.find_one({"_id": STATE_ID})
        return PluginStateDocument.model_validate_doc(raw) if raw else PluginStateDocument(id=STATE_ID, epoch=0)

    async def write(self, state: PluginStateDocument) -> PluginStateDocument:
        """Store a changed state if nobody else did since it was read.

        Raises:
            StaleAggregate: somebody did.
        """
        raw = state.model_dump_doc()
        raw["epoch"] = state.epoch + 1
        fresh = state.epoch == 0
        query = {"_id": STATE_ID} if fresh else {"_id": STATE_ID, "epoch": state.epoch}
        result = await self._collection.update_one(query, {"$setOnInsert" if fresh else "$set": raw}, upsert=fresh)
        if result.matched_count if fresh else not result.matched_count:
            raise StaleAggregate("The plugins were changed by somebody else.", hint="Reload and try again.")
        return state.model_copy(update={"epoch": state.epoch + 1})

    async def change(self, decide: Change) -> PluginStateDocument:
        """Change the state, however many do at the same moment; the state in force after.

        Raises:
            StaleAggregate: others were faster again and again.
        """
        for _ in range(ATTEMPTS):
            state = await self.read()
            wanted = decide(state)
            if wanted is None:
                return state
            with contextlib.suppress(StaleAggregate, DuplicateKeyError):
                return await self.write(wanted)
        raise StaleAggregate("The plugins are being changed by others.", hint="Reload and try again.")
