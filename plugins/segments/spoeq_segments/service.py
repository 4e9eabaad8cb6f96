"""Making segments, putting customers into them, and telling which a customer is in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from spoeq_core.sdk import (
    Conflict,
    Customer,
    Invalid,
    NotFound,
    Shop,
    StaleAggregate,
    customer_by_id,
    customers_by_ids,
    message,
    new_id,
    purchases_of,
)
from spoeq_segments.documents import MOST_SEGMENTS, MemberRepository, SegmentRepository
from spoeq_segments.model import Facts, Rule, Segment, holds, problems_of

PERMISSION = "segments.manage"


@dataclass(frozen=True, slots=True)
class Inside:
    """A customer who was put into a segment, and when."""

    customer: Customer
    since: datetime


async def kept_segments(shop: Shop) -> Sequence[Segment]:
    """All segments, from the cache, where each change is heard of within a second."""
    return await shop.cache.get_or_make("segments", shop.repository(SegmentRepository).all)


async def stored_segments(shop: Shop) -> list[Segment]:
    """All segments by name, as they are now."""
    return await shop.repository(SegmentRepository).all()


async def codes_of(shop: Shop, customer: Customer) -> list[str]:
    """The segments that a customer is in: one command if some are chosen by hand, one if some have a rule."""
    segments = await kept_segments(shop)
    by_hand = [segment for segment in segments if segment.rule is Rule.HAND]
    by_rule = [segment for segment in segments if segment.rule is not Rule.HAND]
    found: list[str] = []
    if by_hand:
        serials = await shop.repository(MemberRepository).serials_of(customer.id)
        found += [segment.id for segment in by_hand if segment.serial in serials]
    if by_rule:
        bought = await purchases_of(shop, customer.id)
        facts = Facts(customer, bought, shop.profile.currency, shop.clock.now())
        found += [segment.id for segment in by_rule if holds(segment, facts)]
    return found


async def find_segment(shop: Shop, code: str) -> Segment:
    """The segment of that code.

    Raises:
        NotFound: there is none.
    """
    found = await shop.repository(SegmentRepository).find_by_id(code)
    if found is None:
        raise _unknown(code)
    return found


async def all_segments(shop: Shop) -> tuple[list[Segment], dict[str, int]]:
    """All segments by name, and how many members each was given by hand; two commands."""
    found = await stored_segments(shop)
    return found, await shop.repository(MemberRepository).counts(found)


async def create_segment(shop: Shop, segment: Segment) -> Segment:
    """Store a new segment; its amount is in the shop's currency.

    Raises:
        Invalid: a value is refused.
        Conflict: its code is given already, or there are too many.
    """
    now = shop.clock.now()
    fresh = replace(segment, serial=new_id(), currency=shop.profile.currency, version=1, created_at=now, updated_at=now)
    _check(fresh)
    repository = shop.repository(SegmentRepository)
    if await repository.count({}) >= MOST_SEGMENTS:
        told = message("There are %(n)s segments, which is as many as there may be.", n=MOST_SEGMENTS)
        raise Conflict(told, hint="Delete one that is not needed any more.", code="too_many_segments")
    try:
        return await repository.insert(fresh)
    except Conflict:
        told = message("There is a segment %(code)s already.", code=fresh.id)
        raise Conflict(told, hint="Choose another code.", code="duplicate") from None


async def update_segment(shop: Shop, segment: Segment) -> Segment:
    """Store a changed segment; its code stays.

    Raises:
        Invalid: a value is refused.
        StaleAggregate: somebody else changed or deleted it.
    """
    _check(segment)
    return await shop.repository(SegmentRepository).save(replace(segment, updated_at=shop.clock.now()))


async def delete_segment(shop: Shop, code: str, *, version: int | None = None) -> Segment:
    """Delete a segment and forget who was in it; past orders keep what it gave them.

    Raises:
        NotFound: there is none.
        StaleAggregate: it is not of that version any more.
    """
    segment = await find_segment(shop, code)
    if version is not None and segment.version != version:
        raise StaleAggregate("This segment was changed by somebody else in the meantime.", hint="Read it again.")
    if not await shop.repository(SegmentRepository).delete(segment.id):
        raise _unknown(code)
    await shop.repository(MemberRepository).forget(segment)
    return segment


async def add_member(shop: Shop, segment: Segment, customer_id: str) -> Customer:
    """Put a customer into a segment; nothing happens if they are in it.

    Raises:
        NotFound: there is no such customer.
        Conflict: the segment has a rule, or the customer's data was erased.
    """
    customer = await customer_by_id(shop, customer_id)
    if segment.rule is not Rule.HAND:
        told = message("Customers come into %(name)s by its rule.", name=segment.name)
        raise Conflict(told, hint="Make a segment whose members are chosen by hand.", code="segment_by_rule")
    if customer.erased_at:
        raise Conflict("The data of this customer was erased.", hint="Nobody signs in to this account.", code="erased")
    await shop.repository(MemberRepository).add(segment, customer.id)
    return customer


async def remove_member(shop: Shop, segment: Segment, customer_id: str) -> bool:
    """Take a customer out; whether they were in it."""
    return await shop.repository(MemberRepository).remove(segment, customer_id)


async def members_of(shop: Shop, segment: Segment, *, page: int, per_page: int) -> tuple[list[Inside], int]:
    """A page of those who were put into a segment, the last one first, and how many there are; three commands."""
    members, total = await shop.repository(MemberRepository).newest(segment, page=page, per_page=per_page)
    known = await customers_by_ids(shop, [one.customer_id for one in members])
    return [Inside(known[one.customer_id], one.added_at) for one in members if one.customer_id in known], total


async def count_members(shop: Shop, segment: Segment) -> int:
    """How many were put into a segment."""
    return (await shop.repository(MemberRepository).counts([segment]))[segment.id]


def _unknown(code: str) -> NotFound:
    return NotFound(
        message("There is no segment %(code)s.", code=code[:80]),
        hint="It may have been deleted.",
        code="segment_unknown",
    )


def _check(segment: Segment) -> None:
    errors = problems_of(segment)
    if errors:
        raise Invalid("The segment was not saved.", errors=errors)
