"""Papers of real orders: once each, numbered without gaps, whatever runs at once or is cut off."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from spoeq_core.catalog.service import update_product
from spoeq_core.checkout.service import place_order
from spoeq_core.kernel.clock import FixedClock
from spoeq_core.kernel.ids import new_id
from spoeq_core.orders import service as orders
from spoeq_core.orders.editing import edit_order
from spoeq_core.orders.model import Order, OrderEdit, OrderStatus
from spoeq_core.orders.service import Parcel, RefundWish
from spoeq_core.payments.model import Settled
from spoeq_core.sdk import Adjustment, Conflict, Free, OnOrder, OnShipping, Phase, order_token, save_settings
from spoeq_core.shop import Shop
from spoeq_core.testing.clients import RunningApp, app_with
from spoeq_core.testing.shops import deliver_all
from spoeq_core.testing.visitors import staff_browser
from spoeq_gst import plugin as gst
from spoeq_gst.documents import Filed, NumberRepository, PaperRepository
from spoeq_gst.invoices import credit_returned, issue_papers
from spoeq_gst.pdf import paper_pdf
from spoeq_gst.personal import PAPERS
from spoeq_gst.service import create_row
from spoeq_gst.subscribers import finish
from tests.shopping import DELIVERY, DOOR_FEE, SKU, delivery, door, guest, plugin, request_for, stock_up

CLOCK = datetime(2027, 3, 31, 12, tzinfo=UTC)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(CLOCK)


@pytest.fixture
async def running(servers: tuple[str, str], tmp_path: Path, clock: FixedClock) -> AsyncIterator[RunningApp]:
    async with app_with(delivery(), door(), gst, servers=servers, data_dir=tmp_path, clock=clock) as app:
        kurta = (await stock_up(app.shop, {SKU: 500}))[SKU]
        await update_product(app.shop, kurta.id, {"hsn": "620442"})
        await save_settings(app.shop, "gst", lambda now: {"gstin": "29AAGCB7383J1Z4"})
        yield app


@pytest.fixture
def shop(running: RunningApp) -> Shop:
    return running.shop


async def sent(shop: Shop, pieces: int = 3) -> Order:
    owner = await guest(shop, {SKU: pieces})
    order = (await place_order(shop, owner, await request_for(shop, owner), key="")).order
    return await orders.change_status(shop, order.id, OrderStatus.SHIPPED, actor="Ravi")


async def paid_back(shop: Shop, order: Order, wish: RefundWish) -> Order:
    return await orders.refund(shop, order.id, wish, actor="Ravi")


async def taken(shop: Shop) -> list[str]:
    found = await shop.repository(NumberRepository).find({}, sort=[("series", 1), ("seq", 1)])
    return [number.id for number in found]


async def test_an_order_has_its_invoice_when_it_is_sent_and_a_credit_note_for_each_refund(
    running: RunningApp, shop: Shop, clock: FixedClock
):
    order = await sent(shop)
    await deliver_all(shop)
    (invoice,) = await shop.repository(PaperRepository).of_order(order.id)
    assert (invoice.number, invoice.issued, invoice.paper.kind) == ("INV/26-27/1", True, "invoice")
    assert invoice.paper.total == order.grand_total
    assert invoice.paper.tax("CGST") == invoice.paper.tax("SGST") > 0
    assert len(invoice.paper.rows) == 3, "the goods, the delivery, the fee at the door"
    await orders.change_status(shop, order.id, OrderStatus.DELIVERED, actor="Ravi")
    clock.forward(timedelta(days=1))
    await paid_back(shop, order, RefundWish("torn", items={order.lines[0].id: 1}))
    await paid_back(shop, order, RefundWish("late", amount=1234))
    rest = order.grand_total - (await orders.order_for(shop, order.id, staff=True)).refunded
    await paid_back(shop, order, RefundWish("gone", amount=rest))
    await deliver_all(shop)
    invoice, *notes = await shop.repository(PaperRepository).of_order(order.id)
    assert [note.number for note in notes] == ["CN/27-28/1", "CN/27-28/2", "CN/27-28/3"]
    assert {note.paper.against for note in notes} == {invoice.number}
    assert sum(note.paper.total for note in notes) == order.grand_total
    assert sum(note.paper.tax("CGST") for note in notes) == invoice.paper.tax("CGST")
    await look_at(running, order)


async def look_at(running: RunningApp, order: Order) -> None:
    path = f"/api/v1/orders/{order.id}"
    token = order_token(running.shop, order.id)
    for name, status in {"invoice": 200, "credit-notes/1": 200, "credit-notes/3": 200, "credit-notes/4": 404}.items():
        answer = await running.client.get(f"{path}/{name}.pdf?token={token}")
        assert answer.status_code == status
        assert status == 404 or (await answer.get_data()).startswith(b"%PDF-")
    assert (await running.client.get(f"{path}/invoice.pdf")).status_code == 404
    assert (await running.client.get(f"{path}/invoice.pdf?token=x")).status_code == 404
    page = await running.client.get(f"/track/{order.number}?token={token}")
    html = str(await page.get_data(as_text=True))
    assert "Invoice INV/26-27/1 (PDF)" in html
    assert "Credit note CN/27-28/3 (PDF)" in html


async def test_many_workers_at_once_leave_no_gap_and_no_double(shop: Shop):
    sold = [await sent(shop, 1) for _ in range(4)]
    await asyncio.gather(*(issue_papers(shop, order.id) for order in sold for _ in range(3)))
    assert await taken(shop) == [f"INV/26-27/{number}" for number in range(1, 5)]
    papers = await shop.repository(PaperRepository).find({})
    assert sorted(filed.number for filed in papers) == await taken(shop)
    for order in sold:
        await orders.change_status(shop, order.id, OrderStatus.DELIVERED, actor="Ravi")
        await paid_back(shop, order, RefundWish("a", amount=101))
        await paid_back(shop, order, RefundWish("b", amount=order.grand_total - 101))
    await asyncio.gather(*(issue_papers(shop, order.id) for order in sold for _ in range(3)))
    assert len(await taken(shop)) == 4 + 8
    for order in sold:
        invoice, *notes = await shop.repository(PaperRepository).of_order(order.id)
        assert sum(note.paper.total for note in notes) == invoice.paper.total
        assert sum(note.paper.tax("CGST") for note in notes) == invoice.paper.tax("CGST")


async def test_what_was_cut_off_is_finished_under_one_number(shop: Shop):
    papers, numbers = shop.repository(PaperRepository), shop.repository(NumberRepository)
    first, second, third = [await sent(shop, 1) for _ in range(3)]
    (one,) = await issue_papers(shop, first.id)
    filed = replace(one, id=f"invoice:{second.id}", order_id=second.id, issued=False)
    assert await papers.file(filed), "killed after filing, and its number went to another"
    unmarked = replace(one, id=f"invoice:{third.id}", order_id=third.id, seq=2, issued=False)
    assert await papers.file(unmarked)
    assert await numbers.claim(unmarked), "killed after claiming"
    await finish(shop)
    found = {filed.order_id: filed for filed in await papers.find({})}
    assert [found[order.id].seq for order in (first, second, third)] == [1, 3, 2]
    assert all(filed.issued for filed in found.values())
    await finish(shop)
    assert await taken(shop) == ["INV/26-27/1", "INV/26-27/2", "INV/26-27/3"]


async def test_staff_download_the_month(running: RunningApp, shop: Shop):
    order = await sent(shop)
    await issue_papers(shop, order.id)
    staff = await staff_browser(running)
    assert "Tables for GSTR-1" in await staff.text("/admin/gst")
    lines = (await staff.text("/admin/gst/returns.csv?month=2027-03&table=b2cs")).splitlines()
    assert lines[1].startswith("29-Karnataka,")
    assert len((await staff.text("/admin/gst/returns.csv?month=2027-02&table=b2cs")).splitlines()) == 1
    assert (await staff.get("/admin/gst/returns.csv?month=2027&table=b2cs")).status_code == 422
    assert (await staff.get("/admin/gst/returns.csv?month=2027-03&table=x")).status_code == 422
    anonymous = await running.client.get("/admin/gst/returns.csv?month=2027-03&table=b2cs")
    assert anonymous.status_code in {302, 303, 401, 403}


async def test_an_order_that_was_not_sent_has_no_paper(shop: Shop):
    owner = await guest(shop, {SKU: 1})
    order = (await place_order(shop, owner, await request_for(shop, owner), key="")).order
    assert await issue_papers(shop, order.id) == []


async def test_who_is_not_registered_issues_a_bill_without_tax(shop: Shop):
    await save_settings(shop, "gst", lambda now: {"gstin": ""})
    order = await sent(shop)
    (bill,) = await issue_papers(shop, order.id)
    assert (bill.paper.kind, bill.paper.total, bill.paper.taxable) == ("bill", order.grand_total, order.grand_total)


async def test_what_was_issued_stays_as_it_is(shop: Shop):
    order = await sent(shop)
    (before,) = await issue_papers(shop, order.id)
    await save_settings(shop, "gst", lambda now: {"gstin": "29AAGCN0000N1ZK", "invoice_prefix": "X"})
    await shop.mongo.collection("orders").update_one(
        {"_id": order.id}, {"$set": {"billing_address.name": "", "shipping_address.name": ""}}
    )
    (after,) = await issue_papers(shop, order.id)
    assert after == before
    assert after.paper.buyer.name == "Asha Rao"
    assert PAPERS.fate == "kept"
    assert isinstance(after, Filed)


async def test_a_parcel_that_comes_back_unpaid_is_credited_once_whoever_says_so(running: RunningApp, shop: Shop):
    order = await sent(shop)
    staff = await staff_browser(running)
    assert "Did the parcel come back unpaid?" in await staff.text(f"/admin/orders/{order.id}")
    answer = await staff.post(f"/admin/gst/orders/{order.id}/returned", {})
    assert answer.status_code == 303
    page = await staff.text(f"/admin/orders/{order.id}")
    assert "Credit note CN/26-27/1 (PDF)" in page
    assert "Did the parcel come back unpaid?" not in page
    await asyncio.gather(*(credit_returned(shop, order.id) for _ in range(4)))
    invoice, note = await shop.repository(PaperRepository).of_order(order.id)
    assert (note.paper.total, note.paper.taxable) == (invoice.paper.total, invoice.paper.taxable)
    assert note.paper.tax("CGST") == invoice.paper.tax("CGST")
    assert note.paper.against == invoice.number
    assert await taken(shop) == ["CN/26-27/1", "INV/26-27/1"]


async def test_what_was_paid_for_or_not_sent_does_not_come_back_unpaid(running: RunningApp, shop: Shop):
    owner = await guest(shop, {SKU: 1})
    waiting = (await place_order(shop, owner, await request_for(shop, owner), key="")).order
    paid = await sent(shop, 1)
    await orders.change_status(shop, paid.id, OrderStatus.DELIVERED, actor="Ravi")
    for order in (waiting, paid):
        with pytest.raises(Conflict):
            await credit_returned(shop, order.id)
        staff = await staff_browser(running)
        assert "Did the parcel come back unpaid?" not in await staff.text(f"/admin/orders/{order.id}")
    assert not [number for number in await taken(shop) if number.startswith("CN")]


async def test_an_order_placed_without_tax_has_a_bill_of_supply(shop: Shop):
    await save_settings(shop, "gst", lambda now: {"gstin": ""})
    owner = await guest(shop, {SKU: 1})
    order = (await place_order(shop, owner, await request_for(shop, owner), key="")).order
    await save_settings(shop, "gst", lambda now: {"gstin": "29AAGCB7383J1Z4"})
    await orders.change_status(shop, order.id, OrderStatus.SHIPPED, actor="Ravi")
    (bill,) = await issue_papers(shop, order.id)
    assert bill.paper.kind == "bill"
    assert b"%PDF-" in await paper_pdf(bill)


async def test_a_rate_that_was_changed_before_the_invoice_is_told_to_staff(running: RunningApp, shop: Shop):
    owner = await guest(shop, {SKU: 1})
    order = (await place_order(shop, owner, await request_for(shop, owner), key="")).order
    await create_row(shop, {"hsn": "620442", "valid_from": "2026-01-01", "rate": "12"})
    await orders.change_status(shop, order.id, OrderStatus.SHIPPED, actor="Ravi")
    (invoice,) = await issue_papers(shop, order.id)
    assert [(row.was, row.now) for row in invoice.paper.recheck] == [(5, 12)]
    assert {row.rate for row in invoice.paper.rows} == {5}, "the rate is the order's"
    staff = await staff_browser(running)
    assert "5% → 12%" in await staff.text(f"/admin/orders/{order.id}")
    unchanged = await sent(shop, 1)
    (fresh,) = await issue_papers(shop, unchanged.id)
    assert fresh.paper.recheck == ()


async def papers_of(shop: Shop, order: Order) -> list[Filed]:
    await deliver_all(shop)
    return await shop.repository(PaperRepository).of_order(order.id)


async def test_what_was_taken_out_before_is_neither_invoiced_nor_credited(shop: Shop):
    owner = await guest(shop, {SKU: 3})
    order = (await place_order(shop, owner, await request_for(shop, owner), key="")).order
    await orders.settle(shop, "door", order.id, Settled("p1", order.due, "INR"))
    line = order.lines[0].id
    cut = await edit_order(shop, order.id, OrderEdit(quantities={line: 2}), change_id=new_id(), actor="Ravi")
    await orders.change_status(shop, order.id, OrderStatus.SHIPPED, actor="Ravi")
    back = await paid_back(shop, order, RefundWish("Taken out"))
    assert back.refunded == order.grand_total - cut.grand_total
    (invoice,) = await papers_of(shop, order)
    assert (invoice.paper.total, invoice.paper.rows[0].quantity) == (cut.grand_total, 2)
    await paid_back(shop, order, RefundWish("Torn", items={line: 1}))
    _, credit = await papers_of(shop, order)
    assert (credit.paper.total, credit.paper.rows[0].key) == (cut.lines[0].total // 2, line)


async def test_what_is_taken_out_after_the_invoice_is_credited_on_its_line(shop: Shop):
    order = await half_sent(shop, diyas=2, paid=True)
    diya = order.lines[1]
    (invoice,) = await papers_of(shop, order)
    cut = await edit_order(shop, order.id, OrderEdit(quantities={diya.id: 0}), change_id=new_id(), actor="Ravi")
    back = await paid_back(shop, order, RefundWish("Not there"))
    _, credit = await papers_of(shop, order)
    assert invoice.paper.total == order.grand_total
    assert credit.paper.total == back.refunded == order.grand_total - cut.grand_total
    assert credit.paper.rows[0].key == diya.id
    assert credit.paper.rows[0].total == diya.total


async def half_sent(shop: Shop, *, diyas: int, paid: bool = False) -> Order:
    """An order of which the kurta is on its way, and the diyas are not."""
    await stock_up(shop, {"DIYA": 9})
    owner = await guest(shop, {SKU: 1, "DIYA": diyas})
    order = (await place_order(shop, owner, await request_for(shop, owner), key="")).order
    if paid:
        await orders.settle(shop, "door", order.id, Settled("p1", order.due, "INR"))
    return await orders.add_shipment(shop, order.id, Parcel({order.lines[0].id: 1}), actor="Ravi")


async def test_what_is_taken_out_before_it_was_paid_is_credited_once_and_refunds_do_not_credit_it_again(shop: Shop):
    order = await half_sent(shop, diyas=3)
    diya = order.lines[1]
    (invoice,) = [filed.paper for filed in await papers_of(shop, order)]
    for left in (2, 1):
        cut = await edit_order(shop, order.id, OrderEdit(quantities={diya.id: left}), change_id=new_id(), actor="Ravi")
        await deliver_all(shop)
        await asyncio.gather(*(issue_papers(shop, order.id) for _ in range(4)))
    _, *notes = [filed.paper for filed in await papers_of(shop, order)]
    assert [(row.key, row.total, row.quantity) for note in notes for row in note.rows] == [
        (diya.id, diya.total // 3, 1),
        (diya.id, diya.total // 3, 1),
    ]
    assert sum(note.total for note in notes) == invoice.total - cut.grand_total
    await orders.settle(shop, "door", order.id, Settled("p1", cut.due, "INR"))
    cut = await edit_order(shop, order.id, OrderEdit(quantities={diya.id: 0}), change_id=new_id(), actor="Ravi")
    assert len(await papers_of(shop, order)) == 3, "what was paid waits for the money to go back"
    await paid_back(shop, order, RefundWish("Not there"))
    await paid_back(shop, order, RefundWish("Lost", amount=cut.grand_total))
    _, *notes = [filed.paper for filed in await papers_of(shop, order)]
    assert [note.total for note in notes[2:]] == [diya.total // 3, cut.grand_total]
    assert sum(note.total for note in notes) == invoice.total
    for name in ("CGST", "SGST"):
        assert sum(note.tax(name) for note in notes) == invoice.tax(name)


async def test_money_given_beyond_what_was_taken_out_takes_no_pieces_of_other_lines(shop: Shop):
    await stock_up(shop, {"LAMP": 9})
    await stock_up(shop, {"DIYA": 9})
    owner = await guest(shop, {SKU: 1, "DIYA": 1, "LAMP": 2})
    order = (await place_order(shop, owner, await request_for(shop, owner), key="")).order
    await orders.settle(shop, "door", order.id, Settled("p1", order.due, "INR"))
    kurta, diya, lamp = order.lines
    await orders.add_shipment(shop, order.id, Parcel({kurta.id: 1}), actor="Ravi")
    await papers_of(shop, order)
    cut = await edit_order(shop, order.id, OrderEdit(quantities={diya.id: 0}), change_id=new_id(), actor="Ravi")
    await paid_back(shop, order, RefundWish("Not there, sorry", amount=cut.overpaid + 3_000))
    await papers_of(shop, order)
    await edit_order(shop, order.id, OrderEdit(quantities={lamp.id: 1}), change_id=new_id(), actor="Ravi")
    await paid_back(shop, order, RefundWish("Not there"))
    _, _, credit = await papers_of(shop, order)
    assert [(row.key, row.total, row.quantity) for row in credit.paper.rows] == [(lamp.id, lamp.total // 2, 1)]


async def test_what_came_back_unpaid_is_not_credited_again_when_it_is_taken_out(shop: Shop):
    order = await half_sent(shop, diyas=2)
    diya = order.lines[1]
    await papers_of(shop, order)
    await credit_returned(shop, order.id)
    await edit_order(shop, order.id, OrderEdit(quantities={diya.id: 1}), change_id=new_id(), actor="Ravi")
    invoice, note = [filed.paper for filed in await papers_of(shop, order)]
    assert note.total == invoice.total


async def test_what_a_total_is_rounded_by_is_on_the_papers_and_in_no_row_of_them(shop: Shop):
    await save_settings(shop, "core", {"cash_rounding": "cash_payments", "cash_step": 100})
    await stock_up(shop, {"DIYA": 9}, price=9_971)
    owner = await guest(shop, {"DIYA": 3})
    order = (await place_order(shop, owner, await request_for(shop, owner), key="")).order
    exact = 3 * 9_971 + DELIVERY + DOOR_FEE
    await orders.settle(shop, "door", order.id, Settled("p1", order.due, "INR"))
    (diya,) = order.lines
    await orders.add_shipment(shop, order.id, Parcel({diya.id: 1}), actor="Ravi")
    (invoice,) = [filed.paper for filed in await papers_of(shop, order)]
    assert (invoice.of_rows, invoice.round_off, invoice.total) == (exact, -13, order.grand_total)
    cut = await edit_order(shop, order.id, OrderEdit(quantities={diya.id: 2}), change_id=new_id(), actor="Ravi")
    assert cut.priced["totals"]["rounding"] == -42
    await paid_back(shop, order, RefundWish("Not there"))
    _, note = [filed.paper for filed in await papers_of(shop, order)]
    assert [(one.key, one.total) for one in note.rows] == [(diya.id, 9_971)]
    assert (note.round_off, note.total) == (29, order.grand_total - cut.grand_total)
    await paid_back(shop, order, RefundWish("Torn", items={diya.id: 1}))
    await paid_back(shop, order, RefundWish("Lost", amount=cut.grand_total - 9_971))
    _, *notes = [filed.paper for filed in await papers_of(shop, order)]
    assert [(one.of_rows, one.round_off) for one in notes[1:]] == [(9_971, 0), (9_971 + DELIVERY + DOOR_FEE, -42)]
    assert sum(one.total for one in notes) == order.grand_total
    for name in ("CGST", "SGST"):
        assert sum(one.tax(name) for one in notes) == invoice.tax(name)


async def test_an_order_that_cost_nothing_has_an_invoice_of_nothing(servers: tuple[str, str], tmp_path: Path):
    async def price_adjustments(phase: Phase) -> Sequence[Adjustment]:
        whole = {Phase.ORDER: OnOrder(), Phase.SHIPPING: OnShipping()}
        return [Adjustment("all", "A gift", whole[phase], Free())] if phase in whole else []

    gift = plugin("gift", price_adjustments=price_adjustments)
    async with app_with(delivery(), door(), gift, gst, servers=servers, data_dir=tmp_path) as app:
        await stock_up(app.shop)
        await save_settings(app.shop, "gst", lambda now: {"gstin": "29AAGCB7383J1Z4"})
        order = await sent(app.shop, 1)
        (invoice,) = await papers_of(app.shop, order)
        assert (invoice.paper.total, invoice.paper.taxable, invoice.paper.tax("CGST", "SGST")) == (0, 0, 0)
        assert (await paper_pdf(invoice)).startswith(b"%PDF-")
