"""Taking away what reviews left outside their own collections."""

from __future__ import annotations

from spoeq_core.sdk import Shop, let_go, rated_products, set_ratings
from spoeq_reviews.documents import ReviewRepository
from spoeq_reviews.model import STARS
from spoeq_reviews.service.writing import remove_photos


async def remove_everything(shop: Shop) -> None:
    """The photos of all reviews, and the stars of all products. May be repeated."""
    async for review in shop.repository(ReviewRepository).stream({"photos": {"$ne": []}}):
        for photo in review.photos:
            await let_go(shop, photo)
        await remove_photos(shop, review.photos)
    await set_ratings(shop, dict.fromkeys(await rated_products(shop), (0,) * len(STARS)))
