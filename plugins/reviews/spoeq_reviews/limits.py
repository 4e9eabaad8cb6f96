"""How often one visitor, and one account, may do what."""

from __future__ import annotations

from typing import Final

from spoeq_core.sdk import Shop, client_address, limit

HOUR: Final = 3600
WRITES: Final = 20
"""Reviews written and changed: by one account, and from one address five times as many."""
VOTES: Final = 120
REPORTS: Final = 20


async def limit_writing(shop: Shop, key: str) -> None:
    """Count a review that is sent.

    Raises:
        TooManyRequests: this person, or this address, sent too many in the last hour.
    """
    await limit(shop, "review", key, WRITES, HOUR)
    await limit(shop, "reviews-from", client_address(), WRITES * 5, HOUR)


async def limit_votes(shop: Shop) -> None:
    """Count a vote.

    Raises:
        TooManyRequests: too many came from this address in the last hour.
    """
    await limit(shop, "review-vote", client_address(), VOTES, HOUR)


async def limit_reports(shop: Shop) -> None:
    """Count a report.

    Raises:
        TooManyRequests: too many came from this address in the last hour.
    """
    await limit(shop, "review-report", client_address(), REPORTS, HOUR)
