"""Money back and goods back: never more than came in, once per key, through the provider or by hand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from spoeq_core.checkout.invariants import faults
from spoeq_core.orders import service as orders
from spoeq_core.orders.claims import claims_of
from spoeq_core.orders.documents import OrderRepository
from spoeq_core.orders.model import Order, OrderStatus, RefundTooLarge
from spoeq_core.orders.service import RefundWish
from spoeq_core.orders.tokens import order_token
from spoeq_core.payments.model import Failed, Pending, Refunded, RefundOutcome, Settled
from spoeq_core.shop import Shop
from spoeq_core.testing.clients import RunningApp, app_with
from spoeq_core.testing.shops import deliver_all
from spoeq_core.testing.visitors import Program, shopper_program, staff_program
from spoeq_core.web.idempotency import REQUEST
from tests.shopping import DELIVERY, DOOR_FEE, PRICE, Gateway, buy, delivery, door, guest, plugin, stock_left, stock_up


@dataclass
class Refunder(Gateway):
    """A provider that takes money at once and gives it back; each key pays once."""

    paid_back: dict[str, int] = field(default_factory=dict)
    answer: RefundOutcome | Exception = field(default_factory=lambda: Refunded("rfnd_1"))

    async def start(self, shop: Shop, order: Order) -> Settled:
        """The money is here."""
        return Settled(f"pay_{order.id}", order.grand_total, order.currency)

    async def refund(self, shop: Shop, order: Order, amount: int, key: str) -> RefundOutcome:
        """What the test wants."""
        if isinstance(self.answer, Exception):
            raise self.answer
        if isinstance(self.answer, Refunded):
            self.paid_back[key] = amount
        return self.answer


@pytest.fixture
def refunder() -> Refunder:
    return Refunder()


def bank(provider: Refunder) -> ModuleType:
    return plugin("bank", register_payment_providers=lambda: [provider])


@pytest.fixture
async def app(servers: tuple[str, str], tmp_path: Path, refunder: Refunder) -> AsyncIterator[RunningApp]:
    async with app_with(delivery(), door(), bank(refunder), servers=servers, data_dir=tmp_path) as running:
        await stock_up(running.shop, {"KURTA": 20})
        yield running


async def bought(app: RunningApp, pieces: int = 3, *, pay: str = "gateway", delivered: bool = False) -> Order:
    order = (await buy(app.shop, await guest(app.shop, {"KURTA": pieces}), pay=pay)).order
    for status in (OrderStatus.SHIPPED, OrderStatus.DELIVERED) if delivered else ():
        order = await orders.change_status(app.shop, order.id, status, actor="Ravi")
    await deliver_all(app.shop)
    return order


async def now(app: RunningApp, order: Order) -> Order:
    return await app.shop.repository(OrderRepository).get(order.id)


async def refund(program: Program, order: Order, key: str = "", **body: Any) -> tuple[int, Any]:
    headers = {"Idempotency-Key": key} if key else {}
    return await program.ask("POST", f"/orders/{order.id}/refund", {"reason": "Torn", **body}, headers)


async def test_pieces_refunded_one_by_one_come_to_the_whole_exactly(app: RunningApp, refunder: Refunder):
    order, clerk = await bought(app, 3, delivered=True), await staff_program(app)
    line = order.lines[0].id
    given = []
    for _ in range(3):
        status, found = await refund(clerk, order, lines=[{"id": line, "quantity": 1}], restock=True)
        assert status == 201, found
        given.append(found["refunds"][-1]["amount"]["amount"])
    assert sum(given) == order.lines[0].total == 3 * PRICE
    assert found["payment"]["status"] == "partially_refunded"
    assert found["fulfilment"]["status"] == "returned"
    await deliver_all(app.shop)
    assert await stock_left(app.shop, "KURTA") == (20, 0), "shipped 3, and 3 are back on the shelf"
    status, problem = await refund(clerk, order, lines=[{"id": line, "quantity": 1}])
    assert (status, problem["errors"][0]["code"]) == (422, "quantity")
    status, found = await refund(clerk, order, amount=DELIVERY)
    assert (status, found["payment"]["status"]) == (201, "refunded")
    assert sum(refunder.paid_back.values()) == order.grand_total
    assert list(faults(await now(app, order))) == []


async def test_never_more_than_came_in_whatever_runs_in_parallel(app: RunningApp, refunder: Refunder):
    order, clerk = await bought(app, 1), await staff_program(app)
    half = order.grand_total // 2 + 1
    answers = await asyncio.gather(*(refund(clerk, order, amount=half) for _ in range(5)))
    assert sorted(status for status, _ in answers) == [201, 409, 409, 409, 409]
    refused = next(body for status, body in answers if status == 409)
    assert refused["code"] == "refund_exceeds"
    assert refused["refundable"] == {"amount": order.grand_total - half, "currency": "INR"}
    assert list(refunder.paid_back.values()) == [half]


async def test_the_same_key_gives_back_once_and_answers_the_same(app: RunningApp, refunder: Refunder):
    order, clerk = await bought(app, 1), await staff_program(app)
    first = await refund(clerk, order, "key-1", amount=100)
    assert await refund(clerk, order, "key-1", amount=100) == first
    status, problem = await refund(clerk, order, "key-1", amount=200)
    assert (status, problem["code"]) == (422, "idempotency_mismatch")
    assert (await refund(clerk, order, "key-2", amount=100))[0] == 201
    assert len(refunder.paid_back) == 2
    claims = claims_of(app.shop).collection
    await claims.update_one({"kind": REQUEST, "_id": {"$regex": "key-1$"}}, {"$unset": {"answer": ""}})
    status, problem = await refund(clerk, order, "key-1", amount=100)
    assert (status, problem["code"]) == (409, "in_progress")
    await claims.delete_many({"kind": REQUEST})
    assert (await refund(clerk, order, "key-1", amount=100))[0] == 201
    assert len(refunder.paid_back) == 2, "a request that died is done again under the same refund id"
    assert (await now(app, order)).refunded == 200


async def test_what_a_crash_or_a_slow_provider_leaves_on_its_way_the_worker_finishes(
    app: RunningApp, refunder: Refunder
):
    order, clerk = await bought(app, 1), await staff_program(app)
    for answer in (RuntimeError("the line is dead"), Pending()):
        refunder.answer = answer
        status, found = await refund(clerk, order, amount=100)
        assert (status, found["refunds"][-1]["status"], found["payment"]["refunded"]["amount"]) == (201, "pending", 0)
    with pytest.raises(RefundTooLarge):
        await orders.refund(app.shop, order.id, RefundWish("x", order.grand_total - 199), actor="Ravi")
    refunder.answer = Refunded("rfnd_2")
    await deliver_all(app.shop)
    after = await now(app, order)
    assert [(it.status, it.reference) for it in after.refunds] == [("done", "rfnd_2")] * 2
    assert after.refunded == 200


async def test_a_declined_refund_is_told_and_leaves_the_money_where_it_is(app: RunningApp, refunder: Refunder):
    order, clerk = await bought(app, 1), await staff_program(app)
    refunder.answer = Failed("The card is closed")
    status, problem = await refund(clerk, order, "k", amount=100)
    assert (status, problem["code"]) == (409, "refund_declined")
    after = await now(app, order)
    assert (after.refunded, after.refunds[0].status, after.payment_status) == (0, "failed", "paid")
    refunder.answer = Refunded("rfnd_3")
    assert (await refund(clerk, order, "k2", amount=order.grand_total))[0] == 201


async def test_money_taken_at_the_door_is_given_back_by_hand_with_its_reference(app: RunningApp):
    clerk = await staff_program(app)
    waiting = await bought(app, 1, pay="door")
    status, problem = await refund(clerk, waiting, amount=1)
    assert (status, problem["code"]) == (409, "refund_exceeds"), "nothing came in yet"
    order = await bought(app, 1, pay="door", delivered=True)
    status, found = await refund(clerk, order, amount=PRICE + DELIVERY + DOOR_FEE, reference="UPI 4417", restock=True)
    assert status == 201
    assert found["refunds"][0]["reference"] == "UPI 4417"
    assert found["refunds"][0]["restocked"] == {order.lines[0].id: 1}
    assert (found["payment"]["status"], found["fulfilment"]["status"]) == ("refunded", "returned")
    log = (await (await staff_program(app, "admin")).get(f"/admin/audit-log?target=order:{order.id}"))[1]
    assert [(entry["action"], entry["detail"]) for entry in log["items"]] == [
        ("order.refunded", {"amount": order.grand_total})
    ]


async def test_each_role_gives_back_what_it_may(app: RunningApp):
    order = await bought(app, 3)
    support = await staff_program(app, "support")
    cap = app.shop.profile.support_refund_cap
    status, problem = await refund(support, order, amount=cap + 1)
    assert (status, problem["code"]) == (403, "refund_cap")
    assert (await refund(support, order, amount=cap))[0] == 201
    assert (await refund(await staff_program(app, "warehouse"), order, amount=1))[0] == 403
    assert (await refund(shopper_program(app), order, amount=1))[0] == 401


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "amount"),
        ({"amount": 0}, "amount"),
        ({"amount": -1}, "amount.amount"),
        ({"amount": {"amount": 1.5, "currency": "INR"}}, "amount.amount"),
        ({"amount": {"amount": 100, "currency": "USD"}}, "amount"),
        ({"amount": 1, "reason": ""}, "reason"),
        ({"lines": [{"id": "nope", "quantity": 1}]}, "lines"),
        ({"amount": 1, "restock": True}, "lines"),
        ({"amount": 1, "restock": "yes"}, "restock"),
        ({"amount": 1, "to": "me"}, "to"),
    ],
)
async def test_bad_refunds_are_refused_by_field(app: RunningApp, body: dict[str, Any], field: str):
    order, clerk = await bought(app, 1), await staff_program(app)
    status, problem = await refund(clerk, order, **body)
    assert (status, [error["field"] for error in problem["errors"]]) == (422, [field]), problem
    assert (await clerk.post("/orders/nonsense/refund", {"amount": 1, "reason": "x"}))[0] == 404


async def test_buyers_ask_to_send_back_what_they_have(app: RunningApp):
    nobody = shopper_program(app)
    early = await bought(app, 2)
    path = f"/orders/{early.id}/returns?token={order_token(app.shop, early.id)}"
    line = {"id": early.lines[0].id, "quantity": 1}
    status, problem = await nobody.post(path, {"items": [line]})
    assert (status, problem["code"]) == (409, "transition")
    order = await bought(app, 2, delivered=True)
    path = f"/orders/{order.id}/returns"
    line = {"id": order.lines[0].id, "quantity": 1}
    assert (await nobody.post(path, {"items": [line]}))[0] == 404
    path += f"?token={order_token(app.shop, order.id)}"
    status, found = await nobody.post(path, {"items": [line], "reason": "Too small"})
    assert (status, found["returns"][0]["items"]) == (201, {order.lines[0].id: 1})
    assert found["timeline"][-1]["label"] == "Return asked for"
    for items, code in (
        ([{"id": line["id"], "quantity": 2}], "quantity"),
        ([{"id": "nope", "quantity": 1}], "unknown_item"),
        ([], "too_short"),
    ):
        status, problem = await nobody.post(path, {"items": items})
        assert (status, problem["errors"][0]["code"]) == (422, code)


async def test_beginning_a_payment_again_is_answered_once_per_key(app: RunningApp, refunder: Refunder):
    order = await bought(app, 1, pay="door")
    token = order_token(app.shop, order.id)
    for path, body in ((f"/orders/{order.id}/pay", {}), ("/payments/intent", {"order_id": order.id})):
        for _ in range(2):
            headers = {"Idempotency-Key": "again"}
            status, problem = await shopper_program(app).ask("POST", f"{path}?token={token}", body, headers)
            assert (status, problem["code"]) == (409, "not_payable"), "a refusal is not kept"
    assert await claims_of(app.shop).collection.count_documents({"kind": REQUEST}) == 0
