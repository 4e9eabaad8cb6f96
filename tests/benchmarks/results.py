"""What is measured of a scenario, and how several runs of it become one row."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass
class Run:
    """One run of a scenario: answers, seconds, latencies in ms, refusals by what they were, CPU seconds by role."""

    answers: int
    seconds: float
    latencies: tuple[float, float, float]
    bytes: float = 0.0
    errors: dict[str, int] = field(default_factory=dict)
    cpu: dict[str, float] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.answers / self.seconds if self.seconds else 0.0


@dataclass
class Row:
    """A scenario's figures: medians of its runs. Latencies and CPU are in ms, CPU per answer by role."""

    name: str
    rates: list[float] = field(default_factory=list)
    p50: float = 0.0
    p95: float = 0.0
    p99: float = 0.0
    bytes: int = 0
    errors: dict[str, int] = field(default_factory=dict)
    cpu: dict[str, float] = field(default_factory=dict)
    commands: float | None = None
    writes: float | None = None
    hook_calls: float | None = None
    note: str = ""

    @property
    def rate(self) -> float:
        """The median rate."""
        return statistics.median(self.rates) if self.rates else 0.0


def row_of(name: str, runs: Sequence[Run], note: str = "") -> Row:
    """Several runs as one row."""
    errors: dict[str, int] = {}
    for run in runs:
        for kind, count in run.errors.items():
            errors[kind] = errors.get(kind, 0) + count
    p50, p95, p99 = (statistics.median(run.latencies[place] for run in runs) for place in range(3))
    roles = {role for run in runs for role in run.cpu}
    each = {
        role: statistics.median(1000 * run.cpu.get(role, 0.0) / max(1, run.answers) for run in runs) for role in roles
    }
    return Row(
        name,
        [round(run.rate, 2) for run in runs],
        round(p50, 2),
        round(p95, 2),
        round(p99, 2),
        round(statistics.median(run.bytes for run in runs)),
        errors,
        {role: round(cost, 3) for role, cost in sorted(each.items())},
        note=note,
    )


def quantiles(seconds: Sequence[float]) -> tuple[float, float, float]:
    """Median, 95th and 99th percentile of some waits, in ms."""
    waits = sorted(seconds)
    if not waits:
        return (0.0, 0.0, 0.0)
    p50, p95, p99 = (1000 * waits[min(len(waits) - 1, int(len(waits) * part))] for part in (0.5, 0.95, 0.99))
    return (p50, p95, p99)
