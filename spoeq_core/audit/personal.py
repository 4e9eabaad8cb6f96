"""What the audit log keeps of customers: what staff changed about them, with the values."""

from __future__ import annotations

from spoeq_core.audit.documents import EntryRepository
from spoeq_core.hooks.contributions import Person, PersonalData
from spoeq_core.kernel.messages import message
from spoeq_core.shop import Shop

ERASING = ("customer.erasure_begun", "customer.erased")
"""What is written about erasing itself; it says nothing of the person."""


async def _erase(shop: Shop, person: Person) -> None:
    """Take names and values out of what was written about the account; who did what, and when, stays."""
    if not person.customer_id:
        return
    entries = shop.repository(EntryRepository).collection
    about = {"target": f"customer:{person.customer_id}", "action": {"$nin": list(ERASING)}}
    await entries.update_many(about, {"$set": {"detail": {}}})
    await entries.update_many({"actor_id": person.customer_id}, {"$set": {"actor_name": "customer", "ip": ""}})


PERSONAL_DATA: tuple[PersonalData, ...] = (
    PersonalData(
        "audit_log",
        message("Audit log"),
        "contact",
        "anonymised",
        message("That staff did something, and when, stays; the values and the customer's name are taken out."),
        erase=_erase,
    ),
)
