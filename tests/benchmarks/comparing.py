"""Two runs of the bench side by side: what is better, what is worse, and what is noise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tests.benchmarks.results import Row

NOISE = 0.05
"""A rate that moved by less than this, or within the spread of the runs, has not moved."""
CPU_NOISE = 0.10
"""The same of CPU time, which another program on the machine disturbs less."""


@dataclass(frozen=True, slots=True)
class Change:
    """A scenario then and now."""

    name: str
    rate: tuple[float, float]
    cpu: tuple[float, float]
    counts: tuple[str, str]
    verdict: str


def compare(before: Mapping[str, Row], after: Mapping[str, Row]) -> list[Change]:
    """What both runs have measured."""
    return [_change(name, before[name], row) for name, row in after.items() if name in before]


def _change(name: str, old: Row, new: Row) -> Change:
    return Change(
        name,
        (old.rate, new.rate),
        (sum(old.cpu.values()), sum(new.cpu.values())),
        (_counts(old), _counts(new)),
        verdict(old, new),
    )


def verdict(old: Row, new: Row) -> str:
    """ "better" or "worse" where the rates of all runs say so and the medians differ beyond noise, else "same"."""
    if not old.rates or not new.rates or not old.rate:
        return "?"
    moved = new.rate / old.rate - 1
    if moved > NOISE and min(new.rates) > max(old.rates):
        return "better"
    if moved < -NOISE and max(new.rates) < min(old.rates):
        return "worse"
    return "same"


def markdown(changes: list[Change]) -> str:
    """A table to paste."""
    lines = [
        "| | rate /s | now | CPU ms | now | commands/writes | now | rate | CPU |",
        "|:--|--:|--:|--:|--:|--:|--:|:--|:--|",
    ]
    for one in changes:
        rates, costs = (f"{value:.1f}" for value in one.rate), (f"{value:.2f}" for value in one.cpu)
        cells = (one.name, *rates, *costs, *one.counts, one.verdict, cpu_verdict(*one.cpu))
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def cpu_verdict(old: float, new: float) -> str:
    """The same of the CPU time an answer takes in all processes together."""
    if not old or not new or abs(new / old - 1) <= CPU_NOISE:
        return "same"
    return "better" if new < old else "worse"


def _counts(row: Row) -> str:
    return "–" if row.commands is None or row.writes is None else f"{row.commands:g}/{row.writes:g}"
