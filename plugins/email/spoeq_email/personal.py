"""What mail keeps of people: the mails they were sent, for 30 days."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

from spoeq_core.sdk import Person, PersonalData, Row, Shop, message
from spoeq_email.documents import MailRepository


async def export(shop: Shop, person: Person) -> AsyncIterator[Row]:
    """Subject and date of each; a text may hold what is not theirs, or a link that opens an account."""
    async for mail in shop.repository(MailRepository).stream(_theirs(person), sort=[("at", 1)]):
        yield {"subject": mail.subject, "at": mail.at, "state": mail.state}


async def erase(shop: Shop, person: Person) -> None:
    """Remove them, also those that are about to be sent."""
    await shop.repository(MailRepository).collection.delete_many(_theirs(person))


def _theirs(person: Person) -> dict[str, Any]:
    """What went to the address; before there was the account only if staff know that the address is theirs."""
    if not person.email:
        return {"_id": {"$in": []}}
    since = {} if person.by_email or person.since is None else {"at": {"$gte": person.since}}
    return {"to": {"$regex": f"^{re.escape(person.email)}$", "$options": "i"}, **since}


MAILS = PersonalData(
    "mails",
    message("Mails sent"),
    "contact",
    "deleted",
    message("Deleted; otherwise they are kept for 30 days."),
    export,
    erase,
)
