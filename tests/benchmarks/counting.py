"""What each request costs the database and the plugins, counted one by one: `python -m tests.benchmarks.counting`.

Runs in a process of its own, on the running shop's servers, with the shop's own app in it: the paths by scenario come
as JSON on standard input, the counts leave as JSON. Each path is visited twice, and the second visit counts: what a
cache holds by then is not asked for again.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from quart.typing import TestClientProtocol

from spoeq_core.app import create_app
from spoeq_core.kernel.settings import Settings
from spoeq_core.shop import Shop
from spoeq_core.stack import running_settings
from spoeq_core.testing.shops import EVER, relay_of
from spoeq_core.web.context import EXTENSION
from tests.benchmarks.buyers import CHOICES, address
from tests.shopping import CommandCounter

VISITOR = {"X-Forwarded-For": "10.255.0.1"}
FAR_AWAY, FEW = 999_000_000, 1_000_000


@dataclass(frozen=True, slots=True)
class Counts:
    """Of one request, on the average."""

    commands: float
    writes: float
    hook_calls: float


@dataclass
class Counting:
    """Counts what happens between two looks."""

    shop: Shop
    client: TestClientProtocol
    counter: CommandCounter
    cookies: str = ""
    _before: int = 0
    announced: list[tuple[str, str, list[dict[str, Any]]]] = field(default_factory=list)

    async def of(self, work: Callable[[], Awaitable[None]], times: int = 1) -> Counts:
        """What some work costs, divided by how many requests it makes."""
        self.counter.clear()
        before = self._asked()
        await work()
        commands, writes, calls = len(self.counter.commands), len(self.counter.writes), self._asked() - before
        return Counts(round(commands / times, 2), round(writes / times, 2), round(calls / times, 2))

    async def get(self, path: str) -> None:
        """A page."""
        headers = {**VISITOR, "Accept-Encoding": "gzip", "Sec-Fetch-Site": "none"}
        if self.cookies:
            headers["Cookie"] = self.cookies
        answer = await self.client.get(path, headers=headers)
        if answer.status_code != 200:
            raise SystemExit(f"{path} answered {answer.status_code} while its commands were counted.")

    async def post(self, path: str, body: dict[str, Any], headers: dict[str, str]) -> dict[str, Any]:
        """JSON for the API."""
        answer = await self.client.post(f"/api/v1{path}", json=body, headers={**VISITOR, **headers})
        found: dict[str, Any] = await answer.get_json()
        if answer.status_code not in range(200, 300):
            raise SystemExit(f"{path} answered {answer.status_code} while its commands were counted: {found}")
        return found

    async def deliver(self) -> None:
        """Tell the subscribers of what was announced, as the worker does."""
        for collection, key, pending in self.announced:
            await relay_of(self.shop).relay(collection, key, pending)
        self.announced.clear()

    def _asked(self) -> int:
        return sum(found.calls for found in self.shop.hooks.calls.values())


async def count(paths: dict[str, list[str]], sku: str, cookies: str) -> dict[str, Counts]:
    """The counts by scenario."""
    counter = CommandCounter()
    settings = running_settings(Settings()).model_copy(update={"plugin_poll_seconds": EVER})
    app = create_app(settings, listeners=[counter])
    async with app.test_app():
        shop: Shop = app.extensions[EXTENSION]
        counting = Counting(shop, app.test_client(use_cookies=False), counter, cookies)
        found = {name: await _pages(counting, asked) for name, asked in paths.items()}
        if sku:
            found |= await _buying(counting, sku)
        return found


async def _pages(counting: Counting, paths: list[str]) -> Counts:
    async def visit() -> None:
        for path in paths:
            await counting.get(path)

    await visit()
    return await counting.of(visit, len(paths))


async def _buying(counting: Counting, sku: str) -> dict[str, Counts]:
    """A whole checkout with all that follows from it in the worker."""

    async def wake(collection: str, key: str, pending: list[dict[str, Any]]) -> None:
        counting.announced.append((collection, key, pending))

    counting.shop.outbox.wake = wake
    total: dict[str, Any] = {}
    headers: dict[str, str] = {}
    # Somebody else in each process that counts: a person may place few orders a day that are paid at the door.
    number = FAR_AWAY + secrets.randbelow(FEW)
    body = {**CHOICES, "shipping_address": address(number)}

    async def add() -> None:
        cart = await counting.post("/cart", {"sku": sku, "quantity": 1}, headers)
        headers.setdefault("X-Cart-Token", cart.get("token", ""))

    async def quote() -> None:
        nonlocal total
        total = (await counting.post("/checkout/quote", body, headers))["totals"]["grand_total"]

    async def order() -> None:
        sold = {**body, "email": f"counted{number}@example.com", "expected_total": total}
        await counting.post("/orders", sold, {**headers, "Idempotency-Key": "counted"})
        await counting.deliver()

    found = {"first item": await counting.of(add), "add to cart": await counting.of(add)}
    return {**found, "quote": await counting.of(quote), "order and its mail": await counting.of(order)}


def main() -> None:
    """Read, count, write."""
    asked = json.load(sys.stdin)
    found = asyncio.run(count(asked["paths"], asked["sku"], asked["cookies"]))
    json.dump({name: [one.commands, one.writes, one.hook_calls] for name, one in found.items()}, sys.stdout)


if __name__ == "__main__":
    main()
