"""Small carts for the pricing tests; each test says only what matters to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from spoeq_core.pricing.model import PricingCart, PricingLine

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="session")
def line() -> Callable[..., PricingLine]:
    """`line("a", 49900, quantity=2)`: a line of a cart."""

    def make(name: str, unit_price: int, quantity: int = 1, **rest: object) -> PricingLine:
        return PricingLine(name, f"SKU-{name}", f"product-{name}", name.title(), quantity, unit_price, **rest)

    return make


@pytest.fixture(scope="session")
def cart() -> Callable[..., PricingCart]:
    """`cart(line("a", 100), line("b", 200), shipping=…)`: a cart in rupees, prices including tax."""

    def make(*lines: PricingLine, **rest: object) -> PricingCart:
        return PricingCart(**{"currency": "INR", "lines": lines, "at": NOON, **rest})

    return make
