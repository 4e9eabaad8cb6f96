"""What this plugin keeps of people: when they were reminded last."""

from __future__ import annotations

from collections.abc import AsyncIterator

from spoeq_cart_reminders.documents import ReminderRepository
from spoeq_core.sdk import Person, PersonalData, Row, Shop, message


async def export(shop: Shop, person: Person) -> AsyncIterator[Row]:
    """When they were reminded last."""
    reminder = await shop.repository(ReminderRepository).find_by_id(person.customer_id or "")
    if reminder is not None:
        yield {"reminded_at": reminder.at, "expires_at": reminder.expires_at}


async def erase(shop: Shop, person: Person) -> None:
    """Forget it."""
    await shop.repository(ReminderRepository).delete(person.customer_id or "")


REMINDERS = PersonalData(
    "cart_reminders",
    message("Reminders of the cart"),
    "contact",
    "deleted",
    message("Deleted; otherwise the last one is remembered for 90 days."),
    export,
    erase,
)
