"""The one way by which the storefront and the API get recommendations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from spoeq_core.catalog import service as catalog
from spoeq_core.catalog.model import Product, ProductQuery, Sort
from spoeq_core.hooks import recommendation as hooks
from spoeq_core.kernel.messages import message
from spoeq_core.recommendations.model import (
    MOST_ANCHORS,
    Recommendation,
    RecommendationKind,
    RecommendationQuery,
    Recommended,
)
from spoeq_core.shop import Shop

SPARE = 8
"""Recommendations asked for beyond those wanted, in place of what turns out to be sold out."""
SAME_CATEGORY = message("From the same category")


async def recommended(shop: Shop, query: RecommendationQuery, anchors: Sequence[Product] = ()) -> list[Recommended]:
    """Products that go with the anchors and can be bought now, best first.

    The first recommender that answers says which; one command reads them. Where none answers, similar products are
    the bestselling ones of the category, and nothing is known to be bought together.

    Args:
        shop: The shop.
        query: What is wanted.
        anchors: The products of the query's anchors, if they were read already.
    """
    query = replace(query, anchors=query.anchors[:MOST_ANCHORS], without=query.unwanted)
    if not query.anchors or query.limit < 1:
        return []
    found = await _asked(shop, replace(query, limit=query.limit + SPARE))
    if found is None:
        return await _plain(shop, query, anchors) if query.kind is RecommendationKind.SIMILAR else []
    why = {one.product_id: one.why for one in reversed(found) if one.product_id not in query.unwanted}
    order = list(dict.fromkeys(one.product_id for one in found if one.product_id in why))
    products = await catalog.shown_by_ids(shop, order[: query.limit + SPARE]) if order else []
    return [Recommended(product, why[product.id]) for product in products if product.in_stock][: query.limit]


async def _asked(shop: Shop, query: RecommendationQuery) -> Sequence[Recommendation] | None:
    """What the first recommender that answers says; those that fail or are late are skipped."""
    spec = hooks.register_recommender
    for part in shop.hooks.parts(spec):
        found = await shop.hooks.guarded(spec, part.plugin, partial(part.value.recommend, shop, query))
        if found is not None:
            return found
    return None


async def _plain(shop: Shop, query: RecommendationQuery, anchors: Sequence[Product]) -> list[Recommended]:
    """The bestselling products of the first anchor's own category."""
    known = [product for product in anchors if product.id == query.anchors[0]]
    first = next(iter(known or await catalog.products_by_ids(shop, query.anchors[:1])), None)
    if first is None or not first.category_ids:
        return []
    wanted = ProductQuery(category=first.category_ids[-1], sort=Sort.BESTSELLING, in_stock=True, per_page=24)
    found = await shop.cache.get_or_make(
        f"bestselling of {first.category_ids[-1]}", lambda: catalog.first_products(shop, wanted)
    )
    return [Recommended(product, SAME_CATEGORY) for product in found if product.id not in query.unwanted][: query.limit]
