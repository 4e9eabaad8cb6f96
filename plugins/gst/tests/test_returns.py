"""The tables of GSTR-1 say what the papers of the month say, to the paisa."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from hypothesis import given, strategies as st

from spoeq_core.sdk import tax_included
from spoeq_gst.model.credits import credit_of
from spoeq_gst.model.papers import Paper, Party, Row, Tax
from spoeq_gst.model.returns import AMOUNTS, TABLES, table

DAY = date(2026, 11, 27)
PARTS = {"0": (), "5": (("IGST", "5"),), "18": (("CGST", "9"), ("SGST", "9")), "3": (("CGST", "1.5"), ("UTGST", "1.5"))}


def row(key: str, total: int, rate: str, hsn: str) -> Row:
    amounts = tax_included(total, [Decimal(part) for _, part in PARTS[rate]])
    taxes = tuple(
        Tax(name=name, rate=Decimal(part), amount=amount)
        for (name, part), amount in zip(PARTS[rate], amounts, strict=True)
    )
    return Row(key=key, name="x", hsn=hsn, quantity=2, total=total, taxable=total - sum(amounts), taxes=taxes)


@st.composite
def months(draw: st.DrawFn) -> list[tuple[str, Paper]]:
    found: list[tuple[str, Paper]] = []
    for n in range(draw(st.integers(0, 5))):
        buyer = Party(name="=Asha", gstin=draw(st.sampled_from(["", "29AAGCB7383J1Z4"])))
        rows = tuple(
            row(f"l{i}", draw(st.integers(0, 10**6)), draw(st.sampled_from(sorted(PARTS))), draw(st.sampled_from("ab")))
            for i in range(draw(st.integers(1, 3)))
        )
        paper = Paper(
            kind="invoice",
            order_id=f"o{n}",
            order_number=f"N{n}",
            currency="INR",
            day=DAY,
            seller=buyer,
            buyer=buyer,
            delivery=buyer,
            place=draw(st.sampled_from(["Karnataka", "Delhi"])),
            place_code="29",
            rows=rows,
            round_off=draw(st.integers(-min(49, sum(one.total for one in rows)), 50)),
        )
        found.append((f"INV/{n}", paper))
        if draw(st.booleans()) and paper.total:
            found.append((f"CN/{n}", credit_of(paper, [], draw(st.integers(1, paper.total)), {}, DAY)))
    return found


def sums(rows: Sequence[Sequence[str]]) -> list[Decimal]:
    """Taxable value and the three taxes."""
    return [sum((Decimal(line[place]) for line in rows), Decimal(0)) for place in (-4, -3, -2, -1)]


def of_papers(papers: Sequence[tuple[str, Paper]]) -> list[Decimal]:
    signed = [(-1 if paper.kind == "credit" else 1, paper) for _, paper in papers]
    parts = [
        sum(sign * value for sign, paper in signed for value in [which(paper)])
        for which in (
            lambda paper: paper.taxable,
            lambda paper: paper.tax("IGST"),
            lambda paper: paper.tax("CGST"),
            lambda paper: paper.tax("SGST", "UTGST"),
        )
    ]
    return [Decimal(part) / 100 for part in parts]


@given(months())
def test_the_tables_together_are_the_papers(papers: list[tuple[str, Paper]]):
    found = {name: list(table(name, papers)) for name in TABLES}
    assert all(rows[0] == [*TABLES[name], *AMOUNTS] for name, rows in found.items())
    assert all(len(line) == len(rows[0]) for rows in found.values() for line in rows)
    b2b, b2cs, cdnr, hsn = (sums(rows[1:]) for rows in found.values())
    assert [one + other - back for one, other, back in zip(b2b, b2cs, cdnr, strict=True)] == of_papers(papers) == hsn
    numbers = {line[2] for name in ("b2b", "cdnr") for line in found[name][1:]}
    assert numbers == {number for number, paper in papers if paper.buyer.gstin and paper.rows}


@given(months())
def test_the_value_of_a_paper_stands_in_each_of_its_rows(papers: list[tuple[str, Paper]]):
    totals = {number: Decimal(paper.total) / 100 for number, paper in papers}
    for line in [*list(table("b2b", papers))[1:], *list(table("cdnr", papers))[1:]]:
        assert Decimal(line[4]) == totals[line[2]]
        assert line[1] == "'=Asha"


def test_bills_of_supply_and_their_credit_notes_stand_in_no_table():
    nobody = Party(name="Asha")
    bill = Paper(
        kind="bill",
        order_id="o",
        order_number="N",
        currency="INR",
        day=DAY,
        seller=nobody,
        buyer=nobody,
        delivery=nobody,
        place="Karnataka",
        place_code="29",
        rows=(row("a", 100, "0", "62"),),
    )
    papers = [("INV/1", bill), ("CN/1", credit_of(bill, [], 50, {}, DAY))]
    assert all(len(list(table(name, papers))) == 1 for name in TABLES)
    taxed = bill.model_copy(update={"kind": "invoice"})
    assert len(list(table("hsn", [("INV/1", taxed)]))) == 2
