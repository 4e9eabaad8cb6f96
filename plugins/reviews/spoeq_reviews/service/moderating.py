"""What staff do: publish, reject, answer. Doing it twice is doing it once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from spoeq_core.sdk import NotFound, Product, Shop, StaleAggregate, message, products_by_ids
from spoeq_reviews.documents import ReviewRepository
from spoeq_reviews.model import Filter, Page, Reason, Reply, Review, State, checked_reply
from spoeq_reviews.service.writing import events_of

MOST_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Preview:
    """What a step would do to many: which can take it, and why the others cannot."""

    able: tuple[Review, ...]
    refused: tuple[tuple[Review, str], ...]


async def get_review(shop: Shop, key: str) -> Review:
    """The review of that id.

    Raises:
        NotFound: there is none.
    """
    found = await shop.repository(ReviewRepository).find_by_id(key)
    if found is None or found.state is State.DELETED:
        raise NotFound("There is no such review.", hint="Its author may have deleted it.")
    return found


async def moderate(shop: Shop, review: Review, state: State, reason: Reason | None = None) -> Review:
    """The review published or rejected; as it is if it was so already. What was reported counts as looked at.

    Raises:
        StaleAggregate: it was changed since staff read it.
    """
    reviews = shop.repository(ReviewRepository)
    why = reason.value if reason and state is State.REJECTED else ""
    stored = review
    if (review.state, review.reason) != (state, why):
        first = shop.clock.now() if state is State.PUBLISHED else None
        after = replace(review, state=state, reason=why, published_at=review.published_at or first)
        stored = await reviews.save(after, *events_of(review, after))
    if review.reports:
        await reviews.clear_reports(review.id, review.reports)
    return replace(stored, reports=0)


async def answer(shop: Shop, review: Review, body: str, by: str) -> Review:
    """The review with the shop's reply below it; an empty one takes it away.

    Raises:
        Invalid: it is too long.
        StaleAggregate: the review was changed since staff read it.
    """
    said = checked_reply(body)
    if said == (review.reply.body if review.reply else ""):
        return review
    reply = Reply(said, shop.clock.now(), by) if said else None
    after = replace(review, reply=reply)
    return await shop.repository(ReviewRepository).save(after, *events_of(review, after))


async def chosen(shop: Shop, seen: Mapping[str, int], state: State) -> Preview:
    """What publishing or rejecting would do to reviews, `{id: version that was seen}`."""
    keys = list(seen)[:MOST_AT_ONCE]
    found = await shop.repository(ReviewRepository).find({"_id": {"$in": keys}})
    able, refused = [], []
    for review in found:
        why = _why_not(review, seen[review.id], state)
        (refused.append((review, why)) if why else able.append(review))
    return Preview(tuple(able), tuple(refused))


async def moderate_many(
    shop: Shop, seen: Mapping[str, int], state: State, reason: Reason | None = None
) -> list[Review]:
    """Those of the reviews that were published or rejected; what changed meanwhile is left alone."""
    done = []
    for review in (await chosen(shop, seen, state)).able:
        try:
            done.append(await moderate(shop, review, state, reason))
        except StaleAggregate:
            continue
    return done


async def list_reviews(shop: Shop, wanted: Filter, number: int, per_page: int, *, total: int | None = None) -> Page:
    """A page of reviews; `total` spares the counting where it is known."""
    return await shop.repository(ReviewRepository).page(wanted, number, per_page, total)


async def reviews_by_ids(shop: Shop, keys: Sequence[str]) -> dict[str, Review]:
    """Those of the reviews that there are, by id."""
    query = {"_id": {"$in": list(keys)}, "state": {"$ne": State.DELETED.value}}
    return {review.id: review for review in await shop.repository(ReviewRepository).find(query)} if keys else {}


async def counts(shop: Shop) -> dict[str, int]:
    """How many wait, are shown, rejected and reported."""
    return await shop.repository(ReviewRepository).counts()


async def products_of(shop: Shop, reviews: Sequence[Review]) -> dict[str, Product]:
    """What the reviews are about, by id; one command."""
    keys = sorted({review.product_id for review in reviews})
    return {product.id: product for product in await products_by_ids(shop, keys)} if keys else {}


def _why_not(review: Review, version: int, state: State) -> str:
    if review.state is State.DELETED:
        return message("deleted by its author")
    if review.version != version:
        return message("changed since you read it")
    if review.state is state and not review.reports:
        return message("published already") if state is State.PUBLISHED else message("rejected already")
    return ""
