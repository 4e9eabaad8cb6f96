"""Invoices and credit notes as values: sums, credits that close to zero, words, and what the PDF draws."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import assume, given, settings, strategies as st

from spoeq_core.sdk import tax_included
from spoeq_gst.documents import Filed
from spoeq_gst.model.credits import credit_of
from spoeq_gst.model.papers import LONGEST_NUMBER, Paper, Party, Row, Tax, series_of
from spoeq_gst.model.words import grouped, in_words
from spoeq_gst.pdf import drawn

DAY = date(2026, 11, 27)
NOBODY = Party(name="Asha Rao", lines=("12 Temple Street",), state="Karnataka", code="29")
COMPONENTS = st.sampled_from(
    [(), (("IGST", "18"),), (("CGST", "2.5"), ("SGST", "2.5")), (("CGST", "9"), ("UTGST", "9"))]
)


def row(key: str, total: int, components: Sequence[tuple[str, str]], quantity: int = 1, hsn: str = "62") -> Row:
    rates = [Decimal(rate) for _, rate in components]
    amounts = tax_included(total, rates)
    taxes = tuple(
        Tax(name=name, rate=rate, amount=amount)
        for (name, _), rate, amount in zip(components, rates, amounts, strict=True)
    )
    return Row(
        key=key, name="Kurta", hsn=hsn, quantity=quantity, total=total, taxable=total - sum(amounts), taxes=taxes
    )


def invoice(*rows: Row) -> Paper:
    return Paper(
        kind="invoice",
        order_id="o",
        order_number="NEEL-1",
        currency="INR",
        day=DAY,
        seller=NOBODY,
        buyer=NOBODY,
        delivery=NOBODY,
        place="Karnataka",
        place_code="29",
        rows=rows,
    )


@st.composite
def invoices(draw: st.DrawFn) -> Paper:
    made = [
        row(f"l{n}", draw(st.integers(0, 10**6)), draw(COMPONENTS), draw(st.integers(1, 5)))
        for n in range(draw(st.integers(1, 4)))
    ]
    paper = invoice(*made)
    return paper.model_copy(update={"round_off": max(-paper.of_rows, draw(st.integers(-49, 50)))})


@given(invoices(), st.data())
def test_credits_are_what_is_asked_and_the_last_one_closes_to_zero(paper: Paper, data: st.DataObject):
    assume(paper.total)  # nothing was paid for one that was rounded to nothing: there is nothing to give back
    notes: list[Paper] = []
    left = paper.total
    while left:
        amount = left if len(notes) > 5 else data.draw(st.integers(1, left))
        prefer = {one.key: data.draw(st.integers(1, one.quantity)) for one in paper.rows if data.draw(st.booleans())}
        notes.append(credit_of(paper, notes, amount, prefer, DAY))
        left -= amount
        assert notes[-1].total == amount
        for one in notes[-1].rows:
            assert one.taxable + sum(tax.amount for tax in one.taxes) == one.total
            assert min([one.total, *(tax.amount for tax in one.taxes)]) >= 0
    for name in ("CGST", "SGST", "UTGST", "IGST"):
        assert sum(note.tax(name) for note in notes) == paper.tax(name)
    for one in paper.rows:
        assert sum(back.total for note in notes for back in note.rows if back.key == one.key) == one.total
    assert sum(note.taxable for note in notes) == paper.taxable
    assert sum(note.round_off for note in notes) == paper.round_off


@given(invoices())
def test_equal_halves_are_credited_equally(paper: Paper):
    note = credit_of(paper, [], paper.total // 3, {}, DAY)
    assert note.tax("CGST") == note.tax("SGST", "UTGST")


def test_what_comes_back_is_credited_first():
    paper = invoice(row("a", 300, (), 3), row("b", 500, ()))
    parts = {one.key: (one.total, one.quantity) for one in credit_of(paper, [], 200, {"a": 2}, DAY).rows}
    assert parts == {"a": (200, 2)}
    parts = {one.key: one.total for one in credit_of(paper, [], 600, {"a": 3}, DAY).rows}
    assert parts == {"a": 300, "b": 300}


def test_more_than_is_left_is_not_credited():
    paper = invoice(row("a", 300, ()))
    first = credit_of(paper, [], 250, {}, DAY)
    assert credit_of(paper, [first], 250, {}, DAY).total == 50


@pytest.mark.parametrize("day", [date(2026, 4, 1), date(2027, 3, 31)])
def test_numbers_are_short_enough_for_rule_46(day: date):
    assert series_of("INV", day) == "INV/26-27"
    assert len(f"{series_of('INV', day)}/999999") == LONGEST_NUMBER


@pytest.mark.parametrize(
    ("paise", "words", "commas"),
    [
        (0, "Rupees Zero Only", "0.00"),
        (5, "Rupees Zero and Five Paise Only", "0.05"),
        (99900, "Rupees Nine Hundred Ninety Nine Only", "999.00"),
        (10200350, "Rupees One Lakh Two Thousand Three and Fifty Paise Only", "1,02,003.50"),
        (
            1234567890,
            "Rupees One Crore Twenty Three Lakh Forty Five Thousand Six Hundred Seventy Eight and Ninety Paise Only",
            "1,23,45,678.90",
        ),
        (11_00, "Rupees Eleven Only", "11.00"),
        (10**12, "Rupees One Thousand Crore Only", "10,00,00,00,000.00"),
    ],
)
def test_amounts_in_words_and_with_commas(paise: int, words: str, commas: str):
    assert (in_words(paise), grouped(paise)) == (words, commas)


@given(st.integers(0, 10**13))
def test_commas_take_nothing_away(paise: int):
    assert int(grouped(paise).replace(",", "").replace(".", "")) == paise


@settings(max_examples=10, deadline=None)
@given(st.text(max_size=60))
def test_whatever_somebody_typed_is_text_in_the_pdf(text: str):
    rows = (row("a", 99900, (("IGST", "5"),)).model_copy(update={"name": text}),)
    paper = invoice(*rows).model_copy(update={"buyer": NOBODY.model_copy(update={"name": text})})
    filed = Filed("invoice:o", "o", "INV/26-27", 17, "2026-11", paper.model_dump(mode="json"))
    assert drawn(filed).startswith(b"%PDF-")


def test_markup_is_not_run():
    plain = invoice(row("a", 99900, ()))
    for kind in ("invoice", "bill", "credit"):
        paper = plain.model_copy(
            update={
                "kind": kind,
                "buyer": Party(name="#panic()", lines=('#read("/etc/passwd")', "कुर्ता ₹ $x$")),
                "against": "INV/26-27/1",
                "against_day": DAY,
            }
        )
        assert drawn(Filed("i", "o", "S", 1, "2026-11", paper.model_dump(mode="json"))).startswith(b"%PDF-")
