"""How saved views are stored. Shard key: `_id`."""

from __future__ import annotations

from datetime import datetime

from odmantic import Field, Model
from pymongo import ASCENDING, IndexModel

from spoeq_core.desk.model import SavedView
from spoeq_core.kernel.mongo import Repository


class SavedViewDocument(Model):
    """A saved view."""

    model_config = {
        "collection": "saved_views",
        "indexes": lambda: [IndexModel([("board", ASCENDING), ("owner_id", ASCENDING)])],
    }

    id: str = Field(primary_field=True)
    board: str
    name: str
    query: str
    owner_id: str
    owner_name: str
    created_at: datetime
    shared: bool = False
    version: int = 1


class SavedViewRepository(Repository[SavedView]):
    """The saved views."""

    document = SavedViewDocument
    model = SavedView
