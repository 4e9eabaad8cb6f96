"""What cash on delivery costs, and who counts as one person."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, strategies as st
from pydantic import ValidationError

from spoeq_cod.model import day_of, fee, forget_at, is_excluded, persons
from spoeq_cod.settings import STATUTORY_SUM, CodSettings
from spoeq_core.sdk import Address

INDIA = "Asia/Kolkata"
ASHA = Address("Asha Rao", "+919845012345", "12, Temple Street", "Bengaluru", "Karnataka", "560001", line2="2nd floor")


@pytest.mark.parametrize(
    ("free_above", "items", "expected"),
    [(None, 10**9, 4900), (99900, 99899, 4900), (99900, 99900, 0), (0, 0, 0)],
)
def test_the_fee_falls_away_from_an_order_value_on(free_above: int | None, items: int, expected: int):
    assert fee(4900, free_above, items) == expected


@pytest.mark.parametrize(
    ("pin", "listed", "expected"),
    [
        ("560001", ["56"], True),
        ("560001", ["560001"], True),
        ("560001", ["560002", "1"], False),
        ("560001", [""], False),
    ],
)
def test_pins_are_excluded_whole_or_by_their_beginning(pin: str, listed: list[str], expected: bool):
    assert is_excluded(pin, listed) is expected


def test_a_day_is_the_shops_and_not_utcs():
    late = datetime(2026, 11, 22, 18, 30, tzinfo=UTC)
    assert day_of(late, INDIA) == date(2026, 11, 23)
    assert day_of(late - timedelta(seconds=1), INDIA) == date(2026, 11, 22)


def test_a_days_places_are_forgotten_once_it_is_long_over():
    assert forget_at(date(2026, 11, 22), INDIA) == datetime(2026, 11, 25, 18, 30, tzinfo=UTC)


def test_a_person_is_a_phone_and_a_place():
    phone, place = persons(ASHA, "")
    assert phone.startswith("phone:")
    assert place.startswith("address:")
    assert "98450" not in phone, "nobody can read the phone number in the claim"
    assert "temple" not in place


@pytest.mark.parametrize(
    "same",
    [
        replace(ASHA, line1="12 TEMPLE street"),
        replace(ASHA, line1="12-Temple-Street,", line2="2nd Floor."),
        replace(ASHA, name="A. Rao", city="Bangalore", landmark="Behind the temple"),
    ],
)
def test_the_same_place_written_otherwise_is_the_same(same: Address):
    assert persons(same, "") == persons(ASHA, "")


@pytest.mark.parametrize(
    "other",
    [replace(ASHA, line1="14, Temple Street"), replace(ASHA, postal_code="560002"), replace(ASHA, line2="3rd floor")],
)
def test_another_place_is_another(other: Address):
    assert persons(other, "")[1] != persons(ASHA, "")[1]


def test_an_order_without_a_phone_counts_for_its_place_only():
    nameless = replace(ASHA, phone="")
    assert persons(nameless, "") == persons(ASHA, "")[1:]
    assert persons(nameless, "+91 98450 12345") == persons(ASHA, "")


@given(st.text(min_size=1, max_size=30), st.text(min_size=1, max_size=30))
def test_people_with_different_digits_are_different(one: str, two: str):
    digits = ["".join(char for char in text if char.isdecimal()) for text in (one, two)]
    keys = [persons(replace(ASHA, phone=text), "")[0] for text in (one, two)]
    if all(digits):
        assert (keys[0] == keys[1]) is (digits[0] == digits[1])


@pytest.mark.parametrize(
    "wrong",
    [
        {"cap": STATUTORY_SUM},
        {"known_cap": STATUTORY_SUM},
        {"sum_per_day": STATUTORY_SUM},
        {"fee": -1},
        {"orders_per_day": 0},
        {"excluded_pins": ["56 00a"]},
        {"excluded_pins": ["5600011"]},
        {"label": ""},
        {"caps": 1},
    ],
)
def test_settings_that_break_the_law_or_make_no_sense_are_refused(wrong: dict[str, object]):
    with pytest.raises(ValidationError):
        CodSettings.model_validate(wrong)


def test_pins_are_cleaned():
    assert CodSettings(excluded_pins=["560 001", " 74 "]).excluded_pins == ["560001", "74"]
