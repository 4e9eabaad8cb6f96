"""The rating of products: set by whoever collects reviews, and shown only while that plugin is enabled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from spoeq_core.catalog.documents import ProductRepository
from spoeq_core.catalog.model import ProductQuery, Sort
from spoeq_core.hooks import app as app_hooks
from spoeq_core.kernel.errors import Invalid
from spoeq_core.kernel.messages import message
from spoeq_core.shop import Shop

STARS: Final = 5
BATCH: Final = 500


async def set_ratings(shop: Shop, ratings: Mapping[str, Sequence[int]]) -> list[str]:
    """Keep how many gave one star, two, … five: `{product id: (0, 0, 1, 4, 9)}`; the ids whose rating it changed.

    Average and count follow from it. The products' versions stay, and `ProductRated` is told of each that changed.
    Ids that there are not are passed over. Whoever counts in parallel counts again after it was written.

    Raises:
        Invalid: there are not five counts, or one is below zero.
    """
    for key, stars in ratings.items():
        if len(stars) != STARS or min(stars) < 0:
            raise Invalid(
                message(
                    "The rating of product '%(key)s' is %(wanted)s counts from zero, not %(given)s.",
                    key=key,
                    wanted=STARS,
                    given=list(stars),
                )
            )
    keys = list(ratings)
    parts = [{key: ratings[key] for key in keys[at : at + BATCH]} for at in range(0, len(keys), BATCH)]
    return [key for part in parts for key in await shop.repository(ProductRepository).set_ratings(part)]


async def rated_products(shop: Shop) -> list[str]:
    """The ids of the products that have a rating, whether it is shown now or not."""
    found = shop.repository(ProductRepository).collection.find({"rating_average": {"$gt": 0}}, {"_id": 1})
    return [raw["_id"] async for raw in found]


def shows_ratings(shop: Shop) -> bool:
    """Whether an enabled plugin rates products."""
    return any(part.value for part in shop.hooks.parts(app_hooks.register_ratings))


def rated_query(shop: Shop, query: ProductQuery) -> ProductQuery | None:
    """The query as it can be answered; while nobody rates, None if stars are asked for, and no order by them."""
    if shows_ratings(shop):
        return query
    if query.rating_min:
        return None
    return replace(query, sort=Sort.NEWEST) if query.sort is Sort.RATING else query
