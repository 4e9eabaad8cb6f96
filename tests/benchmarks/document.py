"""Puts the tables into docs/performance.md, between the two markers there."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.benchmarks.machine import ROOT

DOCUMENT = ROOT / "docs" / "performance.md"
BEGIN = "<!-- figures: written by nox -s bench -- --write-docs -->"
END = "<!-- end of figures -->"


def write_document(source: str, sections: dict[str, str]) -> None:
    """Replace these sections between the markers; what was not measured this time stays as it is."""
    whole = DOCUMENT.read_text("utf-8")
    before, begin, rest = whole.partition(BEGIN)
    kept, end, after = rest.partition(END)
    if not begin or not end:
        raise SystemExit(f"{DOCUMENT.name} has lost its markers:\n{BEGIN}\n{END}")
    day = datetime.now(UTC).date().isoformat()
    known = sections_of(kept) | {title: f"{text}\n\n*{day}: {source}.*" for title, text in sections.items()}
    figures = "\n\n".join(f"### {title}\n\n{text}" for title, text in known.items())
    DOCUMENT.write_text(f"{before}{BEGIN}\n\n{figures}\n\n{END}{after}", "utf-8")


def sections_of(text: str) -> dict[str, str]:
    """What stands below each title, in order."""
    parts = [part.partition("\n") for part in f"\n{text}".split("\n### ")[1:]]
    return {title.strip(): body.strip() for title, _, body in parts}
