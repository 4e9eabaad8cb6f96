"""Conditions of queries, as the database and its indexes answer them."""

from __future__ import annotations

from typing import Any


def beginning(text: str) -> dict[str, Any]:
    """The condition that a field begins with the text, as an index answers it."""
    return {"$gte": text, "$lt": f"{text}\uffff"}


def where(**conditions: Any) -> dict[str, Any]:
    """A query of the conditions that are not None."""
    return {key: value for key, value in conditions.items() if value is not None}
