"""Over HTTP, with two web processes: the last pieces are sold once, plugins come and go everywhere at once."""

from __future__ import annotations

import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import httpx
import pytest

from tests.chaos.buyers import address
from tests.processes import RunningDemo

pytestmark = pytest.mark.slow

BUYERS = 50
PIECES = 10
CHOICES = {"shipping_method": "flat_rate:india", "payment_method": "cod"}


def cheap_sku(demo: RunningDemo, nth: int) -> str:
    """A SKU under the cap of cash on delivery that no other test here uses."""
    found = demo.client.get("/api/v1/products", params={"in_stock": "1", "price_max": 90_000, "per_page": 50}).json()
    in_stock = [item for item in found["items"] if item["variants"][0]["stock"]["state"] == "in_stock"]
    return str(in_stock[nth]["variants"][0]["sku"])


def set_available(demo: RunningDemo, sku: str, wanted: int) -> None:
    """Book stock up or down to a number of available pieces."""
    headers = demo.token("admin@demo.spoeq")
    (item,) = [
        i
        for i in demo.client.get("/api/v1/inventory", params={"q": sku}, headers=headers).json()["items"]
        if i["sku"] == sku
    ]
    if item["available"] != wanted:
        answer = demo.client.post(
            f"/api/v1/inventory/{sku}/adjust",
            json={"delta": wanted - item["available"], "reason": "test"},
            headers=headers,
        )
        assert answer.is_success, answer.text


def ready_buyer(demo: RunningDemo, sku: str, number: int) -> tuple[httpx.Client, dict[str, str], dict[str, Any]]:
    """Somebody with the piece in the cart and a total agreed to."""
    client = httpx.Client(base_url=demo.base_url, timeout=60, trust_env=False)
    token = client.post("/api/v1/cart", json={"sku": sku, "quantity": 1}).json()["token"]
    client.cookies.clear()
    headers = {"X-Cart-Token": token, "Idempotency-Key": uuid.uuid4().hex}
    body: dict[str, Any] = {**CHOICES, "shipping_address": address(1_000_000 + number)}
    quote = client.post("/api/v1/checkout/quote", json=body, headers=headers).json()
    assert not quote["problems"], quote["problems"]
    return (
        client,
        headers,
        {**body, "email": f"b{number}@example.com", "expected_total": quote["totals"]["grand_total"]},
    )


def test_fifty_buyers_for_the_last_ten_pieces(demo: RunningDemo) -> None:
    """Exactly ten orders, forty clear refusals, no stock left."""
    sku = cheap_sku(demo, 0)
    set_available(demo, sku, PIECES)
    with ThreadPoolExecutor(BUYERS) as pool:
        buyers = list(pool.map(lambda number: ready_buyer(demo, sku, number), range(BUYERS)))
        gate = threading.Barrier(BUYERS)

        def buy(buyer: tuple[httpx.Client, dict[str, str], dict[str, Any]]) -> httpx.Response:
            client, headers, body = buyer
            gate.wait()
            with closing(client):
                return client.post("/api/v1/orders", json=body, headers=headers)

        answers = list(pool.map(buy, buyers))
    placed = [answer.json() for answer in answers if answer.status_code == 201]
    refused = [answer.json() for answer in answers if answer.status_code != 201]
    assert len({order["number"] for order in placed}) == PIECES
    assert len(refused) == BUYERS - PIECES
    assert {(problem["status"], problem["code"]) for problem in refused} == {(409, "out_of_stock")}
    assert {entry["available"] for problem in refused for entry in problem["available"]} == {0}
    headers = demo.token("admin@demo.spoeq")
    (item,) = demo.client.get("/api/v1/inventory", params={"q": sku}, headers=headers).json()["items"]
    assert item["available"] == 0


def test_disabling_coupons_takes_everything_of_theirs_away_at_once(demo: RunningDemo) -> None:
    """Field, routes and discounts vanish in both workers, and come back; orders keep theirs."""
    headers = demo.token("admin@demo.spoeq")
    sku = cheap_sku(demo, 1)
    set_available(demo, sku, 20)
    order = order_with_coupon(demo, sku)
    discount = order["totals"]["discounts"]["amount"]
    assert discount > 0
    try:
        switched = demo.client.post("/api/v1/admin/plugins/coupons/disable", headers=headers)
        assert switched.is_success, switched.text
        until_everywhere(demo, lambda client: client.get("/api/v1/coupons", headers=headers).status_code == 404)
        until_everywhere(
            demo, lambda client: client.post("/api/v1/cart/apply-coupon", json={"code": "X"}).status_code == 404
        )
        token = demo.client.post("/api/v1/cart", json={"sku": sku, "quantity": 1}).json()["token"]
        page = demo.client.get("/cart").text
        assert "Have a coupon?" not in page
        kept = demo.client.get(f"/api/v1/orders/{order['id']}", headers=headers).json()
        assert kept["totals"]["discounts"]["amount"] == discount
        assert token
    finally:
        demo.client.post("/api/v1/admin/plugins/coupons/enable", headers=headers)
    until_everywhere(demo, lambda client: client.get("/api/v1/coupons", headers=headers).status_code == 200)
    assert "Have a coupon?" in demo.client.get("/cart").text


def order_with_coupon(demo: RunningDemo, sku: str) -> dict[str, Any]:
    """A placed order whose coupon gave something."""
    with httpx.Client(base_url=demo.base_url, timeout=60, trust_env=False) as client:
        token = client.post("/api/v1/cart", json={"sku": sku, "quantity": 1}).json()["token"]
        client.cookies.clear()
        headers = {"X-Cart-Token": token, "Idempotency-Key": uuid.uuid4().hex}
        applied = client.post("/api/v1/cart/apply-coupon", json={"code": "welcome10"}, headers=headers)
        assert applied.is_success, applied.text
        body: dict[str, Any] = {**CHOICES, "shipping_address": address(2_000_001)}
        quote = client.post("/api/v1/checkout/quote", json=body, headers=headers).json()
        body |= {"email": "coupon@example.com", "expected_total": quote["totals"]["grand_total"]}
        placed = client.post("/api/v1/orders", json=body, headers=headers)
        assert placed.status_code == 201, placed.text
        order: dict[str, Any] = placed.json()
        return order


def until_everywhere(demo: RunningDemo, holds: Any) -> None:
    """Ask over new connections, which reach both workers, until all of many agree."""
    until = time.monotonic() + 60
    agreed = 0
    while agreed < 8:
        assert time.monotonic() < until, "still not everywhere"
        with httpx.Client(base_url=demo.base_url, timeout=20, trust_env=False) as client:
            agreed = agreed + 1 if holds(client) else 0
