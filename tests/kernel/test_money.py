"""Money: exact, one currency at a time, typed by people."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings, strategies as st

from spoeq_core.kernel.money import (
    MAX_AMOUNT,
    CurrencyMismatch,
    InvalidAmount,
    Money,
    UnknownCurrency,
    exponent,
    parse_amount,
    plain_amount,
    round_half_away,
    round_ratio,
)

amounts = st.integers(-MAX_AMOUNT, MAX_AMOUNT)
currencies = st.sampled_from(["JPY", "INR", "BHD", "CLF"])


def test_arithmetic_of_one_currency():
    price, fee = Money(49900, "INR"), Money(100, "INR")
    assert price + fee == Money(50000, "INR")
    assert price - fee == Money(49800, "INR")
    assert -price == Money(-49900, "INR")
    assert price * 3 == 3 * price == Money(149700, "INR")
    assert fee < price > fee
    assert Money(100, "INR") <= fee <= price >= fee >= Money(100, "INR")
    assert Money.zero("INR") == Money(0, "INR")


@pytest.mark.parametrize(
    "mix",
    [
        lambda a, b: a + b,
        lambda a, b: a - b,
        lambda a, b: a < b,
        lambda a, b: a <= b,
        lambda a, b: a > b,
        lambda a, b: a >= b,
    ],
    ids=["+", "-", "<", "<=", ">", ">="],
)
def test_two_currencies_never_mix(mix):
    with pytest.raises(CurrencyMismatch, match="INR and USD") as refused:
        mix(Money(1, "INR"), Money(1, "USD"))
    assert "apart" in refused.value.hint


def test_the_same_amount_in_another_currency_is_not_equal():
    assert Money(1, "INR") != Money(1, "USD")


@pytest.mark.parametrize("other", [1, None, Decimal(1)])
def test_only_money_is_added_to_money(other):
    with pytest.raises(TypeError):
        Money(1, "INR") + other


@pytest.mark.parametrize("times", [1.5, Decimal(2), True, "2"])
def test_money_is_multiplied_by_integers_only(times):
    with pytest.raises(TypeError):
        Money(1, "INR") * times


@pytest.mark.parametrize("amount", [1.0, "1", True, None, Decimal(1)])
def test_an_amount_is_an_integer(amount):
    with pytest.raises(InvalidAmount) as refused:
        Money(amount, "INR")
    assert "minor units" in refused.value.hint


@pytest.mark.parametrize("currency", ["", "inr", "XXX", "RUPEE", None, 5, ["INR"]])
def test_a_currency_is_one_that_iso_4217_lists(currency):
    with pytest.raises(UnknownCurrency) as refused:
        Money(1, currency)
    assert "ISO 4217" in refused.value.hint


@pytest.mark.parametrize(
    ("currency", "decimals"),
    [("JPY", 0), ("KRW", 0), ("INR", 2), ("USD", 2), ("RSD", 2), ("BHD", 3), ("KWD", 3), ("CLF", 4)],
)
def test_exponents_of_iso_4217(currency, decimals):
    assert exponent(currency) == decimals


@given(amounts, currencies)
def test_json_gives_the_money_back(amount, currency):
    money = Money(amount, currency)
    assert Money.from_json(json.loads(json.dumps(money.as_json()))) == money


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"amount": 1},
        {"amount": "1", "currency": "INR"},
        {"amount": 1.0, "currency": "INR"},
        {"amount": 1, "currency": None},
        {"amount": 1, "currency": "INR", "extra": 1},
    ],
)
def test_other_json_is_refused(data):
    with pytest.raises(InvalidAmount):
        Money.from_json(data)


@pytest.mark.parametrize(
    ("value", "rounded"),
    [("2.5", 3), ("-2.5", -3), ("2.4999", 2), ("-2.4999", -2), ("0.5", 1), ("-0.5", -1), ("1E+30", 10**30), ("0", 0)],
)
def test_a_half_rounds_away_from_zero(value, rounded):
    assert round_half_away(Decimal(value)) == rounded


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_number_is_not_rounded(value):
    with pytest.raises(InvalidAmount):
        round_half_away(Decimal(value))


@given(st.integers(-(10**40), 10**40), st.integers(1, 10**20))
def test_a_quotient_is_rounded_exactly_and_evenly_about_zero(numerator, denominator):
    rounded = round_ratio(numerator, denominator)
    error = rounded - Fraction(numerator, denominator)
    assert abs(error) <= Fraction(1, 2)
    assert round_ratio(-numerator, denominator) == -rounded
    if abs(error) == Fraction(1, 2):
        assert abs(rounded) > abs(Fraction(numerator, denominator))


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [
        ("1,299.50", "INR", 129950),
        ("1299.5", "INR", 129950),
        (" 1299 ", "INR", 129900),
        ("12,34,567.89", "INR", 123456789),
        ("1,234,567.89", "USD", 123456789),
        (".5", "INR", 50),
        ("0", "INR", 0),
        ("-5", "INR", -500),
        ("+5.25", "INR", 525),
        ("1,299", "JPY", 1299),
        ("1.234", "BHD", 1234),
        ("1.2", "BHD", 1200),
        ("\u0967\u0968\u0969.\u096a", "INR", 12340),
    ],
)
def test_amounts_as_people_type_them(text, currency, amount):
    assert parse_amount(text, currency) == amount


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("", "INR"),
        (".", "INR"),
        ("5.", "INR"),
        ("1,5", "INR"),
        ("1.299,50", "INR"),
        ("1,299,50", "INR"),
        (",299", "INR"),
        ("1e3", "INR"),
        ("NaN", "INR"),
        ("₹5", "INR"),
        ("--5", "INR"),
        ("5 5", "INR"),
        ("1.234", "INR"),
        ("1.0", "JPY"),
        ("1.2345", "BHD"),
        ("9" * 20, "INR"),
        ("9" * 5000, "INR"),
    ],
)
def test_what_is_no_exact_amount_is_refused(text, currency):
    with pytest.raises(InvalidAmount) as refused:
        parse_amount(text, currency)
    assert refused.value.hint
    assert len(refused.value.message) < 100


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (129950, "INR", "1299.50"),
        (5, "INR", "0.05"),
        (-5, "INR", "-0.05"),
        (0, "JPY", "0"),
        (1299, "JPY", "1299"),
        (1, "BHD", "0.001"),
    ],
)
def test_plain_amounts_for_forms(amount, currency, text):
    assert plain_amount(amount, currency) == text


@settings(deadline=None)
@given(amounts, currencies)
def test_a_form_gives_back_what_it_was_filled_with(amount, currency):
    assert parse_amount(plain_amount(amount, currency), currency) == amount


@settings(deadline=None)
@given(st.text(max_size=40), currencies)
def test_any_text_is_an_amount_or_refused(text, currency):
    try:
        amount = parse_amount(text, currency)
    except InvalidAmount:
        return
    assert abs(amount) <= MAX_AMOUNT
    assert parse_amount(plain_amount(amount, currency), currency) == amount
