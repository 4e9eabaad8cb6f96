"""Lists of products: what is asked, which rows answer it, in which order, and what else could be chosen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Literal

from spoeq_core.catalog.model.product import Product, ProductStatus
from spoeq_core.catalog.model.text import ORIGIN, words_in
from spoeq_core.kernel.messages import message

MAX_PER_PAGE: Final = 100
MAX_ATTRIBUTE_FACETS: Final = 8
MAX_FACET_VALUES: Final = 30
RATING_STEPS: Final = (4, 3)
"""A list can be narrowed to products rated so and better."""
PRIOR_RATING: Final = 3.5
PRIOR_COUNT: Final = 5
"""A rating counts as if so many others had given the prior one: five stars of one person do not beat 4.8 of many."""


class Sort(StrEnum):
    """Orders of a list."""

    RELEVANCE = "relevance"
    NEWEST = "newest"
    PRICE = "price"
    PRICE_DOWN = "-price"
    RATING = "rating"
    BESTSELLING = "bestselling"
    ORIGIN = "origin"


@dataclass(frozen=True, slots=True)
class ProductQuery:
    """What a list is asked for.

    Attributes:
        text: Words that each must begin a word of the product.
        category: Id or slug; products of categories below it are found too.
        brands: Ids or slugs, any of them.
        tags: Any of them.
        attributes: By name the values of which one must be there (options, specs, country_of_origin).
        price_min: Least lowest price, minor units.
        sort: Relevance without words is bestselling first.
    """

    text: str = ""
    category: str | None = None
    brands: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    price_min: int | None = None
    price_max: int | None = None
    rating_min: float | None = None
    in_stock: bool = False
    sort: Sort = Sort.RELEVANCE
    page: int = 1
    per_page: int = 24
    statuses: tuple[ProductStatus, ...] = (ProductStatus.ACTIVE,)


@dataclass(frozen=True, slots=True)
class Row:
    """The little of a product that lists are filtered, counted and sorted by."""

    id: str
    name: str
    brand_id: str | None
    brand_slug: str
    brand_name: str
    attributes: Sequence[str]
    price: int
    in_stock: bool
    rating: float
    rating_count: int
    sold_count: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class FacetValue:
    """Something that can be chosen; `count` products would be listed if it alone of its facet were."""

    value: str
    label: str
    count: int
    selected: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """A way to narrow the list. `name` is the query's key (a range's with _min and _max behind it).

    A range has `low` and `high` (minor units), the others `values`, of which `one` takes a single one. `names_itself`
    says that a value alone ("Yes") is not understood without the label.
    """

    name: str
    label: str
    kind: Literal["choice", "one", "range", "bool"]
    values: tuple[FacetValue, ...] = ()
    low: int = 0
    high: int = 0
    names_itself: bool = False


@dataclass(frozen=True, slots=True)
class ProductPage:
    """One page of a list. `partial` says that so many matched that facets were counted over a part of them."""

    items: tuple[Product, ...]
    total: int
    page: int
    per_page: int
    facets: tuple[Facet, ...] = ()
    partial: bool = False


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


def narrowed(
    rows: Iterable[Row], query: ProductQuery, declared: Sequence[str] = ()
) -> tuple[list[Row], tuple[Facet, ...]]:
    """The rows that meet every condition, and the facets; one pass over the rows.

    A row that fails at one facet's condition only still counts for that facet: it says what choosing more would add.
    Attributes that are declared are facets wherever a row has one; the others while they are few and useful.
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
    return matching, tally.facets(query, declared)


class Tally:
    """Counts what rows could be narrowed by."""

    def __init__(self) -> None:
        self.brands: Counter[tuple[str, str]] = Counter()
        self.attributes: Counter[str] = Counter()
        self.prices: list[int] = []
        self.ratings: list[float] = []
        self.in_stock = 0

    def count(self, row: Row) -> None:
        """Count a row for every facet."""
        for name in ("brand", "price", "rating_min", "in_stock"):
            self._count_core(row, name)
        self.attributes.update(row.attributes)

    def count_only(self, row: Row, name: str) -> None:
        """Count a row for one facet."""
        self._count_core(row, name)
        if name.startswith("f."):
            prefix = f"{name[2:]}="
            self.attributes.update(pair for pair in row.attributes if pair.startswith(prefix))

    def facets(self, query: ProductQuery, declared: Sequence[str] = ()) -> tuple[Facet, ...]:
        """The facets that leave a choice."""
        found = [self._brand_facet(query), self._price_facet(), self._rating_facet(query), self._stock_facet(query)]
        return tuple([facet for facet in found if facet is not None] + self._attribute_facets(query, declared))

    def _count_core(self, row: Row, name: str) -> None:
        if name == "brand" and row.brand_id is not None:
            self.brands[row.brand_slug or row.brand_id, row.brand_name or row.brand_id] += 1
        elif name == "price":
            self.prices.append(row.price)
        elif name == "rating_min" and row.rating_count:
            self.ratings.append(row.rating)
        elif name == "in_stock":
            self.in_stock += row.in_stock

    def _brand_facet(self, query: ProductQuery) -> Facet | None:
        values = tuple(
            FacetValue(slug, name, count, slug in query.brands)
            for (slug, name), count in sorted(self.brands.items(), key=lambda item: (-item[1], item[0][1]))
        )
        return Facet("brand", message("Brand"), "choice", values) if values else None

    def _price_facet(self) -> Facet | None:
        return (
            Facet("price", message("Price"), "range", low=min(self.prices), high=max(self.prices))
            if self.prices
            else None
        )

    def _rating_facet(self, query: ProductQuery) -> Facet | None:
        counted = [(stars, sum(rating >= stars for rating in self.ratings)) for stars in RATING_STEPS]
        values = tuple(
            FacetValue(str(stars), f"{stars} stars and up", count, query.rating_min == stars)
            for stars, count in counted
            if count or query.rating_min == stars
        )
        return Facet("rating_min", message("Customer rating"), "one", values) if values else None

    def _stock_facet(self, query: ProductQuery) -> Facet | None:
        values = (FacetValue("1", message("In stock"), self.in_stock, query.in_stock),)
        return Facet("in_stock", message("Availability"), "bool", values) if self.in_stock or query.in_stock else None

    def _attribute_facets(self, query: ProductQuery, declared: Sequence[str]) -> list[Facet]:
        by_name: dict[str, dict[str, int]] = {}
        for pair, count in self.attributes.items():
            name, _, value = pair.partition("=")
            by_name.setdefault(name, {})[value] = count
        certain = [name for name in declared if name in by_name]
        others = by_name.keys() - set(certain)
        wanted = [name for name in others if _is_useful(name, by_name[name], query)]
        wanted.sort(key=lambda name: (name != ORIGIN, name not in query.attributes, -sum(by_name[name].values()), name))
        return [_choice(name, by_name[name], query) for name in (*wanted[: MAX_ATTRIBUTE_FACETS + 1], *certain)]


def _is_useful(name: str, counts: Mapping[str, int], query: ProductQuery) -> bool:
    return name == ORIGIN or name in query.attributes or 1 < len(counts) <= MAX_FACET_VALUES


def _choice(name: str, counts: Mapping[str, int], query: ProductQuery) -> Facet:
    chosen = query.attributes.get(name, ())
    ranked = sorted(counts, key=lambda value: (value not in chosen, -counts[value], value))[:MAX_FACET_VALUES]
    values = [FacetValue(value, value, counts[value], value in chosen) for value in ranked]
    label = "Country of origin" if name == ORIGIN else name
    return Facet(f"f.{name}", label, "choice", tuple(sorted(values, key=lambda item: (-item.count, item.label))))


def in_order(rows: Iterable[Row], sort: Sort, terms: Sequence[str] = ()) -> list[Row]:
    """The rows sorted; equals by newest, then id, so that pages never overlap."""
    base = sorted(rows, key=lambda row: (row.created_at, row.id), reverse=True)
    if sort is Sort.NEWEST:
        return base
    return sorted(base, key=_KEYS.get(sort, lambda row: (-_relevance(row, terms), -row.sold_count)))


_KEYS: Mapping[Sort, Callable[[Row], Any]] = {
    Sort.PRICE: lambda row: row.price,
    Sort.PRICE_DOWN: lambda row: -row.price,
    Sort.RATING: lambda row: -_weighted_rating(row),
    Sort.BESTSELLING: lambda row: -row.sold_count,
    Sort.ORIGIN: lambda row: next((pair for pair in row.attributes if pair.startswith(f"{ORIGIN}=")), "~"),
}


def _weighted_rating(row: Row) -> float:
    total = row.rating * row.rating_count + PRIOR_RATING * PRIOR_COUNT
    return total / (row.rating_count + PRIOR_COUNT)


def _relevance(row: Row, terms: Sequence[str]) -> int:
    if not terms:
        return 0
    words = list(words_in(row.name))
    exact = sum(term in words for term in terms)
    return 2 * exact + sum(any(word.startswith(term) for word in words) for term in terms)
