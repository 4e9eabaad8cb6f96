"""Reviews as pages and the API show them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spoeq_core.sdk import Image, Product, Shop, image_view, message, translate
from spoeq_reviews.model import Review

View = dict[str, Any]


def review_view(shop: Shop, review: Review, product: Product | None = None) -> View:
    """A review as everybody may see it.

    Args:
        shop: The shop.
        review: The review.
        product: What it is about, where that is known: photos say so to those who cannot see them.
    """
    return {
        "id": review.id,
        "product_id": review.product_id,
        "author": review.name or None,
        "rating": review.rating,
        "title": review.title,
        "body": review.body,
        "language": review.language or None,
        "verified": review.verified,
        "photos": [photo_view(shop, photo, review, product.name if product else photo.alt) for photo in review.photos],
        "helpful": review.helpful,
        "reply": {"body": review.reply.body, "at": review.reply.at} if review.reply else None,
        "created_at": review.created_at,
        "edited_at": review.edited_at,
    }


def own_view(shop: Shop, review: Review, product: Product | None = None) -> View:
    """The same for whoever wrote it: also where it is, and the version that a change is made of."""
    return {
        **review_view(shop, review, product),
        "status": review.state.value,
        "reason": review.reason or None,
        "version": review.version,
    }


def staff_view(shop: Shop, review: Review, product: Product | None = None) -> View:
    """The same for staff: also who wrote it, and what others think of it."""
    return {
        **own_view(shop, review, product),
        "customer_id": review.customer_id or None,
        "reports": review.reports,
        "reported_as": dict(review.reported_as),
    }


def photo_view(shop: Shop, photo: Image, review: Review, product: str) -> View:
    """A photo, with the address of its largest file: uncut where the small ones are cut."""
    by = {"product": product, "name": review.name}
    alt = message("Photo of %(product)s by %(name)s", **by) if review.name else message("Photo of %(product)s", **by)
    view = image_view(shop, photo)
    full = shop.storage.url(photo.whole.key) if photo.whole else view["src"]
    return {**view, "alt": translate(alt), "full": full}


def rating_view(product: Mapping[str, Any]) -> View:
    """Average, count, and the share of each number of stars, of a product as pages get it."""
    rating = product["rating"]
    count = rating["count"]
    return {
        "average": rating["average"],
        "count": count,
        "bars": [
            {"stars": stars, "count": given, "percent": round(given * 100 / count) if count else 0}
            for stars, given in reversed(list(enumerate(rating["stars"], start=1)))
        ],
    }
