"""Quote and order over HTTP, from a guest's cart to the tracking link."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from spoeq_core.checkout.invariants import check
from spoeq_core.inventory.service import adjust
from spoeq_core.testing.clients import RunningApp, app_with
from tests.shopping import (
    DELIVERY,
    DOOR_FEE,
    PRICE,
    SKU,
    Gateway,
    delivery,
    door,
    letters,
    online,
    plugin,
    stock_left,
    stock_up,
)

ADDRESS = {
    "name": "Asha Rao",
    "phone": "98450 12345",
    "line1": "12 Temple Street",
    "city": "Bengaluru",
    "state": "Karnataka",
    "postal_code": "560001",
}
CHOICES = {"shipping_address": ADDRESS, "shipping_method": "delivery:standard", "payment_method": "door"}
TOTAL = PRICE + DELIVERY + DOOR_FEE


@pytest.fixture
async def app(servers: tuple[str, str], tmp_path: Path) -> AsyncIterator[RunningApp]:
    plugins = delivery(), door(), online(Gateway()), letters()
    async with app_with(*plugins, servers=servers, data_dir=tmp_path) as running:
        await stock_up(running.shop)
        yield running


class Shopper:
    """A program that buys, without cookies."""

    def __init__(self, app: RunningApp) -> None:
        self.app = app
        self.headers: dict[str, str] = {}

    async def post(self, path: str, body: Any, **headers: str) -> Any:
        client = self.app.app.test_client(use_cookies=False)
        return await client.post(f"/api/v1{path}", json=body, headers={**self.headers, **headers})

    async def get(self, path: str) -> Any:
        return await self.app.app.test_client(use_cookies=False).get(f"/api/v1{path}", headers=self.headers)

    async def fill(self, sku: str = SKU, quantity: int = 1) -> Shopper:
        cart = await (await self.post("/cart", {"sku": sku, "quantity": quantity})).get_json()
        self.headers["X-Cart-Token"] = cart.get("token") or self.headers["X-Cart-Token"]
        return self

    async def quote(self, **choices: Any) -> Any:
        answer = await self.post("/checkout/quote", {**CHOICES, **choices})
        assert answer.status_code == 200
        return await answer.get_json()

    async def order(self, key: str = "k", **changes: Any) -> Any:
        body = {**CHOICES, "email": "asha@example.in", "expected_total": TOTAL, **changes}
        return await self.post("/orders", body, **{"Idempotency-Key": key} if key else {})


def problems(quote: Any) -> list[tuple[str, str | None]]:
    return [(problem["code"], problem.get("field")) for problem in quote["problems"]]


async def test_a_quote_has_the_shape_of_the_contract(app: RunningApp):
    shopper = await Shopper(app).fill()
    quote = await shopper.quote()
    assert set(quote) == {"lines", "totals", "shipping_methods", "payment_methods", "problems"}
    assert quote["totals"]["grand_total"] == {"amount": TOTAL, "currency": "INR"}
    assert quote["totals"]["fees"] == [{"label": "Door fee", "amount": {"amount": DOOR_FEE, "currency": "INR"}}]
    assert [method["id"] for method in quote["shipping_methods"]] == ["delivery:standard", "delivery:express"]
    assert [(method["id"], method["fee"]["amount"], method["available"]) for method in quote["payment_methods"]] == [
        ("door", DOOR_FEE, True),
        ("gateway", 0, True),
    ]
    assert quote["problems"] == []
    bare = await (await shopper.post("/checkout/quote", {})).get_json()
    assert problems(bare) == [("missing", "shipping_address"), ("missing", "payment_method")]


async def test_half_an_address_is_enough_for_prices_and_says_what_is_missing(app: RunningApp):
    shopper = await Shopper(app).fill()
    quote = await shopper.quote(shipping_address={"state": "KA", "postal_code": "560001"})
    assert quote["totals"]["grand_total"]["amount"] == TOTAL
    assert {field for _, field in problems(quote)} == {
        "shipping_address.name",
        "shipping_address.phone",
        "shipping_address.line1",
        "shipping_address.city",
    }
    wrong = await shopper.quote(shipping_address={**ADDRESS, "postal_code": "12"})
    assert problems(wrong)[0] == ("pin", "shipping_address.postal_code")
    assert wrong["shipping_methods"] == []


async def test_an_order_is_answered_created_and_opens_with_its_token(app: RunningApp):
    shopper = await Shopper(app).fill()
    answer = await shopper.order()
    placed = await answer.get_json()
    assert answer.status_code == 201
    assert (placed["status"], placed["payment"]) == (
        "confirmed",
        {"status": "pending_cod", "next_action": {"type": "none"}},
    )
    assert placed["totals"]["grand_total"] == {"amount": TOTAL, "currency": "INR"}
    again = await shopper.order()
    assert (again.status_code, await again.get_json()) == (201, placed)
    shown = await shopper.get(f"/orders/{placed['id']}?token={placed['token']}")
    order = await shown.get_json()
    assert (order["number"], order["email"], order["shipping_address"]["phone"]) == (
        placed["number"],
        "asha@example.in",
        "+919845012345",
    )
    assert {"trace", "customer_id", "payments"} & set(order) == set(), "that is for staff"
    for path in (f"/orders/{placed['id']}", f"/orders/{placed['id']}?token=x"):
        assert (await shopper.get(path)).status_code == 404
    events = await (await shopper.get(f"/orders/{placed['id']}/events?token={placed['token']}")).get_json()
    assert [event["kind"] for event in events["items"]] == ["placed"]


async def test_the_total_may_be_given_as_money_or_minor_units(app: RunningApp):
    money = {"amount": TOTAL, "currency": "INR"}
    assert (await (await Shopper(app).fill()).order(expected_total=money)).status_code == 201
    other = await (await Shopper(app).fill()).order(expected_total={**money, "currency": "USD"})
    assert (other.status_code, (await other.get_json())["errors"][0]["field"]) == (422, "expected_total")


@pytest.mark.parametrize(
    ("changes", "status", "code", "field"),
    [
        ({"email": ""}, 422, "validation", "email"),
        ({"email": "nonsense"}, 422, "validation", "email"),
        ({"email": None}, 422, "validation", "email"),
        ({"shipping_address": None}, 422, "validation", "shipping_address"),
        ({"shipping_address": {}}, 422, "validation", "shipping_address.name"),
        ({"shipping_address": {**ADDRESS, "planet": "Mars"}}, 422, "validation", "shipping_address.planet"),
        ({"billing_address": {**ADDRESS, "gstin": "x"}}, 422, "validation", "billing_address.gstin"),
        ({"shipping_method": "delivery:gone"}, 422, "unavailable", "shipping_method"),
        ({"payment_method": "gone"}, 422, "unavailable", "payment_method"),
        ({"expected_total": -1}, 422, "validation", "expected_total.amount"),
        ({"expected_total": "x"}, 422, "validation", "expected_total"),
        ({"expected_total": 1.5}, 422, "validation", "expected_total.amount"),
        ({"coupon": "TEN"}, 422, "validation", "coupon"),
        ({"expected_total": TOTAL - 1}, 409, "cart_changed", None),
    ],
)
async def test_bad_orders_are_refused_by_field_and_leave_nothing(
    app: RunningApp, changes: dict[str, Any], status: int, code: str, field: str | None
):
    shopper = await Shopper(app).fill()
    answer = await shopper.order(**changes)
    problem = await answer.get_json()
    assert (answer.status_code, problem["code"]) == (status, code), problem
    if field is not None:
        assert field in [error["field"] for error in problem["errors"]]
    if code == "cart_changed":
        assert problem["quote"]["totals"]["grand_total"]["amount"] == TOTAL
    assert await stock_left(app.shop) == (100, 0)
    assert (await shopper.order()).status_code == 201


async def test_one_key_is_for_one_body(app: RunningApp):
    shopper = await Shopper(app).fill()
    await shopper.order("k")
    answer = await shopper.order("k", email="other@example.in")
    assert (answer.status_code, (await answer.get_json())["code"]) == (422, "idempotency_mismatch")
    assert (await shopper.order("x" * 201)).status_code == 422


async def test_too_little_stock_says_what_is_left(app: RunningApp):
    shopper = await Shopper(app).fill(quantity=5)
    await adjust(app.shop, SKU, -98, "counted", "staff-1")
    answer = await shopper.order(expected_total=5 * PRICE + DELIVERY + DOOR_FEE)
    problem = await answer.get_json()
    assert (answer.status_code, problem["code"]) == (409, "out_of_stock")
    assert problem["available"] == [{"sku": SKU, "available": 2}]


async def test_an_online_order_says_what_comes_next(app: RunningApp):
    shopper = await Shopper(app).fill()
    answer = await shopper.order(payment_method="gateway", expected_total=PRICE + DELIVERY)
    placed = await answer.get_json()
    assert (placed["status"], placed["payment"]["status"]) == ("pending_payment", "pending")
    token = f"?token={placed['token']}"
    for path, body in ((f"/orders/{placed['id']}/pay", {}), ("/payments/intent", {"order_id": placed["id"]})):
        again = await shopper.post(path + token, body)
        assert (again.status_code, (await again.get_json())["id"]) == (200, placed["id"])
        assert (await shopper.post(path, body)).status_code == 404
    cancelled = await shopper.post(f"/orders/{placed['id']}/cancel{token}", {"reason": "No"})
    assert (await cancelled.get_json())["status"] == "cancelled"
    late = await shopper.post(f"/orders/{placed['id']}/pay{token}", {})
    assert (late.status_code, (await late.get_json())["code"]) == (409, "not_payable")


async def test_fifty_shoppers_over_http_for_ten_pieces(app: RunningApp):
    await stock_up(app.shop, {"LAST": 10})
    shoppers = [await Shopper(app).fill("LAST") for _ in range(50)]
    answers = await asyncio.gather(*(shopper.order(str(n)) for n, shopper in enumerate(shoppers)))
    codes = Counter([(answer.status_code, (await answer.get_json()).get("code")) for answer in answers])
    assert codes == {(201, None): 10, (409, "out_of_stock"): 40}
    assert await stock_left(app.shop, "LAST") == (10, 10)
    assert await check(app.shop) == []


async def test_a_plugin_that_raises_refuses_the_order_without_its_name(servers: tuple[str, str], tmp_path: Path):
    async def price_adjustments() -> None:
        raise RuntimeError("boom")

    flaky = plugin("flaky", price_adjustments=price_adjustments)
    async with app_with(delivery(), door(), flaky, servers=servers, data_dir=tmp_path) as app:
        await stock_up(app.shop)
        shopper = await Shopper(app).fill()
        quote = await shopper.quote()
        assert (quote["totals"]["grand_total"], quote["problems"][0]["code"]) == (None, "plugin_failed")
        answer = await shopper.order()
        problem = await answer.get_json()
        assert (answer.status_code, problem["code"]) == (503, "plugin_failed")
        assert answer.headers["Retry-After"]
        assert "flaky" not in str(quote) + str(problem)
        faults = await app.shop.redis.hgetall(app.shop.key("faults"))
        assert list(faults) == ["flaky:price_adjustments"], "staff see which plugin"
