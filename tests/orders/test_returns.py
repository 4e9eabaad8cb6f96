"""Goods that come back: step by step, with who did what; on the shelf only when inspected, once, and never too many."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from spoeq_core.checkout.invariants import check, faults
from spoeq_core.kernel.errors import Invalid, NotFound, SpoeqError
from spoeq_core.kernel.ids import new_id
from spoeq_core.orders import service as orders
from spoeq_core.orders.documents import OrderRepository
from spoeq_core.orders.model import FulfilmentStatus, NotAllowed, Order, OrderStatus, ReturnStatus
from spoeq_core.orders.service import RefundWish
from spoeq_core.orders.shape import track_path
from spoeq_core.testing.clients import RunningApp, app_with
from spoeq_core.testing.faults import Fault, Killed, failing
from spoeq_core.testing.shops import deliver_all
from spoeq_core.testing.visitors import shopper_browser, staff_browser
from tests.shopping import buy, delivery, door, guest, letters, sent, stock_left, stock_up


@pytest.fixture
async def app(servers: tuple[str, str], tmp_path: Path) -> AsyncIterator[RunningApp]:
    async with app_with(delivery(), door(), letters(), servers=servers, data_dir=tmp_path) as running:
        await stock_up(running.shop, {"KURTA": 10, "DIYA": 10})
        yield running


async def delivered(app: RunningApp) -> Order:
    order = (await buy(app.shop, await guest(app.shop, {"KURTA": 3, "DIYA": 1}))).order
    for status in (OrderStatus.SHIPPED, OrderStatus.DELIVERED):
        order = await orders.change_status(app.shop, order.id, status, actor="Ravi")
    await deliver_all(app.shop)
    return order


async def asked(app: RunningApp, order: Order, kurtas: int = 2) -> tuple[str, str]:
    """The ids of the return and of its line."""
    line = order.lines[0].id
    after = await orders.request_return(app.shop, order.id, {line: kurtas}, "Too long", actor="shopper")
    return after.returns[-1].id, line


async def approved(app: RunningApp, order: Order, kurtas: int = 2) -> tuple[str, str]:
    back, line = await asked(app, order, kurtas)
    await orders.answer_return(app.shop, order.id, back, approve=True, actor="Meera")
    return back, line


async def kurtas(app: RunningApp) -> int:
    await deliver_all(app.shop)
    assert await check(app.shop, looks=1) == []
    return (await stock_left(app.shop, "KURTA"))[0]


async def test_a_return_goes_its_way_and_says_who_did_what(app: RunningApp):
    order = await delivered(app)
    back, line = await approved(app, order)
    assert await kurtas(app) == 7
    received = await orders.receive_return(app.shop, order.id, back, {line: 2}, actor="Ravi")
    assert (received.fulfilment_status, received.lines[0].returned) == (FulfilmentStatus.PARTIALLY_RETURNED, 2)
    assert await kurtas(app) == 7
    done = await orders.inspect_return(app.shop, order.id, back, {line: 1}, actor="Ravi", note="One is torn")
    assert await kurtas(app) == 8
    (wanted,) = done.returns
    assert (wanted.restocked, wanted.damaged) == ({line: 1}, {line: 1})
    steps = [(it.kind, it.actor) for it in done.timeline if it.kind.startswith("return")]
    assert steps == [
        ("return", "shopper"),
        ("return_approved", "Meera"),
        ("return_received", "Ravi"),
        ("return_inspected", "Ravi"),
    ]
    assert {it["template"] for it in await sent(app.shop)} >= {"return_answered", "return_received"}
    refunded = await orders.refund(app.shop, order.id, RefundWish("Torn", items={line: 2}), actor="Meera")
    assert refunded.refunded == order.lines[0].unit_price * 2
    assert await kurtas(app) == 8
    assert list(faults(refunded)) == []


async def test_all_of_it_back_is_returned(app: RunningApp):
    order = await delivered(app)
    everything = {line.id: line.quantity for line in order.lines}
    after = await orders.request_return(app.shop, order.id, everything, "", actor="shopper")
    back = after.returns[0].id
    await orders.answer_return(app.shop, order.id, back, approve=True, actor="Meera")
    assert (await orders.receive_return(app.shop, order.id, back, {}, actor="Ravi")).fulfilment_status is (
        FulfilmentStatus.RETURNED
    )


async def test_steps_are_refused_out_of_turn(app: RunningApp):
    order = await delivered(app)
    back, line = await asked(app, order)
    for step in (
        orders.receive_return(app.shop, order.id, back, {line: 1}, actor="Ravi"),
        orders.inspect_return(app.shop, order.id, back, {}, actor="Ravi"),
    ):
        with pytest.raises(NotAllowed) as caught:
            await step
        assert "approved, refused" in caught.value.hint
    with pytest.raises(Invalid):
        await orders.answer_return(app.shop, order.id, back, approve=False, actor="Meera")
    with pytest.raises(NotFound):
        await orders.answer_return(app.shop, order.id, new_id(), approve=True, actor="Meera")
    no = await orders.answer_return(app.shop, order.id, back, approve=False, actor="Meera", note="Worn")
    assert no.returns[0].status is ReturnStatus.REFUSED
    with pytest.raises(NotAllowed):
        await orders.answer_return(app.shop, order.id, back, approve=True, actor="Meera")
    again, _ = await asked(app, order, 3)
    assert again != back


@pytest.mark.parametrize("pieces", [3, -1])
async def test_no_more_comes_back_than_was_asked_for(app: RunningApp, pieces: int):
    order = await delivered(app)
    back, line = await approved(app, order)
    with pytest.raises(Invalid):
        await orders.receive_return(app.shop, order.id, back, {line: pieces}, actor="Ravi")
    await orders.receive_return(app.shop, order.id, back, {line: 1}, actor="Ravi")
    with pytest.raises(Invalid):
        await orders.inspect_return(app.shop, order.id, back, {line: 2}, actor="Ravi")
    assert await kurtas(app) == 7


async def test_each_step_is_taken_once_however_often_it_is_asked_for(app: RunningApp):
    order = await delivered(app)
    back, line = await approved(app, order)
    for act, pieces in ((orders.receive_return, {line: 2}), (orders.inspect_return, {line: 2})):
        await asyncio.gather(*(act(app.shop, order.id, back, pieces, actor="Ravi") for _ in range(4)))
    assert await kurtas(app) == 9
    now = await app.shop.repository(OrderRepository).get(order.id)
    assert len([it for it in now.timeline if it.kind in ("return_received", "return_inspected")]) == 2


@pytest.mark.parametrize("applied", [True, False], ids=["after", "before"])
@pytest.mark.parametrize("at", range(1, 5))
async def test_a_death_at_each_write_of_receiving_restocks_once(app: RunningApp, at: int, applied: bool):
    order = await delivered(app)
    back, line = await approved(app, order)
    await deliver_all(app.shop)

    async def through() -> None:
        await orders.receive_return(app.shop, order.id, back, {line: 2}, actor="Ravi")
        await orders.inspect_return(app.shop, order.id, back, {line: 2}, actor="Ravi")

    with failing(Fault(at, applied, deadly=True)), suppress(Killed, SpoeqError):
        await through()
        await deliver_all(app.shop)
    await through()
    assert await kurtas(app) == 9


async def test_shoppers_ask_and_staff_answer_on_their_pages(app: RunningApp):
    order = await delivered(app)
    shopper, staff, warehouse = shopper_browser(app), await staff_browser(app), await staff_browser(app, "warehouse")
    path = track_path(app.shop, order)
    token, line = path.partition("token=")[2], order.lines[0].id
    assert "Send items back" in await shopper.text(path)
    await shopper.post(f"/orders/{order.id}/returns?token={token}", {f"pieces-{line}": "2", "reason": "Too long"})
    now = await app.shop.repository(OrderRepository).get(order.id)
    step = f"/admin/orders/{order.id}/returns/{now.returns[0].id}"
    assert "Too long" in await staff.text(f"/admin/orders/{order.id}")
    assert (await warehouse.post(step, {"step": "approve"})).status_code == 403
    for who, form in (
        (staff, {"step": "approve", "note": "Send it to us"}),
        (warehouse, {"step": "receive", f"back-{line}": "2"}),
        (warehouse, {"step": "inspect", f"back-{line}": "1"}),
    ):
        assert (await who.post(step, form)).status_code == 303
    assert "1 on the shelf, 1 damaged" in await staff.text(f"/admin/orders/{order.id}")
    assert "Return inspected" in await shopper.text(path)
    await staff.post(step, {"step": "refuse", "note": "x"})
    assert "cannot go from inspected to refused" in await staff.text(f"/admin/orders/{order.id}")
    assert await kurtas(app) == 8
