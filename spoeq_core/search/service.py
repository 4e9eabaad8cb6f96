"""Lists of products for everybody: the one way by which the storefront and the API find them."""

from __future__ import annotations

from functools import partial

from spoeq_core.catalog import service as catalog
from spoeq_core.catalog.model import Categories, ProductPage, ProductQuery, ProductStatus
from spoeq_core.hooks import catalog as catalog_hooks
from spoeq_core.kernel.cache import BRIEFLY, depends_on, keep_at_most
from spoeq_core.search.model import INDEXED, Found, SearchQuery
from spoeq_core.shop import Shop


async def find_products(
    shop: Shop, query: ProductQuery, categories: Categories | None = None, *, counted: bool = True
) -> ProductPage:
    """A page of the products that match, with the total and the facets.

    The first engine that answers says which they are, and one command reads them (one more for a category whose tree
    was not read already). Where none answers, and for lists of drafts, which no engine has, it is
    `catalog.list_products`.

    Args:
        shop: The shop.
        query: What is asked for.
        categories: The category tree, if it was read already.
        counted: Whether the facets are wanted. Without them the total of a list that no words narrow may be that of
            what the page holds.

    Raises:
        Invalid: there is no such page.
    """
    catalog.check_page(query)
    engines = shop.hooks.parts(catalog_hooks.register_search_engine)
    if not engines or query.statuses != (ProductStatus.ACTIVE,):
        return await _from_database(shop, query, categories, counted=counted)
    within = None if query.category is None else await catalog.category_ids(shop, query.category, categories)
    depends_on(INDEXED)
    rated = catalog.rated_query(shop, query)
    if rated is None or within == []:
        return ProductPage((), 0, query.page, query.per_page)
    asked = SearchQuery(rated, None if within is None else tuple(within), counted)
    found = await _asked(shop, asked)
    if found is None:
        return await _from_database(shop, query, categories, counted=counted)
    if not shop.cache.is_settled(catalog.PRODUCTS):
        keep_at_most(BRIEFLY)  # an engine's index may still be on its way to what changed a moment ago
    return await _page(shop, query, found)


async def _from_database(
    shop: Shop, query: ProductQuery, categories: Categories | None, *, counted: bool
) -> ProductPage:
    if counted or query.text.strip():
        return await catalog.list_products(shop, query, categories)
    items = tuple(await catalog.first_products(shop, query, categories))
    return ProductPage(items, len(items), query.page, query.per_page)


async def _asked(shop: Shop, query: SearchQuery) -> Found | None:
    """What the first engine that answers has found."""
    spec = catalog_hooks.register_search_engine
    for part in shop.hooks.parts(spec):
        found = await shop.hooks.guarded(spec, part.plugin, partial(part.value.search, shop, query))
        if found is not None:
            return found
    return None


async def _page(shop: Shop, query: ProductQuery, found: Found) -> ProductPage:
    items = await catalog.products_by_ids(shop, found.ids)
    facets = catalog.named_facets(shop, query, found.counts)
    return ProductPage(tuple(items), found.total, query.page, query.per_page, facets, corrected=found.corrected)
