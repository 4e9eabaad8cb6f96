"""Totals that are rounded to what can be paid in cash: half away from zero, in currencies of any number of decimals."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from spoeq_core.kernel.money import MAX_AMOUNT
from spoeq_core.pricing.model import (
    InvalidCart,
    PricedCart,
    PricingCart,
    PricingLine,
    TaxAnswer,
    TaxRate,
    cash_rounding,
    price,
)
from tests.pricing.strategies import NOON

LINE = PricingLine("l", "S", "p", "Thing", 1, 0)
CASES = [
    ("INR", 100, 10049, 10000),
    ("INR", 100, 10050, 10100),
    ("INR", 100, 10100, 10100),
    ("INR", 100, 49, 0),
    ("INR", 100, 0, 0),
    ("CHF", 5, 1202, 1200),
    ("CHF", 5, 1203, 1205),
    ("JPY", 1, 999, 999),
    ("JPY", 10, 995, 1000),
    ("JPY", 10, 994, 990),
    ("BHD", 5, 1002, 1000),
    ("BHD", 5, 1003, 1005),
    ("BHD", 25, 12_512, 12_500),
    ("BHD", 25, 12_513, 12_525),
    ("INR", 0, 10049, 10049),
]


@pytest.mark.parametrize(("currency", "step", "exact", "total"), CASES)
def test_a_total_is_rounded_to_the_nearest_amount_of_cash(currency: str, step: int, exact: int, total: int):
    cart = PricingCart(currency, (replace(LINE, unit_price=exact),), NOON, cash_step=step)
    found = price(cart)
    assert (found.totals.grand_total, found.totals.rounding) == (total, total - exact)
    assert found.totals.items == found.lines[0].total == exact
    assert price(found.cart) == found


@pytest.mark.parametrize("inclusive", [True, False])
def test_no_tax_is_on_what_is_rounded(inclusive: bool):
    cart = PricingCart("INR", (replace(LINE, unit_price=99_930),), NOON, prices_include_tax=inclusive)
    tax = TaxAnswer({"l": (TaxRate("CGST", Decimal(9)), TaxRate("SGST", Decimal(9)))})
    exact, rounded = price(cart, tax=tax), price(replace(cart, cash_step=100), tax=tax)
    assert rounded.totals.rounding == cash_rounding(exact.totals.grand_total, 100) != 0
    assert rounded.taxes == exact.taxes
    assert (rounded.totals.tax, rounded.totals.tax_included) == (exact.totals.tax, exact.totals.tax_included)


@pytest.mark.parametrize("step", [-1, True, 0.5, "5", None])
def test_a_step_that_is_no_amount_is_refused(step: object):
    with pytest.raises(InvalidCart, match="smallest amount of cash"):
        price(PricingCart("CHF", (LINE,), NOON, cash_step=step))  # type: ignore[arg-type]


def test_a_total_that_only_rounding_makes_too_large_is_refused():
    cart = PricingCart("INR", (replace(LINE, unit_price=MAX_AMOUNT),), NOON)
    assert price(cart).totals.grand_total == MAX_AMOUNT
    with pytest.raises(InvalidCart, match="too large"):
        price(replace(cart, cash_step=MAX_AMOUNT - 1 << 1))


def test_a_price_that_was_frozen_before_there_was_rounding_is_read_and_stays_as_it_was():
    frozen = price(PricingCart("INR", (replace(LINE, unit_price=10049),), NOON)).as_json()
    del frozen["totals"]["rounding"], frozen["cart"]["cash_step"]  # type: ignore[attr-defined]
    read = PricedCart.from_json(frozen)
    assert (read.totals.rounding, read.cart.cash_step, read.totals.grand_total) == (0, 0, 10049)
    assert price(read.cart) == read
