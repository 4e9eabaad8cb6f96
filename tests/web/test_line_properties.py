"""What shoppers say about a line, from the field on the product page to the parcel: shown everywhere, sold as said."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from pydantic import BaseModel

from spoeq_core.catalog.service import product_by_id_or_slug, update_product
from spoeq_core.hooks.contributions import Extension, LineProperty
from spoeq_core.identity.service import register_customer
from spoeq_core.inventory.service import adjust
from spoeq_core.plugins.lifecycle import disable_plugin, enable_plugin
from spoeq_core.testing.clients import RunningApp, app_with
from spoeq_core.testing.shops import deliver_all
from spoeq_core.testing.visitors import (
    PASSWORD,
    Browser,
    Program,
    shopper_browser,
    shopper_program,
    staff_browser,
)
from tests.shopping import (
    DELIVERY,
    DOOR_FEE,
    PRICE,
    SKU,
    CommandCounter,
    delivery,
    door,
    letters,
    plugin,
    sent,
    stock_up,
)

EVIL = "<script>alert('Amma')</script>"
SAFE = "&lt;script&gt;alert(&#39;Amma&#39;)&lt;/script&gt;"
CARD = f"Happy birthday!\n{EVIL}"
PLAIN = "PLAIN"
ADDRESS = {
    "name": "Asha Rao",
    "phone": "9845012345",
    "line1": "12 Temple Street",
    "city": "Bengaluru",
    "state": "Karnataka",
    "postal_code": "560001",
}
CHOICES = {"shipping_method": "delivery:standard", "payment_method": "door"}
TOTAL = PRICE + DELIVERY + DOOR_FEE


class Engravable(BaseModel):
    engraved: bool = False


def engraver() -> ModuleType:
    """Engraves the products that are flagged, always with initials, and puts a card into their parcels."""

    def register_extensions() -> Sequence[Extension]:
        return [Extension("product", Engravable)]

    def register_line_properties() -> Sequence[LineProperty]:
        return [
            LineProperty("initials", "Initials", 3, "[A-Z]+", "Capital letters.", required=True, flag="engraved"),
            LineProperty("gift_card", "Gift card", max_length=200, multiline=True, flag="engraved"),
        ]

    return plugin(
        "engraver", register_extensions=register_extensions, register_line_properties=register_line_properties
    )


@pytest.fixture
def counter() -> CommandCounter:
    return CommandCounter()


@pytest.fixture
async def running(servers: tuple[str, str], tmp_path: Path, counter: CommandCounter) -> AsyncIterator[RunningApp]:
    plugins = delivery(), door(), letters(), engraver()
    async with app_with(*plugins, servers=servers, data_dir=tmp_path, listeners=[counter]) as app:
        products = await stock_up(app.shop, {SKU: 10, PLAIN: 10})
        await flag(app, products[SKU].id, on=True)
        yield app


@pytest.fixture
def browser(running: RunningApp) -> Browser:
    return shopper_browser(running)


@pytest.fixture
def program(running: RunningApp) -> Program:
    return shopper_program(running)


async def flag(running: RunningApp, product: str, *, on: bool) -> None:
    await update_product(running.shop, product, {"ext": {"engraver": {"engraved": on}}})


def saying(initials: str = "AR", card: str = CARD, **more: str) -> dict[str, str]:
    """The form of the product page, as a browser sends it."""
    said = {"properties.initials": initials, "properties.gift_card": card.replace("\n", "\r\n")}
    return {"sku": SKU, "quantity": "1", **said, **more}


async def put(program: Program, properties: dict[str, str], quantity: int = 1) -> tuple[int, Any]:
    return await program.post("/cart", {"sku": SKU, "quantity": quantity, "properties": properties})


async def order(program: Program, total: int = TOTAL) -> tuple[int, Any]:
    amount = {"amount": total, "currency": "INR"}
    body = {"email": "asha@example.in", "shipping_address": ADDRESS, **CHOICES, "expected_total": amount}
    return await program.post("/orders", body)


async def html_of(answer: Any) -> str:
    return str(await answer.get_data(as_text=True))


async def test_only_products_that_take_them_have_the_fields(running: RunningApp, browser: Browser, program: Program):
    page = await browser.text("/product/kurta-kur-ind-m")
    assert re.search(r'<label[^>]* for="f-properties.initials">Initials</label>', page)
    assert re.search(r'<input[^>]* name="properties.initials"[^>]* required[^>]* pattern="\[A-Z\]\+"', page)
    assert '<p class="field__hint" id="f-properties.initials-hint">Capital letters.</p>' in page
    assert re.search(r"Gift card <span[^>]*>\(optional\)</span>", page)
    assert re.search(r'<textarea[^>]* name="properties.gift_card"[^>]* data-most="200"', page)
    assert "At most 200 characters." in page
    assert "properties." not in await browser.text("/product/kurta-plain")
    _, listed = await program.get("/products")
    names = {item["slug"]: [each["name"] for each in item["line_properties"]] for item in listed["items"]}
    assert names == {"kurta-kur-ind-m": ["initials", "gift_card"], "kurta-plain": []}
    _, shown = await program.get("/products/kurta-kur-ind-m")
    assert shown["line_properties"][0] == {
        "name": "initials",
        "label": "Initials",
        "hint": "Capital letters.",
        "max_length": 3,
        "pattern": "[A-Z]+",
        "required": True,
        "multiline": False,
    }


@pytest.mark.parametrize(
    ("form", "field", "words"),
    [
        (saying("ar"), "initials", "Initials: Capital letters."),
        (saying(""), "initials", "Initials: please fill this in."),
        (saying(card=EVIL + "x" * 200), "gift_card", "Gift card: at most 200 characters."),
    ],
)
async def test_a_wrong_field_says_so_on_the_same_page_with_all_that_was_typed(
    browser: Browser, form: dict[str, str], field: str, words: str
):
    answer = await browser.post("/cart/items", {**form, "quantity": "3"})
    page = await html_of(answer)
    assert answer.status_code == 422
    assert "<title>Error: Kurta" in page
    assert f'<a href="#f-properties.{field}">{words}</a>' in page
    assert re.search(rf'name="properties.{field}"[^>]* aria-invalid="true"', page)
    assert SAFE in page
    assert "<script>alert" not in page
    assert re.search(r'name="quantity"[^>]* value="3"', page)
    assert "Your cart is empty" in await browser.text("/cart")
    assert (await browser.get("/cart/items")).status_code == 303, "the address of that answer leads on"


async def test_a_form_without_the_fields_never_skips_what_is_required(browser: Browser, program: Program):
    answer = await browser.post("/cart/items", {"sku": SKU})
    assert answer.status_code == 422
    assert 'name="properties.initials"' in await html_of(answer)
    status, problem = await program.post("/cart", {"sku": SKU})
    assert (status, problem["errors"][0]["field"]) == (422, "properties.initials")


async def test_too_many_pieces_keep_what_was_typed_too(browser: Browser):
    answer = await browser.post("/cart/items", saying(quantity="11"))
    page = await html_of(answer)
    assert answer.status_code == 409
    assert 'href="#f-quantity"' in page
    assert SAFE in page


async def test_different_texts_are_different_lines_and_stay_so(program: Program):
    await put(program, {"initials": "AR"})
    await put(program, {"initials": "AR", "gift_card": "Hi\r\nyou"})
    _, cart = await put(program, {"gift_card": "Hi\nyou ", "initials": "AR"}, 2)
    lines = [(item["quantity"], item["properties"]) for item in cart["items"]]
    assert lines == [(1, {"initials": "AR"}), (3, {"initials": "AR", "gift_card": "Hi\nyou"})]
    assert cart["items"][1]["property_labels"] == {"initials": "Initials", "gift_card": "Gift card"}
    _, cart = await program.patch(f"/cart/{cart['items'][1]['id']}", {"quantity": 2})
    assert cart["items"][1]["properties"] == {"initials": "AR", "gift_card": "Hi\nyou"}


async def test_signing_in_keeps_other_texts_apart_and_joins_the_same(running: RunningApp, program: Program):
    await register_customer(running.shop, email="asha@example.in", password=PASSWORD, name="Asha")
    login = {"email": "asha@example.in", "password": PASSWORD}
    mine = shopper_program(running)
    _, tokens = await mine.post("/auth/login", login)
    mine.headers["Authorization"] = f"Bearer {tokens['access_token']}"
    await put(mine, {"initials": "AR"}, 1)
    await put(program, {"initials": "AR"}, 3)
    await put(program, {"initials": "AR", "gift_card": "Hi"}, 2)
    await program.post("/auth/login", login)
    _, cart = await mine.get("/cart")
    lines = [(item["properties"], item["quantity"]) for item in cart["items"]]
    assert lines == [({"initials": "AR"}, 3), ({"initials": "AR", "gift_card": "Hi"}, 2)]


async def test_it_is_shown_with_its_label_and_as_text_all_the_way(running: RunningApp, browser: Browser):
    added = await browser.post("/cart/items", saying())
    cart = await browser.text(str(added.headers["Location"]))
    shown = f"Gift card: <bdi>Happy birthday!\n{SAFE}</bdi>"
    minicart = cart[cart.index('<template id="added">') : cart.index("</template>")]
    assert shown in minicart
    assert cart.count(shown) == 2, "in the mini-cart and in the cart"
    checkout = await browser.text("/checkout")
    placed = await browser.post(
        "/checkout", {**ADDRESS, **CHOICES, "email": "asha@example.in", "expected_total": str(TOTAL), "action": "place"}
    )
    confirmation = await browser.text(str(placed.headers["Location"]))
    tracking = re.search(r'href="(/track/[^"]+)"', confirmation)
    assert tracking
    await deliver_all(running.shop)
    (letter,) = await sent(running.shop)
    assert f"Gift card: Happy birthday!\n{SAFE}" in letter["html"]
    assert f"  Gift card: Happy birthday!\n    {EVIL}\n" in letter["text"]
    staff = await staff_browser(running)
    orders = await staff.text("/admin/orders")
    link = re.search(r'href="(/admin/orders/[0-9A-Z]{26})"', orders)
    assert link
    admin = await staff.text(link[1])
    pages = {
        "cart": cart,
        "checkout": checkout,
        "confirmation": confirmation,
        "tracking": await browser.text(tracking[1].replace("&amp;", "&")),
        "admin": admin,
    }
    for name, page in pages.items():
        assert shown in page, name
        assert "Initials: <bdi>AR</bdi>" in page, name
        assert "<script>alert" not in page, name


async def test_a_line_whose_property_nobody_takes_is_kept_shown_and_not_sold(
    running: RunningApp, browser: Browser, program: Program
):
    await put(program, {"initials": "AR"})
    assert (await order(program))[0] == 201
    (old,) = await running.shop.mongo.collection("orders").find({"number": {"$exists": True}}).to_list(None)
    await browser.post("/cart/items", saying())
    await put(program, {"initials": "AR", "gift_card": "Hi"})
    await disable_plugin(running.shop, "engraver")

    staff = await staff_browser(running)
    assert "Initials: <bdi>AR</bdi>" in await staff.text(f"/admin/orders/{old['_id']}"), "an order keeps its labels"
    page = await browser.text("/cart")
    assert "Kurta KUR-IND-M: “Initials” is not offered any more." in page
    assert "Initials: <bdi>AR</bdi>" in page
    assert 'value="leave_out"' in page
    assert "properties." not in await browser.text("/product/kurta-kur-ind-m")
    _, cart = await program.get("/cart")
    assert [notice["code"] for notice in cart["notices"]] == ["property_unavailable"]
    assert cart["items"][0]["property_labels"] == {"initials": "Initials", "gift_card": "Gift card"}
    status, problem = await order(program)
    assert (status, problem["code"]) == (422, "property_unavailable")
    assert problem["errors"][0]["field"] == f"items.{cart['items'][0]['id']}"

    item = re.search(r'action="(/cart/items/[^"]+)"', page)
    assert item
    assert (await browser.post(item[1], {"action": "leave_out", "quantity": "1"})).status_code == 303
    page = await browser.text("/cart")
    assert "not offered any more" not in page
    assert "Initials:" not in page
    placed = await browser.post(
        "/checkout",
        {
            **ADDRESS,
            **CHOICES,
            "phone": "9811111111",
            "email": "m@example.in",
            "expected_total": str(TOTAL),
            "action": "place",
        },
    )
    assert placed.status_code == 303

    await enable_plugin(running.shop, "engraver")
    _, cart = await program.get("/cart")
    assert cart["notices"] == [], "what is offered again is sold as it was said"
    assert (await order(program))[0] == 201


async def test_what_became_required_or_was_switched_off_at_the_product_is_noticed(
    running: RunningApp, program: Program
):
    product = await product_by_id_or_slug(running.shop, "kurta-kur-ind-m")
    await flag(running, product.id, on=False)
    status, problem = await put(program, {"initials": "AR"})
    assert (status, problem["errors"][0]["code"]) == (422, "unknown_property")
    assert (await put(program, {}))[0] == 201
    await flag(running, product.id, on=True)
    _, cart = await program.get("/cart")
    assert [notice["code"] for notice in cart["notices"]] == ["property_invalid"]
    assert (await order(program))[1]["code"] == "property_invalid"
    await flag(running, product.id, on=False)
    assert (await order(program))[0] == 201


async def test_the_fields_cost_no_database_command(running: RunningApp, program: Program, counter: CommandCounter):
    await put(program, {"initials": "AR"})
    counter.clear()
    await put(program, {"initials": "AR", "gift_card": "Hi"})
    assert counter.commands == ["find carts", "aggregate stock", "update carts"]


async def test_leaving_out_what_is_offered_changes_nothing(browser: Browser, running: RunningApp):
    await browser.post("/cart/items", saying())
    page = await browser.text("/cart")
    item = re.search(r'action="(/cart/items/[^"]+)"', page)
    assert item
    assert 'value="leave_out"' not in page
    await browser.post(item[1], {"action": "leave_out"})
    assert "Initials: <bdi>AR</bdi>" in await browser.text("/cart")
    await adjust(running.shop, SKU, -10, "broken", "staff-1")
    assert (await browser.post(item[1], {"action": "leave_out"})).status_code == 303
