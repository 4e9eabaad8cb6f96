"""Guests who buy over the JSON API, as many at once as asked: a cart, a quote, an order paid at the door."""

from __future__ import annotations

import asyncio
import itertools
import time
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.benchmarks.client import Answer, Visitor
from tests.benchmarks.results import Run, quantiles
from tests.benchmarks.shop import BenchShop

CHOICES = {"shipping_method": "flat_rate:india", "payment_method": "cod"}
ADDED_TO_ONE_CART = 5
QUOTES_OF_ONE_CART = 5
OK = range(200, 300)
_NUMBERS = itertools.count(int(time.time()) % 10_000 * 10_000)


class Refused(Exception):
    """An answer that nobody expected; its text is the status, the code and the beginning of what was said."""


@dataclass
class Log:
    """What the buyers have seen: how long each request and each whole purchase took, and what went wrong."""

    requests: list[float] = field(default_factory=list)
    purchases: list[float] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)
    bytes: int = 0

    def noted(self, answer: Answer, expected: range = OK) -> Answer:
        """The answer, written down.

        Raises:
            Refused: it is not among the expected.
        """
        self.requests.append(answer.seconds)
        self.bytes += len(answer.body)
        if answer.status not in expected:
            text = answer.body.decode("utf-8", "replace")
            raise Refused(f"{answer.status} {text[:160]}")
        return answer


Sequence_ = Callable[[Visitor, Sequence[str], Log], Awaitable[None]]


@dataclass
class Buyer:
    """A guest with something in the cart and a total agreed to."""

    headers: dict[str, str]
    body: dict[str, Any]

    async def order(self, visitor: Visitor) -> Answer:
        """Buy it."""
        return await visitor.post("/orders", self.body, {**self.headers, "Idempotency-Key": uuid.uuid4().hex})


async def with_cart(visitor: Visitor, sku: str, log: Log) -> dict[str, str]:
    """A new cart with one piece; the header that opens it."""
    added = log.noted(await visitor.post("/cart", {"sku": sku, "quantity": 1}))
    return {"X-Cart-Token": added.json()["token"]}


async def ready(visitor: Visitor, sku: str, log: Log) -> Buyer:
    """A buyer who has only to order, at an address of their own, so that no daily limit is met."""
    headers, number = await with_cart(visitor, sku, log), next(_NUMBERS)
    body = {**CHOICES, "shipping_address": address(number)}
    quoted = log.noted(await visitor.post("/checkout/quote", body, headers)).json()
    if quoted["problems"]:
        raise Refused(f"quote: {quoted['problems'][0]}")
    total = quoted["totals"]["grand_total"]
    return Buyer(headers, {**body, "email": f"b{number}@example.com", "expected_total": total})


async def add_to_cart(visitor: Visitor, skus: Sequence[str], log: Log) -> None:
    """A new cart, and four more things into it."""
    first = next(_NUMBERS)
    headers = await with_cart(visitor, skus[first % len(skus)], log)
    for step in range(1, ADDED_TO_ONE_CART):
        body = {"sku": skus[(first + step) % len(skus)], "quantity": 1}
        log.noted(await visitor.post("/cart", body, headers))


async def quote(visitor: Visitor, skus: Sequence[str], log: Log) -> None:
    """One cart, quoted again and again."""
    number = next(_NUMBERS)
    headers = await with_cart(visitor, skus[number % len(skus)], Log())
    for _ in range(QUOTES_OF_ONE_CART):
        log.noted(await visitor.post("/checkout/quote", {**CHOICES, "shipping_address": address(number)}, headers))


async def checkout(visitor: Visitor, skus: Sequence[str], log: Log) -> None:
    """A whole guest checkout: three requests."""
    started = time.perf_counter()
    buyer = await ready(visitor, skus[next(_NUMBERS) % len(skus)], log)
    log.noted(await buyer.order(visitor))
    log.purchases.append(time.perf_counter() - started)


def load(shop: BenchShop, sequence: Sequence_, skus: Sequence[str], at_once: int, seconds: float) -> Run:
    """So many visitors at once for so long, each sequence by a new one; whole checkouts count as one answer."""
    before = shop.cpu()
    log, spent = asyncio.run(_load(shop, sequence, skus, at_once, seconds))
    after = shop.cpu()
    waits = log.purchases or log.requests
    return Run(
        len(waits),
        spent,
        quantiles(waits),
        log.bytes / max(1, len(waits)),
        dict(log.errors),
        {role: used - before.get(role, 0.0) for role, used in after.items()},
    )


async def _load(
    shop: BenchShop, sequence: Sequence_, skus: Sequence[str], at_once: int, seconds: float
) -> tuple[Log, float]:
    log, started = Log(), time.perf_counter()

    async def keep_on() -> None:
        while time.perf_counter() - started < seconds:
            try:
                async with Visitor(shop.port) as visitor:
                    await sequence(visitor, skus, log)
            except (Refused, OSError, TimeoutError) as error:
                log.errors[f"{type(error).__name__}: {error}"] += 1

    await asyncio.gather(*(keep_on() for _ in range(at_once)))
    return log, time.perf_counter() - started


@dataclass(frozen=True, slots=True)
class Race:
    """How it ended when many wanted the last pieces at the same moment."""

    buyers: int
    pieces: int
    sold: int
    refused: int
    others: dict[str, int]
    seconds: float


def race(shop: BenchShop, sku: str, buyers: int, pieces: int) -> Race:
    """Everybody agrees to a total first; then all order at once."""
    return asyncio.run(_race(shop, sku, buyers, pieces))


async def _race(shop: BenchShop, sku: str, buyers: int, pieces: int) -> Race:
    log, others = Log(), Counter[str]()

    async def prepare() -> tuple[Visitor, Buyer]:
        visitor = await Visitor(shop.port).__aenter__()
        return visitor, await ready(visitor, sku, log)

    waiting = await asyncio.gather(*(prepare() for _ in range(buyers)))
    started = time.perf_counter()
    answers = await asyncio.gather(*(buyer.order(visitor) for visitor, buyer in waiting))
    spent = time.perf_counter() - started
    for visitor, _ in waiting:
        await visitor.__aexit__(None, None, None)
    sold = sum(answer.status in OK for answer in answers)
    refused = sum(answer.status == 409 and answer.json()["code"] == "out_of_stock" for answer in answers)
    for answer in answers:
        if answer.status not in OK and not (answer.status == 409 and answer.json()["code"] == "out_of_stock"):
            others[f"{answer.status} {answer.body[:120].decode('utf-8', 'replace')}"] += 1
    return Race(buyers, pieces, sold, refused, dict(others), round(spent, 3))


def address(number: int) -> dict[str, str]:
    """Another buyer at another address each time."""
    return {
        "name": f"Buyer {number}",
        "phone": f"+919{number % 1_000_000_000:09d}",
        "line1": f"{number} Bench Street",
        "city": "Bengaluru",
        "state": "Karnataka",
        "postal_code": "560001",
        "country": "IN",
    }
