"""Lists of products as pages show them: found once, kept until a product changes."""

from __future__ import annotations

from dataclasses import replace

from spoeq_core.catalog.model import Categories, ProductPage, ProductQuery
from spoeq_core.catalog.service import WEIGHT
from spoeq_core.search.service import find_products
from spoeq_core.shop import Shop


async def shown_products(
    shop: Shop, query: ProductQuery, categories: Categories | None = None, *, counted: bool = True
) -> ProductPage:
    """What `find_products` finds; of what visitors typed or narrowed less is kept."""
    plain = ProductQuery(category=query.category, sort=query.sort, per_page=query.per_page, page=query.page)
    asked = replace(query, attributes=dict(sorted(query.attributes.items())))
    return await shop.cache.get_or_make(
        f"list {counted} {asked}",
        lambda: find_products(shop, query, categories, counted=counted),
        shelf="data" if asked == plain else "searches",
        weigh=lambda found: WEIGHT * (1 + len(found.items)),
    )
