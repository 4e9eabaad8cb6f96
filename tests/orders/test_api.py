"""Orders over HTTP, for customers and staff: lists, steps, parcels, who may what, versions."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from spoeq_core.cart.service import Owner, add_item
from spoeq_core.identity.model import Role
from spoeq_core.identity.service import create_staff, register_customer
from spoeq_core.orders.model import Order
from spoeq_core.orders.tokens import order_token
from spoeq_core.testing.clients import RunningApp, app_with
from spoeq_core.testing.shops import deliver_all
from tests.shopping import Gateway, buy, delivery, door, guest, letters, online, stock_left, stock_up

PASSWORD = "neem leaves at dawn"


@pytest.fixture
async def app(servers: tuple[str, str], tmp_path: Path) -> AsyncIterator[RunningApp]:
    plugins = delivery(), door(), online(Gateway()), letters()
    async with app_with(*plugins, servers=servers, data_dir=tmp_path) as running:
        await stock_up(running.shop, {"KURTA": 100})
        yield running


@dataclass
class Caller:
    """A program with an access token, or without."""

    app: RunningApp
    headers: dict[str, str]

    async def call(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        client = self.app.app.test_client(use_cookies=False)
        sent = {"json": body} if body is not None else {}
        answer = await client.open(f"/api/v1{path}", method=method, headers={**self.headers, **headers}, **sent)
        return answer.status_code, await answer.get_json()


async def signed_in(app: RunningApp, email: str) -> Caller:
    credentials = {"email": email, "password": PASSWORD}
    client = app.app.test_client(use_cookies=False)
    tokens = await (await client.post("/api/v1/auth/login", json=credentials)).get_json()
    return Caller(app, {"Authorization": f"Bearer {tokens['access_token']}"})


async def staff(app: RunningApp, role: Role) -> Caller:
    email = f"{role.value}@neel.example"
    await create_staff(app.shop, email=email, password=PASSWORD, name=role.value.title(), role=role)
    return await signed_in(app, email)


async def asha(app: RunningApp) -> tuple[Caller, Order]:
    customer = await register_customer(app.shop, email="asha@example.in", password=PASSWORD, name="Asha")
    owner = Owner(customer_id=customer.id)
    await add_item(app.shop, owner, "KURTA", 1)
    return await signed_in(app, "asha@example.in"), (await buy(app.shop, owner)).order


async def order_of_a_guest(app: RunningApp, pieces: int = 2) -> Order:
    return (await buy(app.shop, await guest(app.shop, {"KURTA": pieces}))).order


async def test_customers_see_their_own_orders_and_staff_see_all(app: RunningApp):
    caller, mine = await asha(app)
    other = await order_of_a_guest(app)
    status, found = await caller.call("GET", "/orders")
    assert (status, [order["id"] for order in found["items"]], found["next"]) == (200, [mine.id], None)
    assert (await caller.call("GET", f"/orders/{mine.id}"))[0] == 200
    assert (await caller.call("GET", f"/orders/{other.id}"))[0] == 404
    assert (await Caller(app, {}).call("GET", "/orders"))[0] == 401
    clerk = await staff(app, Role.SUPPORT)
    status, found = await clerk.call("GET", "/orders?per_page=1")
    assert [order["id"] for order in found["items"]] == [other.id]
    status, found = await clerk.call("GET", f"/orders?per_page=1&cursor={found['next']}")
    assert ([order["id"] for order in found["items"]], found["next"]) == ([mine.id], None)
    status, found = await clerk.call("GET", f"/orders?q={other.number}&status=confirmed")
    assert [order["id"] for order in found["items"]] == [other.id]
    status, whole = await clerk.call("GET", f"/orders/{other.id}")
    assert whole["trace"][0]["label"] == "Prices"
    assert whole["next_statuses"] == ["processing", "shipped", "cancelled"]
    for query in ("per_page=101", "per_page=0", "cursor=x", "status=gone"):
        assert (await clerk.call("GET", f"/orders?{query}"))[0] == 422


async def test_staff_take_an_order_to_its_end(app: RunningApp):
    order = await order_of_a_guest(app)
    path = f"/orders/{order.id}"
    clerk = await staff(app, Role.STAFF)
    assert (await clerk.call("PATCH", f"{path}/status", {"status": "processing", "note": "On it"}))[0] == 200
    line = order.lines[0].id
    parcel = {"items": [{"id": line, "quantity": 1}], "carrier": "Delhivery", "awb": "A1"}
    status, part = await clerk.call("POST", f"{path}/shipments", parcel)
    assert (status, part["fulfilment"], part["items"][0]["shipped"]) == (201, {"status": "partial"}, 1)
    status, shipped = await clerk.call("POST", f"{path}/shipments", {"tracking_url": "https://courier.example/A2"})
    assert (status, shipped["status"], len(shipped["shipments"])) == (201, "shipped", 2)
    await deliver_all(app.shop)
    assert await stock_left(app.shop, "KURTA") == (98, 0)
    status, done = await clerk.call("PATCH", f"{path}/status", {"status": "delivered"})
    assert (status, done["payment"]["status"], done["payment"]["paid"]) == (
        200,
        "paid",
        {"amount": order.grand_total, "currency": "INR"},
    )
    status, problem = await clerk.call("PATCH", f"{path}/status", {"status": "processing"})
    assert (status, problem["code"]) == (409, "transition")
    status, events = await Caller(app, {}).call("GET", f"{path}/events?token={order_token(app.shop, order.id)}")
    kinds = [event["kind"] for event in events["items"]]
    assert kinds == ["placed", "status", "shipment", "shipment", "status", "paid"]
    assert all("actor" not in event for event in events["items"]), "who did it is for staff"


@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("PATCH", "/status", {"status": "gone"}, "status"),
        ("PATCH", "/status", {}, "status"),
        ("PATCH", "/status", {"status": "shipped", "note": "x" * 501}, "note"),
        ("POST", "/shipments", {"items": [{"id": "x", "quantity": 1}]}, "items"),
        ("POST", "/shipments", {"items": [{"id": "x", "quantity": 0}]}, "items.0.quantity"),
        ("POST", "/shipments", {"tracking_url": "javascript:alert(1)"}, "tracking_url"),
        ("POST", "/shipments", {"weight": 3}, "weight"),
    ],
)
async def test_bad_steps_are_refused_by_field(app: RunningApp, method: str, path: str, body: Any, field: str):
    order = await order_of_a_guest(app)
    clerk = await staff(app, Role.ADMIN)
    status, problem = await clerk.call(method, f"/orders/{order.id}{path}", body)
    assert (status, [error["field"] for error in problem["errors"]]) == (422, [field])
    anything = {"status": "shipped"} if "status" in path else {}
    assert (await clerk.call(method, f"/orders/nonsense{path}", anything))[0] == 404


async def test_each_role_does_its_own_part(app: RunningApp):
    order = await order_of_a_guest(app)
    path = f"/orders/{order.id}"
    warehouse, support = await staff(app, Role.WAREHOUSE), await staff(app, Role.SUPPORT)
    assert (await warehouse.call("PATCH", f"{path}/status", {"status": "cancelled"}))[0] == 403
    assert (await support.call("PATCH", f"{path}/status", {"status": "processing"}))[0] == 403
    assert (await support.call("POST", f"{path}/shipments", {}))[0] == 403
    assert (await warehouse.call("PATCH", f"{path}/status", {"status": "processing"}))[0] == 200
    assert (await support.call("POST", f"{path}/cancel", {"reason": "They called"}))[0] == 200
    caller, mine = await asha(app)
    for method, where in (("PATCH", "/status"), ("POST", "/shipments")):
        assert (await caller.call(method, f"/orders/{mine.id}{where}", {"status": "shipped"}))[0] == 403
        assert (await Caller(app, {}).call(method, f"/orders/{mine.id}{where}", {}))[0] == 401


async def test_if_match_refuses_whoever_saw_an_older_version(app: RunningApp):
    order = await order_of_a_guest(app)
    path, clerk = f"/orders/{order.id}/status", await staff(app, Role.ADMIN)
    status, changed = await clerk.call("PATCH", path, {"status": "processing"}, **{"If-Match": '"1"'})
    assert (status, changed["version"]) == (200, 2)
    status, problem = await clerk.call("PATCH", path, {"status": "cancelled"}, **{"If-Match": '"1"'})
    assert (status, problem["code"]) == (409, "stale")
    assert (await clerk.call("PATCH", path, {"status": "cancelled"}, **{"If-Match": '"x"'}))[0] == 400
    assert (await clerk.call("PATCH", path, {"status": "cancelled"}, **{"If-Match": 'W/"2"'}))[0] == 200


async def test_shoppers_cancel_until_it_is_being_packed(app: RunningApp):
    caller, mine = await asha(app)
    clerk = await staff(app, Role.ADMIN)
    assert (await clerk.call("PATCH", f"/orders/{mine.id}/status", {"status": "processing"}))[0] == 200
    status, problem = await caller.call("POST", f"/orders/{mine.id}/cancel", {})
    assert (status, problem["code"]) == (409, "transition")
    other = await order_of_a_guest(app)
    nobody = Caller(app, {})
    assert (await nobody.call("POST", f"/orders/{other.id}/cancel"))[0] == 404
    status, gone = await nobody.call("POST", f"/orders/{other.id}/cancel?token={order_token(app.shop, other.id)}")
    assert (status, gone["status"]) == (200, "cancelled")
