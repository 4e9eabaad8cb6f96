"""What pricing a cart costs by itself: pure arithmetic, without a shop, by how many lines and promotions."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from decimal import Decimal

from spoeq_core.pricing.model import (
    Adjustment,
    Answers,
    Charge,
    Effect,
    Fixed,
    OnLines,
    OnOrder,
    Percent,
    Phase,
    PricingCart,
    PricingLine,
    TaxAnswer,
    TaxRate,
    price,
)

SIZES = ((1, 0), (5, 3), (50, 20), (500, 20))
"""Lines, and promotions."""
RUNS = 5
LEAST_SECONDS = 0.2


def cart_of(lines: int) -> PricingCart:
    """A cart of so many lines."""
    goods = tuple(
        PricingLine(f"l{n}", f"S{n}", f"p{n}", f"Thing {n}", 1 + n % 3, 9_900 + 101 * n) for n in range(lines)
    )
    return PricingCart("INR", goods, datetime(2026, 11, 27, tzinfo=UTC), shipping=Charge("s", "Ship", 4_900, "flat"))


def answers_to(cart: PricingCart, promotions: int) -> dict[Phase, Answers]:
    """So many promotions, half on some lines and half on the order, competing and adding up."""
    effects: tuple[Effect, ...] = (Percent(Decimal("7.5")), Fixed(2_500))
    found: dict[Phase, list[tuple[str, Adjustment]]] = {Phase.ITEM: [], Phase.ORDER: []}
    for n in range(promotions):
        phase = Phase.ITEM if n % 2 else Phase.ORDER
        ids = tuple(line.id for line in cart.lines[n % 7 :: 3])
        lane = ("promotion", "coupon")[n // 2 % 2]
        target = OnLines(ids) if phase is Phase.ITEM else OnOrder()
        found[phase].append(("bench", Adjustment(f"r{n}", f"Offer {n}", target, effects[n // 4 % 2], lane=lane)))
    return dict(found)


def tax_of(cart: PricingCart) -> TaxAnswer:
    """Three rates of two components each, in turn."""
    rates = [tuple(TaxRate(name, Decimal(rate)) for name in ("CGST", "SGST")) for rate in ("2.5", "6", "9")]
    return TaxAnswer({line.id: rates[n % 3] for n, line in enumerate(cart.lines)})


def milliseconds(lines: int, promotions: int) -> float:
    """ms of one price, with tax and trace; the best of some runs."""
    cart = cart_of(lines)
    answers, tax, best = answers_to(cart, promotions), tax_of(cart), float("inf")
    for _ in range(RUNS):
        calls, started = 0, time.perf_counter()
        while time.perf_counter() - started < LEAST_SECONDS / RUNS or not calls:
            price(cart, answers, tax)
            calls += 1
        best = min(best, (time.perf_counter() - started) / calls)
    return round(1e3 * best, 3)


def measure() -> dict[str, float]:
    """ms by size."""
    return {f"{lines} lines, {promotions} promotions": milliseconds(lines, promotions) for lines, promotions in SIZES}
