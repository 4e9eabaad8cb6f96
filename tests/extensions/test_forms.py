"""Staff fill in what plugins keep: with a product and its variants, on the page of an order and of a customer."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import urlencode

import pytest

from spoeq_core.audit.service import find_entries
from spoeq_core.cart import service as carts
from spoeq_core.catalog.model import Product
from spoeq_core.catalog.service import extend_product, extend_variant, product_by_id_or_slug, update_product
from spoeq_core.identity.model import Customer
from spoeq_core.identity.service import customer_by_id, extend_customer, register_customer
from spoeq_core.orders.model import Order
from spoeq_core.orders.service import add_note, extend_order, order_for
from spoeq_core.plugins.lifecycle import disable_plugin, enable_plugin
from spoeq_core.testing.clients import RunningApp
from spoeq_core.testing.visitors import SAME_SITE, Browser, staff_browser
from tests.extensions.plugins import Battery, Club, Dispatch, Warranty, Wrapping
from tests.shopping import buy, guest

Fields = dict[str, str]


def fields_of(html: str, form_id: str) -> Fields:
    """What the form would send as it stands."""
    form = html[html.index(f'id="{form_id}"') :]
    form = form[: form.index("</form>")]
    found: Fields = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r' name="([^"]+)"', tag), re.search(r' value="([^"]*)"', tag)
        if name and not ("checkbox" in tag and " checked" not in tag):
            found[name[1]] = unescape(value[1]) if value else ""
    for name, options in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    for name, text in re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>\n(.*?)</textarea>', form, re.DOTALL):
        found[name] = unescape(text)
    return found


async def send(browser: Browser, path: str, fields: Fields, **changes: str | None) -> tuple[int, str]:
    """The form sent with some values changed, None for a box that is not ticked: the status and the page."""
    sent = {name: value for name, value in {**fields, **changes}.items() if value is not None}
    headers = {**SAME_SITE, "Content-Type": "application/x-www-form-urlencoded"}
    answer = await browser.client.post(path, data=urlencode(sent), headers=headers)
    return answer.status_code, await answer.get_data(as_text=True)


def error_at(html: str, name: str) -> str:
    """What is said at the field."""
    found = re.search(rf'id="f-{re.escape(name)}-error">.*?</p>', html, re.DOTALL)
    return re.sub(r"<[^>]+>", "", found[0].partition(">")[2]) if found else ""


@pytest.fixture
async def admin(app: RunningApp) -> Browser:
    return await staff_browser(app, "admin")


@pytest.fixture
async def kurta(app: RunningApp) -> Product:
    return await product_by_id_or_slug(app.shop, "kurta-kurta")


@pytest.fixture
async def order(app: RunningApp) -> Order:
    return (await buy(app.shop, await guest(app.shop, {"KURTA": 1}))).order


@pytest.fixture
async def asha(app: RunningApp) -> Customer:
    return await register_customer(app.shop, email="asha@example.in", password="neem leaves at dawn", name="Asha")


ROW = "variants-0-ext-keeper"


async def test_a_product_and_its_variants_are_filled_in(app: RunningApp, admin: Browser, kurta: Product) -> None:
    path = f"/admin/products/{kurta.id}"
    fields = fields_of(await admin.text(path), "product-form")
    status, html = await send(
        admin,
        path,
        fields,
        **{
            "ext.keeper.months": "24",
            "ext.keeper.covers": "dye\nseams",
            "ext.keeper.repair": "at_home",
            f"{ROW}-watt_hours": "40",
            f"{ROW}-removable": "1",
            f"{ROW}-deposit": "12.50",
        },
    )
    assert status == 303, html
    saved = await product_by_id_or_slug(app.shop, kurta.id)
    assert saved.ext["keeper"] == {
        "months": 24, "repair": "at_home", "covers": ["dye", "seams"], "abroad": False, "supplier": "",
    }  # fmt: skip
    assert saved.variants[0].ext == {"keeper": {"watt_hours": 40, "removable": True, "deposit": 1250}}
    again = fields_of(await admin.text(path), "product-form")
    assert (again["ext.keeper.months"], again[f"{ROW}-deposit"], again[f"{ROW}-removable"]) == ("24", "12.50", "1")
    assert (await send(admin, path, again, **{f"{ROW}-removable": None}))[0] == 303
    saved = await product_by_id_or_slug(app.shop, kurta.id)
    assert saved.variants[0].ext == {"keeper": {"watt_hours": 40, "removable": False, "deposit": 1250}}
    (entry, *_) = await find_entries(app.shop, target=f"product:{kurta.id}")
    assert entry.detail == {"variants.KURTA.ext-keeper-removable": ["1", ""]}


async def test_a_new_product_has_them_too(app: RunningApp, admin: Browser) -> None:
    fields = fields_of(await admin.text("/admin/products/new"), "product-form")
    changes = {"name": "Lamp", "variants-0-sku": "LAMP", "variants-0-sale": "90", f"{ROW}-watt_hours": "5"}
    status, html = await send(admin, "/admin/products/new", fields, **changes)
    assert status == 303, html
    made = await product_by_id_or_slug(app.shop, "lamp", hidden=True)
    assert made.variants[0].ext["keeper"]["watt_hours"] == 5


async def test_a_products_errors_stand_at_the_fields_and_nothing_is_lost(
    app: RunningApp, admin: Browser, kurta: Product
) -> None:
    path = f"/admin/products/{kurta.id}"
    fields = fields_of(await admin.text(path), "product-form")
    typed = {
        "ext.keeper.months": "400",
        "ext.keeper.abroad": "1",
        f"{ROW}-watt_hours": "-3",
        f"{ROW}-removable": "1",
        f"{ROW}-deposit": "7.25",
    }
    status, html = await send(admin, path, fields, **typed)
    assert status == 422
    assert "120" in error_at(html, "ext.keeper.months")
    assert "Enter 0 or more." in error_at(html, f"{ROW}-watt_hours")
    assert typed.items() <= fields_of(html, "product-form").items()
    status, html = await send(admin, path, fields, **{f"{ROW}-deposit": "much", f"{ROW}-watt_hours": "3"})
    assert status == 422
    assert error_at(html, f"{ROW}-deposit")
    assert fields_of(html, "product-form")[f"{ROW}-deposit"] == "much"
    assert (await product_by_id_or_slug(app.shop, kurta.id)).ext == {}


async def test_two_people_at_a_products_fields_are_merged(app: RunningApp, admin: Browser, kurta: Product) -> None:
    path = f"/admin/products/{kurta.id}"
    fields = fields_of(await admin.text(path), "product-form")
    await extend_product(app.shop, kurta.id, Warranty, lambda _: Warranty(months=12, supplier="Acme"))
    await extend_variant(app.shop, kurta.id, "KURTA", Battery, lambda _: Battery(watt_hours=40, removable=True))
    mine = {"ext.keeper.months": "24", f"{ROW}-watt_hours": "50", "name": "Mine"}
    status, html = await send(admin, path, fields, **mine)
    assert status == 409
    again = fields_of(html, "product-form")
    assert mine.items() <= again.items()
    assert (again["ext.keeper.supplier"], again[f"{ROW}-removable"]) == ("Acme", "1")
    for name, mine_was, theirs in (
        ("ext.keeper.months", "24", "12"),
        ("variants.KURTA.ext-keeper-watt_hours", "50", "40"),
    ):
        offered = re.findall(rf'name="take-{re.escape(name)}" value="(\w+)"[^>]*><span>([^<]*)</span>', html)
        assert offered == [("mine", mine_was), ("theirs", theirs)]
    assert 'name="take-ext.keeper.supplier"' not in html
    status, html = await send(admin, path, again, **{"take-variants.KURTA.ext-keeper-watt_hours": "theirs"})
    assert status == 303, html
    saved = await product_by_id_or_slug(app.shop, kurta.id)
    assert (saved.name, saved.ext["keeper"]["months"], saved.ext["keeper"]["supplier"]) == ("Mine", 24, "Acme")
    assert saved.variants[0].ext["keeper"] == {"watt_hours": 40, "removable": True, "deposit": 0}


async def test_a_form_from_before_a_plugin_was_switched_on_empties_nothing(
    app: RunningApp, admin: Browser, kurta: Product
) -> None:
    await extend_product(app.shop, kurta.id, Warranty, lambda _: Warranty(months=12, abroad=True, covers=["dye"]))
    await extend_variant(app.shop, kurta.id, "KURTA", Battery, lambda _: Battery(removable=True))
    await disable_plugin(app.shop, "keeper")
    path = f"/admin/products/{kurta.id}"
    html = await admin.text(path)
    assert "ext.keeper" not in html
    assert "ext-keeper" not in html
    fields = fields_of(html, "product-form")
    assert (await send(admin, path, fields, name="While it was off"))[0] == 303
    fields = fields_of(await admin.text(path), "product-form")
    await enable_plugin(app.shop, "keeper")
    assert (await send(admin, path, fields, name="Just on"))[0] == 303
    saved = await product_by_id_or_slug(app.shop, kurta.id)
    assert saved.name == "Just on"
    assert saved.ext["keeper"] == Warranty(months=12, abroad=True, covers=["dye"]).model_dump()
    assert saved.variants[0].ext["keeper"]["removable"] is True
    assert fields_of(await admin.text(path), "product-form")["ext.keeper.months"] == "12"


async def test_an_order_is_filled_in_while_it_moves_on(app: RunningApp, admin: Browser, order: Order) -> None:
    path = f"/admin/orders/{order.id}"
    fields = fields_of(await admin.text(path), "extensions-form")
    await add_note(app.shop, order.id, "Meanwhile", actor="Meera")
    await extend_order(app.shop, order.id, Dispatch, lambda _: Dispatch(remark="from the plugin"))
    changes = {"ext.keeper.gate": "B2", "ext.keeper.fragile": "1", "ext.keeper.trail": "shelf\ndesk"}
    status, html = await send(admin, f"{path}/extensions", fields, **changes)
    assert status == 303, html
    stored = await order_for(app.shop, order.id, staff=True)
    kept = {"gate": "B2", "fragile": True, "trail": ["shelf", "desk"], "remark": "from the plugin"}
    assert stored.ext["keeper"] == kept
    assert stored.timeline[-1].note == "Meanwhile"
    (entry,) = await find_entries(app.shop, target=f"order:{order.id}")
    assert entry.action == "order.extended"
    assert entry.detail["ext.keeper.gate"] == ["…", "…"], "personal data is not written down"


async def test_an_orders_errors_stand_at_the_fields(app: RunningApp, admin: Browser, order: Order) -> None:
    path = f"/admin/orders/{order.id}"
    fields = fields_of(await admin.text(path), "extensions-form")
    typed = {"ext.keeper.gate": "x" * 13, "ext.keeper.fragile": "1", "ext.keeper.remark": "kept"}
    status, html = await send(admin, f"{path}/extensions", fields, **typed)
    assert status == 422
    assert "at most 12" in error_at(html, "ext.keeper.gate")
    assert typed.items() <= fields_of(html, "extensions-form").items()
    assert (await order_for(app.shop, order.id, staff=True)).ext == {}


async def test_another_form_of_the_page_that_is_refused_unticks_nothing(
    app: RunningApp, admin: Browser, order: Order
) -> None:
    await extend_order(app.shop, order.id, Dispatch, lambda _: Dispatch(fragile=True, gate="B2"))
    path = f"/admin/orders/{order.id}"
    parcel = {"carrier": "Post", "tracking_url": "nowhere"}
    status, html = await send(admin, f"{path}/shipments", parcel)
    assert status == 422
    shown = fields_of(html, "extensions-form")
    assert (shown["ext.keeper.fragile"], shown["ext.keeper.gate"]) == ("1", "B2")


async def test_the_order_page_says_what_is_kept_with_its_lines(app: RunningApp, admin: Browser) -> None:
    owner = await guest(app.shop, {"KURTA": 1})
    line = (await carts.load(app.shop, owner)).cart.lines[0]
    await carts.extend_line(app.shop, owner, line.id, Wrapping, lambda _: Wrapping(paper="red & gold"))
    order = (await buy(app.shop, owner)).order
    html = await admin.text(f"/admin/orders/{order.id}")
    assert "Paper: <bdi>red &amp; gold</bdi>" in html
    assert "Cost:" not in html, "what is as by default says nothing"
    await disable_plugin(app.shop, "keeper")
    assert "red &amp; gold" not in await admin.text(f"/admin/orders/{order.id}")


async def test_two_people_at_a_customers_fields_choose(app: RunningApp, admin: Browser, asha: Customer) -> None:
    path = f"/admin/customers/{asha.id}"
    fields = fields_of(await admin.text(path), "extensions-form")
    await extend_customer(app.shop, asha.id, Club, lambda _: Club(points=7, card="9-77"))
    status, html = await send(admin, f"{path}/extensions", fields, **{"ext.keeper.points": "3"})
    assert status == 409
    again = fields_of(html, "extensions-form")
    assert (again["ext.keeper.points"], again["ext.keeper.card"]) == ("3", "9-77")
    assert "Somebody else saved this meanwhile" in html
    for choice, points in (("theirs", 7), ("mine", 3)):
        status, html = await send(admin, f"{path}/extensions", again, **{"take-ext.keeper.points": choice})
        assert status == 303, html
        stored = await customer_by_id(app.shop, asha.id)
        assert stored.ext["keeper"] == {"points": points, "card": "9-77"}
    again = fields_of(await admin.text(path), "extensions-form")
    status, html = await send(admin, f"{path}/extensions", again, **{"ext.keeper.points": "-1"})
    assert status == 422
    assert "Enter 0 or more." in error_at(html, "ext.keeper.points")


async def test_switched_off_there_is_no_form_and_nothing_is_lost(
    app: RunningApp, admin: Browser, order: Order, asha: Customer, kurta: Product
) -> None:
    await extend_order(app.shop, order.id, Dispatch, lambda _: Dispatch(gate="B2"))
    await extend_customer(app.shop, asha.id, Club, lambda _: Club(points=7))
    pages = {"orders": order.id, "customers": asha.id}
    forms = {
        area: fields_of(await admin.text(f"/admin/{area}/{key}"), "extensions-form") for area, key in pages.items()
    }
    await disable_plugin(app.shop, "keeper")
    for area, key in pages.items():
        assert "ext.keeper" not in await admin.text(f"/admin/{area}/{key}")
        status, html = await send(admin, f"/admin/{area}/{key}/extensions", forms[area])
        assert status == 303, html
    await update_product(app.shop, kurta.id, {"name": "Other"})
    await enable_plugin(app.shop, "keeper")
    assert 'value="B2"' in await admin.text(f"/admin/orders/{order.id}")
    assert 'value="7"' in await admin.text(f"/admin/customers/{asha.id}")


async def test_who_may_only_look_sees_values_and_changes_none(app: RunningApp, order: Order, asha: Customer) -> None:
    await extend_order(app.shop, order.id, Dispatch, lambda _: Dispatch(gate="B2"))
    packer = await staff_browser(app, "warehouse")
    html = await packer.text(f"/admin/orders/{order.id}")
    assert "extensions-form" not in html
    assert "<dt>Gate</dt><dd>B2</dd>" in html
    for path in (f"orders/{order.id}", f"customers/{asha.id}"):
        assert (await packer.post(f"/admin/{path}/extensions", {"ext.keeper": "1"})).status_code == 403
