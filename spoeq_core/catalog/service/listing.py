"""Lists of products from the database: one projected find that is filtered, counted and sorted here, one for the page.

The database's own grouping is far slower than reading few fields of the matches, on the embedded server by an order
of magnitude; above `MAX_COUNTED` matches the database filters and sorts the page, and the facets are those of a part.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from babel import Locale, UnknownLocaleError
from pymongo import ASCENDING, DESCENDING

from spoeq_core.catalog.documents import NEWEST, ProductRepository
from spoeq_core.catalog.model import (
    MAX_PER_PAGE,
    ORIGIN,
    Categories,
    Facet,
    FacetCounts,
    Product,
    ProductPage,
    ProductQuery,
    Row,
    Sort,
    facets_from,
    in_order,
    narrowed,
    terms_of,
)
from spoeq_core.catalog.service.categories import all_categories
from spoeq_core.catalog.service.ratings import rated_query, shows_ratings
from spoeq_core.extensions.facets import ExtensionFacet, facets_of
from spoeq_core.kernel.errors import Invalid
from spoeq_core.kernel.messages import message
from spoeq_core.kernel.mongo import Document, SortKey
from spoeq_core.shop import Shop

MAX_COUNTED = 5_000
LAST_PAGE = 10_000

_SORTS: Mapping[Sort, Sequence[SortKey]] = {
    Sort.NEWEST: (),
    Sort.PRICE: (("lowest_price", ASCENDING),),
    Sort.PRICE_DOWN: (("lowest_price", DESCENDING),),
    Sort.RATING: (("rating_average", DESCENDING), ("rating_count", DESCENDING)),
    Sort.ORIGIN: ((f"declarations.{ORIGIN}", ASCENDING),),
}


async def list_products(
    shop: Shop, query: ProductQuery, categories: Categories | None = None, *, counted: int = MAX_COUNTED
) -> ProductPage:
    """A page of the products that match, with the total and the facets; two commands, three with a category.

    Args:
        shop: The shop.
        query: What is asked for.
        categories: The category tree, if it was read already.
        counted: Above so many matches the database makes the page, and the facets are those of so many.

    Raises:
        Invalid: there is no such page.
    """
    check_page(query)
    asked = rated_query(shop, query)
    base = await _base(shop, asked, categories) if asked else None
    if asked is None or base is None:
        return ProductPage((), 0, query.page, query.per_page)
    declared = facets_of(shop)
    rows = await shop.repository(ProductRepository).rows(base, counted + 1, declared)
    matching, counts = narrowed(rows[:counted], asked)
    facets = named_facets(shop, asked, counts)
    if len(rows) > counted:
        return await _from_database(shop, asked, {"$and": [base, *_conditions(asked, declared)]}, facets)
    return await _from_rows(shop, asked, matching, facets)


async def first_products(shop: Shop, query: ProductQuery, categories: Categories | None = None) -> list[Product]:
    """The products of a list's page and nothing else of it: no total, no facets; as `list_products` finds them.

    One command, two with a category, whose cost does not grow with what else matches.

    Raises:
        Invalid: there is no such page.
    """
    check_page(query)
    asked = rated_query(shop, query)
    base = await _base(shop, asked, categories) if asked else None
    if asked is None or base is None:
        return []
    return await _page(shop, asked, {"$and": [base, *_conditions(asked, facets_of(shop))]})


async def _from_rows(shop: Shop, query: ProductQuery, rows: Sequence[Row], facets: tuple[Facet, ...]) -> ProductPage:
    start = (query.page - 1) * query.per_page
    chosen = in_order(rows, query.sort, terms_of(query.text))[start : start + query.per_page]
    items = await shop.repository(ProductRepository).by_ids([row.id for row in chosen]) if chosen else []
    return ProductPage(tuple(items), len(rows), query.page, query.per_page, facets)


async def _from_database(shop: Shop, query: ProductQuery, asked: Document, facets: tuple[Facet, ...]) -> ProductPage:
    items, total = await asyncio.gather(_page(shop, query, asked), shop.repository(ProductRepository).count(asked))
    return ProductPage(tuple(items), total, query.page, query.per_page, facets, partial=True)


async def _page(shop: Shop, query: ProductQuery, asked: Document) -> list[Product]:
    sort = (*_SORTS.get(query.sort, (("sold_count", DESCENDING),)), *NEWEST)
    start = (query.page - 1) * query.per_page
    return await shop.repository(ProductRepository).find(asked, sort=sort, skip=start, limit=query.per_page)


async def _base(shop: Shop, query: ProductQuery, categories: Categories | None) -> Document | None:
    """The conditions that no facet stands for; None if nothing can match."""
    found: Document = {"status": {"$in": [status.value for status in query.statuses]}}
    if query.category is not None:
        within = await category_ids(shop, query.category, categories)
        if not within:
            return None
        found["category_ids"] = {"$in": within}
    if query.tags:
        found["tags"] = {"$in": [tag.casefold() for tag in query.tags]}
    if query.text.strip():
        terms = terms_of(query.text)
        if not terms:
            return None
        found["$and"] = [{"words": {"$regex": f"^{re.escape(term)}"}} for term in terms]
    return found


def _conditions(query: ProductQuery, declared: Sequence[ExtensionFacet]) -> list[Document]:
    """The conditions of the facets, for the database; `filters_of` says the same of rows."""
    of_plugins = {field.name: field for field in declared}
    found: list[Document] = [
        {of_plugins[name].path: {"$in": of_plugins[name].stored(values)}}
        if name in of_plugins
        else {"attributes": {"$in": [f"{name}={value}" for value in values]}}
        for name, values in query.attributes.items()
    ]
    if query.brands:
        brands = {"$in": list(query.brands)}
        found.append({"$or": [{"brand_id": brands}, {"brand_slug": brands}]})
    if query.in_stock:
        found.append({"in_stock": True})
    if query.rating_min is not None:
        found.append({"rating_average": {"$gte": query.rating_min}})
    if query.price_min is not None:
        found.append({"lowest_price": {"$gte": query.price_min}})
    if query.price_max is not None:
        found.append({"lowest_price": {"$lte": query.price_max}})
    return found


async def category_ids(shop: Shop, key: str, categories: Categories | None = None) -> list[str]:
    """The category of that id or slug with those below it; none if there is no such category."""
    known = categories or await all_categories(shop)
    category = known.find(key)
    return known.with_descendants(category) if category else []


def named_facets(shop: Shop, query: ProductQuery, counts: FacetCounts) -> tuple[Facet, ...]:
    """What a list could be narrowed by, as people read it."""
    declared = facets_of(shop)
    facets = facets_from(counts, query, [field.name for field in declared])
    shown = shows_ratings(shop)
    return tuple(_named(shop, facet, declared) for facet in facets if shown or facet.name != "rating_min")


def _named(shop: Shop, facet: Facet, declared: Sequence[ExtensionFacet]) -> Facet:
    """The facet with the words that people read: those of a plugin's field, the names of countries."""
    field = next((field for field in declared if facet.name == f"f.{field.name}"), None)
    if field is None:
        return _with_countries(shop, facet)
    values = tuple(replace(value, label=field.words(value.value)) for value in facet.values)
    return replace(facet, label=field.label, values=values, names_itself=True)


def _with_countries(shop: Shop, facet: Facet) -> Facet:
    """The facet of origins with the names of the countries, in the shop's language."""
    if facet.name != f"f.{ORIGIN}":
        return facet
    try:
        names = Locale.parse(shop.profile.locale).territories
    except (ValueError, UnknownLocaleError):
        names = Locale("en").territories
    return replace(facet, values=tuple(replace(v, label=names.get(v.value, v.value)) for v in facet.values))


def check_page(query: ProductQuery) -> None:
    """Refuse a page that no list has.

    Raises:
        Invalid: its number or its size is out of range.
    """
    if not 1 <= query.per_page <= MAX_PER_PAGE:
        raise Invalid.field("per_page", message("Ask for 1 to %(most)s products a page.", most=MAX_PER_PAGE), "range")
    if not 1 <= query.page <= LAST_PAGE:
        raise Invalid.field("page", message("Pages are numbered 1 to %(last_page)s.", last_page=LAST_PAGE), "range")
