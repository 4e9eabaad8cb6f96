"""The JSON contract: coupons for staff, validation and codes of the cart for everybody."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Any

import pytest

from spoeq_core.kernel.clock import FixedClock
from spoeq_core.plugins.lifecycle import disable_plugin, enable_plugin
from spoeq_core.testing.clients import RunningApp
from spoeq_core.testing.visitors import Program, shopper_program, staff_program
from spoeq_coupons import api
from tests.shopping import ADDRESS, PRICE, SKU

from .conftest import Give

BODY: dict[str, Any] = {"code": "diwali10", "type": "percent", "value": 10}
INR = "INR"
ANYTHING: dict[str, Any] = {
    "automatic": False,
    "title": "",
    "lane": "coupon",
    "priority": 0,
    "exclusive": False,
    "products": [],
    "categories": [],
    "brands": [],
    "payment_methods": [],
    "first_order": False,
    "signed_in": False,
    "segments": [],
    "single_use": False,
}
"""The terms of a coupon that nobody narrowed."""


def money(amount: int, currency: str = INR) -> dict[str, Any]:
    return {"amount": amount, "currency": currency}


@pytest.fixture
async def staff(running: RunningApp) -> Program:
    return await staff_program(running)


@pytest.fixture
async def shopper(running: RunningApp) -> Program:
    """A guest with something in the cart."""
    program = shopper_program(running)
    status, _ = await program.post("/cart", {"sku": SKU, "quantity": 1})
    assert status == 201
    return program


async def test_staff_give_out_a_code(staff: Program):
    status, coupon = await staff.post("/coupons", BODY)
    assert status == 201
    assert coupon == {
        "code": "DIWALI10",
        "type": "percent",
        "value": 10,
        "min_order": None,
        "max_discount": None,
        "max_uses": None,
        "per_user_limit": None,
        "start_at": None,
        "end_at": None,
        "active": True,
        "combinable": False,
        "shown": False,
        "description": "",
        **ANYTHING,
        "uses": 0,
        "version": 1,
    }
    assert await staff.get("/coupons") == (200, {"items": [coupon], "total": 1, "page": 1, "per_page": 50})
    assert (await staff.get("/coupons?q=x"))[1]["items"] == []
    status, problem = await staff.post("/coupons", {**BODY, "code": " DIWALI10"})
    assert (status, problem["code"]) == (409, "duplicate")


async def test_every_term_comes_back_as_it_was_given(staff: Program):
    body = {
        "code": "FLAT200",
        "type": "fixed",
        "value": money(20000),
        "min_order": money(149900),
        "max_uses": 100,
        "per_user_limit": 1,
        "start_at": "2026-11-01T00:00:00+05:30",
        "end_at": "2026-12-01T00:00:00Z",
        "active": False,
        "combinable": True,
        "shown": True,
        "description": "For the fair",
    }
    status, coupon = await staff.post("/coupons", body)
    assert status == 201
    times = {"start_at": "2026-10-31T18:30:00Z", "end_at": "2026-12-01T00:00:00Z"}
    assert coupon == {**ANYTHING, **body, **times, "max_discount": None, "uses": 0, "version": 1}


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("code", {"code": ""}),
        ("code", {"code": "no way!"}),
        ("code", {"code": 10}),
        ("type", {"type": "half"}),
        ("value", {"value": None}),
        ("value", {"value": "10"}),
        ("value", {"value": 0}),
        ("value", {"value": 101}),
        ("value", {"value": 12.345}),
        ("value", {"value": True}),
        ("value", {"value": money(100)}),
        ("value", {"value": [10]}),
        ("value", {"type": "fixed"}),
        ("value", {"type": "fixed", "value": money(0)}),
        ("value", {"type": "fixed", "value": money(-5)}),
        ("value", {"type": "fixed", "value": money(100, "USD")}),
        ("value", {"type": "fixed", "value": money(2**60)}),
        ("value", {"type": "free_shipping", "value": 10}),
        ("min_order.amount", {"min_order": money(-1)}),
        ("min_order", {"min_order": money(1, "USD")}),
        ("min_order", {"min_order": money(2**60)}),
        ("max_discount", {"max_discount": money(0)}),
        ("max_uses", {"max_uses": 0}),
        ("max_uses", {"max_uses": 1.5}),
        ("max_uses", {"max_uses": 10**10}),
        ("per_user_limit", {"per_user_limit": -1}),
        ("start_at", {"start_at": "tomorrow"}),
        ("start_at", {"start_at": "2026-11-01T00:00:00"}),
        ("start_at", {"start_at": "0001-01-01T00:00:00+05:30"}),
        ("start_at", {"start_at": 5}),
        ("end_at", {"start_at": "2026-11-02T00:00:00Z", "end_at": "2026-11-01T00:00:00Z"}),
        ("active", {"active": None}),
        ("combinable", {"combinable": "yes"}),
        ("description", {"description": "x" * 501}),
        ("uses", {"uses": 3}),
    ],
)
async def test_wrong_values_are_refused_by_field(staff: Program, field: str, wrong: dict[str, Any]):
    status, problem = await staff.post("/coupons", {**BODY, **wrong})
    assert status == 422, problem
    assert [error["field"] for error in problem["errors"]] == [field], problem
    assert (await staff.get("/coupons"))[1]["total"] == 0


async def test_a_change_names_what_changes_and_null_takes_limits_away(staff: Program):
    await staff.post("/coupons", {**BODY, "max_uses": 5, "min_order": money(100), "description": "keep"})
    status, coupon = await staff.patch("/coupons/diwali10", {"value": 12.5, "max_uses": None, "min_order": None})
    assert status == 200
    assert (coupon["value"], coupon["max_uses"], coupon["min_order"]) == (12.5, None, None)
    assert (coupon["description"], coupon["version"], coupon["active"]) == ("keep", 2, True)
    status, problem = await staff.patch("/coupons/DIWALI10", {"code": "OTHER"})
    assert (status, problem["errors"][0]["field"]) == (422, "code")
    status, problem = await staff.patch("/coupons/DIWALI10", {"value": None})
    assert (status, problem["errors"][0]["field"]) == (422, "value")
    assert (await staff.patch("/coupons/NOPE", {"active": False}))[0] == 404


async def test_a_change_of_an_old_version_is_refused(staff: Program):
    await staff.post("/coupons", BODY)
    assert (await staff.patch("/coupons/DIWALI10", {"active": False}, {"If-Match": '"1"'}))[0] == 200
    status, problem = await staff.patch("/coupons/DIWALI10", {"active": True}, {"If-Match": '"1"'})
    assert (status, problem["code"]) == (409, "stale")
    assert (await staff.delete("/coupons/DIWALI10", {"If-Match": '"1"'}))[0] == 409
    assert (await staff.delete("/coupons/DIWALI10", {"If-Match": '"2"'})) == (204, None)
    assert (await staff.delete("/coupons/DIWALI10"))[0] == 404


@pytest.mark.parametrize(
    ("role", "allowed"), [("admin", True), ("staff", True), ("warehouse", False), ("support", False)]
)
async def test_who_may_manage_coupons(running: RunningApp, role: str, allowed: bool):
    program = await staff_program(running, role)
    wanted = {True: (200, 201, 200, 204), False: (403, 403, 403, 403)}[allowed]
    got = (
        (await program.get("/coupons"))[0],
        (await program.post("/coupons", BODY))[0],
        (await program.patch("/coupons/DIWALI10", {"active": False}))[0],
        (await program.delete("/coupons/DIWALI10"))[0],
    )
    assert got == wanted


async def test_strangers_may_not(running: RunningApp):
    stranger = shopper_program(running)
    asked = await stranger.get("/coupons"), await stranger.post("/coupons", BODY)
    assert [status for status, _ in asked] == [401, 401]


async def test_what_staff_did_is_written_down(running: RunningApp, staff: Program):
    await staff.post("/coupons", BODY)
    await staff.patch("/coupons/DIWALI10", {"active": False})
    await staff.delete("/coupons/DIWALI10")
    entries = await running.shop.mongo.collection("audit_log").find({"target": "coupon:DIWALI10"}).to_list(None)
    assert sorted(entry["action"] for entry in entries) == ["coupon.changed", "coupon.created", "coupon.deleted"]
    assert {entry["actor_name"] for entry in entries} == {"Staff"}


async def test_a_shopper_applies_a_code_and_takes_it_out(running: RunningApp, shopper: Program, give: Give):
    await give(running.shop)
    status, cart = await shopper.post("/cart/apply-coupon", {"code": " ten "})
    assert (status, cart["coupons"]) == (200, ["TEN"])
    assert cart["totals"]["discounts"] == money(PRICE // 10)
    assert cart["items"][0]["discounts"] == [{"label": "Coupon TEN", "amount": money(PRICE // 10), "plugin": "coupons"}]
    status, again = await shopper.post("/cart/apply-coupon", {"code": "TEN"})
    assert (status, again["coupons"], again["totals"]) == (200, ["TEN"], cart["totals"])
    status, cart = await shopper.delete("/cart/coupons/ten")
    assert (status, cart["coupons"], cart["totals"]["discounts"]) == (200, [], money(0))
    assert (await shopper.delete("/cart/coupons/ten"))[0] == 404


async def test_a_code_that_gives_nothing_is_refused_with_the_reason(
    running: RunningApp, shopper: Program, give: Give, clock: FixedClock
):
    await give(running.shop, "OLD", end_at=clock.now() - timedelta(days=1))
    status, problem = await shopper.post("/cart/apply-coupon", {"code": "old"})
    assert (status, problem["code"], problem["detail"]) == (422, "coupon_expired", "OLD has expired.")
    assert problem["errors"] == [{"field": "code", "message": "OLD has expired.", "code": "coupon_expired"}]
    status, problem = await shopper.post("/cart/apply-coupon", {"code": "NOPE"})
    assert (status, problem["code"]) == (422, "coupon_unknown")
    for wrong in ({}, {"code": ""}, {"code": "  "}, {"code": 5}, {"code": "x" * 61}, {"code": "TEN", "more": 1}):
        assert (await shopper.post("/cart/apply-coupon", wrong))[0] == 422


async def test_anybody_may_ask_whether_a_code_can_be_used(running: RunningApp, shopper: Program, give: Give):
    await give(running.shop, max_discount=50000, description="only for staff to read")
    status, answer = await shopper.get("/coupons/ten")
    assert status == 200
    assert answer == {
        "code": "TEN",
        "type": "percent",
        "value": 10,
        "min_order": None,
        "max_discount": money(50000),
        "valid": True,
    }
    await give(running.shop, "BIG", min_order=10**7)
    status, problem = await shopper.get("/coupons/BIG")
    assert (status, problem["code"]) == (422, "coupon_minimum")
    status, problem = await shopper.get("/coupons/NOPE")
    assert (status, problem["code"]) == (404, "coupon_unknown")
    await shopper.post("/cart/apply-coupon", {"code": "TEN"})
    assert (await shopper.get("/coupons/TEN"))[0] == 200
    await give(running.shop, "FLAT", "fixed", combinable=True)
    status, problem = await shopper.get("/coupons/FLAT")
    assert (status, problem["code"]) == (422, "coupon_not_combinable")


async def test_staff_see_the_whole_coupon_and_why_it_does_not_apply(running: RunningApp, staff: Program, give: Give):
    await give(running.shop, active=False, description="for staff")
    status, coupon = await staff.get("/coupons/TEN")
    assert status == 200
    assert (coupon["description"], coupon["version"], coupon["valid"]) == ("for staff", 1, False)
    assert coupon["reason"] == {"code": "coupon_inactive", "message": "TEN is not valid any more."}


async def test_codes_cannot_be_guessed_for_long(running: RunningApp, shopper: Program, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(api, "WINDOW", 3600)
    statuses = [(await shopper.get(f"/coupons/GUESS{number}"))[0] for number in range(31)]
    assert (statuses[:30], statuses[30]) == ([404] * 30, 429)
    assert (await shopper.post("/cart/apply-coupon", {"code": "GUESS"}))[0] == 429
    assert (await shopper_program(running).get("/cart"))[0] == 200


async def test_disabling_takes_routes_and_discounts_away_and_past_orders_keep_theirs(
    running: RunningApp, shopper: Program, staff: Program, give: Give
):
    await give(running.shop)
    await shopper.post("/cart/apply-coupon", {"code": "TEN"})
    choices = {
        "shipping_address": {**asdict(ADDRESS), "gstin": None},
        "shipping_method": "delivery:standard",
        "payment_method": "door",
    }
    _, quote = await shopper.post("/checkout/quote", choices)
    status, placed = await shopper.post(
        "/orders", {**choices, "email": "asha@example.in", "expected_total": quote["totals"]["grand_total"]}
    )
    assert status == 201, placed
    await disable_plugin(running.shop, "coupons")
    gone = [
        await staff.get("/coupons"),
        await staff.post("/coupons", BODY),
        await shopper.get("/coupons/TEN"),
        await shopper.post("/cart/apply-coupon", {"code": "TEN"}),
        await shopper.delete("/cart/coupons/TEN"),
    ]
    assert [status for status, _ in gone] == [404] * 5
    _, document = await staff.get("/openapi.json")
    assert not [path for path in document["paths"] if "coupon" in path]
    status, order = await (await staff_program(running, "support")).get(f"/orders/{placed['id']}")
    assert (status, order["coupons"], order["totals"]["discounts"]) == (200, ["TEN"], money(PRICE // 10))
    await enable_plugin(running.shop, "coupons")
    _, document = await staff.get("/openapi.json")
    assert "/api/v1/coupons/{code}" in document["paths"]
    assert (await staff.get("/coupons"))[0] == 200
