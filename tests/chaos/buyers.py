"""A stream of guest checkouts over HTTP that keeps a record of what it was promised."""

from __future__ import annotations

import threading
import time
import uuid
from dataclasses import dataclass, field
from itertools import count

import httpx

from tests.buying import address

PATIENCE = 240.0
"""Seconds for which a buyer asks again: a shop whose server was killed is back long before."""
PAUSE = 0.25
NUMBERS = count()
"""Of all buyers of a run: tests share a shop, where a person may place few orders a day."""


@dataclass
class Buyers:
    """Threads that buy until told to stop, each order with its own key, repeated after a broken answer."""

    base_url: str
    skus: list[str]
    threads: int = 3
    promised: dict[str, str] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    given_up: list[str] = field(default_factory=list)
    unavailable: list[httpx.Response] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _running: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        """Begin to buy."""
        self._running = [threading.Thread(target=self._buy_on, daemon=True) for _ in range(self.threads)]
        for thread in self._running:
            thread.start()

    def stop(self) -> None:
        """Finish what is under way."""
        self._stopping.set()
        for thread in self._running:
            thread.join(2 * PATIENCE)

    def _buy_on(self) -> None:
        while not self._stopping.is_set():
            number = next(NUMBERS)
            with httpx.Client(base_url=self.base_url, timeout=30, trust_env=False) as client:
                self._buy(client, number)

    def _buy(self, client: httpx.Client, number: int) -> None:
        added = self._insist(client, "/api/v1/cart", {"sku": self.skus[number % len(self.skus)], "quantity": 1}, {})
        if added is None or added.status_code != 201:
            return self.refused.append(added.text if added else "no answer to POST /cart")
        headers = {"X-Cart-Token": added.json()["token"], "Idempotency-Key": uuid.uuid4().hex}
        choices = {
            "shipping_address": address(number),
            "shipping_method": "flat_rate:india",
            "payment_method": "cod",
        }
        quoted = self._insist(client, "/api/v1/checkout/quote", choices, headers)
        if quoted is None or quoted.status_code != 200:
            return self.refused.append(quoted.text if quoted else "no answer to POST /checkout/quote")
        total = quoted.json()["totals"]["grand_total"]
        order = {**choices, "email": f"buyer{number}@example.com", "expected_total": total}
        placed = self._insist(client, "/api/v1/orders", order, headers)
        if placed is None:
            self.given_up.append(headers["Idempotency-Key"])
        elif placed.status_code == 201:
            self.promised[placed.json()["id"]] = placed.json()["number"]
        else:
            self.refused.append(placed.text)
        return None

    def _insist(
        self, client: httpx.Client, path: str, body: dict[str, object], headers: dict[str, str]
    ) -> httpx.Response | None:
        """Ask again after a lost connection, a 5xx or `in_progress`, as a careful client does."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                answer = client.post(path, json=body, headers=headers)
            except httpx.HTTPError:
                time.sleep(PAUSE)
                continue
            in_progress = answer.status_code == 409 and answer.json().get("code") == "in_progress"
            if answer.status_code < 500 and not in_progress:
                return answer
            if answer.status_code == 503:
                self.unavailable.append(answer)
            elif not in_progress:
                self.broken.append(f"{path} answered {answer.status_code}: {answer.text}")
            time.sleep(PAUSE)
        return None
