"""How the outbox's records are stored: one document an event, with a delivery per subscriber."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from odmantic import Field, Model
from pymongo import IndexModel

from spoeq_core.kernel.outbox import RECORDS, Database, setting, summary


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


async def abandon(database: Database, plugin: str, now: datetime) -> None:
    """Give up what waits for a plugin's subscribers, or was given up before: the plugin is gone. May be repeated."""
    records, mine = database.collection(RECORDS), f"{plugin}/"
    async for record in records.find({"$or": [{"due": {"$exists": True}}, {"dead": True}]}):
        waiting = {
            name: {**state, "state": "discarded", "reason": "The plugin was removed."}
            for name, state in record["deliveries"].items()
            if name.startswith(mine) and state["state"] in ("retry", "dead")
        }
        if waiting:
            changes = {f"deliveries.{name}": state for name, state in waiting.items()}
            after = summary({**record["deliveries"], **waiting}, now)
            await records.update_one({"_id": record["_id"]}, setting({**changes, **after}))
