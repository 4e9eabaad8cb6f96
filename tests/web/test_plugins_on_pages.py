"""A shop without plugins serves its pages; a plugin that fails at prices loses no page, and staff see which it is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from spoeq_core.hooks.caller import hookimpl
from spoeq_core.kernel.breaker import LIMIT
from spoeq_core.plugins.lifecycle import configuration_of, disable_plugin
from spoeq_core.testing.clients import RunningApp, app_with
from spoeq_core.testing.visitors import shopper_browser, shopper_program, staff_browser, staff_program
from tests.shopping import SKU, delivery, door, plugin, stock_up

NO_TOTAL = "The total is not available right now"
CHECKOUT = {
    "shipping_address": {
        "name": "Asha Rao",
        "phone": "98450 12345",
        "line1": "12 Temple Street",
        "city": "Bengaluru",
        "state": "Karnataka",
        "postal_code": "560001",
    },
    "shipping_method": "delivery:standard",
    "payment_method": "door",
}


@dataclass
class Mood:
    """Whether the plugin fails now."""

    broken: bool = True


def flaky(mood: Mood) -> Any:
    """A plugin that raises while a cart is priced."""

    async def price_adjustments() -> Sequence[Any]:
        if mood.broken:
            raise RuntimeError("the promotion table is gone")
        return []

    module = plugin("flaky")
    module.price_adjustments = hookimpl(price_adjustments)  # type: ignore[attr-defined]
    return module


@pytest.fixture
def mood() -> Mood:
    return Mood()


@pytest.fixture
async def app(servers: tuple[str, str], tmp_path: Path, mood: Mood) -> AsyncIterator[RunningApp]:
    async with app_with(delivery(), door(), flaky(mood), servers=servers, data_dir=tmp_path) as running:
        await stock_up(running.shop)
        yield running


async def test_without_any_plugin_every_page_is_served(running: RunningApp):
    assert running.shop.hooks.enabled == frozenset()
    (product,) = (await stock_up(running.shop)).values()
    shopper, staff = shopper_browser(running), await staff_browser(running, "admin")
    for path in ("/", f"/product/{product.slug}", "/search?q=kurta", "/cart", "/login", "/register", "/track"):
        assert (await shopper.get(path)).status_code == HTTPStatus.OK, path
    for path in ("", "/orders", "/products", "/inventory", "/customers", "/plugins", "/settings", "/dead-letters"):
        assert (await staff.get(f"/admin{path}")).status_code == HTTPStatus.OK, path
    program = shopper_program(running)
    status, cart = await program.post("/cart", {"sku": SKU, "quantity": 1})
    assert status in {HTTPStatus.OK, HTTPStatus.CREATED}
    assert cart["totals"]["grand_total"]["amount"] > 0
    status, answer = await program.post("/checkout/quote", CHECKOUT)
    assert status == HTTPStatus.OK
    assert answer["problems"], "nobody delivers and nobody takes money, which is said and not a fault"


async def test_pages_show_without_a_total_when_a_plugin_fails_at_prices(app: RunningApp):
    shopper = shopper_browser(app)
    added = await shopper.post("/cart/items", {"sku": SKU, "quantity": "1"})
    assert added.status_code == HTTPStatus.SEE_OTHER
    for path in ("/", "/cart", "/checkout"):
        page = await shopper.text(path)
        assert "flaky" not in page
        assert "promotion table" not in page
    cart = await shopper.text("/cart")
    assert f"Kurta {SKU}" in cart
    assert NO_TOTAL in cart


async def test_the_checkout_refuses_clearly_and_without_a_trace(app: RunningApp, mood: Mood):
    program = shopper_program(app)
    await program.post("/cart", {"sku": SKU, "quantity": 1})
    status, quote = await program.post("/checkout/quote", CHECKOUT)
    assert status == HTTPStatus.OK
    assert (quote["totals"]["grand_total"], quote["problems"][0]["code"]) == (None, "plugin_failed")
    order = {**CHECKOUT, "email": "asha@example.in", "expected_total": {"amount": 1, "currency": "INR"}}
    status, problem = await program.post("/orders", order, **{"Idempotency-Key": "k1"})
    assert (status, problem["code"]) == (HTTPStatus.SERVICE_UNAVAILABLE, "plugin_failed")
    assert "flaky" not in str(problem)
    assert await app.shop.mongo.collection("orders").count_documents({}) == 0
    mood.broken = False
    status, quote = await program.post("/checkout/quote", CHECKOUT)
    assert quote["totals"]["grand_total"]["amount"] > 0, "it recovers by itself"


async def test_staff_see_which_plugin_failed_and_why_and_switching_it_off_mends_the_shop(app: RunningApp):
    shopper = shopper_browser(app)
    await shopper.post("/cart/items", {"sku": SKU, "quantity": "1"})
    for _ in range(6):
        await shopper.text("/cart")
    staff, program = await staff_browser(app, "admin"), await staff_program(app, "admin")
    for path in ("/admin/plugins", "/admin/plugins/flaky"):
        page = await staff.text(path)
        assert "price_adjustments" in page
        assert "the promotion table is gone" in page
    assert "not asked for a while" in await staff.text("/admin/plugins/flaky"), "its breaker is open"
    _, listed = await program.get("/admin/plugins")
    told = {item["name"]: item for item in listed["items"]}
    assert "the promotion table is gone" in told["flaky"]["fault"]
    assert told["flaky"]["paused"] == ["price_adjustments"]
    assert told["door"]["fault"] == ""
    await disable_plugin(app.shop, "flaky")
    assert NO_TOTAL not in await shopper.text("/cart")


async def test_asking_it_again_forgets_what_went_wrong(app: RunningApp, mood: Mood):
    shopper = shopper_browser(app)
    await shopper.post("/cart/items", {"sku": SKU, "quantity": "1"})
    for _ in range(6):
        await shopper.text("/cart")
    mood.broken = False
    assert NO_TOTAL in await shopper.text("/cart"), "it is not asked for a while"
    staff = await staff_browser(app, "admin")
    assert (await staff.post("/admin/plugins/flaky/enable")).status_code == HTTPStatus.SEE_OTHER
    assert NO_TOTAL not in await shopper.text("/cart")
    assert "the promotion table is gone" not in await staff.text("/admin/plugins/flaky")


async def test_what_is_still_being_noted_is_seen_and_forgotten_too(app: RunningApp, monkeypatch: pytest.MonkeyPatch):
    faults, redis, noted = configuration_of(app.shop).faults, app.shop.redis, asyncio.Event()
    own = redis.hset

    async def late(*args: Any) -> Any:
        await noted.wait()
        return await own(*args)

    monkeypatch.setattr(redis, "hset", late)
    for ask, found in ((faults.of_plugins, {"flaky": ["head_tags"]}), (lambda: faults.clear("flaky"), None)):
        noted.clear()
        faults.note("flaky", "head_tags", "torn")
        asking = asyncio.create_task(ask())
        await asyncio.wait({asking}, timeout=0.2)  # whoever does not wait for what is noted is through by then
        noted.set()
        answer = await asking
        assert found is None or {name: list(told) for name, told in answer.items()} == found
    assert await faults.of_plugins() == {}


async def test_a_breaker_that_opens_while_those_of_others_are_read_stays_open(
    app: RunningApp, monkeypatch: pytest.MonkeyPatch
):
    faults, redis, key = configuration_of(app.shop).faults, app.shop.redis, ("flaky", "head_tags")
    own = redis.hgetall

    async def opened_meanwhile(name: str) -> Any:
        found = await own(name)
        for _ in range(LIMIT):
            faults.breakers.failed(key)
        await faults._written()
        return found

    monkeypatch.setattr(redis, "hgetall", opened_meanwhile)
    await faults.refresh()
    assert key in faults.breakers.open_until()
    monkeypatch.undo()
    await faults.refresh()
    assert key in faults.breakers.open_until(), "the others are told of it"
