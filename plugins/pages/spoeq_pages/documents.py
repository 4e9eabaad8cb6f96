"""How pages and questions are kept. There are dozens of them: no shard key, one place for the unique slugs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from odmantic import Field, Model
from pymongo import IndexModel

from spoeq_core.sdk import Repository
from spoeq_pages.model import Link, Mark, Page, Place, Question

Document = dict[str, Any]


def _page_indexes() -> Sequence[IndexModel]:
    return [IndexModel([("slug", 1)], unique=True), IndexModel([("former", 1)])]


class PageDocument(Model):
    """A page."""

    model_config = {"collection": "pages", "indexes": _page_indexes}

    id: str = Field(primary_field=True)
    slug: str
    title: str
    body: str = ""
    description: str = ""
    place: str = ""
    position: int = 50
    published: bool = False
    former: list[str] = []
    version: int = 1
    created_at: datetime | None = None
    updated_at: datetime | None = None


class QuestionDocument(Model):
    """A frequent question."""

    model_config = {"collection": "pages_questions"}

    id: str = Field(primary_field=True)
    topic: str
    question: str
    answer: str = ""
    position: int = 50
    published: bool = False
    version: int = 1
    created_at: datetime | None = None
    updated_at: datetime | None = None


class MarkDocument(Model):
    """That something was done once and is not to be done again; `_id` says what."""

    model_config = {"collection": "pages_marks"}

    id: str = Field(primary_field=True)
    at: datetime | None = None
    version: int = 1


class PageRepository(Repository[Page]):
    """Keeps pages; each page of the shop links to those that are published."""

    document = PageDocument
    model = Page
    public = True

    async def links(self) -> tuple[Link, ...]:
        """The published pages, without their texts."""
        wanted = dict.fromkeys(("slug", "title", "place", "position", "updated_at"), 1)
        return tuple([_link(raw) async for raw in self.collection.find({"published": True}, wanted)])

    async def at(self, slug: str) -> Page | None:
        """The page of that address, or the published one that had it."""
        found = await self.find_one({"slug": slug})
        return found or await self.find_one({"former": slug, "published": True})

    async def matching(self, q: str, *, published: bool | None, skip: int, limit: int) -> tuple[list[Page], int]:
        """Pages whose title, address or text holds some words, by title, and how many there are."""
        query = _searched(q, ("title", "slug", "body"), published)
        return await self.find(query, sort=[("title", 1)], skip=skip, limit=limit), await self.count(query)


class QuestionRepository(Repository[Question]):
    """Keeps questions."""

    document = QuestionDocument
    model = Question
    public = True

    async def matching(self, q: str, *, published: bool | None = None) -> list[Question]:
        """Questions that hold some words."""
        return await self.find(_searched(q, ("topic", "question", "answer"), published))


class MarkRepository(Repository[Mark]):
    """Keeps what was done once."""

    document = MarkDocument
    model = Mark


def _searched(q: str, fields: Sequence[str], published: bool | None) -> Document:
    query: Document = {} if published is None else {"published": published}
    if q:
        query["$or"] = [{name: {"$regex": re.escape(q), "$options": "i"}} for name in fields]
    return query


def _link(raw: Document) -> Link:
    return Link(raw["slug"], raw["title"], Place(raw.get("place", "")), raw.get("position", 50), raw.get("updated_at"))
