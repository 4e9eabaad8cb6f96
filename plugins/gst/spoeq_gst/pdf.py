"""Papers as PDF: set by Typst, in a thread, from values alone; what somebody typed is text and never markup."""

from __future__ import annotations

import asyncio
import json
from decimal import Decimal
from importlib.resources import files
from typing import Any, Literal

import typst

from spoeq_gst.documents import Filed
from spoeq_gst.model.papers import Paper, Party, Row
from spoeq_gst.model.words import grouped, in_words

TITLES = {"invoice": "Tax Invoice", "bill": "Bill of Supply", "credit": "Credit Note"}
LOCAL = ("SGST", "UTGST")
_TEMPLATE = files("spoeq_gst") / "templates" / "gst" / "paper.typ"


async def paper_pdf(filed: Filed) -> bytes:
    """The paper as a PDF."""
    return await asyncio.to_thread(drawn, filed)


def drawn(filed: Filed, kind: Literal["pdf", "png"] = "pdf") -> bytes:
    """The paper as a PDF, or its one page as a picture."""
    data = json.dumps(_shown(filed.number, filed.paper), ensure_ascii=False)
    made: bytes = typst.compile(_TEMPLATE.read_bytes(), format=kind, sys_inputs={"paper": data})
    return made


def _shown(number: str, paper: Paper) -> dict[str, Any]:
    taxed = paper.kind != "bill" and any(row.taxes for row in paper.rows)
    local = "UTGST" if paper.tax("UTGST") else "SGST"
    head = ["#", "Description", "HSN", "Qty", "Taxable"] if taxed else ["#", "Description", "HSN", "Qty"]
    return {
        "title": TITLES[paper.kind],
        "copy": "Original for recipient",
        "number": number,
        "day": f"{paper.day:%d %B %Y}",
        "order": paper.order_number,
        "seller": _party(paper.seller),
        "buyer": _party(paper.buyer),
        "delivery": _party(paper.delivery),
        "facts": _facts(paper),
        "head": [*head, *(["Rate", "CGST", local, "IGST"] if taxed else []), "Amount"],
        "rows": [_row(number, row, taxed) for number, row in enumerate(paper.rows, 1)],
        "foot": _foot(paper, taxed),
        "sums": [*(_sums(paper, local) if taxed else []), *_rounded(paper)],
        "total": f"₹{grouped(paper.total)}",
        "words": in_words(paper.total),
        "note": "" if paper.kind != "bill" else "Supplied without charging tax under GST.",
    }


def _party(party: Party) -> dict[str, Any]:
    return party.model_dump(mode="json")


def _facts(paper: Paper) -> list[list[str]]:
    facts = [
        ["Place of supply", f"{paper.place} ({paper.place_code})" if paper.place_code else paper.place],
        ["Reverse charge", "No"],
    ]
    if paper.against and paper.against_day:
        facts.insert(0, ["Against invoice", f"{paper.against} of {paper.against_day:%d %B %Y}"])
    return facts


def _row(number: int, row: Row, taxed: bool) -> list[str]:
    amounts = {tax.name: tax.amount for tax in row.taxes}
    local = sum(amounts.get(name, 0) for name in LOCAL)
    cells = [str(number), row.name, row.hsn, str(row.quantity) if row.hsn else ""]
    if taxed:
        parts = (amounts.get("CGST", 0), local, amounts.get("IGST", 0))
        cells += [grouped(row.taxable), _percent(row.rate), *(grouped(part) if part else "" for part in parts)]
    return [*cells, grouped(row.total)]


def _foot(paper: Paper, taxed: bool) -> list[str]:
    cells = ["", "Total", "", ""]
    if taxed:
        parts = (paper.tax("CGST"), paper.tax(*LOCAL), paper.tax("IGST"))
        cells += [grouped(paper.taxable), "", *(grouped(part) if part else "" for part in parts)]
    return [*cells, grouped(paper.of_rows)]


def _sums(paper: Paper, local: str) -> list[list[str]]:
    parts = (("CGST", paper.tax("CGST")), (local, paper.tax(*LOCAL)), ("IGST", paper.tax("IGST")))
    return [["Taxable value", grouped(paper.taxable)], *([name, grouped(part)] for name, part in parts if part)]


def _rounded(paper: Paper) -> list[list[str]]:
    return [["Round off", grouped(paper.round_off)]] if paper.round_off else []


def _percent(rate: Decimal) -> str:
    return f"{rate.normalize():f}%"
