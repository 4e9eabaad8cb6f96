"""What is ordered before it comes, as shoppers, staff and programs see it: told first, packed later."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from spoeq_core.catalog.service import product_by_id_or_slug
from spoeq_core.inventory.service import get_stock
from spoeq_core.orders.listing import list_orders
from spoeq_core.orders.model import Order
from spoeq_core.testing.clients import RunningApp, app_with
from spoeq_core.testing.shops import deliver_all
from spoeq_core.testing.visitors import Browser, Program, shopper_browser, staff_browser, staff_program
from tests.shopping import delivery, door, letters, sent, stock_up

GUEST = {
    "phone": "9845012345",
    "email": "asha@example.in",
    "name": "Asha Rao",
    "postal_code": "560001",
    "city": "Bengaluru",
    "state": "Karnataka",
    "line1": "12 Temple Street",
    "shipping_method": "delivery:standard",
    "payment_method": "door",
}


@pytest.fixture
async def app(servers: tuple[str, str], tmp_path: Path) -> AsyncIterator[RunningApp]:
    async with app_with(delivery(), door(), letters(), servers=servers, data_dir=tmp_path) as running:
        await stock_up(running.shop, {"KURTA": 1, "DIYA": 5})
        yield running


@pytest.fixture
async def admin(app: RunningApp) -> Browser:
    return await staff_browser(app, "admin")


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


async def set_policy(app: RunningApp, admin: Browser, **fields: str) -> tuple[int, str]:
    """The product's form sent with this of its one variant."""
    product = await product_by_id_or_slug(app.shop, "kurta-kurta")
    form = {
        "name": product.name,
        "slug": product.slug,
        "status": "active",
        "version": str(product.version),
        "variants-0-sku": "KURTA",
        "variants-0-sale": "1299",
        "variants-0-mrp": "1999",
        **product.declarations,
        **{f"variants-0-{name}": text for name, text in fields.items()},
    }
    answer = await admin.post(f"/admin/products/{product.id}", form)
    return answer.status_code, str(await answer.get_data(as_text=True))


async def bought(app: RunningApp, quantity: int) -> tuple[str, Order]:
    """What the checkout said, and the order of so many."""
    browser = shopper_browser(app)
    await browser.post("/cart/items", {"sku": "KURTA", "quantity": str(quantity)})
    html = await browser.text("/cart")
    page = await browser.post("/checkout", {**GUEST, "action": "update"})
    checkout = str(await page.get_data(as_text=True))
    total = re.search(r'name="expected_total" value="(\d+)"', checkout)
    assert total is not None
    placed = await browser.post("/checkout", {**GUEST, "action": "place", "expected_total": total[1]})
    assert placed.status_code == 303, await placed.get_data(as_text=True)
    confirmation = await browser.text(placed.headers["Location"])
    await deliver_all(app.shop)
    (order,) = (await list_orders(app.shop)).items[:1]
    return words(f"{html} {checkout} {confirmation}"), order


async def test_a_shopper_reads_it_on_every_page_before_and_after_buying(app: RunningApp, admin: Browser):
    assert (await set_policy(app, admin, stock_policy="backorder", backorder_limit="4", ships_in_days="7"))[0] == 303
    said, order = await bought(app, 3)
    assert said.count("2 of them: Available to order, ships in about 7 days") == 2
    assert "2 of them: Ordered ahead, ships about" in said
    assert order.lines[0].backordered == 2
    (letter,) = [it for it in await sent(app.shop) if "confirmation" in it["key"] or order.number in it["subject"]]
    assert "Ordered ahead, ships about" in letter["text"]
    assert "Ordered ahead, ships about" in letter["html"]

    html = await shopper_browser(app).text("/product/kurta-kurta")
    assert "Available to order, ships in about 7 days" in words(html)
    scripts = re.findall(r'<script type="application/ld\+json">(.+?)</script>', html, re.S)
    data = [json.loads(script) for script in scripts]
    offers = [it["offers"]["availability"] for it in data if "offers" in it]
    assert offers == ["https://schema.org/BackOrder"]
    assert "Add to cart" in html
    assert "Available to order" in words(await shopper_browser(app).text("/products?in_stock=1"))


async def test_beyond_the_limit_it_is_sold_out(app: RunningApp, admin: Browser):
    await set_policy(app, admin, stock_policy="backorder", backorder_limit="2", ships_in_days="")
    await bought(app, 3)
    html = await shopper_browser(app).text("/product/kurta-kurta")
    assert "This product is sold out." in html
    late = shopper_browser(app)
    await late.post("/cart/items", {"sku": "KURTA", "quantity": "1"})
    assert "Your cart is empty" in await late.text("/cart")
    assert "kurta-kurta" not in await shopper_browser(app).text("/products?in_stock=1")


async def test_staff_see_who_waits_and_pack_once_the_goods_are_booked(app: RunningApp, admin: Browser):
    await set_policy(app, admin, stock_policy="backorder", backorder_limit="4", ships_in_days="7")
    _, order = await bought(app, 3)
    assert "2 awaited" in words(await admin.text("/admin/inventory"))
    stock = words(await admin.text("/admin/inventory/KURTA"))
    assert "2 pieces were ordered ahead" in stock
    assert order.number in stock
    assert "2 awaited" in words(await admin.text("/admin/products/" + order.lines[0].product_id))
    page = await admin.text(f"/admin/orders/{order.id}")
    assert "2 pieces have yet to come" in words(page)
    assert f'name="pieces-{order.lines[0].id}" type="number" inputmode="numeric" min="0" max="3" value="1"' in page
    parcel = {"version": str(order.version), "carrier": "Delhivery", "awb": "1", f"pieces-{order.lines[0].id}": "3"}
    refused = await admin.post(f"/admin/orders/{order.id}/shipments", parcel)
    assert refused.status_code == 303
    assert "The goods are not on the shelf (on hand: KURTA: 1)." in words(await admin.text(f"/admin/orders/{order.id}"))
    await admin.post("/admin/inventory/KURTA", {"delta": "2", "reason": "received"})
    assert "awaited" not in words(await admin.text(f"/admin/orders/{order.id}"))
    await admin.post(f"/admin/orders/{order.id}/shipments", parcel)
    assert (await get_stock(app.shop, "KURTA")).on_hand == 0


async def test_a_wrong_policy_is_told_at_its_field_and_nothing_typed_is_lost(app: RunningApp, admin: Browser):
    status, html = await set_policy(app, admin, stock_policy="backorder", backorder_limit="0", ships_in_days="999")
    assert status == 422
    for field in ("variants-0-backorder_limit", "variants-0-ships_in_days"):
        assert f'href="#f-{field}"' in html
    assert 'value="999"' in html
    status, html = await set_policy(app, admin, stock_policy="perhaps", backorder_limit="many")
    assert status == 422
    assert 'href="#f-variants-0-stock_policy"' in html
    assert (await get_stock(app.shop, "KURTA")).backorder_limit == 0


async def test_a_form_that_does_not_ask_leaves_the_policy(app: RunningApp, admin: Browser):
    await set_policy(app, admin, stock_policy="backorder", backorder_limit="4", ships_in_days="7")
    assert (await set_policy(app, admin))[0] == 303
    assert (await get_stock(app.shop, "KURTA")).backorder_limit == 4


@pytest.fixture
async def staff(app: RunningApp) -> Program:
    return await staff_program(app, "admin")


async def test_programs_set_the_policy_and_see_what_is_awaited(app: RunningApp, staff: Program, admin: Browser):
    product = await product_by_id_or_slug(app.shop, "kurta-kurta")
    variant = {"sku": "KURTA", "price": {"sale": {"amount": 129900, "currency": "INR"}}}
    given = {"stock_policy": "backorder", "backorder_limit": 4, "ships_in_days": 7}
    path = f"/products/{product.id}"
    match = {"If-Match": f'"{product.version}"'}
    status, changed = await staff.ask("PATCH", path, {"variants": [{**variant, **given}]}, match)
    assert status == 200, changed
    assert {name: changed["variants"][0][name] for name in given} == given
    _, order = await bought(app, 3)
    _, found = await staff.ask("GET", path)
    assert found["variants"][0]["stock"] == {"state": "backorder", "quantity": 0, "ships_in_days": 7, "backordered": 2}
    _, row = await staff.ask("GET", "/inventory?q=KURTA")
    (stock,) = [item for item in row["items"] if item["sku"] == "KURTA"]
    assert [stock[name] for name in ("available", "backordered", "backorder_limit")] == [-2, 2, 4]
    status, problem = await staff.ask("POST", f"/orders/{order.id}/shipments", {"carrier": "Delhivery"})
    assert (status, problem["code"]) == (409, "no_goods")
    assert problem["on_hand"] == [{"sku": "KURTA", "on_hand": 1}]
    _, shown = await staff.ask("GET", f"/orders/{order.id}")
    assert shown["items"][0]["backordered"] == 2
    anybody = Program(app.another_client())
    _, cart = await anybody.ask("POST", "/cart", {"sku": "KURTA", "quantity": 2})
    assert [cart["items"][0][name] for name in ("available", "backordered", "ships_in_days")] == [2, 2, 7]
    status, problem = await anybody.ask("POST", "/cart", {"sku": "KURTA", "quantity": 1})
    assert (status, problem["available"]) == (409, [{"sku": "KURTA", "available": 2}])
    bad = {**variant, **given, "backorder_limit": 0}
    status, problem = await staff.ask("PATCH", path, {"variants": [bad]}, {"If-Match": f'"{found["version"]}"'})
    assert (status, problem["errors"][0]["field"]) == (422, "variants.0.backorder_limit")
