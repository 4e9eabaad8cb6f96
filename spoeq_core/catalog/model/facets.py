"""What a list could be narrowed by: counted over its rows, or by a search engine, and made into facets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from spoeq_core.catalog.model.asked import RATING_STEPS, Facet, FacetValue, ProductQuery, Row
from spoeq_core.catalog.model.text import ORIGIN
from spoeq_core.kernel.messages import message

MAX_ATTRIBUTE_FACETS: Final = 8
MAX_FACET_VALUES: Final = 30


@dataclass(frozen=True, slots=True)
class FacetCounts:
    """How many of the products that match have what; what only one facet's condition refuses counts for that facet.

    Attributes:
        brands: By slug and name of the brand (its id where it has none).
        attributes: By "name=value", fields that plugins declare as facets too.
        prices: The lowest and the highest of the products' lowest prices, minor units; None if there is none.
        ratings: By each of `RATING_STEPS` those that somebody rated, and that are rated so or better on average.
        in_stock: How many can be bought now.
    """

    brands: Mapping[tuple[str, str], int] = field(default_factory=dict)
    attributes: Mapping[str, int] = field(default_factory=dict)
    prices: tuple[int, int] | None = None
    ratings: Mapping[int, int] = field(default_factory=dict)
    in_stock: int = 0


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

    def counts(self) -> FacetCounts:
        """What was counted."""
        return FacetCounts(
            self.brands,
            self.attributes,
            (min(self.prices), max(self.prices)) if self.prices else None,
            {stars: sum(rating >= stars for rating in self.ratings) for stars in RATING_STEPS},
            self.in_stock,
        )

    def _count_core(self, row: Row, name: str) -> None:
        if name == "brand" and row.brand_id is not None:
            self.brands[row.brand_slug or row.brand_id, row.brand_name or row.brand_id] += 1
        elif name == "price":
            self.prices.append(row.price)
        elif name == "rating_min" and row.rating_count:
            self.ratings.append(row.rating)
        elif name == "in_stock":
            self.in_stock += row.in_stock


def facets_from(counts: FacetCounts, query: ProductQuery, declared: Sequence[str] = ()) -> tuple[Facet, ...]:
    """The facets that leave a choice.

    Attributes that are declared are facets wherever a product has one; the others while they are few and useful.
    """
    found = [
        _brand_facet(counts, query),
        _price_facet(counts),
        _rating_facet(counts, query),
        _stock_facet(counts, query),
    ]
    return tuple([facet for facet in found if facet is not None] + _attribute_facets(counts, query, declared))


def _brand_facet(counts: FacetCounts, query: ProductQuery) -> Facet | None:
    values = tuple(
        FacetValue(slug, name, count, slug in query.brands)
        for (slug, name), count in sorted(counts.brands.items(), key=lambda item: (-item[1], item[0][1], item[0][0]))
    )
    return Facet("brand", message("Brand"), "choice", values) if values else None


def _price_facet(counts: FacetCounts) -> Facet | None:
    if counts.prices is None:
        return None
    low, high = counts.prices
    return Facet("price", message("Price"), "range", low=low, high=high)


def _rating_facet(counts: FacetCounts, query: ProductQuery) -> Facet | None:
    values = tuple(
        FacetValue(str(stars), f"{stars} stars and up", count, query.rating_min == stars)
        for stars in RATING_STEPS
        if (count := counts.ratings.get(stars, 0)) or query.rating_min == stars
    )
    return Facet("rating_min", message("Customer rating"), "one", values) if values else None


def _stock_facet(counts: FacetCounts, query: ProductQuery) -> Facet | None:
    values = (FacetValue("1", message("In stock"), counts.in_stock, query.in_stock),)
    return Facet("in_stock", message("Availability"), "bool", values) if counts.in_stock or query.in_stock else None


def _attribute_facets(counts: FacetCounts, query: ProductQuery, declared: Sequence[str]) -> list[Facet]:
    by_name: dict[str, dict[str, int]] = {}
    for pair, count in counts.attributes.items():
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
