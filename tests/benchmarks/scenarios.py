"""What is asked of a shop: pages, lists, carts and checkouts, each as a row of figures."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import httpx

from tests.benchmarks import buyers, pages
from tests.benchmarks.filling import BOUGHT_FROM, admin_client, cheap_skus, set_available
from tests.benchmarks.results import Row, Run, row_of
from tests.benchmarks.shop import BenchShop

POPULAR = 40
"""Products that are asked for again and again."""
WORDS = ("kurta", "indigo", "brass diya", "silk", "handmade cup", "cotton", "jaipur", "stole", "blue", "wood")
TYPED = ("ku", "ind", "bra", "sil", "ha", "cot", "jai", "sto", "bl", "woo")
PURCHASES = (1, 8, 32)
RACE = (64, 10)
PLENTY = 1_000_000


@dataclass
class Plan:
    """How much is measured, and of which kinds of pages (all, if none is named)."""

    seconds: float = 5.0
    runs: int = 3
    purchases: Sequence[int] = PURCHASES
    connections: int = 16
    scenarios: Sequence[str] = ()
    race: tuple[int, int] = RACE
    say: Callable[[str], None] = field(default=lambda sentence: print(sentence, file=sys.stderr, flush=True))

    def load(self, shop: BenchShop, paths: Sequence[str]) -> Run:
        """One run of pages."""
        return pages.load(shop, paths, self.seconds, self.connections)

    def repeat(self, name: str, once: Callable[[], Run], note: str = "") -> Row:
        """A scenario's row from so many runs, said as it comes."""
        row = row_of(name, [once() for _ in range(self.runs)], note)
        self.say(
            f"  {name}: {row.rate:.1f}/s, {row.p95:.0f} ms (95 %)" + (f", ERRORS {row.errors}" if row.errors else "")
        )
        return row


def page_paths(shop: BenchShop) -> dict[str, list[str]]:
    """The paths of each scenario, from what the shop sells."""
    with shop.client() as client:
        items = client.get("/api/v1/products", params={"per_page": POPULAR}).raise_for_status().json()["items"]
        first = client.get("/api/v1/products", params={"per_page": 24}).json()
    slugs = [item["slug"] for item in items]
    categories = sorted({one["slug"] for item in items for one in item["categories"]})
    return {
        "home": ["/"],
        "all products": ["/products"],
        "category, sorted": [f"/category/{slug}?sort=price" for slug in categories],
        "product": [f"/product/{slug}" for slug in slugs],
        "search": [f"/search?q={word.replace(' ', '+')}" for word in WORDS],
        "suggest": [f"/search/suggest?q={typed}" for typed in TYPED],
        "API: list": [
            f"/api/v1/products?per_page=24&page={page}" for page in range(1, min(3, -(-first["total"] // 24)) + 1)
        ],
        "API: product": [f"/api/v1/products/{slug}" for slug in slugs],
    }


def found_paths(shop: BenchShop, only: Sequence[str] = ()) -> dict[str, list[str]]:
    """The paths that answer 200, of all scenarios or some; a search that finds nothing answers 404, and is left out."""
    with shop.client() as client:
        answered = {
            name: [path for path in paths if client.get(path).status_code == httpx.codes.OK]
            for name, paths in page_paths(shop).items()
            if not only or name in only
        }
    return {name: paths for name, paths in answered.items() if paths}


def measure_pages(shop: BenchShop, plan: Plan, paths: dict[str, list[str]]) -> list[Row]:
    """Each kind of page under load, then counted."""
    rows = []
    for name, asked in paths.items():
        if plan.runs > 1:
            plan.load(shop, asked)
        rows.append(plan.repeat(name, lambda asked=asked: plan.load(shop, asked)))  # type: ignore[misc]
    counts = counted(shop, paths)
    for row in rows:
        row.commands, row.writes, row.hook_calls = counts[row.name]
    return rows


def counted(
    shop: BenchShop, paths: dict[str, list[str]], sku: str = "", *, cookies: str = ""
) -> dict[str, tuple[float, float, float]]:
    """Database commands, writes and hook calls of each request, by somebody with these cookies."""
    given = json.dumps({"paths": paths, "sku": sku, "cookies": cookies})
    done = shop.command("tests.benchmarks.counting", given=given)
    if done.returncode:
        raise SystemExit(f"The commands could not be counted:\n{done.stderr}")
    return {name: tuple(counts) for name, counts in json.loads(done.stdout.splitlines()[-1]).items()}


def measure_buying(shop: BenchShop, plan: Plan) -> list[Row]:
    """Carts, quotes, whole checkouts by some at once."""
    skus = stocked(shop)
    rows = [
        plan.repeat("add to cart, 8 at once", lambda: buyers.load(shop, buyers.add_to_cart, skus, 8, plan.seconds)),
        plan.repeat("quote, 8 at once", lambda: buyers.load(shop, buyers.quote, skus, 8, plan.seconds)),
    ]
    for at_once in plan.purchases:
        rows.append(
            plan.repeat(
                f"guest checkout, {at_once} at once",
                lambda at_once=at_once: buyers.load(shop, buyers.checkout, skus, at_once, plan.seconds),  # type: ignore[misc]
            )
        )
    counts = counted(shop, {}, skus[0])
    rows[0].commands, rows[0].writes, rows[0].hook_calls = counts["add to cart"]
    rows[1].commands, rows[1].writes, rows[1].hook_calls = counts["quote"]
    whole = [counts["first item"], counts["quote"], counts["order and its mail"]]
    for row in rows[2:]:
        row.commands, row.writes, row.hook_calls = (sum(parts) for parts in zip(*whole, strict=True))
    return rows


def stocked(shop: BenchShop) -> list[str]:
    """What can be bought, with plenty of it."""
    with admin_client(shop) as client:
        skus = cheap_skus(client)[:BOUGHT_FROM]
        for sku in skus:
            set_available(client, sku, PLENTY)
    return skus


@dataclass(frozen=True, slots=True)
class RaceResult:
    """The race and what the doctor said after it."""

    race: buyers.Race
    left: int
    doctor: str

    @property
    def faults(self) -> list[str]:
        """What must never be."""
        wrong = [f"{count} × {what}" for what, count in self.race.others.items()]
        if self.race.sold != self.race.pieces:
            wrong.append(f"{self.race.sold} sold of {self.race.pieces}")
        if self.left:
            wrong.append(f"{self.left} left in stock")
        if self.doctor:
            wrong.append(f"doctor: {self.doctor}")
        return wrong


def measure_race(shop: BenchShop, plan: Plan) -> RaceResult:
    """Many buyers, few pieces: exactly so many are sold, and the books are in order."""
    people, pieces = plan.race
    with admin_client(shop) as client:
        sku = cheap_skus(client)[-1]
        set_available(client, sku, pieces)
        run = buyers.race(shop, sku, people, pieces)
        found = client.get("/api/v1/inventory", params={"q": sku}).json()["items"]
        left = next(item["available"] for item in found if item["sku"] == sku)
    doctor = shop.command("spoeq_core.cli", "doctor")
    plan.say(
        f"  race: {run.sold} of {pieces} sold to {people} buyers in {run.seconds:.2f} s; doctor {doctor.returncode}"
    )
    return RaceResult(run, left, "" if doctor.returncode == 0 else doctor.stdout.strip()[-400:] or doctor.stderr[-400:])
