"""How categories and brands are kept."""

from __future__ import annotations

from typing import Any

from odmantic import Field, Model
from pymongo import ASCENDING, IndexModel

from spoeq_core.catalog.model import Brand, Category
from spoeq_core.kernel.mongo import Document, Repository


class CategoryDocument(Model):
    """A category. The path is derived from the parents when categories are read, so that moving writes one document."""

    model_config = {
        "collection": "categories",
        "indexes": lambda: [IndexModel([("slug", ASCENDING)], unique=True)],
    }

    id: str = Field(primary_field=True)
    slug: str
    name: str
    description: str = ""
    parent_id: str | None = None
    path: list[str] = []
    position: int = 0
    image: dict[str, Any] | None = None
    version: int = 1


class CategoryRepository(Repository[Category]):
    """The categories of the shop."""

    document = CategoryDocument
    model = Category
    public = True

    def to_document(self, aggregate: Category) -> Document:
        """The stored form, without the derived path."""
        raw = super().to_document(aggregate)
        del raw["path"]
        return raw


class BrandDocument(Model):
    """A brand."""

    model_config = {
        "collection": "brands",
        "indexes": lambda: [
            IndexModel([("slug", ASCENDING)], unique=True),
            IndexModel([("pending_events.at", ASCENDING)], sparse=True),
        ],
    }

    id: str = Field(primary_field=True)
    slug: str
    name: str
    description: str = ""
    version: int = 1
    pending_events: list[dict[str, Any]] = []


class BrandRepository(Repository[Brand]):
    """The brands of the shop."""

    document = BrandDocument
    model = Brand
    public = True
