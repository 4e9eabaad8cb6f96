"""What plugins ask in the checkout: taken, refused, priced, kept and shown; by the API and by the page."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from spoeq_core.hooks.questions import CheckoutField
from spoeq_core.kernel.errors import ConfigurationError
from spoeq_core.orders.documents import OrderRepository
from spoeq_core.plugins.lifecycle import disable_plugin
from spoeq_core.plugins.loading import load_hooks
from spoeq_core.pricing.model import Adjustment, OnLines, Phase, PricingCart, Surcharge
from spoeq_core.testing.clients import RunningApp, app_with
from spoeq_core.testing.shops import deliver_all, discovery_of
from spoeq_core.testing.visitors import Browser, Program, shopper_browser, shopper_program, staff_browser
from tests.shopping import DELIVERY, DOOR_FEE, PRICE, SKU, delivery, door, letters, plugin, sent, stock_up

PAPER = CheckoutField(
    "paper", "Paper", kind="choice", choices=(("red", "Red one"), ("blue", "Blue one")), section="payment"
)
NOTE = CheckoutField("note", "Note", max_length=20, pattern="[a-z <>]*", multiline=True, section="contact")
AGREED = CheckoutField("agreed", "I agree", kind="flag", required=True)
EACH = 4900
ADDRESS = {
    "name": "Asha Rao",
    "phone": "+919845012345",
    "line1": "12 Temple Street",
    "city": "Bengaluru",
    "state": "Karnataka",
    "postal_code": "560001",
    "country": "IN",
}
CHOSEN = {"shipping_address": ADDRESS, "shipping_method": "delivery:standard", "payment_method": "door"}
FORM = {**ADDRESS, "email": "asha@example.in", "shipping_method": "delivery:standard", "payment_method": "door"}


def asking(*fields: CheckoutField, name: str = "asking") -> ModuleType:
    """A plugin that asks these, and takes something for a paper."""

    def register_checkout_fields() -> Sequence[CheckoutField]:
        return fields

    async def price_adjustments(cart: PricingCart, phase: Phase) -> Sequence[Adjustment] | None:
        if phase is not Phase.ITEM or not cart.fields.get("paper"):
            return None
        lines = OnLines(tuple(line.id for line in cart.lines))
        return [Adjustment("wrap", "Wrap", lines, Surcharge(EACH), lane="surcharge")]

    return plugin(name, register_checkout_fields=register_checkout_fields, price_adjustments=price_adjustments)


@pytest.fixture
async def running(servers: tuple[str, str], tmp_path: Path) -> AsyncIterator[RunningApp]:
    plugins = asking(PAPER, NOTE, AGREED), delivery(), door(), letters()
    async with app_with(*plugins, servers=servers, data_dir=tmp_path) as app:
        await stock_up(app.shop)
        yield app


@pytest.fixture
async def program(running: RunningApp) -> Program:
    found = shopper_program(running)
    await found.post("/cart", {"sku": SKU, "quantity": 2})
    return found


@pytest.fixture
async def browser(running: RunningApp) -> Browser:
    found = shopper_browser(running)
    await found.post("/cart/items", {"sku": SKU, "quantity": "2"})
    return found


async def problems(program: Program, **fields: str) -> set[tuple[str, str]]:
    _, quote = await program.post("/checkout/quote", {**CHOSEN, "fields": fields})
    return {(one["code"], one["field"]) for one in quote["problems"]}


async def test_a_quote_says_what_is_wrong_with_the_answers(program: Program) -> None:
    assert await problems(program, agreed="1") == set()
    assert await problems(program) == {("missing", "fields.agreed")}
    assert await problems(program, agreed="yes") == {("enum", "fields.agreed")}
    assert await problems(program, agreed="1", paper="green") == {("enum", "fields.paper")}
    assert await problems(program, agreed="1", note="x" * 21) == {("too_long", "fields.note")}
    assert await problems(program, agreed="1", note="UP") == {("pattern", "fields.note")}
    assert await problems(program, agreed="1", nonsense="x") == {("unknown_field", "fields.nonsense")}
    assert await problems(program, agreed="1", nonsense="") == set(), "an empty answer asks for nothing"


async def test_an_answer_is_priced_and_kept_with_the_order(running: RunningApp, program: Program) -> None:
    fields = {"agreed": "1", "paper": "red", "note": "  for amma  "}
    _, quote = await program.post("/checkout/quote", {**CHOSEN, "fields": fields})
    total = 2 * (PRICE + EACH) + DELIVERY + DOOR_FEE
    assert quote["totals"]["grand_total"]["amount"] == total
    body: dict[str, Any] = {**CHOSEN, "email": "asha@example.in", "expected_total": total}
    status, problem = await program.post("/orders", {**body, "fields": {"paper": "red"}})
    assert (status, problem["errors"][0]["field"]) == (422, "fields.agreed")
    status, placed = await program.post("/orders", {**body, "fields": fields})
    assert status == 201, placed
    order = await running.shop.repository(OrderRepository).get(placed["id"])
    assert order.fields == {"agreed": "1", "paper": "red", "note": "for amma"}
    await deliver_all(running.shop)
    await disable_plugin(running.shop, "asking")
    _, shown = await program.get(f"/orders/{order.id}?token={placed['token']}")
    said = [
        {"label": "Paper", "text": "Red one"},
        {"label": "Note", "text": "for amma"},
        {"label": "I agree", "text": "Yes"},
    ]
    assert shown["answers"] == said, "for as long as the order is kept"
    (letter,) = [one for one in await sent(running.shop) if one["to_email"] == "asha@example.in"]
    assert "Paper: Red one" in letter["text"]
    assert "Red one" in letter["html"]
    staff = await staff_browser(running)
    for path in ("", "/print", "/packing-slip"):
        page = await staff.text(f"/admin/orders/{order.id}{path}")
        assert "<dt>Paper</dt>" in page
        assert "Red one" in page


async def test_the_page_shows_the_questions_and_keeps_what_was_answered(browser: Browser) -> None:
    page = await browser.text("/checkout")
    for name in ("paper", "note", "agreed"):
        assert f'name="fields.{name}"' in page
    answer = await browser.post("/checkout", {**FORM, "fields.paper": "blue", "fields.note": "<b>", "action": "update"})
    page = str(await answer.get_data(as_text=True))
    assert answer.status_code == 200
    assert '<option value="blue" selected>' in page
    assert "&lt;b&gt;" in page
    assert "Wrap: ₹49 each" in page
    total = str(2 * (PRICE + EACH) + DELIVERY + DOOR_FEE)
    assert f'name="expected_total" value="{total}"' in page
    place = {**FORM, "fields.paper": "blue", "action": "place", "expected_total": total, "idempotency_key": "k"}
    answer = await browser.post("/checkout", place)
    page = str(await answer.get_data(as_text=True))
    assert answer.status_code == 422
    assert "I agree: please fill this in." in page
    assert '<option value="blue" selected>' in page, "nothing typed is lost"
    answer = await browser.post("/checkout", {**place, "fields.agreed": "1"})
    assert answer.status_code == 303, await answer.get_data(as_text=True)
    page = await browser.text(answer.headers["Location"])
    assert "Blue one" in page


async def test_a_page_that_was_made_before_the_plugin_went_is_told_the_new_total(
    running: RunningApp, browser: Browser
) -> None:
    total = str(2 * (PRICE + EACH) + DELIVERY + DOOR_FEE)
    await disable_plugin(running.shop, "asking")
    place = {**FORM, "fields.paper": "blue", "action": "place", "expected_total": total, "idempotency_key": "k"}
    answer = await browser.post("/checkout", place)
    assert answer.status_code == 409
    assert "The total is now" in str(await answer.get_data(as_text=True))


@pytest.mark.parametrize(
    ("field", "words"),
    [
        (CheckoutField("Gift Wrap", "x"), "lower-case"),
        (CheckoutField("x", "x", max_length=0), "max_length"),
        (CheckoutField("x", "x", pattern="["), "pattern"),
        (CheckoutField("x", "x", kind="choice"), "a choice has choices"),
        (CheckoutField("x", "x", choices=(("a", "A"),)), "a choice has choices"),
    ],
)
def test_an_impossible_question_stops_its_plugin_at_boot(field: CheckoutField, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        load_hooks(discovery_of(asking(field)), lambda *_: None, strict=True)


def test_of_two_plugins_that_ask_the_same_the_second_is_set_aside() -> None:
    both = asking(PAPER, name="alpha"), asking(PAPER, name="beta")
    with pytest.raises(ConfigurationError, match="both bring a checkout field named 'paper'"):
        load_hooks(discovery_of(*both), lambda *_: None, strict=True)
