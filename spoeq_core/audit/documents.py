"""How the audit log is stored. Shard key: `_id`, which grows with time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from odmantic import Field, Model
from pymongo import ASCENDING, DESCENDING, IndexModel

from spoeq_core.audit.model import Entry
from spoeq_core.kernel.mongo import Repository


class EntryDocument(Model):
    """An entry."""

    model_config = {
        "collection": "audit_log",
        "indexes": lambda: [
            IndexModel([("target", ASCENDING), ("_id", DESCENDING)]),
            IndexModel([("actor_id", ASCENDING), ("_id", DESCENDING)]),
        ],
    }

    id: str = Field(primary_field=True)
    at: datetime
    actor_id: str
    actor_name: str
    action: str
    target: str
    detail: dict[str, Any] = {}
    ip: str = ""
    version: int = 1


class EntryRepository(Repository[Entry]):
    """Adds and reads entries."""

    document = EntryDocument
    model = Entry
