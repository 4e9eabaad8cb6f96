"""Staff's list of orders: what its address says, its views, the same step for many, and the job that takes it."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import urlencode

import pytest

from spoeq_core.audit.service import find_entries
from spoeq_core.jobs.service import list_jobs, run_jobs
from spoeq_core.kernel.clock import FixedClock
from spoeq_core.orders.bulk import JOBS, Action, preview, start
from spoeq_core.orders.model import Order, OrderStatus
from spoeq_core.orders.service import cancel, change_status, order_for, settle
from spoeq_core.payments.model import Settled
from spoeq_core.shop import Shop
from spoeq_core.testing.clients import RunningApp
from spoeq_core.testing.visitors import Browser, staff_browser
from tests.shopping import PRICE, buy, guest


async def placed(shop: Shop, *, pay: str = "door") -> Order:
    return (await buy(shop, await guest(shop, {"KURTA": 1}), pay=pay)).order


async def again(shop: Shop, order: Order) -> Order:
    return await order_for(shop, order.id, staff=True)


def numbers(html: str) -> list[str]:
    return re.findall(r'href="/admin/orders/\w+">([^<]+)</a>', html)


@pytest.fixture
async def three(app: RunningApp) -> dict[str, Order]:
    """One to pack, one that waits for its money, one that was cancelled."""
    found = {"to_pack": await placed(app.shop), "unpaid": await placed(app.shop, pay="gateway")}
    gone = await placed(app.shop)
    await cancel(app.shop, gone.id, actor="Asha")
    return {**found, "cancelled": gone}


async def test_everything_of_the_list_is_in_its_address(admin: Browser, three: dict[str, Order]) -> None:
    assert len(numbers(await admin.text("/admin/orders"))) == 3
    shown = await admin.text("/admin/orders?status=confirmed&payment=pending_cod&q=560001")
    assert 'aria-current="page"' in shown
    assert numbers(await admin.text("/admin/orders?status=confirmed")) == [three["to_pack"].number]
    assert numbers(await admin.text("/admin/orders?payment=pending")) == [three["unpaid"].number]
    assert len(numbers(await admin.text("/admin/orders?pin=5600"))) == 3
    assert numbers(await admin.text("/admin/orders?pin=11")) == []
    assert len(numbers(await admin.text("/admin/orders?q=asha"))) == 3
    assert numbers(await admin.text(f"/admin/orders?q={three['unpaid'].number[:12]}")) == [three["unpaid"].number]
    oldest = numbers(await admin.text("/admin/orders?sort=oldest"))
    assert oldest == [order.number for order in three.values()]


async def test_what_makes_no_sense_narrows_nothing(admin: Browser, three: dict[str, Order]) -> None:
    odd = "/admin/orders?status=lost&payment=gold&since=yesterday&until=9999-99-99&pin=abc&sort=up&cols=x"
    assert len(numbers(await admin.text(odd))) == len(three)
    assert (await admin.get("/admin/orders?cursor=nonsense")).status_code == 422


async def test_days_are_the_shops_own(app: RunningApp, admin: Browser, clock: FixedClock) -> None:
    order = await placed(app.shop)
    today = (clock.now() + timedelta(hours=5, minutes=30)).date()
    yesterday, tomorrow = today - timedelta(days=1), today + timedelta(days=1)
    assert numbers(await admin.text(f"/admin/orders?since={today}&until={today}")) == [order.number]
    assert numbers(await admin.text(f"/admin/orders?until={yesterday}")) == []
    assert numbers(await admin.text(f"/admin/orders?since={tomorrow}")) == []
    assert numbers(await admin.text("/admin/orders?since=0001-01-01&until=9999-12-31")) == [order.number]


async def test_columns_are_chosen_in_the_address(admin: Browser, three: dict[str, Order]) -> None:
    html = await admin.text("/admin/orders?cols=customer&cols=total")
    heads = re.findall(r'role="columnheader" scope="col"[^>]*>([^<]+)<', html)
    assert heads == ["Order", "Customer", "Total"]
    assert len(numbers(html)) == len(three)


async def test_a_view_is_kept_shared_and_removed(app: RunningApp, admin: Browser, three: dict[str, Order]) -> None:
    other = await staff_browser(app, "support")
    query = "payment=pending&junk=1&cursor=x"
    answer = await admin.post("/admin/views/orders", {"view_name": " Unpaid  online ", "query": query})
    assert answer.headers["Location"] == "/admin/orders?payment=pending"
    shown = await admin.text("/admin/orders?payment=pending")
    assert "Unpaid online" in shown
    assert "Unpaid online" not in await other.text("/admin/orders")
    await admin.post("/admin/views/orders", {"view_name": "UNPAID ONLINE", "query": query, "shared": "1"})
    assert "UNPAID ONLINE" in await other.text("/admin/orders")
    assert "UNPAID ONLINE is kept" in await admin.text("/admin/orders")
    shown = await admin.text("/admin/orders?payment=pending")
    assert shown.count("UNPAID ONLINE") == 1
    assert ">Unpaid online<" not in shown
    path = re.search(r"/admin/views/orders/\w+/delete", shown)
    assert path is not None
    assert (await other.post(path[0])).status_code == 403
    removed = await admin.post(path[0])
    assert removed.status_code == 303
    said = await admin.text("/admin/orders")
    assert "Undo" in said
    assert "Undo" not in await admin.text("/admin/orders"), "what was said is said once"
    assert "UNPAID ONLINE" not in await other.text("/admin/orders")


@pytest.mark.parametrize("name", ["", "x" * 41])
async def test_a_view_needs_a_name(admin: Browser, name: str) -> None:
    answer = await admin.post("/admin/views/orders", {"view_name": name, "query": ""})
    assert answer.status_code == 303
    assert "Give the view a name" in await admin.text("/admin/orders")


async def test_views_are_of_lists_that_one_may_see(app: RunningApp, admin: Browser) -> None:
    warehouse = await staff_browser(app, "warehouse")
    assert (await warehouse.post("/admin/views/products", {"view_name": "x"})).status_code == 403
    assert (await admin.post("/admin/views/nothing", {"view_name": "x"})).status_code == 404


async def test_a_step_is_shown_before_it_is_taken(admin: Browser, three: dict[str, Order]) -> None:
    body = urlencode([*(("ids", order.id) for order in three.values()), ("action", "pack")])
    sent = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}
    answer = await admin.client.post("/admin/orders/bulk", data=body, headers=sent)
    html = await answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "Start packing 1 order" in html
    assert "<strong>2</strong> can’t" in unescape(html)
    assert "1 cancelled, 1 not paid" in html
    assert f'value="{three["to_pack"].id}"' in html


async def test_all_that_match_are_taken_not_only_the_page(admin: Browser, three: dict[str, Order]) -> None:
    form = {"scope": "all", "query": "status=confirmed", "action": "pack"}
    html = await (await admin.post("/admin/orders/bulk", form)).get_data(as_text=True)
    assert f'value="{three["to_pack"].id}"' in html
    assert three["unpaid"].id not in html


async def test_nothing_chosen_says_so(admin: Browser, three: dict[str, Order]) -> None:
    answer = await admin.post("/admin/orders/bulk", {"query": "status=confirmed", "action": "pack"})
    assert answer.headers["Location"] == "/admin/orders?status=confirmed"
    assert "Choose one order or more" in await admin.text(answer.headers["Location"])
    wrong = await admin.post("/admin/orders/bulk", {"ids": three["to_pack"].id, "action": "burn"})
    assert wrong.status_code == 422


async def test_the_job_packs_tells_progress_and_lists_failures(
    app: RunningApp, admin: Browser, three: dict[str, Order]
) -> None:
    ids = ",".join(order.id for order in three.values())
    answer = await admin.post("/admin/orders/bulk/run", {"ids": ids, "action": "pack", "note": "Rush"})
    path = answer.headers["Location"]
    waiting = await admin.text(path)
    assert "0 of 3" in waiting
    assert 'http-equiv="refresh" content="5"' in waiting
    assert "1</span>" in waiting, "the bar says that a job is under way"
    await run_jobs(app.shop, JOBS)
    ended = await admin.text(path)
    assert "3 of 3" in ended
    assert "2 could not be done" in ended
    assert "http-equiv" not in ended
    csv = await (await admin.get(f"{path}/failures.csv")).get_data(as_text=True)
    assert csv.splitlines()[0] == "\ufeffitem,reason"
    assert three["unpaid"].number in csv
    packed = await again(app.shop, three["to_pack"])
    assert packed.status is OrderStatus.PROCESSING
    assert packed.timeline[-1].note == "Rush"


async def test_a_job_is_cancelled(app: RunningApp, admin: Browser, three: dict[str, Order]) -> None:
    answer = await admin.post("/admin/orders/bulk/run", {"ids": three["to_pack"].id, "action": "pack"})
    path = answer.headers["Location"]
    assert (await admin.post(f"{path}/cancel")).status_code == 303
    assert "Stopping" in await admin.text(path)
    await run_jobs(app.shop, JOBS)
    assert "Cancelled" in await admin.text(path)
    assert (await again(app.shop, three["to_pack"])).status is OrderStatus.CONFIRMED
    await admin.post(f"{path}/cancel")
    assert "has ended already" in await admin.text(path)


async def test_only_who_may_take_a_step_may_begin_and_see_it(app: RunningApp, three: dict[str, Order]) -> None:
    support, warehouse = await staff_browser(app, "support"), await staff_browser(app, "warehouse")
    run = "/admin/orders/bulk/run"
    assert (await support.post(run, {"ids": three["to_pack"].id, "action": "pack"})).status_code == 403
    assert (await warehouse.post(run, {"ids": three["to_pack"].id, "action": "cancel"})).status_code == 403
    answer = await warehouse.post(run, {"ids": three["to_pack"].id, "action": "pack"})
    path = answer.headers["Location"]
    assert (await support.get(path)).status_code == 404
    assert (await support.post(f"{path}/cancel")).status_code == 404
    assert path not in await support.text("/admin/jobs")
    assert path in await warehouse.text("/admin/jobs")
    assert (await warehouse.get("/admin/jobs/none")).status_code == 404


async def test_a_repeated_step_counts_no_order_twice(app: RunningApp, three: dict[str, Order]) -> None:
    shop, order = app.shop, three["to_pack"]
    made: dict[str, Any] = {"title": "Pack", "note": "", "actor_id": "a", "actor_name": "Asha"}
    await start(shop, [order.id, order.id], Action.PACK, **made)
    await change_status(shop, order.id, OrderStatus.PROCESSING, actor="the step, before its worker died")
    await run_jobs(shop, JOBS)
    (job,) = await list_jobs(shop)
    assert (job.done, job.failed, job.total) == (1, 0, 1)
    assert len([entry for entry in (await again(shop, order)).timeline if entry.label == "Being packed"]) == 1


async def test_a_preview_says_why(app: RunningApp, three: dict[str, Order]) -> None:
    ids = [order.id for order in three.values()]
    shop = app.shop
    assert (await preview(shop, ids, Action.DELIVER)).reasons() == {"Cancelled": 1, "not paid": 1, "Order confirmed": 1}
    await change_status(shop, three["to_pack"].id, OrderStatus.SHIPPED, actor="Asha")
    seen = await preview(shop, ids, Action.CANCEL)
    assert seen.reasons() == {"already: Cancelled": 1, "already on its way": 1}
    assert [order.id for order in seen.able] == [three["unpaid"].id]


async def test_an_order_leads_back_to_the_list_one_came_from(admin: Browser, three: dict[str, Order]) -> None:
    path = f"/admin/orders/{three['to_pack'].id}"
    came = {"Sec-Fetch-Site": "same-origin", "Referer": "http://localhost/admin/orders?status=confirmed"}
    html = await (await admin.client.get(path, headers=came)).get_data(as_text=True)
    assert 'href="/admin/orders?status=confirmed"' in html
    elsewhere = {**came, "Referer": "http://localhost/evil?status=confirmed"}
    html = await (await admin.client.get(path, headers=elsewhere)).get_data(as_text=True)
    assert 'href="/admin/orders?status=confirmed"' not in html


async def test_a_parcel_of_some_pieces_leaves_the_rest(app: RunningApp, admin: Browser) -> None:
    order = (await buy(app.shop, await guest(app.shop, {"KURTA": 3}))).order
    path, line = f"/admin/orders/{order.id}", order.lines[0].id
    form = {"version": "1", "carrier": "Delhivery", "awb": "1", f"pieces-{line}": "2"}
    assert (await admin.post(f"{path}/shipments", form)).status_code == 303
    part = await again(app.shop, order)
    assert part.unshipped() == {line: 1}
    none = {**form, "version": str(part.version), f"pieces-{line}": "0"}
    refused = await admin.post(f"{path}/shipments", none)
    assert refused.status_code == 422
    assert "A parcel must hold something" in await refused.get_data(as_text=True)
    many = {**none, f"pieces-{line}": "7"}
    assert (await admin.post(f"{path}/shipments", many)).status_code == 422
    words = {**none, f"pieces-{line}": "two"}
    assert (await admin.post(f"{path}/shipments", words)).status_code == 422


async def test_the_ledger_adds_up(app: RunningApp, admin: Browser, three: dict[str, Order]) -> None:
    order = three["to_pack"]
    assert "to collect at the door" in await admin.text(f"/admin/orders/{order.id}")
    for step in (OrderStatus.SHIPPED, OrderStatus.DELIVERED):
        await change_status(app.shop, order.id, step, actor="Asha")
    html = await admin.text(f"/admin/orders/{order.id}")
    assert "Nothing is due." in html
    assert "delivery:" in html


async def test_orders_with_a_payment_to_look_at_are_found(
    app: RunningApp, admin: Browser, three: dict[str, Order]
) -> None:
    assert numbers(await admin.text("/admin/orders?flagged=1")) == []
    order = three["unpaid"]
    await settle(app.shop, "gateway", order.id, Settled("pay_1", order.grand_total - 1, "INR"))
    assert numbers(await admin.text("/admin/orders?flagged=1")) == [order.number]
    assert "/admin/orders?flagged=1" in await admin.text("/admin")
    html = await admin.text(f"/admin/orders/{order.id}")
    assert "does not match what was due" in html
    assert "Set aside, counts for nothing" in html


async def test_a_refund_shows_its_sums_before_money_moves(app: RunningApp, admin: Browser) -> None:
    order = (await buy(app.shop, await guest(app.shop, {"KURTA": 3}))).order
    path, line = f"/admin/orders/{order.id}", order.lines[0].id
    assert "See the sums" not in await admin.text(path), "nothing came in yet"
    for step in (OrderStatus.SHIPPED, OrderStatus.DELIVERED):
        await change_status(app.shop, order.id, step, actor="Asha")
    form = {f"refund-{line}": "2", "refund_reason": "too small", "refund_reference": "UPI 1", "restock": "1"}
    answer = await admin.post(f"{path}/refunds", form)
    html = await answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "Give back ₹2,598.00" in html
    assert (await again(app.shop, order)).refunded == 0
    refund_id = re.search(r'name="refund_id" value="(\w+)"', html)
    assert refund_id is not None
    sure = {**form, "sure": "1", "refund_id": refund_id[1]}
    assert (await admin.post(f"{path}/refunds", sure)).status_code == 303
    assert (await admin.post(f"{path}/refunds", sure)).status_code == 303
    given = await again(app.shop, order)
    assert given.refunded == 2 * PRICE
    ledger = (await admin.text(path)).partition("Payment ledger")[2].partition("</table>")[0]
    assert "Given back" in ledger
    assert "UPI 1" in ledger
    assert len(given.refunds) == 1
    entries = await find_entries(app.shop, target=f"order:{order.id}")
    assert [entry.action for entry in entries] == ["order.refunded"]
    html = await admin.text(path)
    assert "Given back" in html
    assert "was given back" in html


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"refund_reason": ""}, "refund_reason"),
        ({"refund_amount": "ten"}, "refund_amount"),
        ({"refund_amount": "0"}, "refund_amount"),
        ({"refund_amount": "999999"}, "refund_amount"),
        ({"refund_amount": ""}, "refund_amount"),
    ],
)
async def test_a_wrong_refund_is_told_at_its_field(
    app: RunningApp, admin: Browser, changes: dict[str, str], field: str
) -> None:
    order = (await buy(app.shop, await guest(app.shop, {"KURTA": 1}))).order
    for step in (OrderStatus.SHIPPED, OrderStatus.DELIVERED):
        await change_status(app.shop, order.id, step, actor="Asha")
    form = {"refund_reason": "late", "refund_amount": "100", **changes}
    answer = await admin.post(f"/admin/orders/{order.id}/refunds", form)
    html = await answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert f'href="#f-{field}"' in html
    assert (await again(app.shop, order)).refunds == ()


async def test_support_gives_back_up_to_its_cap_and_a_packer_nothing(app: RunningApp) -> None:
    order = (await buy(app.shop, await guest(app.shop, {"KURTA": 3}))).order
    for step in (OrderStatus.SHIPPED, OrderStatus.DELIVERED):
        await change_status(app.shop, order.id, step, actor="Asha")
    path = f"/admin/orders/{order.id}"
    support, warehouse = await staff_browser(app, "support"), await staff_browser(app, "warehouse")
    much = {"refund_reason": "late", "refund_amount": "3000", "sure": "1"}
    assert (await support.post(f"{path}/refunds", much)).status_code == 303
    assert "more than your role may give back" in await support.text(path)
    assert (await again(app.shop, order)).refunds == ()
    assert (await warehouse.post(f"{path}/refunds", much)).status_code == 403
    assert "See the sums" not in await warehouse.text(path)
