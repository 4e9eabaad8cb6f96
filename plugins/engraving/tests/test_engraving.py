"""Engraving from the field to the packing slip: what is taken, what it costs, who reads it, and what is refused."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, strategies as st

from spoeq_core.cart.service import Owner, add_item
from spoeq_core.catalog.model import Product
from spoeq_core.catalog.service import extend_product
from spoeq_core.kernel.clock import SystemClock
from spoeq_core.orders.documents import OrderRepository
from spoeq_core.plugins.lifecycle import disable_plugin, enable_plugin, fill_demo, save_settings
from spoeq_core.pricing.model import (
    Adjustment,
    OnOrder,
    Percent,
    Phase,
    PricingCart,
    PricingLine,
    TaxAnswer,
    TaxRate,
    price,
)
from spoeq_core.testing.clients import RunningApp, app_with
from spoeq_core.testing.messages import bring
from spoeq_core.testing.shops import deliver_all
from spoeq_core.testing.visitors import Browser, Program, shopper_browser, shopper_program, staff_browser, staff_program
from spoeq_engraving import plugin as engraving
from spoeq_engraving.model import SIGNS, Engravable, surcharges
from tests.shopping import PRICE, SKU, buy, delivery, door, letters, plugin, sent, stock_up

PAGE = "/product/kurta-kur-ind-m"
EACH = 25_000
RATE = TaxRate("GST", Decimal(18))


def tax() -> ModuleType:
    """18 % on everything, contained."""

    async def tax_rates(cart: PricingCart) -> TaxAnswer:
        return TaxAnswer({line.id: (RATE,) for line in cart.lines})

    return plugin("levy", tax_rates=tax_rates)


@pytest.fixture
async def running(servers: tuple[str, str], tmp_path: Path) -> AsyncIterator[RunningApp]:
    plugins = engraving, delivery(), door(), letters(), tax()
    async with app_with(*plugins, servers=servers, data_dir=tmp_path) as app:
        await save_settings(app.shop, "core", {"languages": ["en", "hi"]})
        yield app


@pytest.fixture
async def ring(running: RunningApp) -> Product:
    """A product that takes ten characters, for 250 more, on the inside."""
    products = await stock_up(running.shop, {SKU: 10, "PLAIN": 10})
    said = Engravable(engraved=True, price=EACH, most=10, where="on the inside")
    return await extend_product(running.shop, products[SKU].id, Engravable, lambda _: said)


@pytest.fixture
def browser(running: RunningApp) -> Browser:
    return shopper_browser(running)


async def filled(running: RunningApp, *words: str, quantity: int = 2) -> tuple[Program, dict[str, Any]]:
    """A program's cart with a line for each text."""
    program = shopper_program(running)
    for text in words:
        said = {"properties": {"engraving": text}} if text else {}
        status, cart = await program.post("/cart", {"sku": SKU, "quantity": quantity, **said})
        assert status in (200, 201), cart
    return program, (await program.get("/cart"))[1]


# -- the rule ---------------------------------------------------------------------------------------------------------


def line(key: str, words: str, quantity: int, **said: Any) -> PricingLine:
    return PricingLine(
        key, key, key, key, quantity, 10_000, 10_000, properties={"engraving": words}, ext={"engraving": said}
    )


@given(
    st.lists(
        st.tuples(st.sampled_from(["", "Om"]), st.integers(1, 9), st.booleans(), st.integers(0, 50_000)), max_size=6
    )
)
def test_each_engraved_piece_costs_its_price_and_nothing_else_does(lines: list[tuple[str, int, bool, int]]) -> None:
    cart = PricingCart(
        "INR",
        tuple(line(f"l{n}", words, many, engraved=on, price=cost) for n, (words, many, on, cost) in enumerate(lines)),
        SystemClock().now(),
    )
    half = ("other", Adjustment("half", "Half", OnOrder(), Percent(Decimal(50))))
    priced = price(cart, {Phase.ITEM: [("engraving", one) for one in surcharges(cart)], Phase.ORDER: [half]})
    for one, (words, many, on, cost) in zip(priced.lines, lines, strict=True):
        extra = many * cost if words and on else 0
        assert one.subtotal == many * 10_000 + extra
        assert 0 <= one.total <= one.subtotal, "the surcharge is part of what a line lists"
    assert priced.totals.grand_total == priced.totals.items - priced.totals.discounts


@pytest.mark.parametrize("text", ["Om", "A & B", "माँ को", "2026-11-28!", "I ♥ U", "O'Neil, Jr."])
def test_what_the_machine_has_is_taken(text: str) -> None:
    assert re.fullmatch(SIGNS, text)


@pytest.mark.parametrize("text", ["<b>", "a\tb", "ひ", "😀", "a/b", "a\u202eb"])
def test_what_it_has_not_is_refused(text: str) -> None:
    assert not re.fullmatch(SIGNS, text)


# -- in the shop ------------------------------------------------------------------------------------------------------


async def test_the_field_its_price_and_its_place_stand_on_engravable_products_only(
    ring: Product, browser: Browser
) -> None:
    del ring
    page = await browser.text(PAGE)
    assert 'name="properties.engraving"' in page
    assert 'data-most="10"' in page
    assert "Engraving: ₹250 more for each piece, up to 10 characters. Place: on the inside." in page
    other = await browser.text("/product/kurta-plain")
    assert "ngraving" not in other


async def test_a_piece_costs_more_and_the_line_says_why(running: RunningApp, ring: Product) -> None:
    del ring
    _, cart = await filled(running, "Om")
    (item,) = cart["items"]
    assert item["unit_price"]["amount"] == PRICE
    assert item["total"]["amount"] == 2 * (PRICE + EACH)
    (added,) = item["surcharges"]
    assert (added["label"], added["per_unit"]["amount"], added["amount"]["amount"]) == ("Engraving", EACH, 2 * EACH)
    gross = 2 * (PRICE + EACH)
    assert cart["totals"]["tax_included"]["amount"] == (gross * 36 + 118) // 236, "taxed with the line, half up"


async def test_other_words_are_another_line_and_the_same_add_up(running: RunningApp, ring: Product) -> None:
    del ring
    _, cart = await filled(running, "Om", "Amma", "", "Om", quantity=1)
    assert sorted((item["properties"].get("engraving", ""), item["quantity"]) for item in cart["items"]) == [
        ("", 1),
        ("Amma", 1),
        ("Om", 2),
    ]
    assert cart["totals"]["items"]["amount"] == 4 * PRICE + 3 * EACH


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x" * 11, "Engraving: at most 10 characters."),
        ("<b>", "Engraving: Latin or Hindi letters, digits, spaces and . , &amp; &#39; ! - ♥"),
        ("😀", "Engraving: Latin or Hindi letters"),
    ],
)
async def test_bad_words_are_refused_where_they_were_typed(
    ring: Product, browser: Browser, text: str, says: str
) -> None:
    del ring
    answer = await browser.post("/cart/items", {"sku": SKU, "quantity": "3", "properties.engraving": text})
    page = str(await answer.get_data(as_text=True))
    assert answer.status_code == 422
    assert says in page
    assert text.replace("<", "&lt;").replace(">", "&gt;") in page, "nothing typed is lost"
    assert "kurta" not in (await browser.text("/cart")).split("<main")[1].split("</main>")[0].lower()


async def test_everybody_who_must_know_reads_it(running: RunningApp, ring: Product) -> None:
    shop = running.shop
    owner = Owner(cart_id=(await add_item(shop, Owner(), SKU, 2, {"engraving": "Om & Asha"})).cart.id)
    placed = (await buy(shop, owner)).order
    await deliver_all(shop)
    order = await shop.repository(OrderRepository).get(placed.id)
    assert order.lines[0].total == 2 * (PRICE + EACH)
    assert order.lines[0].properties == {"engraving": "Om & Asha"}
    (letter,) = [one for one in await sent(shop) if one["to_email"] == "asha@example.in"]
    assert "Engraving: 2 × ₹250" in letter["text"]
    assert "Engraving: Om & Asha" in letter["text"]
    assert "Engraving: 2 × ₹250" in letter["html"]
    await extend_product(shop, ring.id, Engravable, lambda it: it.model_copy(update={"where": "elsewhere"}))
    staff = await staff_browser(running)
    page = await staff.text(f"/admin/orders/{order.id}")
    assert "To engrave" in page
    assert "Om &amp; Asha" in page
    assert "on the inside" in page, "as it was when the order was placed"
    assert "+₹250" in page
    slip = await staff.text(f"/admin/orders/{order.id}/packing-slip")
    assert "Engraving: <bdi>Om &amp; Asha</bdi>" in slip


async def test_switched_off_nothing_is_sold_engraved_and_unpaid(
    running: RunningApp, ring: Product, browser: Browser
) -> None:
    del ring
    await browser.post("/cart/items", {"sku": SKU, "quantity": "1", "properties.engraving": "Om"})
    await disable_plugin(running.shop, "engraving")
    assert "ngraving" not in await browser.text(PAGE)
    page = await browser.text("/cart")
    assert "Continue without it" in page
    assert "₹1,299" in page
    await enable_plugin(running.shop, "engraving")
    page = await browser.text("/cart")
    assert "Continue without it" not in page
    assert "Engraving: ₹250 each" in page
    assert "₹1,549" in page


async def test_staff_set_it_in_the_products_form_and_are_told_what_is_wrong(running: RunningApp, ring: Product) -> None:
    staff = await staff_program(running)
    _, shown = await staff.get(f"/products/{ring.id}")
    for field, value in (("most", 61), ("most", 0), ("price", -1), ("where", "x" * 61)):
        body = {"ext": {"engraving": {field: value}}}
        status, problem = await staff.patch(f"/products/{ring.id}", body, {"If-Match": f'"{shown["version"]}"'})
        assert status == 422
        assert [error["field"] for error in problem["errors"]] == [f"ext.engraving.{field}"]
    form = await (await staff_browser(running)).text(f"/admin/products/{ring.id}")
    for label in ("Can be engraved", "Price of an engraving, for each piece", "Where it is engraved"):
        assert label in form


async def test_it_speaks_hindi(running: RunningApp, ring: Product, browser: Browser) -> None:
    del running, ring
    await browser.post("/cart/items", {"sku": SKU, "quantity": "1", "properties.engraving": "माँ"})
    await browser.get("/?lang=hi")
    assert "खुदाई" in await browser.text(PAGE)
    assert "खुदाई: ₹250" in await browser.text("/cart")


async def test_a_demo_shop_has_something_to_engrave(running: RunningApp, ring: Product, browser: Browser) -> None:
    shop = running.shop
    products = await stock_up(shop, {"BRASS-1": 3})
    await fill_demo(shop)
    await fill_demo(shop)
    assert "Place: on the base" in await browser.text(f"/product/{products['BRASS-1'].slug}")
    assert "Place: on the inside" in await browser.text(f"/product/{ring.slug}"), "what staff said stays"


def test_everything_it_says_is_said_in_hindi() -> None:
    assert engraving.__file__
    assert bring(Path(engraving.__file__).parent, "hi", write=False) == []
