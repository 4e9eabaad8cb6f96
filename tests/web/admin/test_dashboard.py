"""Staff's start page, the search over everything, and what the bar tells."""

from __future__ import annotations

from datetime import timedelta

import pytest

from spoeq_core.kernel.clock import FixedClock
from spoeq_core.orders.service import cancel
from spoeq_core.orders.statistics import sales_by_day
from spoeq_core.testing.clients import RunningApp
from spoeq_core.testing.visitors import Browser, shopper_browser, staff_browser
from spoeq_core.web.formats import short_amount
from spoeq_core.web.views.charts import Series, ceiling, chart
from tests.shopping import DELIVERY, DOOR_FEE, PRICE, buy, guest

TOTAL = PRICE + DELIVERY + DOOR_FEE


async def test_sales_are_counted_by_the_shops_day(app: RunningApp, clock: FixedClock) -> None:
    shop = app.shop
    today = (clock.now() + timedelta(hours=5, minutes=30)).date()
    await buy(shop, await guest(shop, {"KURTA": 1}))
    gone = (await buy(shop, await guest(shop, {"KURTA": 1}))).order
    await cancel(shop, gone.id, actor="Asha")
    await buy(shop, await guest(shop, {"KURTA": 1}), pay="gateway")
    days = await sales_by_day(shop, today - timedelta(days=1), 2)
    assert [(day.orders, day.total) for day in days] == [(0, 0), (1, TOTAL)]


async def test_the_start_page_tells_what_to_do_first(app: RunningApp, admin: Browser) -> None:
    assert "No orders yet" in await admin.text("/admin")
    await buy(app.shop, await guest(app.shop, {"KURTA": 1}))
    html = await admin.text("/admin?days=30")
    assert html.index("Orders to pack") < html.index("Sales of the last 30 days") < html.index("Latest orders")
    assert 'href="/admin/orders?status=confirmed"' in html
    assert "<svg" in html
    assert "Sales of the last 7 days" in await admin.text("/admin?days=5000")


@pytest.mark.parametrize(
    ("role", "sees", "not_"),
    [
        ("warehouse", ["Orders to pack", "SKUs running low"], ["Sales of", "/admin/customers", "/admin/settings"]),
        ("support", ["Orders to pack", "Sales of", "/admin/customers"], ["SKUs running low", "/admin/products"]),
        ("staff", ["SKUs running low", "/admin/audit"], ["/admin/settings", "/admin/plugins"]),
    ],
)
async def test_each_role_sees_what_is_its_own(app: RunningApp, role: str, sees: list[str], not_: list[str]) -> None:
    await buy(app.shop, await guest(app.shop, {"KURTA": 1}))
    html = await (await staff_browser(app, role)).text("/admin")
    assert [word for word in sees if word not in html] == []
    assert [word for word in not_ if word in html] == []


async def test_the_search_finds_by_kind_what_one_may_see(app: RunningApp, admin: Browser) -> None:
    order = (await buy(app.shop, await guest(app.shop, {"KURTA": 1}))).order
    html = await admin.text(f"/admin/search?q={order.number}")
    assert f"/admin/orders/{order.id}" in html
    assert "Kurta KURTA" in await admin.text("/admin/search?q=kurta")
    part = await admin.text("/admin/search?q=inven&partial=1")
    assert "<html" not in part
    assert 'href="/admin/inventory"' in part
    warehouse = await staff_browser(app, "warehouse")
    assert "Kurta KURTA" not in await warehouse.text("/admin/search?q=kurta")
    assert "Nothing for" in await admin.text("/admin/search?q=%3Cscript%3E")


async def test_shortcuts_can_be_switched_off(admin: Browser) -> None:
    assert 'data-shortcuts="off"' not in await admin.text("/admin")
    answer = await admin.post("/admin/shortcuts", {"shortcuts": "off"})
    assert answer.headers["Location"] == "/admin"
    assert 'data-shortcuts="off"' in await admin.text("/admin")


async def test_nobody_who_is_not_signed_in_gets_anywhere(app: RunningApp) -> None:
    visitor = shopper_browser(app)
    for path in ("/admin", "/admin/orders", "/admin/jobs", "/admin/search?q=x", "/admin/audit", "/admin/settings"):
        answer = await visitor.get(path)
        assert answer.status_code == 303, path
        assert answer.headers["Location"].startswith("/admin/login")


@pytest.mark.parametrize("value", [0, 1, 4, 5, 99, 100, 101, 4321, 9_999_999, 10**12])
def test_the_top_of_a_chart_is_round_and_not_far_above(value: int) -> None:
    top = ceiling(value)
    assert top >= value
    assert top % 4 == 0
    assert top <= max(4, value * 3)


def test_a_chart_keeps_its_bars_inside() -> None:
    drawn = chart([str(n) for n in range(90)], Series("now", range(90)), Series("before", [0] * 90), str)
    assert all(bar["x"] >= drawn["left"] and bar["x"] + bar["width"] <= drawn["right"] for bar in drawn["bars"])
    assert all(bar["y"] >= 0 and bar["y"] + bar["height"] <= drawn["height"] for bar in drawn["bars"])
    assert len(drawn["labels"]) <= 8
    assert chart([], Series("now", []), Series("before", []))["bars"] == []


@pytest.mark.parametrize(
    ("amount", "text"),
    [(0, "₹0"), (50000, "₹500"), (2000000, "₹20k"), (2050000, "₹20.5k"), (25000000, "₹2.5L"), (1250000000, "₹1.2Cr")],
)
def test_an_axis_is_written_short(amount: int, text: str) -> None:
    assert short_amount(amount, "INR") == text


async def test_no_right_is_told_apart_from_nothing_there(app: RunningApp) -> None:
    support = await staff_browser(app, "support")
    refused = await (await support.get("/admin/products")).get_data(as_text=True)
    assert "Not for your role" in refused
    assert "catalog.view" in refused
    missing = await (await support.get("/admin/nowhere")).get_data(as_text=True)
    assert "There is nothing here" in missing
