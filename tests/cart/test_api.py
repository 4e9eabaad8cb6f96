"""The cart over HTTP: what shoppers and programs send, right and wrong."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from spoeq_core.catalog.service import delete_product, product_by_id_or_slug
from spoeq_core.testing.clients import RunningApp, app_with
from spoeq_core.web.carts import CART_COOKIE
from spoeq_core.web.cookies import COUNT_COOKIE
from tests.cart.conftest import engraving, tenner
from tests.shopping import PRICE, CommandCounter, plugin, stock_up

CART = "/api/v1/cart"
PASSWORD = "neem leaves at dawn"
ORIGIN = {"Origin": "http://localhost"}
"""What a browser says of itself."""


@pytest.fixture
def counter() -> CommandCounter:
    return CommandCounter()


@pytest.fixture
async def app(servers: tuple[str, str], tmp_path: Path, counter: CommandCounter) -> AsyncIterator[RunningApp]:
    plugins = engraving(), tenner()
    async with app_with(*plugins, servers=servers, data_dir=tmp_path, listeners=[counter]) as running:
        await stock_up(running.shop, {"KURTA": 10, "DIYA": 500})
        yield running


async def add(app: RunningApp, sku: Any = "KURTA", quantity: Any = 1, **more: Any) -> Any:
    return await app.client.post(CART, json={"sku": sku, "quantity": quantity, **more}, headers=ORIGIN)


async def test_a_new_cart_comes_with_its_token_and_the_next_request_finds_it(app: RunningApp):
    empty = await (await app.client.get(CART)).get_json()
    assert (empty["id"], empty["items"], empty["totals"]["grand_total"]["amount"]) == (None, [], 0)
    first = await add(app, quantity=2, properties={"engraving": "Amma"})
    cart = await first.get_json()
    assert first.status_code == 201
    (item,) = cart["items"]
    assert {name: item[name] for name in ("sku", "quantity", "properties", "available")} == {
        "sku": "KURTA",
        "quantity": 2,
        "properties": {"engraving": "Amma"},
        "available": 10,
    }
    assert item["unit_price"] == {"amount": PRICE, "currency": "INR"}
    both = {"amount": 2 * PRICE, "currency": "INR"}
    assert item["subtotal"] == item["total"] == cart["totals"]["grand_total"] == both
    again = await (await app.client.get(CART)).get_json()
    assert "token" not in again
    assert again == {name: value for name, value in cart.items() if name != "token"}
    named = await app.another_client().get(CART, headers={"X-Cart-Token": cart["token"]})
    assert (await named.get_json())["id"] == cart["id"]


async def test_the_cookies_name_the_cart_and_count_its_pieces(app: RunningApp):
    answer = await add(app, quantity=3)
    cookies = {cookie.split("=")[0]: cookie for cookie in answer.headers.getlist("Set-Cookie")}
    assert "HttpOnly" in cookies[CART_COOKIE]
    assert "SameSite=Lax" in cookies[CART_COOKIE]
    assert cookies[COUNT_COOKIE].startswith(f"{COUNT_COOKIE}=3;")


@pytest.mark.parametrize(
    "tamper", [lambda token: token[:-1], lambda token: "x" + token, lambda _: "", lambda _: "nonsense.x.y"]
)
async def test_a_tampered_token_starts_a_new_cart(app: RunningApp, tamper: Any):
    token = (await (await add(app)).get_json())["token"]
    stranger = app.another_client()
    stranger.set_cookie("localhost", CART_COOKIE, tamper(token))
    assert (await (await stranger.get(CART)).get_json())["items"] == []
    added = await stranger.post(CART, json={"sku": "DIYA", "quantity": 1}, headers=ORIGIN)
    assert added.status_code == 201
    assert [item["sku"] for item in (await added.get_json())["items"]] == ["DIYA"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"sku": "KURTA", "quantity": 0}, 422, "validation"),
        ({"sku": "KURTA", "quantity": -1}, 422, "validation"),
        ({"sku": "KURTA", "quantity": 1.5}, 422, "validation"),
        ({"sku": "KURTA", "quantity": "two"}, 422, "validation"),
        ({"sku": "KURTA", "quantity": "2"}, 422, "validation"),
        ({"sku": "KURTA", "quantity": True}, 422, "validation"),
        ({"sku": "KURTA", "quantity": None}, 422, "validation"),
        ({"quantity": 1}, 422, "validation"),
        ({"sku": ["KURTA"], "quantity": 1}, 422, "validation"),
        ({"sku": "KURTA", "quantity": 1, "price": 1}, 422, "validation"),
        ({"sku": "KURTA", "quantity": 1, "properties": {"colour": "red"}}, 422, "validation"),
        ({"sku": "KURTA", "quantity": 10**9}, 409, "out_of_stock"),
        ({"sku": "KURTA", "quantity": 1e9}, 409, "out_of_stock"),
        ({"sku": "KURTA", "quantity": 11}, 409, "out_of_stock"),
        ({"sku": "DIYA", "quantity": 100}, 409, "quantity_limit"),
        ({"sku": "NOPE", "quantity": 1}, 404, "unknown_sku"),
        ([], 400, "malformed"),
    ],
)
async def test_bad_input_is_answered_by_name(app: RunningApp, body: Any, status: int, code: str):
    answer = await app.client.post(CART, json=body, headers=ORIGIN)
    problem = await answer.get_json()
    assert (answer.status_code, problem["code"]) == (status, code), problem
    assert answer.content_type == "application/problem+json"
    if status == 422:
        assert all(error["field"] and error["message"] for error in problem["errors"])
    if code == "out_of_stock":
        assert problem["available"] == [{"sku": "KURTA", "available": 10}]
    assert (await (await app.client.get(CART)).get_json())["items"] == []


@pytest.mark.parametrize("quantity", [2.0, 2])
async def test_a_whole_number_is_one_however_it_is_written(app: RunningApp, quantity: Any):
    assert (await (await add(app, quantity=quantity)).get_json())["items"][0]["quantity"] == 2


async def test_lines_are_changed_and_taken_out(app: RunningApp):
    item = (await (await add(app)).get_json())["items"][0]["id"]
    changed = await app.client.patch(f"{CART}/{item}", json={"quantity": 4}, headers=ORIGIN)
    assert (await changed.get_json())["items"][0]["quantity"] == 4
    for quantity, status in ((0, 422), (11, 409), ("x", 422)):
        answer = await app.client.patch(f"{CART}/{item}", json={"quantity": quantity}, headers=ORIGIN)
        assert answer.status_code == status
    removed = await app.client.delete(f"{CART}/{item}", headers=ORIGIN)
    assert (removed.status_code, (await removed.get_json())["items"]) == (200, [])
    assert (await removed.get_json())["removed"]["id"] == item
    for answer in (
        await app.client.delete(f"{CART}/{item}", headers=ORIGIN),
        await app.client.patch(f"{CART}/01ARZ3NDEKTSV4RRFFQ69G5FAV", json={"quantity": 1}, headers=ORIGIN),
    ):
        assert (answer.status_code, (await answer.get_json())["code"]) == (404, "unknown_item")


async def test_what_is_gone_is_flagged_and_costs_nothing(app: RunningApp):
    await add(app, "KURTA", 1)
    await add(app, "DIYA", 2)
    await delete_product(app.shop, (await product_by_id_or_slug(app.shop, "kurta-diya")).id)
    cart = await (await app.client.get(CART)).get_json()
    assert [(item["available"], item["total"]["amount"]) for item in cart["items"]] == [(10, PRICE), (0, 0)]
    assert [notice["code"] for notice in cart["notices"]] == ["unavailable"]
    assert cart["totals"]["grand_total"]["amount"] == PRICE


async def test_adding_takes_three_commands_over_http_too(app: RunningApp, counter: CommandCounter):
    await add(app)
    counter.clear()
    assert (await add(app, "DIYA")).status_code == 201
    assert counter.commands == ["find carts", "aggregate stock", "update carts"]


async def test_signing_in_brings_the_cart_along(app: RunningApp):
    await add(app, quantity=2)
    who = {"email": "asha@example.in", "password": PASSWORD, "name": "Asha"}
    tokens = await (await app.client.post("/api/v1/auth/register", json=who, headers=ORIGIN)).get_json()
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    mine = await (await app.another_client().get(CART, headers=headers)).get_json()
    assert [item["quantity"] for item in mine["items"]] == [2]
    assert "token" not in mine
    assert (await (await app.client.get(CART)).get_json())["items"] == [], "it is nobody's but hers now"


async def test_a_plugin_that_raises_leaves_a_cart_without_a_total(servers: tuple[str, str], tmp_path: Path):
    async def pricing_facts() -> None:
        raise RuntimeError("boom")

    async with app_with(plugin("flaky", pricing_facts=pricing_facts), servers=servers, data_dir=tmp_path) as app:
        await stock_up(app.shop, {"KURTA": 10})
        answer = await add(app)
        cart = await answer.get_json()
        assert answer.status_code == 201
        assert (cart["unpriced"], cart["totals"]["grand_total"]) == (True, None)
        assert [notice["code"] for notice in cart["notices"]] == ["plugin_failed"]
        assert "flaky" not in str(cart)
        page = await app.client.get("/cart")
        assert page.status_code == 200
        assert "not available" in await page.get_data(as_text=True)
