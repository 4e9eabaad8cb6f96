"""Amounts as the API shows them."""

from __future__ import annotations

from typing import Any


def money(amount: int, currency: str) -> dict[str, Any]:
    """Integer minor units with their currency."""
    return {"amount": amount, "currency": currency}
