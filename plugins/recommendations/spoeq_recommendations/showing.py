"""What recommendations put into the shop's own pages: the same for everybody, so that product pages may be kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from spoeq_core.sdk import (
    Fragment,
    RecommendationKind,
    RecommendationQuery,
    Shop,
    recommended,
    recommended_view,
)
from spoeq_recommendations.settings import RecommendationSettings

PRODUCT: Final = "product.below_main"
BELOW: Final = "product.below_related"
CART: Final = "cart.below_main"
SLOTS: Final = (PRODUCT, BELOW, CART)


async def fragments(shop: Shop, slot: str, page: Mapping[str, Any]) -> Sequence[Fragment] | None:
    """What stands in a slot of the storefront."""
    settings = shop.plugin_settings(RecommendationSettings)
    found: list[Fragment] = []
    if slot == PRODUCT and settings.together:
        found += await _rail(shop, (page["product"]["id"],), settings.shown, "product")
    if slot == CART and settings.cart:
        inside = tuple(dict.fromkeys(item["product_id"] for item in page["cart"]["items"]))
        found += await _rail(shop, inside, settings.shown, "cart")
    if slot in {BELOW, CART} and settings.viewed:
        now = page["product"]["id"] if slot == BELOW else ""
        found.append(Fragment("recommendations/viewed_place.html", {"now": now}, weight=90))
    return found or None


async def _rail(shop: Shop, anchors: tuple[str, ...], limit: int, place: str) -> list[Fragment]:
    query = RecommendationQuery(anchors, RecommendationKind.TOGETHER, limit)
    cards = [recommended_view(shop, one) for one in await recommended(shop, query)]
    return [Fragment("recommendations/rail.html", {"products": cards, "place": place}, weight=20)] if cards else []
