"""The merchants' guide lists the columns that there are."""

from __future__ import annotations

from pathlib import Path

from spoeq_core.bulk.model.table import Columns
from spoeq_core.bulk.service import LEVELS

GUIDE = Path(__file__).parents[2] / "docs" / "merchants.md"


def table() -> str:
    """The table as it should stand in the guide."""
    rows = [
        (f"`{column.name}`", LEVELS[column.level], column.meaning, f"`{column.example}`" if column.example else "")
        for column in Columns().all
    ]
    lines = [("column", "of", "meaning", "example"), ("---",) * 4, *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


def test_the_guide_has_the_columns() -> None:
    assert table() in GUIDE.read_text("utf-8"), f"docs/merchants.md is out of step. Put in:\n{table()}"
