"""What this plugin keeps of people: which segments somebody was put into. Rules keep nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator

from spoeq_core.sdk import Person, PersonalData, Row, Shop, message
from spoeq_segments.documents import MemberRepository, SegmentRepository


async def export(shop: Shop, person: Person) -> AsyncIterator[Row]:
    """Which segments they were put into, and when."""
    names = {segment.serial: segment.name for segment in await shop.repository(SegmentRepository).all()}
    if person.customer_id:
        async for member in shop.repository(MemberRepository).stream(
            {"customer_id": person.customer_id}, sort=[("_id", 1)]
        ):
            if member.segment in names:
                yield {"segment": names[member.segment], "since": member.added_at}


async def erase(shop: Shop, person: Person) -> None:
    """Take them out of all."""
    if person.customer_id:
        await shop.repository(MemberRepository).collection.delete_many({"customer_id": person.customer_id})


MEMBERS = PersonalData(
    "segment_members",
    message("Customer segments"),
    "contact",
    "deleted",
    message("Deleted; otherwise kept until staff take the customer out or delete the segment."),
    export,
    erase,
)
