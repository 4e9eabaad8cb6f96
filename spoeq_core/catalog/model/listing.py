"""Lists of products: what is asked, which rows answer it, in which order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from spoeq_core.catalog.model.asked import ProductQuery, Row, Sort
from spoeq_core.catalog.model.facets import FacetCounts, Tally
from spoeq_core.catalog.model.text import ORIGIN, words_in

PRIOR_RATING: Final = 3.5
PRIOR_COUNT: Final = 5
"""A rating counts as if so many others had given the prior one: five stars of one person do not beat 4.8 of many."""

Filter = Callable[[Row], bool]


def filters_of(query: ProductQuery) -> dict[str, Filter]:
    """The conditions that facets stand for, by facet name; a facet's own counts leave its condition out."""
    found: dict[str, Filter] = {}
    if query.brands:
        found["brand"] = lambda row: row.brand_id in query.brands or row.brand_slug in query.brands
    if query.in_stock:
        found["in_stock"] = lambda row: row.in_stock
    if (stars := query.rating_min) is not None:
        found["rating_min"] = lambda row: row.rating >= stars
    if query.price_min is not None or query.price_max is not None:
        low, high = query.price_min or 0, query.price_max
        found["price"] = lambda row: low <= row.price and (high is None or row.price <= high)
    for name, values in query.attributes.items():
        found[f"f.{name}"] = _any_of({f"{name}={value}" for value in values})
    return found


def _any_of(wanted: set[str]) -> Filter:
    return lambda row: not wanted.isdisjoint(row.attributes)


def narrowed(rows: Iterable[Row], query: ProductQuery) -> tuple[list[Row], FacetCounts]:
    """The rows that meet every condition, and what they could be narrowed by; one pass over the rows.

    A row that fails at one facet's condition only still counts for that facet: it says what choosing more would add.
    """
    filters = filters_of(query)
    matching: list[Row] = []
    tally = Tally()
    for row in rows:
        failed = [name for name, holds in filters.items() if not holds(row)]
        if not failed:
            matching.append(row)
            tally.count(row)
        elif len(failed) == 1:
            tally.count_only(row, failed[0])
    return matching, tally.counts()


def in_order(rows: Iterable[Row], sort: Sort, terms: Sequence[str] = ()) -> list[Row]:
    """The rows sorted; equals by newest, then id, so that pages never overlap."""
    base = sorted(rows, key=lambda row: (row.created_at, row.id), reverse=True)
    if sort is Sort.NEWEST:
        return base
    return sorted(base, key=_KEYS.get(sort, lambda row: (-_relevance(row, terms), -row.sold_count)))


_KEYS: Mapping[Sort, Callable[[Row], Any]] = {
    Sort.PRICE: lambda row: row.price,
    Sort.PRICE_DOWN: lambda row: -row.price,
    Sort.RATING: lambda row: -weighted_rating(row.rating, row.rating_count),
    Sort.BESTSELLING: lambda row: -row.sold_count,
    Sort.ORIGIN: lambda row: next((pair for pair in row.attributes if pair.startswith(f"{ORIGIN}=")), "~"),
}


def weighted_rating(average: float, count: int) -> float:
    """The average by which lists are sorted: of a rating that few gave, not much is made."""
    return round((average * count + PRIOR_RATING * PRIOR_COUNT) / (count + PRIOR_COUNT), 9)


def _relevance(row: Row, terms: Sequence[str]) -> int:
    if not terms:
        return 0
    words = list(words_in(row.name))
    exact = sum(term in words for term in terms)
    return 2 * exact + sum(any(word.startswith(term) for word in words) for term in terms)
