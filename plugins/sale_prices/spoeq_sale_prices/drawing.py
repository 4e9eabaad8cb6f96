"""The geometry of a history of prices: steps in a box, which the template draws as SVG."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from spoeq_sale_prices.model import Span

WIDTH, HEIGHT = 640, 160
LEFT, RIGHT, TOP, BOTTOM = 72, 12, 12, 12


def chart(spans: Sequence[Span], now: datetime, words: Callable[[int], str]) -> dict[str, Any]:
    """The prices as a line of steps, from the first change to now; `words` writes a value at the axis."""
    first = spans[0].since
    seconds = max(1.0, (now - first).total_seconds())
    prices = [span.price for span in spans]
    low, high = min(prices), max(prices)
    floor, height = (low * 9 // 10, max(1, high - low * 9 // 10))

    def x(at: datetime) -> float:
        passed = max(0.0, min(seconds, (at - first).total_seconds()))
        return round(LEFT + (WIDTH - LEFT - RIGHT) * passed / seconds, 1)

    def y(price: int) -> float:
        return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (price - floor) / height, 1)

    points = [f"{x(at)},{y(span.price)}" for span in spans for at in (span.since, span.until or now)]
    ticks = [{"y": y(price), "text": words(price)} for price in sorted({low, high})]
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "left": LEFT,
        "right": WIDTH - RIGHT,
        "line": " ".join(points),
        "ticks": ticks,
    }
