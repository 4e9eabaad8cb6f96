"""What a search engine is asked, what it answers, and what it is to know of a product."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from spoeq_core.catalog.model import FacetCounts, Product, ProductQuery, Row

if TYPE_CHECKING:
    from spoeq_core.shop import Shop


INDEXED = "search index"
"""The tag that lists from an engine depend on, beside their products."""


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What a list is asked for, as an engine is told.

    Attributes:
        asked: Everything that the list is asked for, of active products only. Its `category` is for people: an engine
            looks at `category_ids`.
        category_ids: Products in any of these match; None: in any or none.
        counted: Whether the facets are wanted. Without them `Found.counts` may be empty.
    """

    asked: ProductQuery
    category_ids: tuple[str, ...] | None = None
    counted: bool = True


@dataclass(frozen=True, slots=True)
class Entry:
    """What an index is to know of a product.

    Attributes:
        product: The product, for its words. What lists filter, count and sort by is in `row`.
        row: Also `attributes` as "name=value", with the fields that plugins declare as facets.
        categories: Names of its categories and of those above them.
        touch: A ULID, another one after each change of anything that lists look at.
    """

    product: Product
    row: Row
    categories: tuple[str, ...]
    touch: str


@dataclass(frozen=True, slots=True)
class Touch:
    """That a product was changed: `touch` as in `Entry`; `listed`: whether it is active, and so belongs in an index."""

    product_id: str
    touch: str
    listed: bool


@dataclass(frozen=True, slots=True)
class Found:
    """What an engine found.

    Attributes:
        ids: The products of the page that was asked for, in order.
        total: How many match.
        counts: Of all that match, what they could be narrowed by.
        corrected: The words that were searched for, if nothing was found for those that were asked for.
    """

    ids: Sequence[str]
    total: int
    counts: FacetCounts = field(default_factory=FacetCounts)
    corrected: str = ""


class SearchEngine(Protocol):
    """Finds products in an index of its own, contributed by a plugin through `register_search_engine`.

    `spoeq_core.testing.search.SearchEngineContract` says what each must do: conditions, facets and orders are those of
    the database's lists, to the letter; how words are matched is the engine's own affair.
    """

    async def search(self, shop: Shop, query: SearchQuery) -> Found | None:
        """What matches; None while the index is missing, not built yet, or not followed any more.

        Asked with a deadline and a breaker (`register_search_engine`). What it raises is skipped, and the next engine
        or the database is asked: a shopper never sees it fail.
        """
        ...
