"""Writes products into one collection; those that the server refuses are named, and the others are stored."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any, Final

from spoeq_core.sdk import Entry, Shop, entries
from spoeq_search_typesense.asking import Synonyms
from spoeq_search_typesense.client import Typesense
from spoeq_search_typesense.schema import document

BATCH: Final = 500
"""Products of an import."""
ASKED: Final = 100
"""Products that the database is asked for at once."""
KNOWN: Final = "id,touch,essence"

Known = dict[str, tuple[str, str]]
"""By product its touch, and a digest of what pages show of it."""


class Writer:
    """Writes one collection.

    Attributes:
        refused: Products that could not be indexed, and why.
        stored: Products that were.
        tells: Whether lists answer otherwise now.
    """

    def __init__(self, shop: Shop, server: Typesense, collection: str, synonyms: Synonyms) -> None:
        self._shop, self._server, self._synonyms, self.collection = shop, server, synonyms, collection
        self.refused: dict[str, str] = {}
        self.stored: set[str] = set()
        self.tells = False

    async def known(self, ids: Sequence[str]) -> Known:
        """What the collection has of some products."""
        return _known(await self._server.documents(self.collection, ids, KNOWN))

    async def all_known(self) -> Known:
        """What the collection has."""
        return _known([one async for one in self._server.export(self.collection, KNOWN)])

    async def put(self, products: Iterable[Entry], known: Known) -> None:
        """Index these."""
        documents = []
        for entry in products:
            try:
                documents.append(document(entry, self._synonyms))
            except (TypeError, ValueError, OverflowError) as error:
                self.refused[entry.product.id] = f"{type(error).__name__}: {error}"
        refused = await self._server.put(self.collection, documents)
        self.refused |= refused
        stored = {one["id"]: one["essence"] for one in documents if one["id"] not in refused}
        self.stored |= stored.keys()
        self.tells = self.tells or any(known.get(key, ("", ""))[1] != essence for key, essence in stored.items())

    async def put_now(self, categories: Mapping[str, Sequence[str]], ids: Sequence[str], known: Known) -> None:
        """Index these as they are now; those that are there no more are taken out."""
        for start in range(0, len(ids), ASKED):
            part = ids[start : start + ASKED]
            found = [entry async for entry in entries(self._shop, categories, {"_id": {"$in": part}})]
            await self.put(found, known)
            await self.take_out(list(set(part) - {entry.product.id for entry in found}))

    async def put_all(self, found: AsyncIterator[Entry]) -> AsyncIterator[int]:
        """Index all of these, batch by batch; says after each how many it held."""
        batch: list[Entry] = []
        async for entry in found:
            batch.append(entry)
            if len(batch) == BATCH:
                await self.put(batch, {})
                yield len(batch)
                batch = []
        await self.put(batch, {})
        yield len(batch)

    async def take_out(self, ids: Sequence[str]) -> None:
        """Let go of these."""
        if ids:
            await self._server.take_out(self.collection, ids)
            self.tells = True


def _known(documents: Iterable[dict[str, Any]]) -> Known:
    return {one["id"]: (one.get("touch", ""), one.get("essence", "")) for one in documents}
