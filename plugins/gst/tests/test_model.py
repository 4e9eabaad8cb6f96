"""The law as rules: rates by code, day and price; places; what a cart owes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, strategies as st
from pydantic import ValidationError

from spoeq_core.pricing.model import apply, apply_tax, finish, start
from spoeq_core.sdk import (
    Buyer,
    Charge,
    Destination,
    Phase,
    PricedCart,
    PricingCart,
    PricingLine,
    State,
    TaxRate,
    find_state,
    tax_included,
)
from spoeq_gst.defaults import LIMIT, SINCE, default_rows
from spoeq_gst.model import (
    ABROAD,
    Band,
    Place,
    RateRow,
    RateTable,
    Taxation,
    answer,
    between,
    components,
    financial_year,
    free_id,
    indian_date,
    place_of_supply,
)
from spoeq_gst.settings import GstSettings

DAY = date(2026, 11, 27)
NOON = datetime(2026, 11, 27, 6, 30, tzinfo=UTC)
KARNATAKA, MAHARASHTRA, LADAKH = "29", "27", "38"
SELLER = Taxation(KARNATAKA, default_rows(), Decimal(18))
GARMENT = "620520"
rates = st.sampled_from([Decimal(text) for text in ("0", "0.25", "3", "5", "18", "40")])
codes = st.sampled_from([None, "", GARMENT, "6403", "490199", "21069020", "711311", "99999999", "0902"])
towards = st.sampled_from(["Karnataka", "Maharashtra", "Ladakh", "Delhi"])


def row(hsn: str = "62", since: date = SINCE, rate: str = "5", **more: object) -> RateRow:
    return RateRow.model_validate({"id": f"{hsn}-{since}", "hsn": hsn, "valid_from": since, "rate": rate, **more})


def to(state: str) -> Destination:
    return Destination("IN", state, "560001")


def line(number: int = 1, price: int = 99900, quantity: int = 1, hsn: str | None = GARMENT) -> PricingLine:
    return PricingLine(f"l{number}", f"sku{number}", f"p{number}", "Thing", quantity, price, hsn=hsn)


def cart(*lines: PricingLine, state: str = "Karnataka", **more: object) -> PricingCart:
    return replace(PricingCart("INR", lines, NOON, destination=to(state)), **more)


def state_before_tax(basket: PricingCart) -> State:
    state = start(basket)
    for phase in (Phase.ITEM, Phase.ORDER, Phase.SHIPPING):
        state = apply(state, phase, [])
    return state


def priced_with_tax(basket: PricingCart, seller: Taxation = SELLER) -> PricedCart:
    state = state_before_tax(basket)
    return finish(apply_tax(state, answer(seller, state)))


def rates_of(basket: PricingCart, seller: Taxation = SELLER) -> dict[str, tuple[TaxRate, ...]]:
    return dict(answer(seller, state_before_tax(basket)).line_rates)


# Which row


def test_the_longest_beginning_of_a_code_counts():
    table = RateTable([row("62"), row("6205", rate="18"), row("620530", rate="0")], DAY, Decimal(40))
    assert [table.find(hsn, 100, 1, inclusive=True).rate for hsn in ("6203", "620520", "62053090", "6")] == [
        5,
        18,
        0,
        40,
    ]


def test_the_latest_row_of_a_beginning_counts_from_its_day_on():
    rows = [row("62", date(2026, 4, 1), "18"), row("62", SINCE, "5"), row("6205", date(2027, 4, 1), "0")]
    by_day = {
        day: RateTable(rows, day, Decimal(40)).find("6205", 1, 1, inclusive=True).rate
        for day in (SINCE - timedelta(1), SINCE, date(2026, 3, 31), date(2026, 4, 1), date(2027, 4, 1))
    }
    assert list(by_day.values()) == [40, 5, 5, 18, 0]


def test_what_no_row_names_has_the_default_rate_and_says_why():
    table = RateTable([row("62")], DAY, Decimal(18))
    assert [table.find(hsn, 1, 1, inclusive=True).band for hsn in ("", "0902", "6205")] == [
        Band.NO_HSN,
        Band.DEFAULT,
        Band.ROW,
    ]
    assert table.find("0902", 1, 1, inclusive=True).rate == 18


@given(st.permutations(list(default_rows())), codes, st.integers(0, 10**6))
def test_the_order_of_rows_does_not_matter(rows: list[RateRow], hsn: str | None, total: int):
    found = RateTable(rows, DAY, Decimal(18)).find(hsn or "", total, 1, inclusive=True)
    assert found == RateTable(default_rows(), DAY, Decimal(18)).find(hsn or "", total, 1, inclusive=True)


# By price


@pytest.mark.parametrize(
    ("total", "quantity", "inclusive", "rate", "inconsistent"),
    [
        (2_500_00, 1, True, 5, False),
        (2_625_00, 1, True, 5, False),
        (2_625_01, 1, True, 18, True),
        (2_950_00, 1, True, 18, True),
        (2_950_01, 1, True, 18, False),
        (5_250_00, 2, True, 5, False),
        (5_250_01, 2, True, 18, True),
        (2_500_00, 1, False, 5, False),
        (2_500_01, 1, False, 18, False),
        (0, 1, True, 5, False),
    ],
)
def test_clothes_have_the_lower_rate_up_to_the_limit(
    total: int, quantity: int, inclusive: bool, rate: int, inconsistent: bool
):
    clothes = row("62", limit=LIMIT, rate_above="18")
    assert clothes.rate_of(total, quantity, inclusive=inclusive) == rate
    if inclusive:
        assert clothes.is_inconsistent(total, quantity) is inconsistent


@given(st.integers(0, 10**6), st.integers(1, 20))
def test_the_rate_is_that_of_policies(total: int, quantity: int):
    clothes = row("62", limit=LIMIT, rate_above="18")
    assert (clothes.rate_of(total, quantity, inclusive=True) == 5) is (total * 100 <= 2_500_00 * 105 * quantity)
    lower, higher = (Fraction(total * 100, (100 + rate) * quantity) for rate in (5, 18))
    assert clothes.is_inconsistent(total, quantity) is (higher <= LIMIT < lower)


def test_the_prices_between_are_those_that_neither_rate_fits():
    clothes = row("62", limit=LIMIT, rate_above="18")
    assert between(clothes) == (2_625_01, 2_950_00)
    for price in (2_625_00, 2_625_01, 2_950_00, 2_950_01):
        assert clothes.is_inconsistent(price, 1) is (2_625_01 <= price <= 2_950_00)
    assert between(row("62")) is None


def test_a_discount_may_bring_clothes_to_the_lower_rate():
    dear = line(price=3_000_00)
    assert rates_of(cart(dear))["l1"] == (TaxRate("CGST", Decimal(9)), TaxRate("SGST", Decimal(9)))
    state = state_before_tax(cart(dear))
    cheaper = replace(state, lines=(replace(state.lines[0], total=2_600_00),))
    assert answer(SELLER, cheaper).line_rates["l1"] == (
        TaxRate("CGST", Decimal("2.5")),
        TaxRate("SGST", Decimal("2.5")),
    )


# Rows as they are entered


@pytest.mark.parametrize(
    "wrong",
    [
        {"hsn": "6"},
        {"hsn": "123456789"},
        {"hsn": "62a"},
        {"rate": "-1"},
        {"rate": "101"},
        {"limit": 100},
        {"rate_above": "18"},
        {"limit": 0, "rate_above": "18"},
        {"limit": 100, "rate_above": "5"},
        {"id": "new"},
    ],
)
def test_a_wrong_row_is_refused(wrong: dict[str, object]):
    good = {"id": "62", "hsn": "62", "valid_from": SINCE, "rate": "5"}
    assert RateRow.model_validate(good)
    with pytest.raises(ValidationError):
        RateRow.model_validate(good | wrong)


def test_ids_are_free():
    assert free_id("62", DAY, []) == "62-2026-11-27"
    assert free_id("62", DAY, ["62-2026-11-27"]) == "62-2026-11-27-2"


# Where


@pytest.mark.parametrize(
    ("there", "gstin", "code", "is_home"),
    [
        (None, "", KARNATAKA, True),
        (to("Karnataka"), "", KARNATAKA, True),
        (to("karnataka "), "", KARNATAKA, True),
        (to("Maharashtra"), "", MAHARASHTRA, False),
        (to("Nowhere"), "", "", False),
        (Destination("AE", "Dubai", "0"), "", ABROAD, False),
        (to("Maharashtra"), "29AAGCB7383J1Z4", KARNATAKA, True),
        (to("Karnataka"), "27AAPFU0939F1ZV", MAHARASHTRA, False),
    ],
)
def test_the_place_is_the_buyers_state_if_registered_else_that_of_delivery(
    there: Destination | None, gstin: str, code: str, is_home: bool
):
    assert place_of_supply(KARNATAKA, there, gstin) == Place(code, is_home)


@pytest.mark.parametrize("code", ["04", "26", "31", "35", "38"])
def test_territories_without_a_legislature_levy_utgst(code: str):
    assert [tax.name for tax in components(Decimal(5), Place(code, True))] == ["CGST", "UTGST"]
    assert [tax.name for tax in components(Decimal(5), Place(code, False))] == ["IGST"]


@pytest.mark.parametrize("code", ["01", "07", "29", "34"])
def test_states_and_territories_with_one_levy_sgst(code: str):
    assert [tax.name for tax in components(Decimal(5), Place(code, True))] == ["CGST", "SGST"]


@given(rates, st.booleans(), st.sampled_from(["29", "38"]))
def test_components_sum_to_the_rate_and_halves_are_equal(rate: Decimal, is_home: bool, code: str):
    parts = [part.rate for part in components(rate, Place(code, is_home))]
    assert sum(parts) == rate
    assert len(parts) == (0 if not rate else 2 if is_home else 1)
    assert len(set(parts)) <= 1


# What a cart owes


@pytest.mark.parametrize(
    ("price", "hsn", "state", "taxable", "taxes"),
    [
        (49900, "4202", "Karnataka", 42288, [3806, 3806]),
        (49900, "4202", "Delhi", 42288, [7612]),
        (100, "4202", "Karnataka", 84, [8, 8]),
        (100, "4202", "Delhi", 85, [15]),
        (99900, GARMENT, "Karnataka", 95142, [2379, 2379]),
        (99900, GARMENT, "Delhi", 95143, [4757]),
        (250000, GARMENT, "Karnataka", 238096, [5952, 5952]),
        (250000, GARMENT, "Delhi", 238095, [11905]),
        (49900, "490199", "Karnataka", 49900, []),
    ],
)
def test_prices_contain_the_tax_of_the_vectors(price: int, hsn: str, state: str, taxable: int, taxes: list[int]):
    priced = priced_with_tax(cart(line(price=price, hsn=hsn), state=state))
    assert priced.lines[0].taxable == taxable
    assert [tax.amount for tax in priced.lines[0].taxes] == taxes
    assert priced.totals.grand_total == price


def test_who_is_not_registered_charges_no_tax():
    priced = priced_with_tax(cart(line()), replace(SELLER, home=""))
    assert (priced.totals.tax_included, priced.lines[0].taxes, priced.totals.grand_total) == (0, (), 99900)


def test_a_registered_buyers_state_decides():
    business = Buyer(gstin="27AAPFU0939F1ZV")
    assert [tax.name for tax in rates_of(cart(line(), buyer=business))["l1"]] == ["IGST"]


def test_the_day_is_indias():
    rows = [row("62", rate="5"), row("62", date(2027, 4, 1), "18")]
    seller = Taxation(KARNATAKA, rows, Decimal(18))
    midnight = datetime(2027, 3, 31, 18, 30, tzinfo=UTC)
    for at, total in ((midnight - timedelta(seconds=1), 5), (midnight, 18)):
        assert sum(tax.rate for tax in rates_of(cart(line(), at=at), seller)["l1"]) == total


lines = st.lists(
    st.builds(line, st.just(0), st.integers(0, 10**6), st.integers(1, 5), codes), min_size=1, max_size=5
).map(lambda found: [replace(one, id=f"l{n}") for n, one in enumerate(found)])


@given(lines, towards, st.integers(0, 50000), st.integers(0, 9900), st.data())
def test_the_order_of_lines_does_not_matter_and_nothing_is_lost(
    basket: list[PricingLine], state: str, shipping: int, fee: int, data: st.DataObject
):
    charges = {"shipping": Charge("s", "Road", shipping, "x"), "fees": (Charge("f", "Fee", fee, "x"),)}
    for seller in (SELLER, replace(SELLER, home=LADAKH)):
        priced = priced_with_tax(cart(*basket, state=state, **charges), seller)
        turned = data.draw(st.permutations(basket))
        again = priced_with_tax(cart(*turned, state=state, **charges), seller)
        assert {one.line.id: one.taxes for one in priced.lines} == {one.line.id: one.taxes for one in again.lines}
        paid = sum(one.quantity * one.unit_price for one in basket) + shipping + fee
        assert priced.totals.grand_total == again.totals.grand_total == paid
        for one in priced.lines:
            assert one.taxable + sum(tax.amount for tax in one.taxes) == one.total
            amounts = {tax.name: tax.amount for tax in one.taxes}
            assert set(amounts) in (set(), {"IGST"}, {"CGST", "SGST"}, {"CGST", "UTGST"})
            assert len(set(amounts.values())) <= 1


@given(st.integers(0, 10**8), rates)
def test_two_halves_are_at_most_one_minor_unit_from_the_whole(gross: int, rate: Decimal):
    halves = sum(tax_included(gross, [part.rate for part in components(rate, Place(KARNATAKA, True))]))
    whole = sum(tax_included(gross, [part.rate for part in components(rate, Place(MAHARASHTRA, False))]))
    assert abs(halves - whole) <= 1


# Days


@pytest.mark.parametrize(
    ("at", "day", "year"),
    [
        ("2026-03-31T18:29:59", date(2026, 3, 31), "2025-26"),
        ("2026-03-31T18:30:00", date(2026, 4, 1), "2026-27"),
        ("2027-03-31T18:29:59", date(2027, 3, 31), "2026-27"),
        ("2099-12-31T00:00:00", date(2099, 12, 31), "2099-00"),
    ],
)
def test_years_begin_on_1_april_in_india(at: str, day: date, year: str):
    found = indian_date(datetime.fromisoformat(at).replace(tzinfo=UTC))
    assert (found, financial_year(found)) == (day, year)


# Settings


def test_the_state_is_that_of_the_gstin():
    assert GstSettings(gstin=" 29aagcb7383j1z4").taxation.home == KARNATAKA
    assert GstSettings().taxation.home == ""
    assert GstSettings(gstin="29AAGCB7383J1Z4", registration="composition").taxation.home == ""
    for wrong in ("29AAGCB7383J1Z5", "25AAGCB7383J1Z4", "29"):
        with pytest.raises(ValidationError):
            GstSettings(gstin=wrong)


def test_the_default_rows_are_valid_and_each_once():
    stored = GstSettings()
    assert GstSettings.model_validate(stored.model_dump(mode="json")) == stored
    with pytest.raises(ValidationError):
        GstSettings(rates=(*stored.rates, stored.rates[0]))
    with pytest.raises(ValidationError):
        GstSettings(rates=(*stored.rates, stored.rates[0].model_copy(update={"id": "other"})))


def test_the_states_without_a_legislature_exist():
    assert all(find_state(code) for code in ("04", "26", "31", "35", "38"))
