"""What reviews put into the shop's own pages: the same for everybody, so that those pages may be kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from spoeq_core.sdk import Fragment, Shop, query_text
from spoeq_reviews.model import Filter, Order, State
from spoeq_reviews.service.moderating import list_reviews
from spoeq_reviews.service.purchases import counting
from spoeq_reviews.views import rating_view, review_view

SHOWN: Final = 5
"""Reviews on a product's own page; the others are a link away."""
SLOTS: Final = ("layout.head", "product.below_main", "account.nav", "order.actions", "tracking.below_timeline")
SCHEMA: Final = "https://schema.org"
View = Mapping[str, Any]


async def fragments(shop: Shop, slot: str, page: View) -> Sequence[Fragment] | None:
    """What stands in a slot of the storefront."""
    if slot == "layout.head":
        return [Fragment("reviews/style.html")] if page["page"]["kind"] == "product" else None
    if slot == "product.below_main":
        return [await _section(shop, page["product"])]
    if slot == "account.nav":
        return [Fragment("reviews/nav.html")]
    if slot in {"order.actions", "tracking.below_timeline"}:
        return _order_action(shop, page["order"])
    return None


async def _section(shop: Shop, product: View) -> Fragment:
    path = f"/product/{product['slug']}/reviews"
    reviews = []
    if count := product["rating"]["count"]:
        wanted = Filter(product["id"], State.PUBLISHED, order=Order.HELPFUL)
        reviews = list((await list_reviews(shop, wanted, 1, SHOWN, total=count)).items)
    views = [review_view(shop, review) for review in reviews]
    data = {
        "rating": rating_view(product),
        "reviews": views,
        "path": path,
        "write": f"/reviews/write/{product['slug']}",
        "structured": _structured(shop, product, views),
    }
    return Fragment("reviews/section.html", data, weight=40)


def _structured(shop: Shop, product: View, reviews: Sequence[View]) -> dict[str, Any]:
    """The reviews that are shown, for search engines, said of the product that the page describes."""
    url = f"{shop.settings.base_url.rstrip('/')}/product/{product['slug']}"
    return {
        "@context": SCHEMA,
        "@type": "ProductGroup" if product["options"] else "Product",
        "@id": f"{url}#product",
        "name": product["name"],
        "review": [
            {
                "@type": "Review",
                "name": review["title"],
                "reviewBody": review["body"],
                "datePublished": review["created_at"].date().isoformat(),
                "author": {"@type": "Person", "name": review["author"] or shop.profile.name},
                "reviewRating": {"@type": "Rating", "ratingValue": review["rating"], "bestRating": 5, "worstRating": 1},
            }
            for review in reviews
        ],
    }


def _order_action(shop: Shop, order: View) -> Sequence[Fragment] | None:
    if order["status"] not in {status.value for status in counting(shop)}:
        return None
    token = query_text("token", longest=400)
    path = f"/reviews/order/{order['id']}" + (f"?token={token}" if token else "")
    return [Fragment("reviews/order_action.html", {"path": path})]
