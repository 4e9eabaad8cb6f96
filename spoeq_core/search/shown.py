"""Lists of products as pages show them: found once, kept until a product changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from spoeq_core.catalog.model import Categories, Product, ProductPage, ProductQuery
from spoeq_core.catalog.service import WEIGHT
from spoeq_core.search.service import find_products
from spoeq_core.shop import Shop

V = TypeVar("V")


async def shown_products(
    shop: Shop, query: ProductQuery, categories: Categories | None = None, *, counted: bool = True
) -> ProductPage:
    """What `find_products` finds; of what visitors typed or narrowed less is kept."""
    found, _ = await shown_list(shop, query, categories, counted=counted)
    return found


async def shown_list(
    shop: Shop,
    query: ProductQuery,
    categories: Categories | None = None,
    *,
    counted: bool = True,
    view: Callable[[Shop, Product], V] | None = None,
) -> tuple[ProductPage, tuple[V, ...]]:
    """The same, with a view of each product, which is made once: of nothing but the product, settings and plugins."""
    plain = ProductQuery(category=query.category, sort=query.sort, per_page=query.per_page, page=query.page)
    asked = replace(query, attributes=dict(sorted(query.attributes.items())))

    async def make() -> tuple[ProductPage, tuple[V, ...]]:
        found = await find_products(shop, query, categories, counted=counted)
        return found, () if view is None else tuple(view(shop, product) for product in found.items)

    return await shop.cache.get_or_make(
        f"list {view.__name__ if view else ''} {counted} {asked}",
        make,
        shelf="data" if asked == plain else "searches",
        weigh=lambda kept: WEIGHT * (1 + len(kept[0].items)),
    )
