"""When a customer was reminded last: one document for each, which is claimed before it is written to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from odmantic import Field, Model
from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from spoeq_core.sdk import Repository

KEPT = timedelta(days=90)
"""As long as the longest pause between two reminders."""


def _indexes() -> Sequence[IndexModel]:
    return [IndexModel([("expires_at", ASCENDING)], name="expiry", expireAfterSeconds=0)]


@dataclass(frozen=True, slots=True)
class Reminder:
    """The last reminder of a customer, whose id it has; `about` names the cart and its version."""

    id: str
    about: str
    at: datetime
    expires_at: datetime
    version: int = 1


class ReminderDocument(Model):
    """A reminder. Shard key: `_id`."""

    model_config = {"collection": "cart_reminders", "indexes": _indexes}

    id: str = Field(primary_field=True)
    about: str
    at: datetime
    expires_at: datetime
    version: int = 1


class ReminderRepository(Repository[Reminder]):
    """Who was reminded when."""

    document = ReminderDocument
    model = Reminder

    async def claim(self, customer_id: str, about: str, pause: timedelta) -> bool:
        """Take the right to remind a customer of a cart: by nobody else, and of nothing else for so long.

        Whoever has it has it again, so that a message that could not be sent is tried again.
        """
        now = self._clock.now()
        free = {"_id": customer_id, "$or": [{"at": {"$lte": now - pause}}, {"about": about}]}
        taken = {"about": about, "at": now, "expires_at": now + KEPT, "version": 1}
        try:
            await self.collection.update_one(free, {"$set": taken}, upsert=True)
        except DuplicateKeyError:
            return False
        return True
