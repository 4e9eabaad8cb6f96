"""A segment in words, for staff."""

from __future__ import annotations

from spoeq_core.sdk import counted, format_amount, message
from spoeq_segments.model import Rule, Segment


def who(segment: Segment) -> str:
    """Who is in it."""
    match segment.rule:
        case Rule.ORDERS:
            return counted("One order or more", "%(n)s orders or more", segment.number)
        case Rule.SPENT:
            return message("%(amount)s or more spent", amount=format_amount(segment.amount, segment.currency))
        case Rule.RECENT:
            return counted("Last order at most one day ago", "Last order at most %(n)s days ago", segment.number)
        case Rule.QUIET:
            return counted("Last order more than one day ago", "Last order more than %(n)s days ago", segment.number)
        case Rule.BUSINESS:
            return message("Businesses with a GSTIN")
    return message("Chosen by hand")
