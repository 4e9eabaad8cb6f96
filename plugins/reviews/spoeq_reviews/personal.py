"""What reviews keep of people: what they wrote, and which orders they are asked about."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from spoeq_core.sdk import Person, PersonalData, Row, Shop, message, orders_of
from spoeq_reviews.documents import InvitationRepository, ReviewRepository
from spoeq_reviews.model import State, guest_key
from spoeq_reviews.service.erasing import erase_author, forget_votes


async def export_reviews(shop: Shop, person: Person) -> AsyncIterator[Row]:
    """What they wrote, in whatever state it is."""
    async for review in shop.repository(ReviewRepository).stream(_theirs(person), sort=[("created_at", 1)]):
        yield {
            "product": review.product_id,
            "shown_as": review.name,
            "rating": review.rating,
            "title": review.title,
            "body": review.body,
            "photos": [shop.storage.url(photo.keys[0]) for photo in review.photos],
            "state": review.state.value,
            "bought_here": review.verified,
            "written_at": review.created_at,
            "edited_at": review.edited_at,
        }


async def erase_reviews(shop: Shop, person: Person) -> None:
    """Shown words and stars stay without a name; the rest is deleted, photos included."""
    async for review in shop.repository(ReviewRepository).stream(_theirs(person)):
        await erase_author(shop, review)
    if person.customer_id:
        await forget_votes(shop, person.customer_id)


async def erase_invitations(shop: Shop, person: Person) -> None:
    """Nobody is asked any more."""
    keys = [order.id async for order in orders_of(shop, person)]
    await shop.repository(InvitationRepository).collection.delete_many({"_id": {"$in": keys}})


def _theirs(person: Person) -> dict[str, Any]:
    keys = [person.customer_id] if person.customer_id else []
    if person.by_email and person.email:
        keys.append(guest_key(person.email))
    return {"author": {"$in": keys}, "state": {"$ne": State.DELETED.value}}


REVIEWS = PersonalData(
    "reviews",
    message("Reviews"),
    "contact",
    "anonymised",
    message(
        "The words and stars of shown reviews stay without name, account and photos, since others have bought and the "
        "average stands on them. Reviews that are not shown are deleted, and so are votes."
    ),
    export_reviews,
    erase_reviews,
)
INVITATIONS = PersonalData(
    "review_invitations",
    message("Orders to be asked about"),
    "contact",
    "deleted",
    message("Numbers of orders only; deleted, otherwise kept for 180 days after the message."),
    erase=erase_invitations,
)
