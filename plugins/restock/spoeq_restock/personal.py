"""What this plugin keeps of people: what an address waits for, until the message has gone out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from spoeq_core.sdk import Person, PersonalData, Row, Shop, message
from spoeq_restock.documents import WaitingRepository
from spoeq_restock.model import digest


async def export(shop: Shop, person: Person) -> AsyncIterator[Row]:
    """What they wait for, and since when."""
    async for request in shop.repository(WaitingRepository).stream(_theirs(person), sort=[("asked_at", 1)]):
        yield {"sku": request.sku, "asked_at": request.asked_at, "expires_at": request.expires_at}


async def erase(shop: Shop, person: Person) -> None:
    """Forget all of it."""
    await shop.repository(WaitingRepository).collection.delete_many(_theirs(person))


def _theirs(person: Person) -> dict[str, Any]:
    """What the address asked for; before there was the account only if staff know that the address is theirs."""
    if not person.email:
        return {"_id": {"$in": []}}
    since = {} if person.by_email or person.since is None else {"asked_at": {"$gte": person.since}}
    return {"who": digest(person.email), **since}


REQUESTS = PersonalData(
    "restock_requests",
    message("Waiting for stock"),
    "contact",
    "deleted",
    message("Deleted; otherwise they are kept until the message has gone out, and for 90 days at most."),
    export,
    erase,
)
