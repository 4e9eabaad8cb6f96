"""Tax: component by component, contained or added, and how shipping follows the goods."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings, strategies as st

from spoeq_core.kernel.money import InvalidAmount, round_half_away
from spoeq_core.pricing.model import Charge, InvalidTax, TaxAnswer, TaxRate, price, tax_added, tax_included

gross = st.integers(-(10**12), 10**12)
percentages = st.decimals(0, 100, places=3, allow_nan=False, allow_infinity=False)


def rates(*values):
    return [Decimal(value) for value in values]


def gst(rate):
    half = Decimal(rate) / 2
    return (TaxRate("CGST", half), TaxRate("SGST", half))


@pytest.mark.parametrize(
    ("amount", "components", "taxes"),
    [
        (99900, ["2.5", "2.5"], [2379, 2379]),
        (99900, ["5"], [4757]),
        (100, ["9", "9"], [8, 8]),
        (100, ["18"], [15]),
        (49900, ["9", "9"], [3806, 3806]),
        (49900, ["18"], [7612]),
        (250000, ["2.5", "2.5"], [5952, 5952]),
        (250000, ["5"], [11905]),
        (100, [], []),
        (100, ["0"], [0]),
        (100, ["100"], [50]),
        (0, ["18"], [0]),
        (-100, ["18"], [-15]),
    ],
)
def test_tax_that_a_price_includes(amount, components, taxes):
    assert tax_included(amount, rates(*components)) == taxes


@pytest.mark.parametrize(
    ("amount", "components", "taxes"),
    [
        (100, ["9", "9"], [9, 9]),
        (50, ["9"], [5]),
        (-50, ["9"], [-5]),
        (1000, ["0.25"], [3]),
        (99, ["0"], [0]),
        (99, ["100"], [99]),
        (99, [], []),
    ],
)
def test_tax_that_is_added_to_a_price(amount, components, taxes):
    assert tax_added(amount, rates(*components)) == taxes


@pytest.mark.parametrize("compute", [tax_included, tax_added])
@pytest.mark.parametrize("rate", [Decimal(-1), Decimal("NaN"), Decimal("Infinity"), 18, 18.0, "18", None])
def test_a_rate_is_a_decimal_of_zero_or_more(compute, rate):
    with pytest.raises(InvalidTax) as refused:
        compute(100, [rate])
    assert "Decimal" in refused.value.hint


@pytest.mark.parametrize("compute", [tax_included, tax_added])
def test_only_integers_are_taxed(compute):
    with pytest.raises(InvalidAmount):
        compute(100.0, rates("18"))


@settings(deadline=None)
@given(gross, st.lists(percentages, max_size=4))
def test_each_component_is_rounded_by_itself(amount, components):
    whole = 100 + sum(map(Fraction, components))
    for tax, rate in zip(tax_included(amount, components), components, strict=True):
        assert abs(tax - amount * Fraction(rate) / whole) <= Fraction(1, 2)
    assert tax_added(amount, components) == [round_half_away(amount * rate / 100) for rate in components]


@settings(deadline=None)
@given(gross, percentages, st.integers(1, 4), st.lists(percentages, max_size=2))
def test_equal_rates_give_equal_amounts(amount, rate, times, others):
    for compute in (tax_included, tax_added):
        assert len(set(compute(amount, [rate] * times + others)[:times])) == 1


@settings(deadline=None)
@given(st.integers(0, 10**9), st.lists(percentages, max_size=4).filter(lambda found: sum(found) <= 100))
def test_what_is_taxable_is_never_negative_up_to_a_hundred_percent(amount, components):
    assert 0 <= amount - sum(tax_included(amount, components)) <= amount


@settings(deadline=None)
@given(gross, st.lists(percentages, max_size=4))
def test_a_refund_holds_the_tax_of_the_sale(amount, components):
    assert tax_included(-amount, components) == [-tax for tax in tax_included(amount, components)]


def test_shipping_follows_the_goods_rates_by_their_totals(line, cart):
    basket = cart(
        line("shirt", 10000),
        line("phone", 20000),
        line("socks", 5000, 2),
        shipping=Charge("flat", "Shipping", 4001, "flat_rate"),
    )
    found = price(basket, tax=TaxAnswer({"shirt": gst(5), "phone": gst(18), "socks": gst(5)}))
    assert [(share.amount, [tax.amount for tax in share.taxes]) for share in found.shipping.shares] == [
        (2001, [48, 48]),
        (2000, [153, 153]),
    ]
    assert [share.taxable for share in found.shipping.shares] == [1905, 1694]
    assert [(tax.name, tax.rate, tax.amount) for tax in found.shipping.taxes] == [
        ("CGST", Decimal("2.5"), 48),
        ("SGST", Decimal("2.5"), 48),
        ("CGST", Decimal(9), 153),
        ("SGST", Decimal(9), 153),
    ]


def test_shipping_of_free_goods_follows_their_list_totals_and_else_the_first(line, cart):
    shipping = Charge("flat", "Shipping", 400, "flat_rate")
    answer = TaxAnswer({"book": (), "pen": gst(18)})
    free = cart(line("book", 0), line("pen", 0), shipping=shipping)
    assert [share.amount for share in price(free, tax=answer).shipping.shares] == [400]
    assert price(free, tax=answer).totals.tax_included == 0


def test_a_cod_fee_is_taxed_like_the_goods(line, cart):
    basket = cart(line("phone", 20000), fees=(Charge("cod", "Cash on delivery", 4900, "cod"),))
    found = price(basket, tax=TaxAnswer({"phone": (TaxRate("IGST", Decimal(18)),)}))
    assert found.fees[0].shares[0].taxable == 4153
    assert found.totals.tax_included == 3051 + 747
    assert found.totals.grand_total == 24900


def test_exempt_goods_and_a_shop_without_tax(line, cart):
    basket = cart(line("book", 10000), shipping=Charge("flat", "Shipping", 400, "flat_rate"))
    for answer in (None, TaxAnswer({"book": ()})):
        found = price(basket, tax=answer)
        assert (found.totals.tax, found.totals.tax_included, found.totals.grand_total) == (0, 0, 10400)
        assert found.lines[0].taxable == 10000


def test_added_tax_is_in_the_grand_total_and_not_in_the_prices(line, cart):
    basket = cart(line("mug", 1050), shipping=Charge("flat", "Shipping", 500, "flat_rate"), prices_include_tax=False)
    found = price(basket, tax=TaxAnswer({"mug": (TaxRate("VAT", Decimal(19)),)}))
    assert found.lines[0].total == found.lines[0].taxable == 1050
    assert found.totals.tax == 200 + 95
    assert found.totals.tax_included == 0
    assert found.totals.grand_total == 1050 + 500 + 295


@pytest.mark.parametrize(
    "answer",
    [
        TaxAnswer({}),
        TaxAnswer({"mug": (), "ghost": ()}),
        TaxAnswer({"mug": [TaxRate("VAT", Decimal(19))]}),
        TaxAnswer({"mug": (Decimal(19),)}),
        TaxAnswer({"mug": (TaxRate("VAT", Decimal(-19)),)}),
        TaxAnswer({"mug": (TaxRate("VAT", 19.0),)}),
        TaxAnswer({"mug": (TaxRate("VAT", Decimal(1)), TaxRate("VAT", Decimal(2)))}),
        TaxAnswer(None),
        "19 %",
    ],
)
def test_wrong_tax_answers_are_refused(line, cart, answer):
    with pytest.raises(InvalidTax) as refused:
        price(cart(line("mug", 1050)), tax=answer)
    assert refused.value.hint
