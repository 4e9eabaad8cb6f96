"""How the figures move as a shop grows: in products, in orders, in plugins."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.benchmarks import buyers, filling, throwaway
from tests.benchmarks.results import Row, Run, quantiles, row_of
from tests.benchmarks.scenarios import Plan, counted, found_paths, measure_pages, stocked
from tests.benchmarks.shop import BenchShop

INSTALLED = 30
LOOKS = 10
PATIENT = {"SPOEQ_DATABASE_TIMEOUT_MS": "600000"}
"""What is slow is measured, and not refused after five seconds."""
ADMIN_LISTS = {
    "admin: orders": "/admin/orders",
    "admin: orders to pack": "/admin/orders?status=confirmed",
    "admin: orders of a buyer": "/admin/orders?q=buyer7%40example.com",
    "admin: orders of a PIN code": "/admin/orders?pin=560001",
    "admin: orders by a name": "/admin/orders?q=Buyer",
    "admin: today": "/admin",
    "admin: customers": "/admin/customers",
}
ADMIN_PRODUCTS = {
    "admin: products": "/admin/products",
    "admin: products found": "/admin/products?q=kurta",
    "admin: inventory": "/admin/inventory",
}
GROWING = ("category, sorted", "search", "suggest", "product", "API: list")


def with_products(shop: BenchShop, plan: Plan, sizes: Sequence[int]) -> list[Row]:
    """Pages and lists of ever bigger catalogues, nothing of them cached."""
    rows = []
    for size in sizes:
        plan.say(f"Growing to {size} products …")
        filling.add_products(shop, size)
        shop.restarted({**shop.env, **PATIENT, "SPOEQ_CACHE": "off"})
        started = time.perf_counter()
        filling.wait_for_index(shop)
        plan.say(f"  the index has followed after {time.perf_counter() - started:.0f} s")
        for row in measure_pages(shop, plan, found_paths(shop, GROWING)):
            row.name = f"{row.name} of {size:,}"
            rows.append(row)
        with filling.staff_client(shop) as staff:
            rows += _admin_rows(shop, plan, staff, ADMIN_PRODUCTS, f"of {size:,}")
    return rows


def with_orders(shop: BenchShop, plan: Plan, sizes: Sequence[int]) -> list[Row]:
    """The admin's list of orders, by one person who looks at it ten times."""
    rows = []
    shop.under({**shop.env, **PATIENT})
    with filling.staff_client(shop) as staff:
        for size in sizes:
            plan.say(f"Growing to {size} orders …")
            filling.add_orders(shop, size)
            rows += _admin_rows(shop, plan, staff, ADMIN_LISTS, f"among {size:,}")
    return rows


def _admin_rows(shop: BenchShop, plan: Plan, staff: httpx.Client, paths: dict[str, str], end: str) -> list[Row]:
    """One person's looks at each of these pages."""
    cookies = "; ".join(f"{name}={value}" for name, value in staff.cookies.items())
    counts = counted(shop, {name: [path] for name, path in paths.items()}, cookies=cookies)
    rows = []
    for name, path in paths.items():
        row = row_of(f"{name} {end}", [_looks(shop, staff, path)])
        row.commands, row.writes, row.hook_calls = counts[name]
        plan.say(f"  {row.name}: {row.p50:.0f} ms")
        rows.append(row)
    return rows


def _looks(shop: BenchShop, staff: httpx.Client, path: str) -> Run:
    """One person looks at a page again and again."""
    before, waits, sizes, errors = shop.cpu(), [], [], Counter[str]()
    for _ in range(LOOKS):
        started = time.perf_counter()
        answer = staff.get(path)
        waits.append(time.perf_counter() - started)
        sizes.append(len(answer.content))
        if answer.status_code != httpx.codes.OK:
            errors[str(answer.status_code)] += 1
    cpu = {role: used - before.get(role, 0.0) for role, used in shop.cpu().items()}
    return Run(LOOKS, sum(waits), quantiles(waits), sum(sizes) / LOOKS, dict(errors), cpu)


@dataclass(frozen=True, slots=True)
class PluginCost:
    """What so many enabled plugins of a kind cost; µs of the web process for each answer, for each plugin."""

    kind: str
    page: str
    enabled: int
    rate: float
    rate_without: float
    cpu_ms: float
    cpu_ms_without: float
    hook_calls: float
    hook_calls_without: float

    @property
    def each(self) -> float:
        """µs of CPU that one plugin adds to one answer."""
        return 1000 * (self.cpu_ms - self.cpu_ms_without) / max(1, self.enabled)


def with_plugins(shop: BenchShop, plan: Plan, folder: Path, count: int = INSTALLED) -> list[PluginCost]:
    """The product page and the checkout with 0 and with `count` more plugins enabled, nothing of them cached."""
    plan.say(f"Installing {count} throw-away plugins of each kind …")
    shop.restarted({**shop.env, **throwaway.install(folder, count), "SPOEQ_CACHE": "off"})
    product = found_paths(shop, ("product",))["product"]
    skus = stocked(shop)

    def page() -> tuple[Row, float]:
        plan.load(shop, product)
        row = plan.repeat("product", lambda: plan.load(shop, product))
        return row, counted(shop, {"product": product})["product"][2]

    def checkout() -> tuple[Row, float]:
        row = plan.repeat("checkout", lambda: buyers.load(shop, buyers.checkout, skus, 8, plan.seconds))
        counts = counted(shop, {}, skus[0])
        return row, counts["quote"][2] + counts["order and its mail"][2]

    found = []
    without = {"product page": page(), "checkout": checkout()}
    for kind, what, measure in (
        ("nothing there", "product page", page),
        ("one hook of pages", "product page", page),
        ("nothing there", "checkout", checkout),
        ("one hook of the checkout", "checkout", checkout),
    ):
        short = {"nothing there": "idle", "one hook of pages": "page", "one hook of the checkout": "checkout"}[kind]
        with _enabled(shop, throwaway.names(short, count)):
            plan.say(f"With {count} plugins that implement {kind}:")
            (row, calls), (before, calls_before) = measure(), without[what]
        cpu, cpu_before = row.cpu.get("web", 0.0), before.cpu.get("web", 0.0)
        found.append(PluginCost(kind, what, count, row.rate, before.rate, cpu, cpu_before, calls, calls_before))
    return found


@contextmanager
def _enabled(shop: BenchShop, plugins: Sequence[str]) -> Iterator[None]:
    """These plugins enabled while the block runs."""
    _switch(shop, plugins, "enable")
    try:
        yield
    finally:
        _switch(shop, plugins, "disable")


def _switch(shop: BenchShop, plugins: Sequence[str], how: str) -> None:
    with filling.admin_client(shop) as client:
        for name in plugins:
            client.post(f"/api/v1/admin/plugins/{name}/{how}").raise_for_status()
    time.sleep(1.5)  # all processes follow within a second


def hook_microseconds(shop: BenchShop) -> dict[str, float]:
    """µs of one question by how many plugins implement it."""
    done = shop.command("tests.benchmarks.hookcost")
    if done.returncode:
        raise SystemExit(f"Hook calls could not be measured:\n{done.stderr}")
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found
