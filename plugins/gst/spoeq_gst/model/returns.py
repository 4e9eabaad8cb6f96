"""The tables of a month for GSTR-1: sales to businesses, to others, credit notes, and sums by HSN code."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from spoeq_gst.model.papers import Paper, Row

PAISE = 100
LOCAL = ("SGST", "UTGST")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
TABLES: Mapping[str, tuple[str, ...]] = {
    "b2b": (
        "GSTIN",
        "Receiver",
        "Invoice number",
        "Invoice date",
        "Invoice value",
        "Place of supply",
        "Reverse charge",
    ),
    "b2cs": ("Place of supply",),
    "cdnr": ("GSTIN", "Receiver", "Note number", "Note date", "Note value", "Place of supply", "Against invoice"),
    "hsn": ("HSN", "Quantity", "Total value"),
}
"""The first columns of each table; rate, taxable value and taxes follow in all of them."""
AMOUNTS = ("Rate", "Taxable value", "Integrated tax", "Central tax", "State/UT tax")

Numbered = tuple[str, Paper]
Sums = tuple[int, int, int, int]
"""Taxable value, IGST, CGST, SGST or UTGST: minor units."""


def table(name: str, papers: Iterable[Numbered]) -> Iterator[list[str]]:
    """The rows of a table, its head first, as text.

    Args:
        name: One of `TABLES`.
        papers: The papers of a month with their numbers; bills of supply stand in no table.
    """
    yield [*TABLES[name], *AMOUNTS]
    taxed = [(number, paper) for number, paper in papers if paper.kind != "bill" and not paper.of_bill]
    yield from {"b2b": _b2b, "b2cs": _b2cs, "cdnr": _cdnr, "hsn": _hsn}[name](taxed)


def _b2b(papers: list[Numbered]) -> Iterator[list[str]]:
    for number, paper in papers:
        if paper.kind == "invoice" and paper.buyer.gstin:
            yield from _by_rate(paper, [*_head(number, paper), "N"])


def _cdnr(papers: list[Numbered]) -> Iterator[list[str]]:
    for number, paper in papers:
        if paper.kind == "credit" and paper.buyer.gstin:
            yield from _by_rate(paper, [*_head(number, paper), paper.against])


def _b2cs(papers: list[Numbered]) -> Iterator[list[str]]:
    """Sales to buyers without a GSTIN by place and rate, less what was credited to them."""
    sums: dict[tuple[str, Decimal], Sums] = {}
    for _, paper in papers:
        if not paper.buyer.gstin:
            for row in paper.rows:
                _add(sums, (_place(paper), row.rate), row, paper)
    for (place, rate), amounts in sorted(sums.items()):
        yield [place, *_amounts(rate, amounts)]


def _hsn(papers: list[Numbered]) -> Iterator[list[str]]:
    """All sales by HSN code and rate, less what was credited; quantities are those that were invoiced."""
    sums: dict[tuple[str, Decimal], Sums] = {}
    pieces: dict[tuple[str, Decimal], int] = {}
    for _, paper in papers:
        for row in paper.rows:
            _add(sums, (row.hsn, row.rate), row, paper)
            if row.hsn and paper.kind != "credit":
                pieces[row.hsn, row.rate] = pieces.get((row.hsn, row.rate), 0) + row.quantity
    for key, amounts in sorted(sums.items()):
        yield [key[0], str(pieces.get(key, 0)), _rupees(sum(amounts)), *_amounts(key[1], amounts)]


def _head(number: str, paper: Paper) -> list[str]:
    day = f"{paper.day:%d-%b-%Y}"
    return [paper.buyer.gstin, _harmless(paper.buyer.name), number, day, _rupees(paper.total), _place(paper)]


def _by_rate(paper: Paper, head: list[str]) -> Iterator[list[str]]:
    sums: dict[Decimal, Sums] = {}
    for row in paper.rows:
        sums[row.rate] = _sum(sums.get(row.rate), row, 1)
    for rate, amounts in sorted(sums.items()):
        yield [*head, *_amounts(rate, amounts)]


def _add(sums: dict[tuple[str, Decimal], Sums], key: tuple[str, Decimal], row: Row, paper: Paper) -> None:
    sums[key] = _sum(sums.get(key), row, -1 if paper.kind == "credit" else 1)


def _sum(before: Sums | None, row: Row, sign: int) -> Sums:
    by_name = {tax.name: tax.amount for tax in row.taxes}
    local = sum(by_name.get(name, 0) for name in LOCAL)
    now = (row.taxable, by_name.get("IGST", 0), by_name.get("CGST", 0), local)
    old = before or (0, 0, 0, 0)
    return (old[0] + sign * now[0], old[1] + sign * now[1], old[2] + sign * now[2], old[3] + sign * now[3])


def _amounts(rate: Decimal, amounts: Sums) -> list[str]:
    return [f"{rate.normalize():f}", *map(_rupees, amounts)]


def _place(paper: Paper) -> str:
    return f"{paper.place_code}-{paper.place}" if paper.place_code else _harmless(paper.place)


def _rupees(paise: int) -> str:
    sign, (rupees, rest) = "-" if paise < 0 else "", divmod(abs(paise), PAISE)
    return f"{sign}{rupees}.{rest:02d}"


def _harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text
