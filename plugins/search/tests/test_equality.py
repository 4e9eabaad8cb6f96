"""For any catalogue and any question the index counts, filters and sorts as the database's lists do."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import given, settings, strategies as st

from spoeq_core.catalog.model import Product, ProductQuery, Row, Sort, facets_from, in_order, narrowed
from spoeq_core.search.model import Entry, SearchQuery
from spoeq_search.asking import Synonyms
from spoeq_search.engine import Question
from spoeq_search.schema import schema
from spoeq_search.writing import Generation

NAMES = ("Kurta", "Silk Saree", "कुर्ता", "Diya")
BRANDS = ((None, "", ""), ("b1", "neel", "Neel"), ("b2", "", ""), ("b3", "neel-2", "Neel"))
PAIRS = (
    "Size=S",
    "Size=M",
    "Fabric=Silk",
    "Fabric=कपास",
    "country_of_origin=IN",
    "country_of_origin=BD",
    "a.b=yes",
    "=",
    "x=y=z",
)
CATEGORIES, TAGS = ("c1", "c2", "c3"), ("festive", "new")
START = datetime(2026, 1, 1, tzinfo=UTC)


@st.composite
def catalogues(draw: st.DrawFn) -> list[Entry]:
    return [draw(entries(f"{number:026d}")) for number in range(draw(st.integers(0, 14)))]


@st.composite
def entries(draw: st.DrawFn, key: str) -> Entry:
    brand_id, slug, brand = draw(st.sampled_from(BRANDS))
    rated = draw(st.integers(0, 30))
    row = Row(
        id=key,
        name=draw(st.sampled_from(NAMES)),
        brand_id=brand_id,
        brand_slug=slug,
        brand_name=brand,
        attributes=draw(st.lists(st.sampled_from(PAIRS), unique=True, max_size=5)),
        price=draw(st.sampled_from((0, 9_900, 10_000, 10**12))),
        in_stock=draw(st.booleans()),
        rating=draw(st.sampled_from((1.0, 2.95, 3.0, 3.7, 4.0, 4.6, 5.0))) if rated else 0.0,
        rating_count=rated,
        sold_count=draw(st.integers(-1, 2)),
        created_at=START + timedelta(milliseconds=draw(st.integers(0, 3))),
    )
    product = Product(
        key,
        key,
        row.name,
        category_ids=tuple(draw(st.lists(st.sampled_from(CATEGORIES), unique=True))),
        tags=tuple(draw(st.lists(st.sampled_from(TAGS), unique=True))),
    )
    return Entry(product, row, (), f"touch {key}")


@st.composite
def questions(draw: st.DrawFn) -> SearchQuery:
    some = st.lists(st.sampled_from(("b1", "neel", "b2", "neel-2", "none")), unique=True, max_size=2)
    values = st.dictionaries(
        st.sampled_from(("Size", "Fabric", "country_of_origin", "a.b", "", "x", "none")),
        st.lists(st.sampled_from(("S", "M", "Silk", "कपास", "IN", "yes", "", "y=z")), max_size=2).map(tuple),
        max_size=2,
    )
    price = st.none() | st.sampled_from((0, 9_900, 9_901, 10**12, 10**15, 10**20))
    asked: dict[str, Any] = {
        "brands": tuple(draw(some)),
        "tags": tuple(draw(st.lists(st.sampled_from(("Festive", "new", "none")), max_size=1))),
        "attributes": draw(values),
        "price_min": draw(price),
        "price_max": draw(price),
        "rating_min": draw(st.none() | st.sampled_from((0.0, 3.0, 4.0, 4.6, 5.0))),
        "in_stock": draw(st.booleans()),
        "sort": draw(st.sampled_from(Sort)),
        "page": draw(st.integers(1, 4)),
        "per_page": draw(st.integers(1, 6)),
    }
    within = draw(st.none() | st.lists(st.sampled_from((*CATEGORIES, "none")), min_size=1, max_size=2).map(tuple))
    return SearchQuery(ProductQuery(**asked), within)


def expected(catalogue: Sequence[Entry], query: SearchQuery) -> tuple[list[str], int, object]:
    """What the database's lists make of it."""
    asked, within = query.asked, query.category_ids
    tags = {tag.casefold() for tag in asked.tags}
    rows = [
        entry.row
        for entry in catalogue
        if (within is None or set(within) & set(entry.product.category_ids))
        and (not tags or tags & set(entry.product.tags))
    ]
    matching, counts = narrowed(rows, asked)
    start = (asked.page - 1) * asked.per_page
    page = in_order(matching, asked.sort)[start : start + asked.per_page]
    return [row.id for row in page], len(matching), facets_from(counts, asked, ["a.b"])


@settings(max_examples=40, deadline=None)
@given(catalogues(), st.lists(questions(), min_size=5, max_size=12), st.data())
def test_the_index_answers_as_the_database_does(catalogue: list[Entry], asked: list[SearchQuery], data: st.DataObject):
    with tempfile.TemporaryDirectory() as folder:
        generation = Generation(Path(folder), new=True)
        cut = data.draw(st.integers(0, len(catalogue)))
        generation.put(catalogue[:cut])
        generation.put(catalogue[cut // 2 :])  # some are told twice
        searcher = generation.searcher()
        for query in asked:
            found = Question(searcher, schema(), query, Synonyms(()), []).answer()
            facets = facets_from(found.counts, query.asked, ["a.b"])
            assert (found.ids, found.total, facets) == expected(catalogue, query), query
        generation.close()
        assert not generation.refused
