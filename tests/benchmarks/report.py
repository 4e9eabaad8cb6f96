"""The figures as tables for a terminal or a document, and the same as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.benchmarks.growth import PluginCost
from tests.benchmarks.results import Row
from tests.benchmarks.scenarios import RaceResult

HEAD = ("", "rate /s", "p50 ms", "p95 ms", "p99 ms", "bytes", "commands", "writes", "hooks", "web ms", "database ms")
SHOWN = 140


@dataclass
class Report:
    """Everything that a run of the bench has found."""

    machine: str = ""
    quiet: bool = True
    options: str = ""
    starts: dict[str, float] = field(default_factory=dict)
    memory: dict[str, dict[str, float]] = field(default_factory=dict)
    pages: dict[str, list[Row]] = field(default_factory=dict)
    buying: list[Row] = field(default_factory=list)
    race: RaceResult | None = None
    products: list[Row] = field(default_factory=list)
    orders: list[Row] = field(default_factory=list)
    plugins: list[PluginCost] = field(default_factory=list)
    hook_us: dict[str, float] = field(default_factory=dict)
    pricing_ms: dict[str, float] = field(default_factory=dict)

    def rows(self) -> dict[str, Row]:
        """Each row by a name that tells it from all others."""
        found = {f"{row.name} [cache {mode}]": row for mode, rows in self.pages.items() for row in rows}
        return found | {row.name: row for row in (*self.buying, *self.products, *self.orders)}

    def errors(self) -> list[str]:
        """What went wrong, in words; empty is what it must be."""
        wrong = [f"{name}: {count} × {what}" for name, row in self.rows().items() for what, count in row.errors.items()]
        return wrong + [f"race: {fault}" for fault in (self.race.faults if self.race else ())]

    def markdown(self) -> str:
        """All tables."""
        wrong = "\n".join(f"- {fault[:SHOWN]}" for fault in self.errors())
        parts = [f"### {title}\n\n{text}" for title, text in self.sections().items()]
        return "\n\n".join([f"{self.source()}.", *parts, *([f"### ERRORS\n\n{wrong}"] if wrong else [])])

    def source(self) -> str:
        """Where the figures come from."""
        return f"{self.machine}; `nox -s bench{f' -- {self.options}' if self.options else ''}`"

    def sections(self) -> dict[str, str]:
        """What was measured, by title."""
        parts: tuple[tuple[str, Any, Callable[[Any], str]], ...] = (
            ("Start", self.starts, _starts),
            ("Pages", self.pages, _pages),
            ("Buying, by guests over the JSON API", self.buying, _rows),
            ("A race", self.race, _race),
            ("More products", self.products, _rows),
            ("More orders, one person in the admin", self.orders, _rows),
            ("More plugins", self.plugins, _plugins),
            ("One question to plugins", self.hook_us, _hooks),
            ("One price", self.pricing_ms, _pricing),
            ("Memory (PSS, MiB)", self.memory if len(self.memory) > 1 else {}, _memory),
        )
        return {title: written(found) for title, found, written in parts if found}

    def save(self, path: Path) -> None:
        """As JSON."""
        whole = asdict(self)
        path.write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8")


def load(path: Path) -> dict[str, Row]:
    """The rows of an earlier run, from its JSON."""
    raw: dict[str, Any] = json.loads(path.read_text("utf-8"))
    pages = {mode: [Row(**row) for row in rows] for mode, rows in raw["pages"].items()}
    buying, products, orders = ([Row(**row) for row in raw[name]] for name in ("buying", "products", "orders"))
    return Report(pages=pages, buying=buying, products=products, orders=orders).rows()


def _starts(found: dict[str, float]) -> str:
    return _table(("start", "seconds"), [(name, f"{value:.2f}") for name, value in found.items()])


def _pages(found: dict[str, list[Row]]) -> str:
    return "\n\n".join(f"**Cache `{mode}`**\n\n{_rows(rows)}" for mode, rows in found.items())


def _race(found: RaceResult) -> str:
    race = found.race
    verdict = "; ".join(found.faults)[:SHOWN] or "exactly the pieces that there were, and the doctor finds no fault"
    return (
        f"{race.buyers} buyers for {race.pieces} pieces: {race.sold} orders and {race.refused} refusals in "
        f"{race.seconds:.2f} s: {verdict}."
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, [":--" if place == 0 else "--:" for place in range(len(head))], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _rows(rows: Sequence[Row]) -> str:
    return _table(HEAD, [_cells(row) for row in rows])


def _cells(row: Row) -> list[str]:
    spread = f" ({min(row.rates):.0f}–{max(row.rates):.0f})" if len(row.rates) > 1 else ""
    counts = ["–" if count is None else f"{count:g}" for count in (row.commands, row.writes, row.hook_calls)]
    costs = [f"{row.cpu[role]:.2f}" if role in row.cpu else "–" for role in ("web", "mongodb")]
    waits = [f"{wait:.1f}" if wait < 10 else f"{wait:.0f}" for wait in (row.p50, row.p95, row.p99)]
    return [row.name, f"{row.rate:.0f}{spread}", *waits, f"{row.bytes:,}", *counts, *costs]


def _plugins(found: Sequence[PluginCost]) -> str:
    head = ("plugins that implement", "page", "enabled", "rate /s", "without them", "hook calls", "without", "µs each")
    return _table(
        head,
        [
            (
                cost.kind,
                cost.page,
                str(cost.enabled),
                f"{cost.rate:.0f}",
                f"{cost.rate_without:.0f}",
                f"{cost.hook_calls:g}",
                f"{cost.hook_calls_without:g}",
                f"{cost.each:.0f}",
            )
            for cost in found
        ],
    )


def _pricing(found: dict[str, float]) -> str:
    return _table(("cart", "ms"), [(size, f"{ms:.2f}") for size, ms in found.items()])


def _hooks(found: dict[str, float]) -> str:
    rows = [(count, f"{cost:.1f}", f"{cost / int(count):.1f}" if int(count) else "–") for count, cost in found.items()]
    return _table(("plugins that implement it", "µs", "µs each"), rows)


def _memory(found: dict[str, dict[str, float]]) -> str:
    roles = list(dict.fromkeys(role for sizes in found.values() for role in sizes))
    rows = [
        (when, *(f"{sizes.get(role, 0.0):.0f}" for role in roles), f"{sum(sizes.values()):.0f}")
        for when, sizes in found.items()
    ]
    return _table(("", *roles, "all"), rows)
