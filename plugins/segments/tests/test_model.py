"""The rules of segments, decided purely."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from spoeq_core.identity.model import Address, Customer, SavedAddress
from spoeq_core.orders.listing import Purchases
from spoeq_segments.model import MOST_DAYS, Facts, Rule, Segment, holds, problems_of
from spoeq_segments.wording import who

NOW = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
ASHA = Customer("c1", "asha@example.in", "Asha Rao", "")
OFFICE = Address("Asha Rao", "+919845012345", "12 Temple Street", "Bengaluru", "Karnataka", "560001")

purchases = st.builds(
    Purchases,
    orders=st.integers(0, 50),
    spent=st.integers(0, 10**9),
    last_at=st.none()
    | st.datetimes(datetime(2020, 1, 1), datetime(2026, 11, 23)).map(lambda at: at.replace(tzinfo=UTC)),
    business=st.booleans(),
)


def facts(bought: Purchases, customer: Customer = ASHA, currency: str = "INR") -> Facts:
    return Facts(customer, bought, currency, NOW)


def segment(rule: Rule, number: int = 0, amount: int = 0) -> Segment:
    return Segment("s", "Some", rule, number=number, amount=amount, currency="INR")


@given(purchases, st.integers(1, MOST_DAYS))
def test_who_has_ordered_is_either_recent_or_quiet_and_nobody_else_is(bought: Purchases, days: int):
    found = [holds(segment(rule, days), facts(bought)) for rule in (Rule.RECENT, Rule.QUIET)]
    assert sum(found) == (bought.last_at is not None)


@given(purchases, st.integers(1, 50), st.integers(0, 10))
def test_who_is_in_by_many_orders_is_in_by_fewer(bought: Purchases, number: int, fewer: int):
    if holds(segment(Rule.ORDERS, number), facts(bought)):
        assert holds(segment(Rule.ORDERS, max(1, number - fewer)), facts(bought))


@given(purchases, st.integers(1, 10**9), st.integers(0, 10**9))
def test_who_is_in_by_much_money_is_in_by_less_and_only_in_its_currency(bought: Purchases, amount: int, less: int):
    if holds(segment(Rule.SPENT, amount=amount), facts(bought)):
        assert holds(segment(Rule.SPENT, amount=max(1, amount - less)), facts(bought))
    assert not holds(segment(Rule.SPENT, amount=amount), facts(bought, currency="BHD"))


@given(purchases)
def test_nobody_is_in_by_hand_through_a_rule(bought: Purchases):
    assert not holds(segment(Rule.HAND), facts(bought))


def test_the_last_day_counts():
    at = NOW - timedelta(days=30)
    assert holds(segment(Rule.RECENT, 30), facts(Purchases(1, 1, at)))
    assert holds(segment(Rule.QUIET, 30), facts(Purchases(1, 1, at - timedelta(seconds=1))))


def test_a_business_has_a_gstin_in_its_addresses_or_on_an_order():
    rule = segment(Rule.BUSINESS)
    office = SavedAddress("a1", replace(OFFICE, gstin="27AAPFU0939F1ZV"))
    assert not holds(rule, facts(Purchases()))
    assert not holds(rule, facts(Purchases(), replace(ASHA, addresses=(SavedAddress("a1", OFFICE),))))
    assert holds(rule, facts(Purchases(), replace(ASHA, addresses=(office,))))
    assert holds(rule, facts(Purchases(business=True)))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"id": ""}, "code"),
        ({"id": "VIP"}, "code"),
        ({"id": "a.b"}, "code"),
        ({"rule": Rule.ORDERS}, "number"),
        ({"rule": Rule.ORDERS, "number": 10_001}, "number"),
        ({"rule": Rule.QUIET, "number": 0}, "number"),
        ({"rule": Rule.RECENT, "number": 3651}, "number"),
        ({"rule": Rule.SPENT}, "amount"),
        ({"rule": Rule.SPENT, "amount": -1}, "amount"),
    ],
)
def test_what_is_refused(wrong: dict[str, object], field: str):
    assert [it.field for it in problems_of(replace(segment(Rule.HAND), **wrong))] == [field]  # type: ignore[arg-type]


@pytest.mark.parametrize("rule", Rule)
def test_each_rule_is_told_in_words(rule: Rule):
    assert problems_of(segment(rule, 3, 500_00)) == []
    assert who(segment(rule, 3, 500_00))
