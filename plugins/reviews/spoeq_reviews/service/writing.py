"""Writing a review, changing it, and taking it back."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from spoeq_core.sdk import (
    Conflict,
    Event,
    FieldError,
    Forbidden,
    Image,
    Invalid,
    NotFound,
    Product,
    Shop,
    StaleAggregate,
    forget_files,
    let_go,
    message,
    new_id,
    store_picture,
)
from spoeq_reviews.documents import ReviewRepository
from spoeq_reviews.events import ReviewChanged, ReviewPublished
from spoeq_reviews.model import (
    MOST_PHOTOS,
    Author,
    Draft,
    Review,
    State,
    checked,
    first_state,
    review_id,
    shown_name,
)
from spoeq_reviews.service.purchases import verifying_order
from spoeq_reviews.settings import ReviewSettings

WIDTHS: Final = (160, 320, 960)


async def review_of(shop: Shop, product_id: str, author: Author) -> Review | None:
    """What somebody wrote about a product."""
    found = await shop.repository(ReviewRepository).find_by_id(review_id(product_id, author.key))
    return found if found is not None and found.state is not State.DELETED else None


async def write_review(shop: Shop, author: Author, product: Product, draft: Draft) -> Review:
    """A new review; shown at once if the merchant decided so, else when staff have read it.

    Raises:
        Invalid: words or photos are refused; all of it is named.
        Forbidden: only who bought it may review it.
        Conflict: they reviewed it before (`already_reviewed`).
    """
    words = checked(draft.words)
    reviews, key = shop.repository(ReviewRepository), review_id(product.id, author.key)
    former = await reviews.find_by_id(key)
    if former is not None and former.state is not State.DELETED:
        raise _twice()
    order_id = await _require_purchase(shop, author, product.id)
    photos = await _stored(shop, key, product, draft.photos)
    now = shop.clock.now()
    review = Review(
        id=key,
        product_id=product.id,
        author=author.key,
        customer_id=author.customer_id,
        name=shown_name(author.name),
        rating=words.rating,
        title=words.title,
        body=words.body,
        language=words.language,
        state=State.PENDING,
        created_at=now,
        verified=bool(order_id),
        order_id=order_id or author.order_id,
        photos=photos,
    )
    review = _in_first_state(shop, review)
    try:
        if former is None:
            stored = await reviews.insert(review, *events_of(None, review))
        else:
            stored = await reviews.save(replace(review, version=former.version), *events_of(None, review))
    except (Conflict, StaleAggregate):
        raise _twice() from None
    await forget_files(shop, photos)
    return stored


async def change_review(shop: Shop, review: Review, product: Product, author: Author, draft: Draft) -> Review:
    """The review with other words and photos; it is read by staff again.

    Args:
        shop: The shop.
        review: As it was seen, with its version.
        product: What it is about.
        author: Who wrote it.
        draft: What it says from now on.

    Raises:
        Invalid: words or photos are refused.
        StaleAggregate: it was changed meanwhile.
    """
    words = checked(draft.words)
    kept = tuple(photo for photo in review.photos if photo.id not in draft.without)
    added = await _stored(shop, review.id, product, draft.photos, already=len(kept))
    order_id = await verifying_order(shop, author, product.id)
    changed = replace(
        review,
        rating=words.rating,
        title=words.title,
        body=words.body,
        language=words.language or review.language,
        name=shown_name(author.name),
        photos=(*kept, *added),
        verified=bool(order_id),
        order_id=order_id or review.order_id,
        reason="",
        edited_at=shop.clock.now(),
    )
    changed = _in_first_state(shop, changed)
    gone = [photo for photo in review.photos if photo.id in draft.without]
    await _let_go(shop, gone)
    stored = await shop.repository(ReviewRepository).save(changed, *events_of(review, changed))
    await forget_files(shop, added)
    await remove_photos(shop, gone)
    return stored


async def delete_review(shop: Shop, review: Review) -> None:
    """Take a review away, with its photos. What stays for a moment has no words, and goes once the stars are counted.

    Raises:
        StaleAggregate: it was changed meanwhile.
    """
    reviews = shop.repository(ReviewRepository)
    nobody = replace(review, author="", customer_id="", order_id="", name="", photos=())
    empty = replace(nobody, state=State.DELETED, title="", body="", reply=None, reason="")
    await _let_go(shop, review.photos)
    await reviews.save(empty, ReviewChanged(review_id=review.id, product_id=review.product_id))
    await reviews.clear_voices(review.id)
    await remove_photos(shop, review.photos)


async def own_review(shop: Shop, key: str, author: Author | None) -> Review:
    """The review of that id, for whoever wrote it; to others it does not exist.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    found = await shop.repository(ReviewRepository).find_by_id(key)
    if found is None or found.state is State.DELETED or author is None or found.author != author.key:
        raise NotFound("There is no such review of yours.")
    return found


async def may_review(shop: Shop, author: Author, product_id: str) -> bool:
    """Whether they may review it at all."""
    if shop.plugin_settings(ReviewSettings).unverified and author.customer_id:
        return True
    return bool(await verifying_order(shop, author, product_id))


async def remove_photos(shop: Shop, photos: Sequence[Image]) -> None:
    """Remove the files at once: nobody shall see what its owner took away. What fails here, `let_go` removes later."""
    keys = [key for photo in photos for key in photo.keys]
    await asyncio.gather(*(shop.storage.delete(key) for key in keys), return_exceptions=True)


def events_of(before: Review | None, after: Review) -> tuple[Event, ...]:
    """What is told of a change: the product is counted anew if a shown review came, went or changed."""
    events: list[Event] = []
    if after.is_shown or (before is not None and before.is_shown):
        events.append(ReviewChanged(review_id=after.id, product_id=after.product_id))
    if after.is_shown and not (before is not None and before.published_at):
        events.append(ReviewPublished(review_id=after.id))
    return tuple(events)


def _in_first_state(shop: Shop, review: Review) -> Review:
    publish_from = shop.plugin_settings(ReviewSettings).publish_from
    state = first_state(verified=review.verified, rating=review.rating, publish_from=publish_from)
    first_shown = shop.clock.now() if state is State.PUBLISHED else None
    return replace(review, state=state, published_at=review.published_at or first_shown)


async def _require_purchase(shop: Shop, author: Author, product_id: str) -> str:
    order_id = await verifying_order(shop, author, product_id)
    if not order_id and not (author.customer_id and shop.plugin_settings(ReviewSettings).unverified):
        raise Forbidden(
            "Only who bought this here can review it.",
            hint="Sign in with the account that you ordered with, once the order has arrived.",
            code="not_bought",
        )
    return order_id


async def _stored(
    shop: Shop, key: str, product: Product, photos: Sequence[bytes], already: int = 0
) -> tuple[Image, ...]:
    if photos and not shop.plugin_settings(ReviewSettings).photos:
        raise Invalid.field("photos", "This shop takes no photos with reviews.", "not_taken")
    if already + len(photos) > MOST_PHOTOS:
        words = message("A review has at most %(most)s photos.", most=MOST_PHOTOS)
        raise Invalid("Too many photos.", errors=[FieldError("photos", words, "too_many")])
    stored = []
    for content in photos:
        try:
            stored.append(await store_picture(shop, f"reviews/{key}/{new_id()}", content, product.name, WIDTHS))
        except Invalid as error:
            errors = [FieldError("photos", problem.message, problem.code) for problem in error.errors]
            raise Invalid("A photo was refused.", errors=errors) from None
    return tuple(stored)


async def _let_go(shop: Shop, photos: Sequence[Image]) -> None:
    for photo in photos:
        await let_go(shop, photo)


def _twice() -> Conflict:
    return Conflict(
        "You reviewed this already.", hint="Change your review instead of writing another.", code="already_reviewed"
    )
