"""A question as searches of the server, and its answers as what was found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from spoeq_core.sdk import RATING_STEPS, FacetCounts, ProductQuery, SearchQuery, Sort
from spoeq_search_typesense.asking import Word, digest
from spoeq_search_typesense.schema import IN_STOCK, WEIGHTS, billionths, label_of, mark

Json = dict[str, Any]

FREE: Final = 10**13
"""More than any price, in minor units."""
MOST_CONDITIONS: Final = 40
"""Facets that a question may narrow; the server takes a hundred comparisons."""
MOST_VALUES: Final = 20_000
MOST_BEGUN: Final = 100
"""Words that begin as the last one does, which are looked for."""
NOTHING: Final = "\x00"
"""A value that no product has."""
_LAST: Final = "created:desc,key:desc"
_ORDERS: Final[Mapping[Sort, str]] = {
    Sort.RELEVANCE: f"sold:desc,{_LAST}",
    Sort.BESTSELLING: f"sold:desc,{_LAST}",
    Sort.PRICE: f"price:asc,{_LAST}",
    Sort.PRICE_DOWN: f"price:desc,{_LAST}",
    Sort.RATING: f"rated:desc,{_LAST}",
    Sort.ORIGIN: f"origin:asc,{_LAST}",
}
_BY_MATCH: Final = "_text_match:desc,sold:desc,created:desc"
_FIELDS: Final = {"brand": "brand_label", "rating_min": "marks", "in_stock": "marks"}
"""By facet the field whose values are counted; of all others it is `attributes`."""


def wording(collection: str, words: Sequence[Word]) -> Json:
    """A search for products that have all the words, the last of them perhaps not finished; all if there are none."""
    begun = bool(words) and not words[-1].whole
    return {
        "collection": collection,
        "q": " ".join(word.term for word in words) or "*",
        "query_by": ",".join(WEIGHTS),
        "query_by_weights": ",".join(map(str, WEIGHTS.values())),
        "prefix": ",".join("true" if begun and name != "meant" else "false" for name in WEIGHTS),
        "num_typos": 0,
        "typo_tokens_threshold": 0,
        "drop_tokens_threshold": 0,
        "split_join_tokens": "off",
        "max_candidates": MOST_BEGUN,
        "include_fields": "id",
        "highlight_fields": "none",
        "highlight_full_fields": "none",
        "per_page": 0,
    }


@dataclass(frozen=True, slots=True)
class Question:
    """A question as the searches it takes: the page, then what the facets need."""

    base: Json
    fixed: Sequence[str]
    conditions: Mapping[str, str]
    query: SearchQuery

    @classmethod
    def of(cls, base: Json, query: SearchQuery) -> Question:
        """The question of a list, whose words are in `base`."""
        return cls(base, _fixed(query), _conditions(query.asked), query)

    @property
    def is_short(self) -> bool:
        """Whether the server takes it."""
        return len(self.conditions) <= MOST_CONDITIONS

    def page(self) -> Json:
        """The search for the page."""
        asked = self.query.asked
        worded = self.base["q"] != "*" and asked.sort is Sort.RELEVANCE
        order = _BY_MATCH if worded else _ORDERS.get(asked.sort, _LAST)
        return self._narrowed(None) | {"page": asked.page, "per_page": asked.per_page, "sort_by": order}

    def counting(self) -> dict[str, Json]:
        """By what they count, the searches for the facets: a facet's own condition does not narrow it."""
        if not self.query.counted:
            return {}
        found = {"": self._counting(None, ("brand_label", "attributes", "marks"))}
        for name in self.conditions:
            if name != "price":
                field = _FIELDS.get(name, "attributes")
                found[name] = self._counting(name, (field,))
        for edge, order in (("low", "asc"), ("high", "desc")):
            more = {"per_page": 1, "include_fields": "price", "sort_by": f"price:{order}"}
            found[edge] = self._narrowed("price") | more
        return found

    def counts(self, answers: Mapping[str, Json]) -> FacetCounts:
        """What the answers to `counting` say."""
        if not answers:
            return FacetCounts()
        counted = {name: _counted(answer) for name, answer in answers.items()}
        whole = counted[""]
        of = {name: counted.get(name, whole) for name in ("brand", "rating_min", "in_stock")}
        edges = [hit["document"]["price"] for edge in ("low", "high") for hit in answers[edge]["hits"]]
        return FacetCounts(
            {_brand(label_of(value)): count for value, count in of["brand"]["brand_label"].items()},
            self._attributes(counted),
            (int(edges[0]), int(edges[1])) if edges else None,
            {stars: of["rating_min"]["marks"].get(mark(stars), 0) for stars in RATING_STEPS},
            of["in_stock"]["marks"].get(IN_STOCK, 0),
        )

    def _attributes(self, counted: Mapping[str, Mapping[str, Mapping[str, int]]]) -> dict[str, int]:
        found = _labels(counted[""]["attributes"])
        for name in self.conditions:
            if name.startswith("f."):
                prefix = f"{name[2:]}="
                own = _labels(counted[name]["attributes"])
                found = {pair: count for pair, count in found.items() if not pair.startswith(prefix)}
                found |= {pair: count for pair, count in own.items() if pair.startswith(prefix)}
        return found

    def _counting(self, without: str | None, fields: Iterable[str]) -> Json:
        return self._narrowed(without) | {"facet_by": ",".join(fields), "max_facet_values": MOST_VALUES}

    def _narrowed(self, without: str | None) -> Json:
        conditions = [condition for name, condition in self.conditions.items() if name != without]
        return self.base | {"filter_by": " && ".join([*self.fixed, *conditions])}


def _conditions(asked: ProductQuery) -> dict[str, str]:
    """The conditions that facets stand for, by facet name."""
    found = {
        f"f.{name}": _any_of("attribute_key", [f"{name}={value}" for value in values])
        for name, values in asked.attributes.items()
    }
    if asked.brands:
        found["brand"] = _any_of("brand_key", asked.brands)
    if asked.in_stock:
        found["in_stock"] = f"marks:={IN_STOCK}"
    if asked.rating_min is not None:
        found["rating_min"] = f"rating:>={billionths(asked.rating_min)}"
    if asked.price_min is not None or asked.price_max is not None:
        low = min(asked.price_min or 0, FREE)
        high = FREE if asked.price_max is None else min(asked.price_max, FREE)
        found["price"] = f"price:>={low} && price:<={high}"
    return found


def _fixed(query: SearchQuery) -> list[str]:
    """The conditions that no facet stands for, but the words."""
    found = []
    if query.category_ids is not None:
        found.append(_any_of("category_key", query.category_ids))
    if query.asked.tags:
        found.append(_any_of("tag_key", [tag.casefold() for tag in query.asked.tags]))
    return found


def _any_of(field: str, values: Sequence[str]) -> str:
    return f"{field}:=[{','.join(map(digest, values or [NOTHING]))}]"


def _counted(answer: Json) -> dict[str, dict[str, int]]:
    """By field what each value counts."""
    return {
        facet["field_name"]: {one["value"]: one["count"] for one in facet["counts"]}
        for facet in answer.get("facet_counts", ())
    }


def _labels(counts: Mapping[str, int]) -> dict[str, int]:
    return {label_of(value): count for value, count in counts.items()}


def _brand(label: str) -> tuple[str, str]:
    slug, _, name = label.partition("\x00")
    return slug, name
