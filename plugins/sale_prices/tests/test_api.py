"""The JSON contract: staff plan, change and end sales; shoppers pay what they leave."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from spoeq_core.audit.service import find_entries
from spoeq_core.kernel.clock import FixedClock
from spoeq_core.testing.clients import RunningApp
from spoeq_core.testing.shops import deliver_all
from spoeq_core.testing.visitors import Program, shopper_program, staff_program
from spoeq_sale_prices.service import list_sales
from tests.shopping import PRICE, SKU

DAY = timedelta(days=1)
PRODUCT = "kurta-kur-ind-m"
BODY: dict[str, Any] = {
    "name": "Winter sale",
    "value": 12.5,
    "products": [PRODUCT],
    "starts_at": "2026-11-23T12:00:00+05:30",
    "ends_at": "2026-11-24T12:00:00+05:30",
}
OFF = {"amount": 5000, "currency": "INR"}


@pytest.fixture
async def staff(running: RunningApp) -> Program:
    return await staff_program(running)


async def price_of(running: RunningApp, sku: str = SKU) -> int:
    """What a shopper pays for a piece."""
    await deliver_all(running.shop)
    _, cart = await shopper_program(running).post("/cart", {"sku": sku, "quantity": 1})
    return int(cart["totals"]["grand_total"]["amount"])


async def planned(staff: Program, **changes: Any) -> dict[str, Any]:
    status, sale = await staff.post("/sales", BODY | changes)
    assert status == 201, sale
    return dict(sale)


async def test_staff_plan_a_sale_and_shoppers_pay_it(running: RunningApp, staff: Program, clock: FixedClock):
    sale = await planned(staff)
    assert sale == {
        "id": sale["id"],
        "name": "Winter sale",
        "value": 12.5,
        "products": [sale["products"][0]],
        "categories": [],
        "brands": [],
        "segments": [],
        "starts_at": "2026-11-23T06:30:00Z",
        "ends_at": "2026-11-24T06:30:00Z",
        "active": True,
        "state": "running",
        "version": 1,
    }
    assert await price_of(running) == PRICE - 16_238, "12.5 % of 129900, half away from zero"
    assert await price_of(running, "OTHER") == PRICE
    _, shown = await shopper_program(running).ask("GET", f"/products/{PRODUCT}")
    assert shown["price"]["sale"]["amount"] == await price_of(running)
    clock.forward(DAY - timedelta(milliseconds=1))
    assert await price_of(running) < PRICE
    clock.forward(timedelta(milliseconds=1))
    assert await price_of(running) == PRICE
    later = await staff_program(running)
    assert (await later.ask("GET", f"/sales/{sale['id']}"))[1]["state"] == "over"


async def test_what_is_not_named_stays(running: RunningApp, staff: Program):
    sale = await planned(staff)
    path = f"/sales/{sale['id']}"
    status, changed = await staff.ask("PATCH", path, {"value": OFF})
    assert (status, changed) == (200, {**sale, "value": OFF, "version": changed["version"]})
    assert await price_of(running) == PRICE - 5000
    status, changed = await staff.ask("PATCH", path, {"name": "  Late   sale ", "products": []})
    assert (changed["name"], changed["products"], changed["value"]) == ("Late sale", [], OFF)
    assert await price_of(running, "OTHER") == PRICE - 5000
    assert (await staff.ask("PATCH", path, {"active": False}))[1]["state"] == "off"
    assert await price_of(running) == PRICE
    assert (await staff.ask("PATCH", path, {"value": 20, "active": True}))[1]["value"] == 20
    assert await price_of(running) == PRICE * 4 // 5
    assert (await staff.ask("PATCH", path, {}))[1]["value"] == 20


async def test_a_deleted_sale_is_gone_at_once_and_prices_are_the_regular_ones(running: RunningApp, staff: Program):
    path = f"/sales/{(await planned(staff))['id']}"
    assert await price_of(running) < PRICE
    assert (await staff.ask("DELETE", path))[0] == 204
    for method in ("GET", "PATCH", "DELETE"):
        status, problem = await staff.ask(method, path, {} if method == "PATCH" else None)
        assert (status, problem["code"]) == (404, "sale_unknown"), method
    assert await price_of(running) == PRICE
    assert (await staff.ask("GET", "/sales"))[1]["items"] == []
    entries = await find_entries(running.shop)
    assert [entry.action for entry in entries if entry.action.startswith("sale.")] == ["sale.deleted", "sale.created"]


async def test_a_list_has_pages_the_newest_first(staff: Program, clock: FixedClock):
    for name in ("One", "Two", "Three"):
        await planned(staff, name=name)
        clock.forward(timedelta(seconds=1))
    _, first = await staff.ask("GET", "/sales?per_page=2")
    _, second = await staff.ask("GET", "/sales?per_page=2&page=2")
    assert [sale["name"] for sale in first["items"] + second["items"]] == ["Three", "Two", "One"]
    assert (first["total"], first["page"], first["per_page"]) == (3, 1, 2)
    assert (await staff.ask("GET", "/sales?per_page=101"))[0] == 422


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"value": 0}, "value"),
        ({"value": 100.5}, "value"),
        ({"value": 12.345}, "value"),
        ({"value": "10"}, "value"),
        ({"value": True}, "value"),
        ({"value": None}, "value"),
        ({"value": {"amount": 0, "currency": "INR"}}, "value"),
        ({"value": {"amount": 5000, "currency": "USD"}}, "value"),
        ({"value": {"amount": 10**18, "currency": "INR"}}, "value"),
        ({"name": ""}, "name"),
        ({"name": "  "}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"products": ["no-such-thing"]}, "products"),
        ({"brands": [7]}, "brands"),
        ({"segments": ["segments.nobody"]}, "segments"),
        ({"starts_at": "2026-11-23T12:00:00"}, "starts_at"),
        ({"starts_at": "0001-01-01T00:00:00+05:30"}, "starts_at"),
        ({"ends_at": BODY["starts_at"]}, "ends_at"),
        ({"ends_at": "soon"}, "ends_at"),
        ({"active": "yes"}, "active"),
        ({"colour": "red"}, "colour"),
    ],
)
async def test_a_wrong_field_is_named_and_nothing_is_stored(
    running: RunningApp, staff: Program, changes: dict[str, Any], field: str
):
    status, problem = await staff.post("/sales", BODY | changes)
    assert status == 422, problem
    assert {error["field"].split(".")[0] for error in problem["errors"]} == {field}
    good = await planned(staff)
    status, problem = await staff.ask("PATCH", f"/sales/{good['id']}", changes)
    assert status == 422, problem
    assert await staff.ask("GET", f"/sales/{good['id']}") == (200, good)
    assert (await list_sales(running.shop))[1] == 1


async def test_who_saw_another_version_is_refused_and_of_many_at_once_none_is_lost(running: RunningApp, staff: Program):
    sale = await planned(staff)
    path = f"/sales/{sale['id']}"
    assert (await staff.ask("PATCH", path, {"name": "Mine"}, headers={"If-Match": '"1"'}))[0] == 200
    for method, body in (("PATCH", {"name": "Yours"}), ("DELETE", None)):
        status, problem = await staff.ask(method, path, body, headers={"If-Match": '"1"'})
        assert (status, problem["code"]) == (409, "stale")
    version = (await staff.ask("GET", path))[1]["version"]
    names = [f"Sale {n}" for n in range(5)]
    answers = await asyncio.gather(
        *(staff.ask("PATCH", path, {"name": n}, headers={"If-Match": f'"{version}"'}) for n in names)
    )
    won = [answer for status, answer in answers if status == 200]
    assert len(won) == 1
    assert sorted(status for status, _ in answers) == [200, 409, 409, 409, 409]
    assert (await staff.ask("GET", path))[1]["name"] == won[0]["name"]


@pytest.mark.parametrize(("role", "allowed"), [("admin", 200), ("staff", 200), ("support", 403), ("warehouse", 403)])
async def test_only_who_may_manage_sales_sees_and_makes_them(
    running: RunningApp, staff: Program, role: str, allowed: int
):
    path = f"/sales/{(await planned(staff))['id']}"
    program = await staff_program(running, role)
    assert (await program.ask("GET", "/sales"))[0] == allowed
    assert (await program.ask("GET", path))[0] == allowed
    assert (await program.ask("PATCH", path, {"active": True}))[0] == allowed
    assert (await program.post("/sales", BODY))[0] == (201 if allowed == 200 else 403)
    assert (await program.ask("DELETE", path))[0] == (204 if allowed == 200 else 403)
    guest = shopper_program(running)
    assert {(await guest.ask("GET", "/sales"))[0], (await guest.post("/sales", BODY))[0]} == {401}
