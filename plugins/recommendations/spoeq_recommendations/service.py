"""Taking up orders, counting pairs, and answering what goes with what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from spoeq_core.sdk import (
    Basket,
    Conflict,
    OrderStatus,
    Product,
    ProductQuery,
    Recommendation,
    RecommendationKind,
    RecommendationQuery,
    Shop,
    Sort,
    StaleAggregate,
    Unavailable,
    baskets,
    exactly,
    find_products,
    message,
    products_by_ids,
    shown_by_ids,
    shown_categories,
)
from spoeq_recommendations.documents import BasketRepository, NeighboursDocument, NeighboursRepository
from spoeq_recommendations.model import (
    KEPT,
    MOST_IN_BASKET,
    KeptBasket,
    Neighbours,
    going_with,
    neighbours,
    similar,
    why_together,
)
from spoeq_recommendations.settings import RecommendationSettings

AT_ONCE = 20
POOL = 48
"""Products among which similar ones are looked for."""
PRODUCT_BYTES = 6_000
TRIES = 5
PAIRS = str(NeighboursDocument.model_config["collection"])


@dataclass(frozen=True, slots=True)
class Numbers:
    """How much is known: orders that count, products with neighbours, and when something was counted last."""

    orders: int
    products: int
    waiting: int
    counted_at: datetime | None


class OwnRecommender:
    """Recommends by what was bought together, and by what products have in common."""

    async def recommend(self, shop: Shop, query: RecommendationQuery) -> Sequence[Recommendation] | None:
        """What goes with the anchors; None for a product that nothing is known of."""
        if query.kind is RecommendationKind.TOGETHER:
            return await _together(shop, query)
        if not shop.plugin_settings(RecommendationSettings).similar:
            return []
        return await _similar(shop, query)


async def take_up(shop: Shop, found: Sequence[Basket]) -> None:
    """Keep what these orders say now. Told twice, late or out of order it comes to the same: cancelled is for good."""
    repository = shop.repository(BasketRepository)
    cancelled = [basket for basket in found if basket.status is OrderStatus.CANCELLED]
    if sold := [kept for basket in found if basket.counts if (kept := _kept(basket))]:
        await repository.sold(sold)
    if gone := [kept for basket in cancelled if (kept := _kept(basket))]:
        await repository.cancelled(gone)


async def take_up_order(shop: Shop, order_id: str) -> None:
    """Something happened to an order."""
    await take_up(shop, await baskets(shop, [order_id]))


async def count_fresh(shop: Shop) -> None:
    """Count the pairs of orders that came or were cancelled."""
    repository = shop.repository(BasketRepository)
    while fresh := await repository.fresh(AT_ONCE):
        for product_id in dict.fromkeys(key for basket in fresh for key in basket.products):
            await count_product(shop, product_id)
        await repository.counted(fresh)


async def count_product(shop: Shop, product_id: str) -> bool:
    """Count anew what was bought with a product; whether that is something else than before.

    Raises:
        Unavailable: others counted it all the time.
    """
    pairs = shop.repository(NeighboursRepository)
    for _ in range(TRIES):
        known = await pairs.find_by_id(product_id)
        together = neighbours(product_id, await shop.repository(BasketRepository).with_product(product_id))
        if together == (known.together if known else ()):
            return False
        best = together[0].orders if together else 0
        counted = replace(known or Neighbours(product_id), together=together, best=best, counted_at=shop.clock.now())
        try:
            await (pairs.save(counted) if known else pairs.insert(counted))
        except (StaleAggregate, Conflict):
            continue
        return True
    raise Unavailable(
        message("The pairs of %(product_id)s are being counted elsewhere.", product_id=product_id),
        hint="It is tried again.",
    )


async def known_products(shop: Shop) -> list[str]:
    """Every product that has pairs, or may have some now, in one order."""
    kept = await shop.repository(BasketRepository).product_ids()
    return sorted(kept | await shop.repository(NeighboursRepository).product_ids())


async def numbers(shop: Shop) -> Numbers:
    """How much is known."""
    kept, pairs = shop.repository(BasketRepository), shop.repository(NeighboursRepository)
    newest = await pairs.find({"counted_at": {"$ne": None}}, sort=[("counted_at", -1)], limit=1)
    return Numbers(
        await kept.count({"sold": True}),
        await pairs.count({"best": {"$gt": 0}}),
        await kept.count({"fresh": {"$gt": ""}}),
        newest[0].counted_at if newest else None,
    )


async def _together(shop: Shop, query: RecommendationQuery) -> list[Recommendation]:
    found = await _pairs_of(shop, query.anchors)
    minimum = shop.plugin_settings(RecommendationSettings).minimum
    chosen = going_with(found, minimum, query.unwanted)[: query.limit]
    names: dict[str, str] = {}
    if len(query.anchors) > 1 and chosen:
        anchors = await products_by_ids(shop, list({anchor for _, anchor, _ in chosen}))
        names = {product.id: product.name for product in anchors}
    return [Recommendation(key, why_together(orders, names.get(anchor, ""))) for key, anchor, orders in chosen]


async def _pairs_of(shop: Shop, ids: Sequence[str]) -> Sequence[Neighbours]:
    """What goes with these; of one product it is kept until that is counted anew."""
    pairs = shop.repository(NeighboursRepository)
    if len(ids) > 1:
        return await pairs.find({"_id": {"$in": list(ids)}})
    return await shop.cache.get_or_make(
        f"recommendations of {ids[0]}",
        lambda: pairs.find({"_id": ids[0]}),
        tags=lambda _: exactly(PAIRS, ids[0]),
    )


async def _similar(shop: Shop, query: RecommendationQuery) -> list[Recommendation] | None:
    anchor = next(iter(await shown_by_ids(shop, query.anchors[:1])), None)
    if anchor is None:
        return None
    pool = await _pool(shop, anchor)
    found = [one for one in similar(anchor, pool) if one.product_id not in query.unwanted]
    return found[: query.limit]


async def _pool(shop: Shop, anchor: Product) -> Sequence[Product]:
    """The bestselling products of the shelf and of those beside it, kept for all products of these."""
    categories = await shown_categories(shop)
    category = categories.find(anchor.category_ids[-1]) if anchor.category_ids else None
    if category is None and not anchor.brand_id:
        return ()
    shelf = category.path[-2] if category and len(category.path) > 1 else category.id if category else None
    wanted = ProductQuery(
        category=shelf,
        brands=() if shelf else (anchor.brand_slug,),
        in_stock=True,
        sort=Sort.BESTSELLING,
        per_page=POOL,
    )
    page = await shop.cache.get_or_make(
        f"recommendations like {shelf or anchor.brand_id}",
        lambda: find_products(shop, wanted, categories, counted=False),
        weigh=lambda page: PRODUCT_BYTES * (1 + len(page.items)),
    )
    return page.items


def _kept(basket: Basket) -> KeptBasket | None:
    """What is kept of an order; nothing of one with a single product."""
    products = basket.product_ids[:MOST_IN_BASKET]
    if len(products) < 2:  # noqa: PLR2004 - a pair is of two
        return None
    return KeptBasket(basket.order_id, products, basket.placed_at, basket.placed_at + KEPT)
