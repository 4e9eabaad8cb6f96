"""Segments of customers: which one is in, which there are, and those that staff name in forms."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from spoeq_core.hooks import identity as questions
from spoeq_core.identity.model import Segment
from spoeq_core.identity.service.customers import find_customer
from spoeq_core.kernel.errors import Invalid
from spoeq_core.kernel.messages import message
from spoeq_core.shop import Shop

LONGEST_SHOWN = 80
OFFERED = 8


async def segments_of(shop: Shop, customer_id: str | None) -> frozenset[str]:
    """The segments that a customer is in, as `<plugin>.<code>`; nobody is asked about a guest.

    A plugin that fails or is late puts nobody into a segment.
    """
    if not customer_id or not shop.hooks.has(questions.customer_segments):
        return frozenset()
    customer = await find_customer(shop, customer_id)
    if customer is None or customer.erased_at:
        return frozenset()
    answers = await shop.hooks.collect(questions.customer_segments, shop=shop, customer=customer)
    return frozenset(f"{answer.plugin}.{code}" for answer in answers for code in answer.value)


async def list_segments(shop: Shop) -> list[Segment]:
    """The segments of all plugins, as `<plugin>.<code>`, by label."""
    answers = await shop.hooks.collect(questions.known_segments, shop=shop)
    found = [replace(it, code=f"{answer.plugin}.{it.code}") for answer in answers for it in answer.value]
    return sorted(found, key=lambda it: (it.label.casefold(), it.code))


async def segments_named(shop: Shop, codes: Iterable[str], kept: Collection[str] = ()) -> tuple[str, ...]:
    """The codes that staff named, each once.

    Args:
        shop: The shop.
        codes: As `<plugin>.<code>`.
        kept: Those that were chosen before: they may stay while their plugin is off.

    Raises:
        Invalid: there is no such segment; the field is `segments`.
    """
    wanted = tuple(dict.fromkeys(codes))
    if all(code in kept for code in wanted):
        return wanted
    known = {it.code for it in await list_segments(shop)}
    unknown = next((code for code in wanted if code not in known and code not in kept), None)
    if unknown is not None:
        told = message("There is no segment %(code)s.", code=unknown[:LONGEST_SHOWN])
        raise Invalid.field("segments", told, "unknown")
    return wanted


async def find_segments(shop: Shop, text: str) -> list[Segment]:
    """The first few segments whose labels or codes hold all the words that were typed."""
    typed = text.casefold().split()
    held = [it for it in await list_segments(shop) if all(word in f"{it.label} {it.code}".casefold() for word in typed)]
    return held[:OFFERED]
