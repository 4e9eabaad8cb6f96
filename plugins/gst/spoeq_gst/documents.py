"""How papers are stored: each once by what it is of, and its number claimed by `_id`, so that no series has a gap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from odmantic import Field, Model
from pymongo import ASCENDING, DESCENDING, IndexModel

from spoeq_core.sdk import Conflict, Repository
from spoeq_gst.model.papers import Paper


@dataclass(frozen=True, slots=True)
class Filed:
    """A paper, frozen; it is issued once its number is claimed for it.

    `id` is `invoice:<order>` or `credit:<order>:<n>`; `content` is the `Paper` as JSON.
    """

    id: str
    order_id: str
    series: str
    seq: int
    month: str
    content: Mapping[str, Any]
    issued: bool = False
    version: int = 1

    @property
    def number(self) -> str:
        """What it is called, as in `INV/26-27/17`."""
        return f"{self.series}/{self.seq}"

    @property
    def paper(self) -> Paper:
        """What it says."""
        return Paper.model_validate(self.content)


@dataclass(frozen=True, slots=True)
class Number:
    """A number that is taken: `id` is the number, `key` the paper that has it."""

    id: str
    key: str
    series: str
    seq: int
    version: int = 1


def _paper_indexes() -> Sequence[IndexModel]:
    return [
        IndexModel([("order_id", ASCENDING)], name="order"),
        IndexModel([("month", ASCENDING)], name="month"),
        IndexModel([("issued", ASCENDING)], name="waiting"),
    ]


def _number_indexes() -> Sequence[IndexModel]:
    return [IndexModel([("series", ASCENDING), ("seq", DESCENDING)], name="last")]


class PaperDocument(Model):
    """An invoice or a credit note. Shard key: `_id`."""

    model_config = {"collection": "gst_papers", "indexes": _paper_indexes}

    id: str = Field(primary_field=True)
    order_id: str
    series: str
    seq: int
    month: str
    content: dict[str, Any]
    issued: bool = False
    version: int = 1


class NumberDocument(Model):
    """A number that is taken. Shard key: `_id`."""

    model_config = {"collection": "gst_numbers", "indexes": _number_indexes}

    id: str = Field(primary_field=True)
    key: str
    series: str
    seq: int
    version: int = 1


class NumberRepository(Repository[Number]):
    """Which numbers are taken."""

    document = NumberDocument
    model = Number

    async def last(self, series: str) -> int:
        """The highest number of a series; 0 if it has none."""
        found = await self.find({"series": series}, sort=[("seq", DESCENDING)], limit=1)
        return found[0].seq if found else 0

    async def claim(self, filed: Filed) -> bool:
        """Take a paper's number for it; whether it has it, from now or from before."""
        try:
            await self.insert(Number(filed.number, filed.id, filed.series, filed.seq))
        except Conflict:
            return (await self.get(filed.number)).key == filed.id
        return True


class PaperRepository(Repository[Filed]):
    """Invoices and credit notes."""

    document = PaperDocument
    model = Filed

    async def of_order(self, order_id: str) -> list[Filed]:
        """The papers of an order: its invoice, then its credit notes in their order."""
        found = await self.find({"order_id": order_id})
        return sorted(found, key=lambda filed: (filed.id.startswith("credit"), len(filed.id), filed.id))

    async def of_month(self, month: str) -> list[Filed]:
        """What was issued in a month (`2026-11`), by number."""
        found = await self.find({"month": month, "issued": True})
        return sorted(found, key=lambda filed: (filed.series, filed.seq))

    async def file(self, filed: Filed) -> bool:
        """Store a paper; whether there was none of that id."""
        try:
            await self.insert(filed)
        except Conflict:
            return False
        return True

    async def try_number(self, filed: Filed, seq: int) -> None:
        """Go on to another number, unless somebody did so already."""
        mine = {"_id": filed.id, "seq": filed.seq, "issued": False}
        await self.collection.update_one(mine, {"$set": {"seq": seq}})

    async def mark_issued(self, key: str) -> None:
        """Note that its number is its own."""
        await self.collection.update_one({"_id": key}, {"$set": {"issued": True}})
