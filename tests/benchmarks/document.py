"""Puts the tables into docs/performance.md, between the two markers there."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.benchmarks.machine import ROOT

DOCUMENT = ROOT / "docs" / "performance.md"
BEGIN = "<!-- figures: written by nox -s bench -- --write-docs -->"
END = "<!-- end of figures -->"


def write_document(figures: str) -> None:
    """Replace what stands between the markers."""
    whole = DOCUMENT.read_text("utf-8")
    before, begin, rest = whole.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise SystemExit(f"{DOCUMENT.name} has lost its markers:\n{BEGIN}\n{END}")
    day = datetime.now(UTC).date().isoformat()
    DOCUMENT.write_text(f"{before}{BEGIN}\n\nMeasured on {day}: {figures}\n\n{END}{after}", "utf-8")
