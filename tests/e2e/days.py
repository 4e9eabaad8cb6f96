"""What is seen after some days: orders packed, sent, returned, refunded; jobs, an import, two people at one form.

The orders are bought by guests and moved on over the API, as staff and warehouse do it.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

from playwright.sync_api import Browser

from tests.e2e.hard import leave, visitor
from tests.e2e.test_journey import ADDRESS
from tests.e2e.tour import Stop, Tour, from_here, sign_in
from tests.processes import RunningDemo

HERE = {"country": "IN", "state": "Karnataka", **{key: ADDRESS[key] for key in ("name", "city", "postal_code")}}
PARCEL = {"carrier": "Delhivery", "awb": "1490811234567", "tracking_url": "https://track.example/1490811234567"}
CSV = (
    "slug,name,sku,price,mrp,stock\n"
    "jaipur-quilt,Jaipur quilt,NEW-QUILT,4299,4999,12\n"
    "brass-bell,Brass bell,NEW-BELL,not a price,,3\n"
)


def plan_days(browser: Browser, demo: RunningDemo) -> Tour:
    """Does what takes days in a shop; the pages that show it."""
    staff = demo.token("admin@demo.spoeq")
    orders = {kind: buy(demo, number) for number, kind in enumerate(("packed", "sent", "back", "refunded", "dropped"))}
    move_on(demo, orders, staff)
    manager = visitor(browser, demo.base_url)
    sign_in(manager, "/admin/login", "admin@demo.spoeq")
    form = {"ids": orders["packed"]["id"], "action": "ship"}
    answer = manager.request.post("/admin/orders/bulk/run", form=form, headers=from_here(manager))
    upload = {"name": "new-goods.csv", "mimeType": "text/csv", "buffer": CSV.encode()}
    checked = manager.request.post("/admin/products/import", multipart={"file": upload}, headers=from_here(manager))
    assert answer.ok, answer.text()
    assert checked.ok, checked.text()
    stops = (*of_orders(orders), *of_desks(demo, staff, answer.url, checked.url))
    return Tour({"manager": leave(manager), "friend": []}, stops)


def of_orders(orders: dict[str, dict[str, Any]]) -> Iterator[Stop]:
    """Each state as the shopper and as staff see it."""
    for kind, order in orders.items():
        yield Stop(f"days-order-{kind}", "friend", f"/track/{order['number']}?token={order['token']}")
        yield Stop(f"days-admin-order-{kind}", "manager", f"/admin/orders/{order['id']}")


def of_desks(demo: RunningDemo, staff: dict[str, str], job: str, imported: str) -> Iterator[Stop]:
    """Jobs, the preview of a step for many, an import with a bad row, and a form that somebody else saved too."""
    yield Stop("days-admin-job", "manager", job.removeprefix(demo.base_url))
    yield Stop("days-admin-jobs", "manager", "/admin/jobs")
    yield Stop("days-admin-import", "manager", imported.removeprefix(demo.base_url))
    chosen = ("tbody [data-row] >> nth=0", "tbody [data-row] >> nth=-1")
    yield Stop("days-admin-chosen", "manager", "/admin/orders", chosen, shows="[data-bulk]")
    preview = (*chosen, "#bulk-action <- ship", ".bulk__do button")
    yield Stop("days-admin-preview", "manager", "/admin/orders", preview, shows="[name=note]")
    names = (f"Neel, with love ({number})" for number in count())

    def somebody_else_saves() -> None:
        answer = demo.client.patch("/api/v1/admin/settings", json={"tagline": next(names)}, headers=staff)
        assert answer.status_code == 200, answer.text

    pressed, seen = ("[name=tagline]",), ".conflict"
    yield Stop("days-admin-conflict", "manager", "/admin/settings", pressed, "!\n", seen, meanwhile=somebody_else_saves)


def buy(demo: RunningDemo, number: int) -> dict[str, Any]:
    """One order of two pieces, paid at the door by somebody with a phone of their own."""
    api = demo.client
    cheap = api.get("/api/v1/products?in_stock=1&price_max=90000&per_page=20").json()["items"]
    sku = next(item["sku"] for item in cheap[number]["variants"] if item["stock"]["state"] != "out")
    cart = api.post("/api/v1/cart", json={"sku": sku, "quantity": 2})
    assert cart.status_code == 201, cart.text
    named = {"X-Cart-Token": str(cart.json()["token"])}
    address = {**HERE, "phone": f"+91 98860 1234{number}", "line1": f"{number + 11}, Residency Road"}
    asked: dict[str, Any] = {"shipping_address": address, "payment_method": "cod"}
    quote = api.post("/api/v1/checkout/quote", json=asked, headers=named).json()
    asked["shipping_method"] = quote["shipping_methods"][0]["id"]
    quote = api.post("/api/v1/checkout/quote", json=asked, headers=named).json()
    asked |= {"email": f"friend{number}@example.com", "expected_total": quote["totals"]["grand_total"]}
    placed = api.post("/api/v1/orders", json=asked, headers={**named, "Idempotency-Key": f"days-{number}"})
    assert placed.status_code == 201, placed.text
    return dict(placed.json())


def move_on(demo: RunningDemo, orders: dict[str, dict[str, Any]], staff: dict[str, str]) -> None:
    """Brings each order to where its name says."""

    def post(kind: str, what: str, body: dict[str, Any], method: str = "POST") -> dict[str, Any]:
        answer = demo.client.request(method, f"/api/v1/orders/{orders[kind]['id']}/{what}", json=body, headers=staff)
        assert answer.is_success, answer.text
        return dict(answer.json())

    for kind in ("packed", "sent", "back", "refunded"):
        post(kind, "status", {"status": "processing", "note": "Checked twice"}, "PATCH")
    for kind in ("sent", "back", "refunded"):
        lines = post(kind, "shipments", PARCEL)["items"]
    for kind in ("back", "refunded"):
        post(kind, "status", {"status": "delivered"}, "PATCH")
        order = demo.client.get(f"/api/v1/orders/{orders[kind]['id']}", headers=staff).json()
        lines = [{"id": order["items"][0]["id"], "quantity": 1}]
        post(kind, f"returns?token={orders[kind]['token']}", {"items": lines, "reason": "Too long for me"})
        if kind == "refunded":
            body = {"lines": lines, "reason": "Returned unworn", "restock": True, "reference": "UPI 441712345678"}
            post(kind, "refund", body)
    post("dropped", "cancel", {"reason": "Ordered twice"})
