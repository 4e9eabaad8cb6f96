"""What other shoppers do with a review: find it helpful, or report it; each once, whatever they press."""

from __future__ import annotations

from spoeq_core.sdk import NotFound, Shop
from spoeq_reviews.documents import ReviewRepository
from spoeq_reviews.model import Reason, Review


async def shown_review(shop: Shop, key: str) -> Review:
    """The review of that id, as everybody may see it.

    Raises:
        NotFound: there is none, or it is not shown.
    """
    found = await shop.repository(ReviewRepository).find_by_id(key)
    if found is None or not found.is_shown:
        raise NotFound("There is no such review.", hint="It may have been changed or taken away.")
    return found


async def find_helpful(shop: Shop, review: Review, who: str, *, yes: bool) -> int:
    """Count somebody's vote, or take it back; how many there are then. An author's own does not count."""
    reviews = shop.repository(ReviewRepository)
    if yes and who != review.author:
        await reviews.add_voice(review.id, who, "voters", "helpful")
    elif not yes:
        await reviews.take_voice(review.id, who)
    found = await reviews.find_by_id(review.id)
    return found.helpful if found else 0


async def report(shop: Shop, review: Review, who: str, reason: Reason) -> bool:
    """Note that somebody thinks it should not be shown; whether they had not said so before."""
    said = f"reported_as.{reason.value}"
    return await shop.repository(ReviewRepository).add_voice(review.id, who, "reporters", "reports", said)


async def found_helpful(shop: Shop, review: Review, who: str) -> bool:
    """Whether somebody's vote is counted."""
    return await shop.repository(ReviewRepository).has_voice(review.id, who)
