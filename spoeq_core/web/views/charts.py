"""The geometry of charts: numbers in, coordinates out; the theme draws them as SVG, without a script."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

WIDTH, HEIGHT = 640, 220
LEFT, RIGHT, TOP, BOTTOM = 56, 8, 12, 28
TICKS = 4
MOST_LABELS = 8
STEPS = (1, 2, 2.5, 5, 10)


@dataclass(frozen=True, slots=True)
class Series:
    """The values of a line or of bars, one for each label."""

    key: str
    values: Sequence[int]


def chart(labels: Sequence[str], bars: Series, line: Series, words: Callable[[int], str] = str) -> dict[str, Any]:
    """Bars with a line over them (this period, and the one before), as coordinates in a box of 640 by 220.

    Args:
        labels: What stands below each place.
        bars: The values drawn as bars.
        line: The values drawn as a line.
        words: How a value is written at the axis.
    """
    top = ceiling(max([*bars.values, *line.values], default=0))
    wide, high = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    step = wide / max(1, len(labels))

    def y(value: int) -> float:
        return round(TOP + high - high * max(0, value) / top, 2)

    def x(number: int) -> float:
        return round(LEFT + step * (number + 0.5), 2)

    width = round(min(36.0, step * 0.62), 2)
    every = math.ceil(len(labels) / MOST_LABELS) if labels else 1
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "left": LEFT,
        "right": WIDTH - RIGHT,
        "ticks": [{"y": y(top * n // TICKS), "text": words(top * n // TICKS)} for n in range(TICKS + 1)],
        "bars": [
            {"x": round(x(n) - width / 2, 2), "y": y(value), "width": width, "height": round(y(0) - y(value), 2)}
            for n, value in enumerate(bars.values)
        ],
        "line": " ".join(f"{x(n)},{y(value)}" for n, value in enumerate(line.values)),
        "labels": [{"x": x(n), "text": text} for n, text in enumerate(labels) if n % every == 0],
    }


def ceiling(value: int) -> int:
    """The next round number that is not below the value and can be halved twice; 4 at least."""
    if value <= TICKS:
        return TICKS
    power: int = 10 ** max(0, len(str(value)) - 2)
    for size in (power, power * 10):
        for step in STEPS:
            top = int(step * size) * TICKS
            if top >= value:
                return top
    return power * 100 * TICKS
