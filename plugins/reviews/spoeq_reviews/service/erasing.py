"""Taking the person out of a review, and what nobody reads with them."""

from __future__ import annotations

from dataclasses import replace

from spoeq_core.sdk import Shop, StaleAggregate, let_go
from spoeq_reviews.documents import ReviewRepository
from spoeq_reviews.model import Review, State
from spoeq_reviews.service.writing import delete_review, events_of, remove_photos

TRIES = 5


async def erase_author(shop: Shop, review: Review) -> None:
    """A shown review without name, account, order and photos; any other is deleted. May be repeated.

    Raises:
        StaleAggregate: it is being changed by others at once.
    """
    reviews = shop.repository(ReviewRepository)
    for _ in range(TRIES):
        found = await reviews.find_by_id(review.id)
        if found is None or found.state is State.DELETED or found.author != review.author:
            return
        try:
            await (_anonymise(shop, found) if found.is_shown else delete_review(shop, found))
        except StaleAggregate:
            continue
        return
    raise StaleAggregate("A review is being changed by many at once.", hint="Try again.")


async def forget_votes(shop: Shop, who: str) -> None:
    """Take somebody out of the lists of who voted; the counts stay."""
    reviews = shop.repository(ReviewRepository).collection
    for voices in ("voters", "reporters"):
        await reviews.update_many({voices: who}, {"$pull": {voices: who}})


async def _anonymise(shop: Shop, review: Review) -> None:
    nobody = replace(review, author="", customer_id="", name="", order_id="", photos=())
    for photo in review.photos:
        await let_go(shop, photo)
    await shop.repository(ReviewRepository).save(nobody, *events_of(review, nobody))
    await remove_photos(shop, review.photos)
