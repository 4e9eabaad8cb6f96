"""Stock over HTTP, for staff."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from spoeq_core.catalog.model import Variant
from spoeq_core.identity import service as identity
from spoeq_core.identity.model import Role
from spoeq_core.inventory import service
from spoeq_core.kernel.ids import new_id
from spoeq_core.orders.claims import claims_of
from spoeq_core.testing.clients import RunningApp, app_with

PASSWORD = "neem leaves at dawn"


@pytest.fixture
async def running(servers: tuple[str, str], tmp_path: Path) -> AsyncIterator[RunningApp]:
    async with app_with(servers=servers, data_dir=tmp_path) as found:
        await service.import_products(
            found.shop,
            [
                {"name": "Brass Diya", "variants": (Variant("DIYA.1"),)},
                {"name": "Silk Saree", "variants": (Variant("SAREE"),)},
            ],
            {"DIYA.1": 20, "SAREE": 4},
        )
        yield found


async def ask(
    running: RunningApp, method: str, path: str, *, by: str | None = "warehouse", headers: Any = None, **how: Any
):
    headers = dict(headers or {})
    if by:
        email = f"{new_id().lower()}@example.com"
        await identity.create_staff(running.shop, email=email, password=PASSWORD, name="Ravi", role=Role(by))
        client = running.app.test_client(use_cookies=False)
        answer = await client.post("/api/v1/auth/login", json={"email": email, "password": PASSWORD})
        headers["Authorization"] = f"Bearer {(await answer.get_json())['access_token']}"
    client = running.app.test_client(use_cookies=False)
    return await client.open(f"/api/v1{path}", method=method, headers=headers, **how)


async def answer_of(response, status: int = 200) -> dict[str, Any]:
    assert response.status_code == status, await response.get_data()
    return await response.get_json()


async def test_stock_is_listed_searched_and_narrowed(running: RunningApp):
    found = await answer_of(await ask(running, "GET", "/inventory"))
    assert (found["total"], found["page"], found["per_page"]) == (2, 1, 50)
    assert found["items"][0] | {"product_id": ""} == {
        "sku": "DIYA.1",
        "name": "Brass Diya",
        "product_id": "",
        "on_hand": 20,
        "reserved": 0,
        "available": 20,
        "backordered": 0,
        "backorder_limit": 0,
        "threshold": 5,
        "state": "in_stock",
        "locations": {"MAIN": 20},
    }
    for query, skus in {
        "low=1": ["SAREE"],
        "q=diya": ["DIYA.1"],
        "q=sar": ["SAREE"],
        "q=.*": [],
        "page=2&per_page=1": ["SAREE"],
        "low=0": ["DIYA.1", "SAREE"],
    }.items():
        found = await answer_of(await ask(running, "GET", f"/inventory?{query}"))
        assert [item["sku"] for item in found["items"]] == skus, query
    assert (await ask(running, "GET", "/inventory?per_page=101")).status_code == 422


async def test_staff_adjust_and_read_why(running: RunningApp):
    order = new_id()
    await service.reserve(running.shop, order, {"DIYA.1": 15})
    changed = await ask(running, "POST", "/inventory/DIYA.1/adjust", json={"delta": -3, "reason": "broken"})
    assert (await answer_of(changed))["available"] == 2
    first = await answer_of(await ask(running, "GET", "/inventory/DIYA.1/log?per_page=2"))
    assert [(row["delta"], row["reserved_delta"], row["reason"], row["note"]) for row in first["items"]] == [
        (-3, 0, "adjustment", "broken"),
        (0, 15, "reserve", ""),
    ]
    assert first["items"][1]["ref"] == order
    assert first["items"][0]["at"].endswith("Z")
    rest = await answer_of(await ask(running, "GET", f"/inventory/DIYA.1/log?cursor={first['next']}"))
    assert ([row["reason"] for row in rest["items"]], rest["next"]) == (["initial"], None)


async def test_what_is_promised_stays(running: RunningApp):
    await service.reserve(running.shop, new_id(), {"DIYA.1": 15})
    response = await ask(running, "POST", "/inventory/DIYA.1/adjust", json={"delta": -6, "reason": "lost"})
    problem = await answer_of(response, 409)
    assert (problem["code"], problem["on_hand"], problem["reserved"], problem["available"]) == (
        "below_reserved",
        20,
        15,
        5,
    )


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"delta": 0, "reason": "x"}, "delta"),
        ({"delta": 1.5, "reason": "x"}, "delta"),
        ({"delta": "two", "reason": "x"}, "delta"),
        ({"delta": True, "reason": "x"}, "delta"),
        ({"delta": 10**12, "reason": "x"}, "delta"),
        ({"reason": "x"}, "delta"),
        ({"delta": 1}, "reason"),
        ({"delta": 1, "reason": " "}, "reason"),
        ({"delta": 1, "reason": "x" * 201}, "reason"),
        ({"delta": 1, "reason": "x", "sku": "Y"}, "sku"),
    ],
)
async def test_a_wrong_field_is_named(running: RunningApp, body, field):
    problem = await answer_of(await ask(running, "POST", "/inventory/DIYA.1/adjust", json=body), 422)
    assert [error["field"] for error in problem["errors"]] == [field]
    assert (await service.get_stock(running.shop, "DIYA.1")).on_hand == 20


async def test_what_is_not_there_is_not_found(running: RunningApp):
    adjusted = await ask(running, "POST", "/inventory/NOTHING/adjust", json={"delta": 1, "reason": "x"})
    assert (await answer_of(adjusted, 404))["code"] == "unknown_sku"
    assert (await ask(running, "GET", "/inventory/NOTHING/log")).status_code == 404


async def test_parallel_adjustments_all_count(running: RunningApp):
    done = await asyncio.gather(
        *(ask(running, "POST", "/inventory/SAREE/adjust", json={"delta": -1, "reason": f"{n}"}) for n in range(6))
    )
    assert sorted(response.status_code for response in done) == [200, 200, 200, 200, 409, 409]
    assert (await service.get_stock(running.shop, "SAREE")).on_hand == 0
    assert await service.check_invariants(running.shop) == []


@pytest.mark.parametrize(("role", "status"), [(None, 401), ("support", 403), ("staff", 200), ("warehouse", 200)])
async def test_who_may(running: RunningApp, role, status):
    for method, path, body in (
        ("GET", "/inventory", None),
        ("GET", "/inventory/SAREE/log", None),
        ("POST", "/inventory/SAREE/adjust", {"delta": 1, "reason": "found"}),
    ):
        assert (await ask(running, method, path, by=role, json=body)).status_code == status, path


async def signed_in(running: RunningApp, role: str = "warehouse") -> dict[str, str]:
    email = f"{new_id().lower()}@example.com"
    await identity.create_staff(running.shop, email=email, password=PASSWORD, name="Ravi", role=Role(role))
    answer = await ask(running, "POST", "/auth/login", by=None, json={"email": email, "password": PASSWORD})
    return {"Authorization": f"Bearer {(await answer.get_json())['access_token']}"}


async def adjusted(running: RunningApp, who: dict[str, str], key: str, delta: int, location: str = "MAIN"):
    body = {"delta": delta, "reason": "counted", "location": location}
    headers = {**who, "Idempotency-Key": key}
    return await ask(running, "POST", "/inventory/DIYA.1/adjust", by=None, json=body, headers=headers)


async def on_hand(running: RunningApp) -> int:
    return (await service.get_stock(running.shop, "DIYA.1")).on_hand


@pytest.mark.parametrize("delta", [3, -3])
async def test_with_a_key_an_adjustment_is_booked_once_and_answered_again(running: RunningApp, delta: int):
    ravi, meera = await signed_in(running), await signed_in(running)
    first = await answer_of(await adjusted(running, ravi, "k", delta))
    await answer_of(await adjusted(running, ravi, "other", 1))
    assert await answer_of(await adjusted(running, ravi, "k", delta)) == first
    assert first["on_hand"] == 20 + delta
    mismatch = await answer_of(await adjusted(running, ravi, "k", delta + 1), 422)
    assert mismatch["code"] == "idempotency_mismatch"
    await answer_of(await adjusted(running, meera, "k", delta))
    assert await on_hand(running) == 20 + 2 * delta + 1, "somebody else's key is another one"
    assert await service.check_invariants(running.shop) == []


@pytest.mark.parametrize("location", ["MAIN", "DEL"])
@pytest.mark.parametrize("delta", [3, -3])
async def test_sent_many_times_at_once_it_is_booked_once(running: RunningApp, delta: int, location: str):
    await service.create_location(running.shop, "DEL", {"name": "Delhi"})
    way = {"source": "MAIN", "target": "DEL", "transfer_id": "t", "actor": "a"}
    await service.transfer(running.shop, "DIYA.1", 9, **way)
    ravi = await signed_in(running)
    answers = await asyncio.gather(*(adjusted(running, ravi, "k", delta, location) for _ in range(8)))
    assert {answer.status_code for answer in answers} <= {200, 409}
    assert 200 in {answer.status_code for answer in answers}
    assert await on_hand(running) == 20 + delta


@pytest.mark.parametrize("location", ["MAIN", "DEL"])
@pytest.mark.parametrize("delta", [3, -3])
async def test_under_one_id_it_is_booked_once_whoever_takes_it_over(running: RunningApp, delta: int, location: str):
    """The claim of the key is lost, as after a crash that came between booking and answering."""
    await service.create_location(running.shop, "DEL", {"name": "Delhi"})
    way = {"source": "MAIN", "target": "DEL", "transfer_id": "t", "actor": "a"}
    await service.transfer(running.shop, "DIYA.1", 9, **way)
    ravi = await signed_in(running)
    for _ in range(2):
        answer = await answer_of(await adjusted(running, ravi, "k", delta, location))
        assert answer["on_hand"] == 20 + delta
        await claims_of(running.shop).collection.delete_many({"kind": "request"})
    how = {"location": location, "adjustment_id": "one"}
    await asyncio.gather(*(service.adjust(running.shop, "DIYA.1", delta, "x", "a", **how) for _ in range(6)))
    assert await on_hand(running) == 20 + 2 * delta
    assert await service.check_invariants(running.shop) == []


async def test_a_refused_adjustment_gives_its_key_back(running: RunningApp):
    ravi = await signed_in(running)
    await answer_of(await adjusted(running, ravi, "k", -21), 409)
    await service.adjust(running.shop, "DIYA.1", 5, "found", "a")
    assert (await answer_of(await adjusted(running, ravi, "k", -21)))["on_hand"] == 4
