"""What a piece costs by the sales, and what it cost before: the rules by themselves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from spoeq_sale_prices.checks import problems_of
from spoeq_sale_prices.model import (
    Kind,
    Piece,
    Point,
    Sale,
    SaleState,
    best,
    boundaries,
    compacted,
    lowest_before,
    price_under,
    reduced_since,
    reduction,
    spans,
)

IST = ZoneInfo("Asia/Kolkata")
START = datetime(2026, 12, 1, tzinfo=IST).astimezone(UTC)
END = datetime(2026, 12, 6, tzinfo=IST).astimezone(UTC)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
WINTER = Sale("1", "Winter sale", Kind.PERCENT, START, END, percent=Decimal(20), brands=("neel",))
PIECE = Piece("p", 129900, brand_id="neel", category_ids=frozenset({"kurtas"}))

amounts = st.integers(0, 10**9)
moments = st.integers(-200, 200).map(lambda hours: START + timedelta(hours=hours))


@st.composite
def sales(draw: st.DrawFn) -> Sale:
    start = draw(moments)
    return Sale(
        draw(st.text("ab", min_size=1, max_size=3)),
        draw(st.sampled_from(["Winter", "Fair"])),
        draw(st.sampled_from(list(Kind))),
        start,
        start + timedelta(hours=draw(st.integers(1, 100))),
        percent=draw(st.decimals(0, 100, places=2)),
        amount=draw(amounts),
        brands=draw(st.sampled_from([(), ("neel",), ("other",)])),
        active=draw(st.booleans()),
    )


@st.composite
def pieces(draw: st.DrawFn) -> Piece:
    price = draw(amounts)
    return Piece("p", price, draw(st.integers(0, price)), draw(st.sampled_from([None, "neel"])))


@given(sales(), pieces())
def test_a_sale_price_lies_between_the_minimum_and_the_price(sale: Sale, piece: Piece):
    assert 0 <= piece.min_price <= price_under(sale, piece) <= piece.price


@given(st.lists(sales(), max_size=6, unique_by=lambda sale: sale.id), pieces(), moments, st.randoms())
def test_the_order_of_sales_does_not_matter(found: list[Sale], piece: Piece, at: datetime, dice):
    mixed = list(found)
    dice.shuffle(mixed)
    assert best(found, piece, at) == best(mixed, piece, at)
    assert reduction(found, piece, at) == reduction(mixed, piece, at)


@given(st.lists(sales(), max_size=6, unique_by=lambda sale: sale.id), pieces(), moments, moments)
def test_what_is_shown_is_what_is_charged_as_long_as_the_reduction_is_known(
    found: list[Sale], piece: Piece, written: datetime, later: datetime
):
    """What a worker wrote at one moment holds at a later one, until the reduction ends."""
    one = reduction(found, piece, written)
    if one is None:
        assert later < written or best(found, piece, later) is None
    elif written <= later < one.ends_at:
        charged = best(found, piece, later)
        assert (charged[0] if charged else piece.price) == (one.price if one.holds(later) else piece.price)


def test_of_several_sales_the_lowest_price_holds():
    flat = Sale("2", "Fair", Kind.AMOUNT, START, END, amount=30000)
    assert best([WINTER, flat], PIECE, START) == (99900, flat)
    assert best([WINTER], PIECE, START) == (103920, WINTER)


def test_a_sale_begins_and_ends_at_midnight_in_india():
    assert datetime(2026, 11, 30, 18, 30, tzinfo=UTC) == START
    gave = [best([WINTER], PIECE, at) is not None for at in (START - SECOND, START, END - SECOND, END)]
    assert gave == [False, True, True, False]
    assert [WINTER.state(at) for at in (START - SECOND, START, END)] == [
        SaleState.COMING,
        SaleState.RUNNING,
        SaleState.OVER,
    ]


@pytest.mark.parametrize(
    ("fields", "covered"),
    [
        ({"brand_id": "neel"}, True),
        ({"brand_id": "other"}, False),
        ({"brand_id": None}, False),
    ],
)
def test_a_sale_is_for_what_it_names(fields: dict[str, str | None], covered: bool):
    assert WINTER.covers(Piece("p", 100, **fields)) is covered


def test_with_more_than_one_kind_goods_must_be_in_each():
    both = Sale("3", "Fair", Kind.AMOUNT, START, END, amount=1, brands=("neel",), categories=("sarees",))
    assert not both.covers(PIECE)
    assert both.covers(Piece("p", 1, brand_id="neel", category_ids=frozenset({"sarees", "silk"})))


def test_a_reduction_goes_on_where_the_next_sale_gives_the_same():
    half = Sale("4", "Winter sale", Kind.PERCENT, END, END + DAY, percent=Decimal(20), brands=("neel",))
    found = reduction([half, WINTER], PIECE, START)
    assert found is not None
    assert (found.price, found.starts_at, found.ends_at) == (103920, START, END + DAY)
    assert boundaries([half, WINTER]) == [START, END, END + DAY]


def test_the_lowest_price_is_that_of_the_30_days_before_the_reduction():
    points = [
        Point("S", START - 60 * DAY, 90000),
        Point("S", START - 31 * DAY, 129900),
        Point("S", START - 10 * DAY, 119900),
        Point("S", START - 9 * DAY, 129900),
        Point("S", START, 103920, "Winter sale"),
        Point("S", START + DAY, 100000, "More"),
    ]
    found = spans(points, "S")
    assert reduced_since(found, START + 2 * DAY) == START, "two steps down are one reduction"
    assert lowest_before(found, START) == 119900
    assert reduced_since(found, START - DAY) is None, "it went up last"
    assert lowest_before(found, START - 60 * DAY) is None, "nothing is known of before"


@st.composite
def histories(draw: st.DrawFn) -> list[Point]:
    return [
        Point(
            draw(st.sampled_from("ST")),
            START + timedelta(hours=draw(st.integers(-24 * 60, 0))),
            draw(st.integers(1, 5)),
        )
        for _ in range(draw(st.integers(0, 30)))
    ]


@given(histories(), st.randoms())
def test_the_order_of_points_and_their_repetition_do_not_matter(points: list[Point], dice):
    mixed = [*points, *points[:5]]
    dice.shuffle(mixed)
    assert spans(mixed, "S") == spans(points, "S")


@given(histories())
def test_forgetting_keeps_what_was_in_force(points: list[Point]):
    kept = timedelta(days=30)
    left = compacted(points, START, kept)
    assert len(left) <= len(points)
    for sku in "ST":
        before, after = spans(points, sku), spans(left, sku)
        for hours in range(0, 24 * 30, 7):
            at = START - timedelta(hours=hours)
            price = [span.price for span in before if span.since <= at and (span.until is None or at < span.until)]
            assert price == [s.price for s in after if s.since <= at and (s.until is None or at < s.until)]


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"name": " "}, {"name": "missing"}),
        ({"name": "x" * 61}, {"name": "too_long"}),
        ({"percent": Decimal(0)}, {"value": "out_of_range"}),
        ({"percent": Decimal("100.01")}, {"value": "out_of_range"}),
        ({"percent": Decimal("NaN")}, {"value": "out_of_range"}),
        ({"percent": Decimal("1.005")}, {"value": "decimals"}),
        ({"kind": Kind.AMOUNT, "amount": 0}, {"value": "out_of_range"}),
        ({"ends_at": START}, {"ends_at": "out_of_range"}),
        ({"products": tuple(map(str, range(201)))}, {"products": "too_many"}),
        ({}, {}),
    ],
)
def test_what_is_refused(fields, wrong: dict[str, str]):
    given_fields = {"id": "1", "name": "Sale", "kind": Kind.PERCENT, "starts_at": START, "ends_at": END}
    sale = Sale(**(given_fields | {"percent": Decimal(10)} | fields))
    assert {problem.field: problem.code for problem in problems_of(sale)} == wrong
