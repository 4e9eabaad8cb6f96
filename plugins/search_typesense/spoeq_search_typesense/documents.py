"""How far the index follows the shop, and who writes it: one document, changed by whoever holds its lease."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from odmantic import Field, Model

from spoeq_core.sdk import Conflict, Repository, Shop, new_id
from spoeq_search_typesense.model import LEASE, NEVER, State

KEY: Final = "index"
_LONGEST_ERROR: Final = 500


class StateDocument(Model):
    """The state of the index. Shard key: `_id`."""

    model_config = {"collection": "search_typesense_state"}

    id: str = Field(primary_field=True)
    collection: str = ""
    fingerprint: str = ""
    touch: str = ""
    categories: dict[str, list[str]] = {}
    refused: dict[str, str] = {}
    gone: list[str] = []
    synonyms: str = ""
    wants_new: bool = False
    error: str = ""
    failures: int = 0
    failed_at: datetime = NEVER
    built_at: datetime = NEVER
    followed_at: datetime = NEVER
    holder: str = ""
    held_until: datetime = NEVER
    version: int = 1


class LeaseLost(Exception):
    """Another process writes the index now."""


class StateRepository(Repository[State]):
    """The one document."""

    document = StateDocument
    model = State

    async def read(self) -> State | None:
        """The state."""
        return await self.find_by_id(KEY)

    async def take(self) -> Lease | None:
        """The right to write, for a while; None if another process has it."""
        now, holder = self._clock.now(), new_id()
        free = {"_id": KEY, "held_until": {"$lte": now}}
        mine = {"$set": {"holder": holder, "held_until": now + LEASE}}
        if not (await self.collection.update_one(free, mine)).matched_count:
            if await self.read() is not None:
                return None
            try:
                await self.insert(State(KEY, holder=holder, held_until=now + LEASE))
            except Conflict:
                return None
        state = await self.read()
        return Lease(self, holder, state) if state is not None and state.holder == holder else None

    async def note(self, holder: str, **values: Any) -> None:
        """Change the state and hold it for another while.

        Raises:
            LeaseLost: another process took over.
        """
        changes = {"$set": {**values, "held_until": self._clock.now() + LEASE}}
        if not (await self.collection.update_one({"_id": KEY, "holder": holder}, changes)).matched_count:
            raise LeaseLost

    async def give_back(self, holder: str) -> None:
        """Let others write."""
        await self.collection.update_one({"_id": KEY, "holder": holder}, {"$set": {"held_until": NEVER}})

    async def note_failure(self, holder: str, error: str) -> None:
        """Remember that an attempt failed."""
        failed = {"error": error[:_LONGEST_ERROR], "failed_at": self._clock.now()}
        changes = {"$set": failed, "$inc": {"failures": 1}}
        await self.collection.update_one({"_id": KEY, "holder": holder}, changes)

    async def ask_for_new(self) -> None:
        """Let the worker build another collection."""
        await self.collection.update_one({"_id": KEY}, {"$set": {"wants_new": True, "failures": 0}})

    async def note_gone(self, product_id: str) -> None:
        """Let a deleted product be taken out."""
        await self.collection.update_one({"_id": KEY}, {"$addToSet": {"gone": product_id}})

    async def forget_gone(self, product_ids: list[str]) -> None:
        """They are out."""
        await self.collection.update_one({"_id": KEY}, {"$pull": {"gone": {"$in": product_ids}}})


@dataclass(slots=True)
class Lease:
    """The right to write, and the state as its holder knows it."""

    states: StateRepository
    holder: str
    state: State

    async def note(self, **values: Any) -> None:
        """Change the state.

        Raises:
            LeaseLost: another process took over.
        """
        await self.states.note(self.holder, **values)
        state = await self.states.read()
        if state is None:
            raise LeaseLost
        self.state = state


async def peeked(shop: Shop) -> State | None:
    """The state, for lists: they depend on what the writer tells, not on a document that changes each half second."""
    raw = await shop.mongo.engine.get_collection(StateDocument).find_one({"_id": KEY})
    return shop.repository(StateRepository).from_document(raw)
