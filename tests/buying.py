"""Buying over HTTP in a demo shop: stock for it, buyers who are ready, and all of them at once."""

from __future__ import annotations

import ssl
import threading
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx

from tests.processes import RunningDemo

T = TypeVar("T")
TRIES = 100
PAUSE = 0.2
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For clients of a shop that speaks HTTP: to load the certificates of each takes longer than what it asks for."""
CHOICES = {"shipping_method": "flat_rate:india", "payment_method": "cod"}


def post(base_url: str, path: str, body: Any, headers: Mapping[str, str] | None = None) -> httpx.Response:
    """The answer over a connection of its own, and so of any process; asked again while the machine is overloaded."""
    with httpx.Client(base_url=base_url, timeout=60, trust_env=False, verify=NO_TLS) as client:
        for _ in range(TRIES):
            answer = client.post(f"/api/v1{path}", json=body, headers=headers)
            if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                break
            time.sleep(PAUSE)
    return answer


@dataclass(frozen=True)
class Buyer:
    """Somebody with a cart and a total agreed to."""

    base_url: str
    headers: dict[str, str]
    body: dict[str, Any]

    def buy(self, *, key: str | None = None) -> httpx.Response:
        """Place the cart, with the buyer's key or another."""
        headers = {**self.headers, "Idempotency-Key": self.headers["Idempotency-Key"] if key is None else key}
        return post(self.base_url, "/orders", self.body, headers)


def address(number: int) -> dict[str, str]:
    """Another buyer at another address each time, so that no daily limit is met."""
    return {
        "name": f"Buyer {number}",
        "phone": f"+9198{number % 100_000_000:08d}",
        "line1": f"{number} Chaos Street",
        "city": "Bengaluru",
        "state": "Karnataka",
        "postal_code": "560001",
        "country": "IN",
    }


def cheap_sku(demo: RunningDemo, nth: int) -> str:
    """A SKU under the cap of cash on delivery, the same for the same number."""
    query = {"in_stock": "1", "price_max": 90_000, "per_page": 50, "sort": "newest"}
    found = demo.client.get("/api/v1/products", params=query).json()
    in_stock = [item for item in found["items"] if item["variants"][0]["stock"]["state"] == "in_stock"]
    return str(in_stock[nth]["variants"][0]["sku"])


def stock(demo: RunningDemo, sku: str) -> dict[str, Any]:
    """What staff see of a SKU's stock."""
    headers = demo.token("admin@demo.spoeq")
    found = demo.client.get("/api/v1/inventory", params={"q": sku}, headers=headers).json()
    (item,) = [item for item in found["items"] if item["sku"] == sku]
    return dict(item)


def set_available(demo: RunningDemo, sku: str, wanted: int) -> None:
    """Book stock up or down to a number of available pieces."""
    if delta := wanted - stock(demo, sku)["available"]:
        body = {"delta": delta, "reason": "test"}
        headers = demo.token("admin@demo.spoeq") | {"Idempotency-Key": uuid.uuid4().hex}
        answer = post(demo.base_url, f"/inventory/{sku}/adjust", body, headers)
        assert answer.is_success, answer.text


def ready(demo: RunningDemo, sku: str, number: int, *, pay: str = "cod", coupon: str = "", person: int = 0) -> Buyer:
    """Somebody with a piece in the cart; the same `person` has the same address, phone and e-mail."""
    who = person or number
    token = post(demo.base_url, "/cart", {"sku": sku, "quantity": 1}).json()["token"]
    headers = {"X-Cart-Token": token, "Idempotency-Key": uuid.uuid4().hex}
    if coupon:
        applied = post(demo.base_url, "/cart/apply-coupon", {"code": coupon}, headers)
        assert applied.is_success, applied.text
    body: dict[str, Any] = {**CHOICES, "payment_method": pay, "shipping_address": address(who)}
    quote = post(demo.base_url, "/checkout/quote", body, headers).json()
    assert not quote["problems"], quote["problems"]
    total = quote["totals"]["grand_total"]
    return Buyer(demo.base_url, headers, {**body, "email": f"buyer{who}@example.com", "expected_total": total})


def at_once(calls: Sequence[Callable[[], T]]) -> list[T]:
    """What the calls give, each in a thread of its own, all let go at the same moment."""
    gate = threading.Barrier(len(calls))

    def go(call: Callable[[], T]) -> T:
        gate.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(go, calls))
