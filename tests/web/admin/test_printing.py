"""An order on paper: the packing slip without prices, the order with them; complete without a script."""

from __future__ import annotations

import re

import pytest

from spoeq_core.orders import service as orders
from spoeq_core.orders.model import Order
from spoeq_core.orders.service import Parcel
from spoeq_core.testing.clients import RunningApp
from spoeq_core.testing.visitors import Browser, staff_browser
from tests.shopping import buy, guest, stock_up


@pytest.fixture
async def order(app: RunningApp) -> Order:
    await stock_up(app.shop, {"STOLE": 100})
    return (await buy(app.shop, await guest(app.shop, {"KURTA": 2, "STOLE": 1}))).order


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html[html.index("<main") :]))


async def test_the_order_page_leads_to_both_sheets(admin: Browser, order: Order) -> None:
    html = await admin.text(f"/admin/orders/{order.id}")
    for path in ("print", "packing-slip"):
        assert f'href="/admin/orders/{order.id}/{path}"' in html


async def test_an_order_is_printed_with_its_prices(admin: Browser, order: Order) -> None:
    html = await admin.text(f"/admin/orders/{order.id}/print")
    said = words(html)
    for each in (order.number, "Kurta KURTA", "Kurta STOLE", "₹1,299.00", "12 Temple Street", "no tax invoice"):
        assert each in said, each
    assert re.search(r'rel="stylesheet" href="/static/admin/print\.css\?v=\w+"', html)


async def test_a_packing_slip_has_pieces_no_prices_and_what_the_courier_collects(
    app: RunningApp, admin: Browser, order: Order
) -> None:
    said = words(await admin.text(f"/admin/orders/{order.id}/packing-slip"))
    assert "Pieces in all: 3" in said
    assert said.count("₹") == 1
    assert "To collect at the door: ₹" in said
    line = next(line for line in order.lines if line.sku == "KURTA")
    await orders.add_shipment(app.shop, order.id, Parcel(items={line.id: 2}), actor="Meera")
    said = words(await admin.text(f"/admin/orders/{order.id}/packing-slip"))
    assert "Pieces in all: 1" in said
    assert "Kurta KURTA" not in said
    await orders.add_shipment(app.shop, order.id, Parcel(), actor="Meera")
    assert "Pieces in all: 3" in words(await admin.text(f"/admin/orders/{order.id}/packing-slip"))


async def test_who_may_see_orders_may_print_them(app: RunningApp, order: Order) -> None:
    warehouse = await staff_browser(app, "warehouse")
    assert (await warehouse.get(f"/admin/orders/{order.id}/packing-slip")).status_code == 200
    assert (await warehouse.get("/admin/orders/nothing/print")).status_code == 404
    nobody = Browser(app.app.test_client())
    for path in ("print", "packing-slip"):
        assert (await nobody.get(f"/admin/orders/{order.id}/{path}")).status_code == 303
