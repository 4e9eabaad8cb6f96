"""The paper: asked in the checkout, priced with tax, wrapped by staff, read by a workshop."""

from __future__ import annotations

import ast
import asyncio
import importlib
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from spoeq_core.plugins.lifecycle import disable_plugin, enable_plugin, save_settings
from spoeq_core.pricing.model import OnLines, Phase, Surcharge, TaxAnswer, TaxRate, price
from spoeq_core.sdk import Delivery, OrderPlaced, PricingCart, PricingLine
from spoeq_core.testing.clients import RunningApp
from spoeq_core.testing.goods import put_on_sale
from spoeq_core.testing.messages import bring
from spoeq_core.testing.shops import deliver_all
from spoeq_core.testing.visitors import Browser, shopper_browser, shopper_program, staff_browser, staff_program

from .conftest import HERE, PACKAGE

KEY = "workshop-key-of-the-test"
NOTE = "Choose a paper in the checkout, ₹49 for each piece."


ADDRESS = {
    "name": "Asha Rao",
    "phone": "+919845012345",
    "line1": "12 Temple Street",
    "city": "Bengaluru",
    "state": "Karnataka",
    "postal_code": "560001",
    "country": "IN",
}


def wraps(running: RunningApp) -> Any:
    return running.shop.mongo.collection("gift_wraps")


def test_it_stands_on_the_sdk_alone() -> None:
    imported = {
        node.module
        for path in (HERE / PACKAGE).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("spoeq_core")
    }
    assert imported == {"spoeq_core.sdk"}


@pytest.mark.parametrize("language", ["hi", "de"])
def test_everything_it_says_is_said_in_each_language(language: str) -> None:
    assert bring(HERE / PACKAGE, language, write=False) == []


def test_each_piece_costs_a_wrap_more_with_its_tax(plugin: ModuleType) -> None:
    model = importlib.import_module(f"{plugin.__name__.partition('.')[0]}.model")
    lines = (PricingLine("a", "A", "a", "A", 3, 10_000), PricingLine("b", "B", "b", "B", 1, 5_000))
    at = datetime(2026, 11, 28, tzinfo=UTC)
    cart = PricingCart("INR", lines, at, fields={"gift_wrap": "red"})
    (added,) = model.surcharges(cart, {"price": 4900})
    assert (added.target, added.effect) == (OnLines(("a", "b")), Surcharge(4900))
    rate = (TaxRate("GST", Decimal(18)),)
    priced = price(cart, {Phase.ITEM: [("gift_wrap", added)]}, TaxAnswer({"a": rate, "b": rate}))
    assert [line.total for line in priced.lines] == [3 * 14_900, 9_900]
    assert priced.totals.tax_included == sum(round(line.total * 18 / 118) for line in priced.lines)
    for fields, facts in (({}, {"price": 4900}), ({"gift_wrap": "red"}, {"price": 0})):
        assert model.surcharges(PricingCart("INR", lines, at, fields=fields), facts) == []


async def test_pages_say_what_it_costs_and_the_checkout_asks(running: RunningApp) -> None:
    await put_on_sale(running.shop, "KURTA", price=129_900)
    browser = shopper_browser(running)
    assert NOTE in await browser.text("/product/kurta")
    await browser.post("/cart/items", {"sku": "KURTA", "quantity": "2"})
    assert NOTE in await browser.text("/cart")
    page = await browser.text("/checkout")
    assert 'name="fields.gift_wrap"' in page
    assert "Plain brown paper and twine" in page
    answer = await browser.post("/checkout", {"fields.gift_wrap": "plain", "action": "update"})
    page = str(await answer.get_data(as_text=True))
    assert "Gift wrap: ₹49 each" in page
    assert f'name="expected_total" value="{2 * (129_900 + 4_900)}"' in page


async def bought(running: RunningApp, **fields: str) -> str:
    """The id of an order of three pieces, of which everybody has been told."""
    if not await running.shop.mongo.collection("products").count_documents({}):
        await put_on_sale(running.shop, "KURTA", price=129_900, stock=50)
    program = shopper_program(running)
    await program.post("/cart", {"sku": "KURTA", "quantity": 3})
    chosen = {
        "shipping_address": ADDRESS,
        "shipping_method": "buying:post",
        "payment_method": "door",
        "fields": fields,
    }
    _, quote = await program.post("/checkout/quote", chosen)
    assert quote["problems"] == []
    body = {**chosen, "email": "asha@example.in", "expected_total": quote["totals"]["grand_total"]["amount"]}
    status, placed = await program.post("/orders", body)
    assert status == 201, placed
    await deliver_all(running.shop)
    return str(placed["id"])


async def test_what_is_sold_with_a_paper_waits_to_be_wrapped_until_it_is_cancelled(
    running: RunningApp, plugin: ModuleType
) -> None:
    order_id = await bought(running, gift_wrap="red")
    await bought(running)
    (waiting,) = await wraps(running).find().to_list(None)
    assert (waiting["_id"], waiting["paper"], waiting["pieces"]) == (order_id, "red", 3)
    staff = await staff_program(running)
    status, problem = await staff.patch(f"/orders/{order_id}/status", {"status": "cancelled"})
    assert status == 200, problem
    await deliver_all(running.shop)
    assert await wraps(running).count_documents({}) == 0
    placed = OrderPlaced(order_id=order_id, number="late")
    late = Delivery("d", "e", "gift_wrap.note_order", 2, running.shop.clock.now())
    await plugin.register_subscribers()[OrderPlaced](running.shop, placed, late)
    assert await wraps(running).count_documents({}) == 0, "told late, it stays cancelled"


async def test_a_paper_that_is_not_offered_is_refused(running: RunningApp) -> None:
    await put_on_sale(running.shop, "KURTA", price=129_900)
    program = shopper_program(running)
    await program.post("/cart", {"sku": "KURTA", "quantity": 1})
    _, quote = await program.post("/checkout/quote", {"fields": {"gift_wrap": "gold"}})
    assert ("enum", "fields.gift_wrap") in {(one["code"], one.get("field")) for one in quote["problems"]}


async def test_staff_tick_it_off_once(running: RunningApp, plugin: ModuleType) -> None:
    order_id = await bought(running, gift_wrap="red")
    staff: Browser = await staff_browser(running, "warehouse")
    page = await staff.text("/admin/gift-wrap")
    assert f"/admin/orders/{order_id}" in page
    assert "Red paper with gold print" in page
    answers = await asyncio.gather(*(staff.post("/admin/gift-wrap", {"order": order_id}) for _ in range(3)))
    assert {answer.status_code for answer in answers} == {303}
    assert "Nothing to wrap" in await staff.text("/admin/gift-wrap")
    again = Delivery("d", "e", "gift_wrap.note_order", 2, running.shop.clock.now())
    placed = OrderPlaced(order_id=order_id, number="again")
    await plugin.register_subscribers()[OrderPlaced](running.shop, placed, again)
    assert "Nothing to wrap" in await staff.text("/admin/gift-wrap"), "told again, it stays done"
    assert (await staff.post("/admin/gift-wrap", {"order": "nobody"})).status_code == 404
    support = await staff_browser(running, "support")
    assert (await support.get("/admin/gift-wrap")).status_code == 403


async def test_a_workshop_with_the_key_reads_the_list(running: RunningApp, caplog: pytest.LogCaptureFixture) -> None:
    await bought(running, gift_wrap="red")
    program = shopper_program(running)
    assert (await program.ask("GET", "/gift-wrap/waiting", headers={"X-Workshop-Key": ""}))[0] == 403
    await save_settings(running.shop, "gift_wrap", {"workshop_key": KEY})
    assert (await program.get("/gift-wrap/waiting"))[0] == 403
    assert (await program.ask("GET", "/gift-wrap/waiting", headers={"X-Workshop-Key": "é"}))[0] == 403
    status, found = await program.ask("GET", "/gift-wrap/waiting", headers={"X-Workshop-Key": KEY})
    assert (status, [(one["paper"], one["pieces"]) for one in found["items"]]) == (200, [("red", 3)])
    admin = await staff_browser(running, "admin")
    assert KEY not in await admin.text("/admin/plugins/gift_wrap")
    assert KEY not in caplog.text


async def test_what_an_older_version_kept_is_read(running: RunningApp, plugin: ModuleType) -> None:
    old = {"_id": "o0", "number": "NEEL-0", "paper": "gone", "state": "waiting", "at": running.shop.clock.now()}
    await wraps(running).insert_one({**old, "version": 1})
    (migration,) = plugin.register_migrations()
    for _ in range(2):
        await migration.run(running.shop)
    assert (await wraps(running).find_one({"_id": "o0"}))["pieces"] == 1
    assert "NEEL-0" in await (await staff_browser(running)).text("/admin/gift-wrap")


async def test_switched_off_it_asks_and_takes_nothing(running: RunningApp) -> None:
    await put_on_sale(running.shop, "KURTA", price=129_900)
    browser = shopper_browser(running)
    await browser.post("/cart/items", {"sku": "KURTA", "quantity": "1"})
    await disable_plugin(running.shop, "gift_wrap")
    for path in ("/product/kurta", "/cart", "/checkout"):
        assert "gift" not in (await browser.text(path)).lower()
    assert (await browser.get("/admin/gift-wrap")).status_code == 404
    await enable_plugin(running.shop, "gift_wrap")
    assert NOTE in await browser.text("/product/kurta")


def test_the_wheel_holds_all_that_it_needs(installed: Path) -> None:
    shipped = {path.relative_to(installed / PACKAGE) for path in (installed / PACKAGE).rglob("*") if path.is_file()}
    there = {
        path.relative_to(HERE / PACKAGE)
        for path in (HERE / PACKAGE).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert shipped >= there
