"""Lists of products: what is asked for, and what the answer is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, Literal

from spoeq_core.catalog.model.product import Product, ProductStatus

MAX_PER_PAGE: Final = 100
RATING_STEPS: Final = (4, 3)
"""A list can be narrowed to products rated so and better."""


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
        literal: Whether the words are meant as they stand, even where a search engine would correct them.
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
    literal: bool = False


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
    """One page of a list.

    Attributes:
        partial: That so many matched that facets were counted over a part of them.
        corrected: The words that were searched for because nothing was found for those that were asked for; empty if
            these were.
    """

    items: tuple[Product, ...]
    total: int
    page: int
    per_page: int
    facets: tuple[Facet, ...] = ()
    partial: bool = False
    corrected: str = ""
