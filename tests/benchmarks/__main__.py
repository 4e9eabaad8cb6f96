"""Starts a shop, measures what is asked for, prints tables: `nox -s bench -- --help`."""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from spoeq_core.kernel.settings import Settings
from tests.benchmarks import buyers, comparing, filling, growth, pages, pricing, report as reports, scenarios
from tests.benchmarks.document import write_document
from tests.benchmarks.machine import this_machine
from tests.benchmarks.report import Report
from tests.benchmarks.scenarios import Plan
from tests.benchmarks.shop import BenchShop

PARTS = ("start", "pages", "buying", "race", "plugins", "hooks", "pricing", "products", "orders")
CACHES = ("off", "data", "pages")
GROWN = (1_000, 10_000)
MANY = 100_000
CONNECTIONS = 16


@dataclass
class Bench:
    """One run: the shop, what is wanted of it, and what was found."""

    shop: BenchShop
    plan: Plan
    asked: argparse.Namespace
    found: Report

    def run(self) -> None:
        """Measure what is asked for, from what needs a fresh shop to what spoils it."""
        wanted = self.asked.only
        self._begin()
        if "pages" in wanted:
            self._pages()
        if "buying" in wanted:
            self.plan.say("Buying …")
            self.found.buying = scenarios.measure_buying(self.shop, self.plan)
            self._weigh("after buying")
        if "race" in wanted:
            self.found.race = scenarios.measure_race(self.shop, self.plan)
        self._without_pages(wanted)
        if "plugins" in wanted:
            env = self.shop.env
            folder = self.shop.data_dir.parent / "plugins"
            self.found.plugins = growth.with_plugins(self.shop, self.plan, folder, self.asked.growth_plugins)
            self.shop.under(env)
        if "products" in wanted:
            self.found.products = growth.with_products(self.shop, self.plan, self.asked.growth_products)
        if "orders" in wanted:
            self._orders()

    def _without_pages(self, wanted: Sequence[str]) -> None:
        """What a question to plugins and a price cost by themselves."""
        if "hooks" in wanted:
            self.found.hook_us = growth.hook_microseconds(self.shop)
        if "pricing" in wanted:
            self.found.pricing_ms = pricing.measure()

    def _begin(self) -> None:
        self.plan.say("Starting an empty shop …")
        cold = self.shop.start()
        first = _first_page(self.shop)
        filled = time.perf_counter()
        self.plan.say(f"Filling it with {self.asked.products} products …")
        filling.fill(self.shop, self.asked.products, plugins=self.asked.plugins)
        self.plan.say(f"  {time.perf_counter() - filled:.0f} s")
        if "start" in self.asked.only:
            again = self.shop.restarted()
            self.found.starts = {
                "first start, nothing stored": cold,
                "its first page": first,
                "second start, shop filled": again,
                "its first page (home)": _first_page(self.shop),
            }
        self._weigh("after a start")

    def _pages(self) -> None:
        known = "cache" in Settings.model_fields
        if not known:
            self.plan.say("This version has no SPOEQ_CACHE: the figures are of what it keeps by itself.")
        for mode in self.asked.cache if known else ("as it is",):
            self.plan.say(f"Pages with cache {mode} …")
            self.shop.under({"SPOEQ_CACHE": mode} if known else {})
            paths = scenarios.found_paths(self.shop, self.plan.scenarios)
            self.found.pages[mode] = scenarios.measure_pages(self.shop, self.plan, paths)
            self._weigh(f"after pages, cache {mode}")
        self.shop.under({})

    def _orders(self) -> None:
        skus = scenarios.stocked(self.shop)
        buyers.load(self.shop, buyers.checkout, skus, 1, 0.1)
        self.found.orders = growth.with_orders(self.shop, self.plan, self.asked.growth_orders)

    def _weigh(self, when: str) -> None:
        self.found.memory[when] = {role: round(size, 1) for role, size in sorted(self.shop.memory().items())}


def _first_page(shop: BenchShop) -> float:
    with shop.client() as client:
        started = time.perf_counter()
        client.get("/").raise_for_status()
        return time.perf_counter() - started


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 1 if anything was answered that should not be."""
    asked = _asked(arguments)
    machine = this_machine()
    plan = Plan(asked.seconds, asked.runs, asked.at_once, asked.connections, asked.scenarios, asked.race)
    plan.say(machine.line())
    if not machine.quiet:
        plan.say("WARNING: this machine does something else, too: figures are indicative only.")
    if not pages.has_wrk():
        plan.say(
            "WARNING: wrk is not installed (Debian: sudo apt-get install wrk): pages are loaded by a client in "
            "Python, which is slower than a cached page."
        )
    found = Report(machine.line(), machine.quiet, asked.words)
    with tempfile.TemporaryDirectory(prefix="spoeq-bench-") as folder:
        shop = BenchShop(Path(folder) / "data", asked.workers)
        try:
            Bench(shop, plan, asked, found).run()
        finally:
            shop.stop()
    print(found.markdown())
    if asked.json:
        found.save(asked.json)
    if asked.compare:
        print("\n" + comparing.markdown(comparing.compare(reports.load(asked.compare), found.rows())))
    if asked.write_docs and not found.errors():
        write_document(found.source(), found.sections())
    return 1 if found.errors() else 0


def _asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="nox -s bench --", description=__doc__)
    parser.add_argument("--products", type=int, default=5_000)
    parser.add_argument("--workers", type=int, default=2, help="web processes")
    parser.add_argument("--plugins", choices=("all", "none"), default="all", help="none: only those that a sale needs")
    parser.add_argument("--cache", choices=(*CACHES, "all"), default="all", help="what is kept: three figures, or one")
    parser.add_argument("--only", default=",".join(PARTS), help=f"parts, by commas: {', '.join(PARTS)}")
    parser.add_argument("--seconds", type=float, default=5.0, help="of each run")
    parser.add_argument("--runs", type=int, default=3, help="of each scenario; the median counts")
    parser.add_argument("--many", action="store_true", help="grow to 100,000 products and orders, too")
    parser.add_argument(
        "--quick", action="store_true", help="whether it works, in half a minute; says nothing of speed"
    )
    parser.add_argument("--json", type=Path, help="a file for the figures")
    parser.add_argument("--compare", type=Path, help="the JSON of an earlier run")
    parser.add_argument("--write-docs", action="store_true", help="put the tables into docs/performance.md")
    asked = parser.parse_args(arguments)
    given = " ".join(sys.argv[1:] if arguments is None else arguments)
    asked.words = re.sub(r"--(json|compare)[ =]\S+ ?", "", given).strip()
    asked.only = asked.only.split(",")
    if unknown := set(asked.only) - set(PARTS):
        parser.error(f"no part is called {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    asked.cache = CACHES if asked.cache == "all" else (asked.cache,)
    asked.growth_products = asked.growth_orders = (*GROWN, MANY) if asked.many else GROWN
    asked.growth_plugins = growth.INSTALLED
    asked.at_once, asked.race = scenarios.PURCHASES, scenarios.RACE
    asked.connections, asked.scenarios = CONNECTIONS, ()
    if asked.quick:
        asked.connections, asked.scenarios = 2, ("home", "product", "API: list")
        asked.products, asked.workers, asked.seconds, asked.runs = 30, 1, 0.5, 1
        asked.growth_products, asked.growth_orders, asked.growth_plugins = (80,), (200,), 2
        asked.at_once, asked.race = (2,), (8, 3)
    return asked


if __name__ == "__main__":
    sys.exit(main())
