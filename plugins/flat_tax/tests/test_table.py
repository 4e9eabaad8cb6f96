"""The table of taxes, and what shops in four currencies make of it, priced by the core's own engine."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from spoeq_core.pricing.model import InvalidTax, PricedCart, apply, apply_tax, finish, start
from spoeq_core.sdk import Charge, Destination, Phase, PricingCart, PricingLine, TaxAnswer, TaxRate
from spoeq_flat_tax.model import MOST_ROWS, Taxation, answer, rates_at, read_table

NOW = datetime(2026, 11, 27, 6, 30, tzinfo=UTC)
TABLE = """country,state,postal_code,class,name,rate
DE,,,,VAT,19
DE,,,reduced,VAT,7
DE,,,shipping,VAT,7
US,NY,,,NY State,4
US,NY,100,,NYC,4.5
US,NY,,clothing,NY State,0
JP,,,,Consumption tax,10
BH,,,,VAT,10 %
"""
BERLIN, NEW_YORK, ALBANY = (
    Destination("DE", "Berlin", "10115"),
    Destination("US", "ny", "100 01"),
    Destination("US", "NY", "12207"),
)
TOKYO, MANAMA, PARIS = (
    Destination("JP", "Tokyo", "100-0001"),
    Destination("BH", "", "317"),
    Destination("FR", "", "75001"),
)


def priced(
    currency: str,
    there: Destination | None,
    prices: list[tuple[int, str]],
    *,
    inclusive: bool,
    shipping="goods",
    delivery=0,
) -> PricedCart:
    """A cart of lines of so much, each of a tax class, with its tax."""
    lines = tuple(
        PricingLine(f"l{n}", f"S{n}", f"p{n}", "Thing", 1, price, ext={"flat_tax": {"tax_class": kind}})
        for n, (price, kind) in enumerate(prices)
    )
    charge = Charge("ship", "Delivery", delivery, "flat_rate") if delivery else None
    cart = PricingCart(currency, lines, NOW, destination=there, shipping=charge, prices_include_tax=inclusive)
    state = start(cart)
    for phase in (Phase.ITEM, Phase.ORDER, Phase.SHIPPING):
        state = apply(state, phase, [])
    return finish(apply_tax(state, answer(Taxation(read_table(TABLE), None, shipping), state), "flat_tax"))


def taxes(found: PricedCart) -> dict[tuple[str, Decimal], int]:
    return {(tax.name, tax.rate): tax.amount for tax in found.taxes}


def test_a_shop_in_euro_has_its_tax_in_the_prices():
    found = priced("EUR", BERLIN, [(1999, ""), (1070, "reduced")], inclusive=True)
    assert taxes(found) == {("VAT", Decimal(19)): 319, ("VAT", Decimal(7)): 70}
    assert (found.totals.tax, found.totals.tax_included, found.totals.grand_total) == (0, 389, 3069)


def test_a_shop_in_dollars_adds_the_states_and_the_citys_tax():
    found = priced("USD", NEW_YORK, [(1999, ""), (5000, "clothing")], inclusive=False)
    assert taxes(found) == {("NY State", Decimal(4)): 80, ("NYC", Decimal("4.5")): 90, ("NY State", Decimal(0)): 0}
    assert (found.totals.tax, found.totals.grand_total) == (170, 7169)
    assert taxes(priced("USD", ALBANY, [(1999, "")], inclusive=False)) == {("NY State", Decimal(4)): 80}


def test_yen_have_no_decimals_and_dinars_three():
    assert taxes(priced("JPY", TOKYO, [(1980, "")], inclusive=True)) == {("Consumption tax", Decimal(10)): 180}
    assert priced("JPY", TOKYO, [(105, "")], inclusive=False).totals.grand_total == 105 + 11
    assert taxes(priced("BHD", MANAMA, [(12345, "")], inclusive=False)) == {("VAT", Decimal(10)): 1235}


@pytest.mark.parametrize(("shipping", "rates"), [("goods", [19, 7]), ("own", [7]), ("none", [])])
def test_delivery_follows_the_goods_or_has_rates_of_its_own_or_none(shipping: str, rates: list[int]):
    found = priced("EUR", BERLIN, [(1000, ""), (1000, "reduced")], inclusive=True, shipping=shipping, delivery=500)
    assert found.shipping is not None
    assert [tax.rate for tax in found.shipping.taxes] == rates
    assert sum(share.amount for share in found.shipping.shares) == 500
    assert found.totals.grand_total == 2500


def test_where_no_row_reaches_nothing_is_owed():
    assert priced("EUR", PARIS, [(1000, "")], inclusive=True).taxes == ()
    assert priced("EUR", None, [(1000, "")], inclusive=True).taxes == ()


def test_rates_of_charges_are_checked_like_those_of_lines():
    cart = PricingCart("EUR", (), NOW)
    state = start(cart)
    for phase in (Phase.ITEM, Phase.ORDER, Phase.SHIPPING):
        state = apply(state, phase, [])
    with pytest.raises(InvalidTax):
        apply_tax(state, TaxAnswer({}, (TaxRate("VAT", Decimal(-1)),)))


WILD = ",,,,Tax,1\nDE,,,,Tax,2\nDE,BE,,,Tax,3\nDE,,1,,Tax,4\nDE,,1011,,Tax,5\nDE,BE,1011,,Tax,6\nDE,,,food,Tax,7"


@pytest.mark.parametrize(
    ("there", "tax_class", "rate"),
    [
        (PARIS, "", 1),
        (Destination("DE", "Bayern", "80331"), "", 2),
        (Destination("DE", "be", "20000"), "", 3),
        (Destination("DE", "", "10999"), "", 4),
        (Destination("DE", "", "10115"), "", 5),
        (Destination("DE", "BE", "101 15"), "", 6),
        (Destination("DE", "BE", "10115"), "food", 7),
        (Destination("DE", "BE", "10115"), "toys", 6),
        (PARIS, "food", 1),
    ],
)
def test_the_most_exact_row_counts(there: Destination, tax_class: str, rate: int):
    assert rates_at(read_table(WILD), there, tax_class) == (TaxRate("Tax", Decimal(rate)),)


@given(st.permutations(WILD.splitlines()))
def test_the_order_of_lines_does_not_matter(lines: list[str]):
    rows = read_table("\n".join(lines))
    for there in (PARIS, BERLIN, Destination("DE", "BE", "10115")):
        assert rates_at(rows, there, "") == rates_at(read_table(WILD), there, "")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("DE,,,,VAT", "Line 1: write country"),
        ("DE,,,,VAT,19,extra", "Line 1: write country"),
        ("Germany,,,,VAT,19", "Line 1: a country is two letters"),
        (",,,,VAT,19\nDE,,,no way,VAT,19", "Line 2: a class"),
        ("DE,,,,,19", "Line 1: name the tax"),
        (f"DE,,,,{'x' * 300},19", "Line 1: name the tax"),
        ("DE,,,,VAT,-1", "Line 1: a rate"),
        ("DE,,,,VAT,100.01", "Line 1: a rate"),
        ("DE,,,,VAT,NaN", "Line 1: a rate"),
        ("DE,,,,VAT,1e-9", "Line 1: a rate"),
        ("DE,,,,VAT,nineteen", "Line 1: a rate"),
        ("DE,,,,VAT,19\n\nDE, , , ,VAT, 7", "Line 3 says the same as line 1"),
        ("DE,,,,VAT,19\n" + "x" * 150_000, "Line 2 cannot be read"),
        ("\n".join(f"DE,,{n},,VAT,1" for n in range(MOST_ROWS + 1)), "At most 2000 lines"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(text: str, words: str):
    with pytest.raises(ValueError, match=words):
        read_table(text)


@pytest.mark.parametrize("rate", ["0", "100"])
@pytest.mark.parametrize("inclusive", [True, False])
def test_rates_of_nothing_and_of_all(rate: str, inclusive: bool):
    rows = read_table(f",,,,Tax,{rate}")
    assert rates_at(rows, PARIS, "") == (TaxRate("Tax", Decimal(rate)),)
    line = PricingLine("l", "S", "p", "Thing", 1, 1000)
    state = start(PricingCart("EUR", (line,), NOW, destination=PARIS, prices_include_tax=inclusive))
    for phase in (Phase.ITEM, Phase.ORDER, Phase.SHIPPING):
        state = apply(state, phase, [])
    found = finish(apply_tax(state, answer(Taxation(rows, None), state)))
    tax = 0 if rate == "0" else 500 if inclusive else 1000
    assert sum(one.amount for one in found.taxes) == tax
