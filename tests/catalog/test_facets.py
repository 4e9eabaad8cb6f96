"""Lists as a pure computation: which rows match, what facets count, in which order rows come."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from spoeq_core.catalog.model import Facet, ProductQuery, Row, Sort, facets_from, filters_of, in_order, narrowed

START = datetime(2026, 11, 1, tzinfo=UTC)


def row(key: str, price: int = 100, *attributes: str, brand: str = "neel", **changes) -> Row:
    base = Row(key, f"Kurta {key}", brand.upper(), brand, brand.title(), attributes, price, True, 0.0, 0, 0, START)
    return replace(base, **changes)


ROWS = [
    row("a", 100, "Colour=Red", "Size=S", "Size=M", "country_of_origin=IN"),
    row("b", 200, "Colour=Red", "Size=M", "country_of_origin=IN", brand="madder"),
    row("c", 300, "Colour=Blue", "Size=L", "country_of_origin=BD", in_stock=False),
    row("d", 400, "Colour=Green", "Size=S", "country_of_origin=IN", brand="madder"),
]


def found_in(rows: list[Row], query: ProductQuery) -> tuple[list[Row], tuple[Facet, ...]]:
    """What a list shows, and what it can be narrowed by."""
    matching, counts = narrowed(rows, query)
    return matching, facets_from(counts, query, [])


def ids(rows) -> list[str]:
    return [found.id for found in rows]


def facet(facets: tuple[Facet, ...], name: str) -> dict[str, int]:
    (found,) = [item for item in facets if item.name == name]
    return {value.value: value.count for value in found.values}


def test_without_conditions_everything_is_counted():
    matching, facets = found_in(ROWS, ProductQuery())
    assert ids(matching) == ["a", "b", "c", "d"]
    assert facet(facets, "brand") == {"neel": 2, "madder": 2}
    assert facet(facets, "f.Colour") == {"Red": 2, "Blue": 1, "Green": 1}
    assert facet(facets, "f.country_of_origin") == {"IN": 3, "BD": 1}
    assert facet(facets, "in_stock") == {"1": 3}
    (price,) = [item for item in facets if item.name == "price"]
    assert (price.kind, price.low, price.high) == ("range", 100, 400)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (ProductQuery(brands=("madder",)), ["b", "d"]),
        (ProductQuery(brands=("MADDER",)), ["b", "d"]),
        (ProductQuery(attributes={"Colour": ("Red",)}), ["a", "b"]),
        (ProductQuery(attributes={"Colour": ("Red", "Blue")}), ["a", "b", "c"]),
        (ProductQuery(attributes={"Colour": ("Red",), "Size": ("S",)}), ["a"]),
        (ProductQuery(attributes={"Colour": ("Mauve",)}), []),
        (ProductQuery(price_min=200), ["b", "c", "d"]),
        (ProductQuery(price_max=200), ["a", "b"]),
        (ProductQuery(price_min=200, price_max=300), ["b", "c"]),
        (ProductQuery(price_min=300, price_max=200), []),
        (ProductQuery(in_stock=True), ["a", "b", "d"]),
        (ProductQuery(rating_min=4.0), []),
    ],
)
def test_conditions_narrow(query, expected):
    assert ids(found_in(ROWS, query)[0]) == expected


def test_a_facet_counts_as_if_its_own_choice_were_not_made():
    _, facets = found_in(ROWS, ProductQuery(attributes={"Colour": ("Red",)}))
    assert facet(facets, "f.Colour") == {"Red": 2, "Blue": 1, "Green": 1}
    assert facet(facets, "f.Size") == {"S": 1, "M": 2}
    assert facet(facets, "brand") == {"neel": 1, "madder": 1}


def test_two_choices_leave_out_what_fails_at_both():
    _, facets = found_in(ROWS, ProductQuery(attributes={"Colour": ("Red",)}, brands=("neel",)))
    assert facet(facets, "f.Colour") == {"Red": 1, "Blue": 1}
    assert facet(facets, "brand") == {"neel": 1, "madder": 1}


def test_what_is_chosen_is_marked_even_if_nothing_has_it():
    _, facets = found_in(ROWS, ProductQuery(attributes={"Colour": ("Red",)}, in_stock=True))
    chosen = {v.value for f in facets if f.name == "f.Colour" for v in f.values if v.selected}
    assert chosen == {"Red"}
    (stock,) = [item for item in facets if item.name == "in_stock"]
    assert stock.values[0].selected


def test_an_attribute_with_one_value_or_too_many_is_no_facet():
    rows = [row(str(n), 100, f"Model={n}", "Fabric=Cotton", f"Size={n % 3}") for n in range(40)]
    names = [item.name for item in found_in(rows, ProductQuery())[1]]
    assert "f.Size" in names
    assert "f.Fabric" not in names
    assert "f.Model" not in names


def test_stars_are_counted_where_somebody_gave_any():
    rows = [
        row("a", rating=4.6, rating_count=3),
        row("b", rating=3.2, rating_count=1),
        row("c", rating=0.0, rating_count=0),
    ]
    _, facets = found_in(rows, ProductQuery())
    assert facet(facets, "rating_min") == {"4": 1, "3": 2}
    matching, facets = found_in(rows, ProductQuery(rating_min=4.0))
    assert [item.id for item in matching] == ["a"]
    assert facet(facets, "rating_min") == {"4": 1, "3": 2}
    assert [v.value for f in facets if f.name == "rating_min" for v in f.values if v.selected] == ["4"]
    _, facets = found_in(rows[2:], ProductQuery())
    assert "rating_min" not in [item.name for item in facets]


def test_an_empty_list_has_no_facets():
    assert found_in([], ProductQuery()) == ([], ())


rows_of_anything = st.lists(
    st.builds(
        lambda n, price, colour, size, brand, stock: row(
            str(n), price, f"Colour={colour}", f"Size={size}", brand=brand, in_stock=stock
        ),
        st.integers(0, 10**6),
        st.integers(0, 10),
        st.sampled_from("RGB"),
        st.sampled_from("SML"),
        st.sampled_from(["neel", "madder"]),
        st.booleans(),
    ),
    max_size=30,
    unique_by=lambda found: found.id,
)
queries = st.builds(
    ProductQuery,
    brands=st.sampled_from([(), ("neel",), ("neel", "madder")]),
    attributes=st.dictionaries(st.sampled_from(["Colour", "Size"]), st.sampled_from([("R",), ("S", "G")])),
    price_min=st.none() | st.integers(0, 10),
    in_stock=st.booleans(),
)


@given(rows_of_anything, queries)
def test_a_facets_count_is_what_choosing_that_value_alone_lists(rows, query):
    for found in found_in(rows, query)[1]:
        if not found.name.startswith("f."):
            continue
        for value in found.values:
            alone = replace(query, attributes={**query.attributes, found.name[2:]: (value.value,)})
            assert value.count == len(found_in(rows, alone)[0])


@given(rows_of_anything, queries)
def test_what_matches_meets_every_condition(rows, query):
    conditions = filters_of(query).values()
    assert found_in(rows, query)[0] == [found for found in rows if all(holds(found) for holds in conditions)]


def test_orders():
    rows = [
        row("a", 300, "country_of_origin=IN", created_at=START, sold_count=5, rating=5.0, rating_count=1),
        row("b", 100, "country_of_origin=BD", created_at=START + timedelta(1), rating=4.8, rating_count=200),
        row("c", 200, created_at=START + timedelta(2), sold_count=9),
    ]
    assert ids(in_order(rows, Sort.NEWEST)) == ["c", "b", "a"]
    assert ids(in_order(rows, Sort.PRICE)) == ["b", "c", "a"]
    assert ids(in_order(rows, Sort.PRICE_DOWN)) == ["a", "c", "b"]
    assert ids(in_order(rows, Sort.BESTSELLING)) == ["c", "a", "b"]
    assert ids(in_order(rows, Sort.RELEVANCE)) == ["c", "a", "b"]
    assert ids(in_order(rows, Sort.ORIGIN)) == ["b", "a", "c"]


def test_one_perfect_rating_does_not_beat_many_good_ones():
    rows = [row("one", rating=5.0, rating_count=1), row("many", rating=4.8, rating_count=200)]
    assert ids(in_order(rows, Sort.RATING)) == ["many", "one"]


def test_relevance_puts_whole_words_of_the_name_first():
    rows = [row("a", name="Kurtas for men"), row("b", name="Blue kurta"), row("c", name="Saree", sold_count=99)]
    assert ids(in_order(rows, Sort.RELEVANCE, ["kurta"])) == ["b", "a", "c"]


@given(rows_of_anything, st.sampled_from(list(Sort)))
def test_an_order_does_not_depend_on_the_order_before(rows, sort):
    assert in_order(rows, sort) == in_order(list(reversed(rows)), sort)
