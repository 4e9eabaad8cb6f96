"""How the outbox's records are stored: one document an event, with a delivery per subscriber."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from odmantic import Field, Model
from pymongo import IndexModel

from spoeq_core.kernel.outbox import RECORDS


class OutboxDocument(Model):
    """A told event. `due` is there while a delivery waits for its next attempt, `dead` while one is given up."""

    model_config = {  # noqa: RUF012 - odmantic's way to configure a model
        "collection": RECORDS,
        "indexes": lambda: [
            IndexModel("due", sparse=True, name="due"),
            IndexModel("dead", sparse=True, name="dead"),
            IndexModel("expires_at", sparse=True, expireAfterSeconds=0, name="expiry"),
        ],
    }

    id: str = Field(primary_field=True)
    type: str
    data: dict[str, Any]
    at: datetime
    source: dict[str, str]
    deliveries: dict[str, Any] = {}  # noqa: RUF012 - odmantic copies defaults
    due: datetime | None = None
    dead: bool | None = None
    expires_at: datetime | None = None
