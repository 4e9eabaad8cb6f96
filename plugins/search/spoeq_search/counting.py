"""What lists could be narrowed by, counted by the index."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from tantivy import Query, Searcher

from spoeq_core.sdk import RATING_STEPS, FacetCounts
from spoeq_search.querying import both

MOST_PAIRS: Final = 20_000
_TERMS: Final = {"size": MOST_PAIRS, "segment_size": MOST_PAIRS}
_QUESTIONS: Final[Mapping[str, Mapping[str, Any]]] = {
    "brand": {"brand": {"terms": {"field": "brand_label", **_TERMS}}},
    "price": {"low": {"min": {"field": "price"}}, "high": {"max": {"field": "price"}}},
    "rating_min": {
        f"rated {stars}": {"range": {"field": "rating_given", "ranges": [{"from": float(stars)}]}}
        for stars in RATING_STEPS
    },
    "in_stock": {"in_stock": {"sum": {"field": "in_stock"}}},
    "attributes": {"attributes": {"terms": {"field": "attributes", **_TERMS}}},
}
"""By facet what the index is asked; all attributes are counted at once."""


def counts(searcher: Searcher, base: Query, conditions: Mapping[str, Query]) -> FacetCounts:
    """Counts of what meets all conditions; for a facet with a condition, of what meets all the others."""
    whole = both(base, conditions.values())
    plain = [name for name in _QUESTIONS if name not in conditions]
    found = _asked(searcher, whole, plain)
    attributes = _counted(found.get("attributes"))
    for name in conditions:
        others = both(base, (query for other, query in conditions.items() if other != name))
        if not name.startswith("f."):
            found |= _asked(searcher, others, [name])
            continue
        prefix = f"{name[2:]}="
        attributes = {pair: count for pair, count in attributes.items() if not pair.startswith(prefix)}
        own = _counted(_asked(searcher, others, ["attributes"]).get("attributes"))
        attributes |= {pair: count for pair, count in own.items() if pair.startswith(prefix)}
    return _facet_counts(found, attributes)


def _asked(searcher: Searcher, query: Query, names: Iterable[str]) -> dict[str, Any]:
    questions = {key: dict(question) for name in names for key, question in _QUESTIONS[name].items()}
    return dict(searcher.aggregate(query, questions)) if questions else {}


def _facet_counts(found: Mapping[str, Any], attributes: Mapping[str, int]) -> FacetCounts:
    low, high = found["low"]["value"], found["high"]["value"]
    return FacetCounts(
        {_brand(label): count for label, count in _counted(found["brand"]).items()},
        attributes,
        None if low is None else (int(low), int(high)),
        {stars: _above(found[f"rated {stars}"], stars) for stars in RATING_STEPS},
        int(found["in_stock"]["value"] or 0),
    )


def _counted(answer: Mapping[str, Any] | None) -> dict[str, int]:
    return {bucket["key"]: bucket["doc_count"] for bucket in (answer or {}).get("buckets", ())}


def _brand(label: str) -> tuple[str, str]:
    slug, _, name = label.partition("\x00")
    return slug, name


def _above(answer: Mapping[str, Any], stars: int) -> int:
    return sum(bucket["doc_count"] for bucket in answer["buckets"] if bucket.get("from") == stars)
