"""Allocation: the parts of a whole, by largest remainder."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings, strategies as st

from spoeq_core.kernel.money import InvalidAmount
from spoeq_core.pricing.model import allocate, apportion

amounts = st.integers(-(10**9), 10**9)
weights = st.lists(st.integers(0, 50) | st.integers(0, 10**8), max_size=30)


@pytest.mark.parametrize(
    ("amount", "over", "parts"),
    [
        (300, [4300, 1400, 2300], [161, 53, 86]),
        (1000, [5000, 5000, 5000], [334, 333, 333]),
        (100, [0, 100, 100, 100], [0, 34, 33, 33]),
        (10000, [49900, 99900, 150], [3328, 6662, 10]),
        (4900, [49900, 99900], [1632, 3268]),
        (-300, [4300, 1400, 2300], [-161, -53, -86]),
        (500, [100, 200], [100, 200]),
        (-500, [100, 200], [-100, -200]),
        (0, [1, 2], [0, 0]),
        (5, [0, 0], [0, 0]),
        (5, [], []),
        (1, [1, 1, 1], [1, 0, 0]),
    ],
)
def test_allocation_vectors(amount, over, parts):
    assert allocate(amount, over) == parts


@pytest.mark.parametrize(
    ("amount", "over", "parts"),
    [
        (1000, [1, 1], [500, 500]),
        (1001, [1, 1], [501, 500]),
        (-1001, [1, 1], [-501, -500]),
        (100, [0, 1], [0, 100]),
        (100, [0, 0, 0], [100, 0, 0]),
        (-100, [0, 0], [-100, 0]),
        (0, [], []),
    ],
)
def test_apportionment_vectors(amount, over, parts):
    assert apportion(amount, over) == parts


def test_nothing_to_place_an_amount_on_is_refused():
    with pytest.raises(InvalidAmount, match="over nothing"):
        apportion(1, [])


@pytest.mark.parametrize("split", [allocate, apportion])
@pytest.mark.parametrize(
    ("amount", "over"), [(1, [-1, 2]), (1.0, [1]), (True, [1]), (1, [1.0]), (1, [True]), ("1", [1])]
)
def test_only_integers_and_no_negative_weights(split, amount, over):
    with pytest.raises(InvalidAmount) as refused:
        split(amount, over)
    assert refused.value.hint


@settings(deadline=None)
@given(amounts, weights)
def test_parts_sum_to_the_whole_or_to_what_the_lines_can_bear(amount, over):
    assert sum(allocate(amount, over)) == max(-sum(over), min(amount, sum(over)))


@settings(deadline=None)
@given(amounts, weights)
def test_no_part_passes_its_cap_or_changes_sign_and_a_line_of_zero_gets_zero(amount, over):
    for part, cap in zip(allocate(amount, over), over, strict=True):
        assert abs(part) <= cap
        assert part * amount >= 0


@settings(deadline=None)
@given(amounts, weights.filter(any))
def test_apportioned_parts_sum_to_the_whole_and_keep_to_their_shares(amount, over):
    parts = apportion(amount, over)
    assert sum(parts) == amount
    for part, weight in zip(parts, over, strict=True):
        assert abs(part - Fraction(amount * weight, sum(over))) < 1
        assert weight or not part


@settings(deadline=None)
@given(amounts, weights)
def test_the_parts_of_a_refund_mirror_those_of_a_discount(amount, over):
    assert allocate(-amount, over) == [-part for part in allocate(amount, over)]


@settings(deadline=None)
@given(st.integers(0, 10**6), st.lists(st.integers(0, 20), min_size=2, max_size=12))
def test_among_equals_the_earlier_gets_no_less(amount, over):
    parts = allocate(amount, over)
    for i, weight in enumerate(over):
        assert all(parts[i] >= parts[j] for j in range(i + 1, len(over)) if over[j] == weight)


@settings(deadline=None)
@given(st.integers(0, 10**6), weights.filter(any))
def test_the_minor_units_left_over_go_to_the_largest_remainders(amount, over):
    amount = min(amount, sum(over))
    shares = [Fraction(amount * weight, sum(over)) for weight in over]
    raised = [share % 1 for part, share in zip(allocate(amount, over), shares, strict=True) if part > share]
    kept = [
        share % 1 for part, share in zip(allocate(amount, over), shares, strict=True) if part <= share and share % 1
    ]
    assert not raised or not kept or min(raised) >= max(kept)
