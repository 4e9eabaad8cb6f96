"""The stars of products, counted from the reviews that are shown. The reviews are the truth; this only follows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from spoeq_core.sdk import Conflict, Shop, rated_products, set_ratings
from spoeq_reviews.documents import ReviewRepository

ROUNDS: Final = 5
BATCH: Final = 200


async def recount(shop: Shop, product_ids: Sequence[str]) -> None:
    """Set the ratings of products to what their reviews say now.

    Counted again after it was written: whoever writes last has seen that what it wrote is still so, whatever others
    count at the same time.

    Raises:
        Conflict: reviews change faster than they can be counted; the next count heals it.
    """
    reviews = shop.repository(ReviewRepository)
    stars = await reviews.stars(product_ids)
    for _ in range(ROUNDS):
        await set_ratings(shop, stars)
        now = await reviews.stars(product_ids)
        if now == stars:
            return
        stars = now
    raise Conflict("Reviews of the same product change faster than they are counted.", hint="It is tried again.")


async def recount_everything(shop: Shop) -> None:
    """The same for all products that have a review or a rating: heals whatever a crash or a pause left half done."""
    keys = sorted({*await shop.repository(ReviewRepository).reviewed_products(), *await rated_products(shop)})
    for start in range(0, len(keys), BATCH):
        await recount(shop, keys[start : start + BATCH])
    await shop.repository(ReviewRepository).bury_all()
