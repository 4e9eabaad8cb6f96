"""One document holds which plugins are enabled, in which order, with which settings."""

from __future__ import annotations

from typing import Any

from odmantic import Field, Model

from spoeq_core.kernel.errors import StaleAggregate
from spoeq_core.kernel.mongo import Mongo

STATE_ID = "state"


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
        result = await self._collection.update_one({"_id": STATE_ID, "epoch": state.epoch}, {"$set": raw}, upsert=False)
        if result.matched_count == 0:
            if state.epoch:
                raise StaleAggregate("The plugins were changed by somebody else.", hint="Reload and try again.")
            await self._collection.update_one({"_id": STATE_ID}, {"$setOnInsert": raw}, upsert=True)
        return state.model_copy(update={"epoch": state.epoch + 1})
