"""Over HTTP, with two web processes: plugins come and go everywhere at once."""

from __future__ import annotations

from typing import Any

import pytest

from tests.buying import cheap_sku, ready, set_available
from tests.processes import RunningDemo, until_everywhere

pytestmark = pytest.mark.slow


def test_disabling_coupons_takes_everything_of_theirs_away_at_once(demo: RunningDemo) -> None:
    """Field, routes and discounts vanish in both workers, and come back; orders keep theirs."""
    headers = demo.token("admin@demo.spoeq")
    sku = cheap_sku(demo, 0)
    set_available(demo, sku, 20)
    order = order_with_coupon(demo, sku)
    discount = order["totals"]["discounts"]["amount"]
    assert discount > 0
    try:
        switched = demo.client.post("/api/v1/admin/plugins/coupons/disable", headers=headers)
        assert switched.is_success, switched.text
        for gone in (
            lambda client: client.get("/api/v1/coupons", headers=headers).status_code == 404,
            lambda client: client.post("/api/v1/cart/apply-coupon", json={"code": "X"}).status_code == 404,
        ):
            until_everywhere(demo, gone, "coupons are still there")
        token = demo.client.post("/api/v1/cart", json={"sku": sku, "quantity": 1}).json()["token"]
        page = demo.client.get("/cart").text
        assert "Have a coupon?" not in page
        kept = demo.client.get(f"/api/v1/orders/{order['id']}", headers=headers).json()
        assert kept["totals"]["discounts"]["amount"] == discount
        assert token
    finally:
        demo.client.post("/api/v1/admin/plugins/coupons/enable", headers=headers)
    until_everywhere(
        demo, lambda client: client.get("/api/v1/coupons", headers=headers).status_code == 200, "coupons are not back"
    )
    assert "Have a coupon?" in demo.client.get("/cart").text


def order_with_coupon(demo: RunningDemo, sku: str) -> dict[str, Any]:
    """A placed order whose coupon gave something."""
    placed = ready(demo, sku, 2_000_001, coupon="welcome10").buy()
    assert placed.status_code == 201, placed.text
    order: dict[str, Any] = placed.json()
    return order
