"""How plugins fare: what this process asked them, and how that went."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

BOUNDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
"""Seconds by which answers are sorted, so that the figures of several processes can be added; the last are longer."""


@dataclass(slots=True)
class Calls:
    """How often a plugin was asked at a hook, how often it failed and how often by being late, and how long it took.

    Attributes:
        calls: Since the process began.
        errors: Failures of all kinds.
        timeouts: Those that were no answer in time.
        seconds: In all.
        spread: How many answers took up to each of `BOUNDS`, and how many took longer.
    """

    calls: int = 0
    errors: int = 0
    timeouts: int = 0
    seconds: float = 0.0
    spread: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))

    def took(self, seconds: float) -> None:
        """Note how long an answer took."""
        self.seconds += seconds
        self.spread[bisect_left(BOUNDS, seconds)] += 1

    def slowest(self, share: float = 0.95) -> float:
        """Seconds within which that share of the answers came, rounded up to one of `BOUNDS`; 0 before the first."""
        wanted, seen = share * sum(self.spread), 0
        for bound, count in zip((*BOUNDS, BOUNDS[-1]), self.spread, strict=True):
            seen += count
            if seen and seen >= wanted:
                return bound
        return 0.0


@dataclass(slots=True)
class Blocked:
    """How often somebody held up the loop, for how many seconds at the longest, when last, and the stack then."""

    count: int = 0
    longest: float = 0.0
    at: str = ""
    stack: str = ""


def added(figures: Iterable[Calls]) -> Calls:
    """Figures of several processes, or of several hooks, as one."""
    whole = Calls()
    for each in figures:
        whole.calls += each.calls
        whole.errors += each.errors
        whole.timeouts += each.timeouts
        whole.seconds += each.seconds
        whole.spread = _sums(whole.spread, each.spread)
    return whole


def _sums(one: Sequence[int], other: Sequence[int]) -> list[int]:
    return [left + right for left, right in zip(one, other, strict=True)]
