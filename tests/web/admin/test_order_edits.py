"""Staff change an order on its pages, and shoppers take pieces out, without JavaScript."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from spoeq_core.orders.documents import OrderRepository
from spoeq_core.orders.model import Order
from spoeq_core.orders.shape import track_path
from spoeq_core.testing.clients import RunningApp, app_with
from spoeq_core.testing.shops import deliver_all
from spoeq_core.testing.visitors import shopper_browser, staff_browser
from tests.shopping import buy, delivery, door, guest, letters, sent, stock_left, stock_up


@pytest.fixture
async def app(servers: tuple[str, str], tmp_path: Path) -> AsyncIterator[RunningApp]:
    async with app_with(delivery(), door(), letters(), servers=servers, data_dir=tmp_path) as running:
        await stock_up(running.shop, {"KURTA": 20, "DIYA": 20})
        yield running


async def bought(app: RunningApp) -> Order:
    return (await buy(app.shop, await guest(app.shop, {"KURTA": 2, "DIYA": 1}))).order


async def now(app: RunningApp, order: Order) -> Order:
    return await app.shop.repository(OrderRepository).get(order.id)


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of the form that does it."""
    form = page[page.index('name="sure"') - 3000 : page.index('name="sure"') + 1500]
    return dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form))


async def test_staff_see_the_sums_before_anything_changes(app: RunningApp):
    order, staff = await bought(app), await staff_browser(app)
    kurta = order.lines[0]
    typed = {f"pieces-{kurta.id}": "1", "add_sku": "DIYA", "add_pieces": "3", "reason": "Wanted so"}
    page = await (await staff.post(f"/admin/orders/{order.id}/edit", typed)).get_data(as_text=True)
    assert "Kurta KURTA: 2 → 1" in page
    assert await now(app, order) == order
    done = await staff.post(f"/admin/orders/{order.id}/edit", hidden(page))
    assert done.status_code == 303
    again = await staff.post(f"/admin/orders/{order.id}/edit", hidden(page))
    assert again.status_code == 303
    after = await now(app, order)
    assert [(line.sku, line.quantity) for line in after.lines] == [("KURTA", 1), ("DIYA", 1), ("DIYA", 3)]
    await deliver_all(app.shop)
    assert (await stock_left(app.shop, "KURTA"), await stock_left(app.shop, "DIYA")) == ((20, 1), (20, 4))
    (mail,) = [it for it in await sent(app.shop) if it["template"] == "order_changed"]
    assert "Kurta KURTA: 2 → 1" in mail["text"]
    assert "Wanted so" in mail["text"]
    assert "Order changed" in await staff.text(f"/admin/orders/{order.id}")


async def test_what_cannot_be_is_said_at_its_field_and_nothing_typed_is_lost(app: RunningApp):
    order, staff = await bought(app), await staff_browser(app)
    typed = {f"pieces-{order.lines[0].id}": "1", "add_sku": "NOTHING", "reason": "My words"}
    answer = await staff.post(f"/admin/orders/{order.id}/edit", typed)
    page = await answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'id="f-add_sku-error"' in page
    assert 'value="My words"' in page
    for wrong in ({"postal_code": "1"}, {f"pieces-{order.lines[0].id}": "x"}, {}):
        assert (await staff.post(f"/admin/orders/{order.id}/edit", wrong)).status_code == 422
    assert await now(app, order) == order


async def test_whoever_was_overtaken_changes_nothing(app: RunningApp):
    order, staff = await bought(app), await staff_browser(app)
    typed = {f"pieces-{order.lines[0].id}": "1"}
    page = await (await staff.post(f"/admin/orders/{order.id}/edit", typed)).get_data(as_text=True)
    await staff.post(f"/admin/orders/{order.id}/notes", {"note": "Rang the shopper"})
    assert (await staff.post(f"/admin/orders/{order.id}/edit", hidden(page))).status_code == 409
    assert (await now(app, order)).changes == ()


async def test_only_who_may_manage_orders_changes_them(app: RunningApp):
    order = await bought(app)
    warehouse, support = await staff_browser(app, "warehouse"), await staff_browser(app, "support")
    assert (await warehouse.get(f"/admin/orders/{order.id}/edit")).status_code == 403
    assert (await support.get(f"/admin/orders/{order.id}/edit")).status_code == 200
    await (await staff_browser(app)).post(f"/admin/orders/{order.id}/status", {"status": "shipped"})
    page = await support.text(f"/admin/orders/{order.id}/edit")
    assert "cannot be changed" in page
    assert 'name="add_sku"' not in page


async def test_shoppers_take_pieces_out_and_cancel_by_their_link(app: RunningApp):
    order, shopper = await bought(app), shopper_browser(app)
    path = track_path(app.shop, order)
    token = path.partition("token=")[2]
    page = await shopper.text(path)
    change = dict(re.findall(r'name="(change_id)" value="([^"]+)"', page))
    out = {**change, f"pieces-{order.lines[0].id}": "1"}
    for _ in range(2):
        answer = await shopper.post(f"/orders/{order.id}/cancel-lines?token={token}", out)
        assert answer.status_code == 303
    assert [line.quantity for line in (await now(app, order)).lines] == [1, 1]
    assert (await shopper.post(f"/orders/{order.id}/cancel-lines?token=x", out)).status_code == 404
    await shopper.post(f"/orders/{order.id}/cancel-lines?token={token}", {})
    assert "Choose how many" in await shopper.text(path)
    await shopper.post(f"/orders/{order.id}/cancel?token={token}", {"reason": "No"})
    assert (await now(app, order)).status.value == "cancelled"
    await deliver_all(app.shop)
    assert (await stock_left(app.shop, "KURTA"), await stock_left(app.shop, "DIYA")) == ((20, 0), (20, 0))
    assert "Cancel some items" not in await shopper.text(path)
