"""Whether stock keeps its laws: what `spoeq doctor` asks. Reads the whole stock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from spoeq_core.inventory.documents import StockRepository
from spoeq_core.inventory.model import Movement, Reason, Stock, faults
from spoeq_core.kernel.mongo import Document
from spoeq_core.shop import Shop

LOOKS = 3


@dataclass(frozen=True, slots=True)
class Violation:
    """A law that a SKU's stock breaks."""

    sku: str
    problem: str


async def check_invariants(shop: Shop) -> list[Violation]:
    """Every violation of the laws of stock; a running shop may be checked, since a suspect is looked at again."""
    stocks = shop.repository(StockRepository)
    sums = await stocks.archived_sums()
    suspects = []
    async for stock, raw, rows in stocks.with_log({}):
        log = [*rows, *_as_rows(shop, stock.sku, sums)]
        if any(_faults(stock, raw, log)):
            suspects.append(stock.sku)
    return [violation for sku in suspects for violation in await _look_closely(shop, sku)]


async def open_holds(shop: Shop) -> dict[str, dict[str, int]]:
    """What every order holds: `{order id: {sku: pieces}}`; reads the whole stock."""
    found: dict[str, dict[str, int]] = {}
    for stock in await shop.repository(StockRepository).read({"reserved": {"$ne": 0}}, holds=True):
        for order_id, pieces in stock.holds.items():
            found.setdefault(order_id, {})[stock.sku] = pieces
    return found


async def _look_closely(shop: Shop, sku: str) -> list[Violation]:
    """The violations that remain when every row is read; between reading archive and log, rows may have moved."""
    stocks = shop.repository(StockRepository)
    problems: list[str] = []
    for _ in range(LOOKS):
        archived = await stocks.archived({"sku": sku})
        problems = [
            p
            async for stock, raw, rows in stocks.with_log({"_id": sku})
            for p in _faults(stock, raw, [*archived, *rows])
        ]
        if not problems:
            break
    return [Violation(sku, problem) for problem in problems]


def _faults(stock: Stock, raw: Document, log: list[Movement]) -> list[str]:
    return list(faults(stock, available=raw["available"], headroom=raw["headroom"], away=raw.get("away", 0), log=log))


def _as_rows(shop: Shop, sku: str, sums: Mapping[str, Mapping[str, tuple[int, int]]]) -> list[Movement]:
    """A row a place, which says what all that are archived come to."""
    now = shop.clock.now()
    return [
        Movement(f"archive {code}", sku, delta, reserved, Reason.INITIAL, "", "", now, location=code)
        for code, (delta, reserved) in sums.get(sku, {}).items()
    ]
