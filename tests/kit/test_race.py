"""Races with a fair start: the last piece, one payment told in three ways, the last money that can be given back."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from spoeq_core.checkout.invariants import check
from spoeq_core.checkout.service import pay, place_order
from spoeq_core.inventory.model import OutOfStock
from spoeq_core.kernel.ids import new_id
from spoeq_core.orders import service as orders
from spoeq_core.orders.documents import OrderRepository
from spoeq_core.orders.events import OrderPaid
from spoeq_core.orders.model import Order, OrderStatus, RefundTooLarge
from spoeq_core.orders.service import RefundWish
from spoeq_core.payments.model import ActionNeeded, PaymentOutcome, PaymentStatus, Refunded, RefundOutcome, Settled
from spoeq_core.shop import Shop
from spoeq_core.testing.race import NoRace, race
from spoeq_core.testing.shops import deliver_all, shop_with
from tests.shopping import Gateway, buy, delivery, guest, letters, online, plugin, request_for, stock_left, stock_up

RUNNERS = 6
QUIET = timedelta(0)


@dataclass
class Bank(Gateway):
    """Sends people to its page, and gives back each key once."""

    outcome: PaymentOutcome | Exception = field(default_factory=lambda: ActionNeeded("redirect", "https://pay.example"))
    given: dict[str, int] = field(default_factory=dict)

    async def refund(self, shop: Shop, order: Order, amount: int, key: str) -> RefundOutcome:
        del shop, order
        self.given[key] = amount
        return Refunded(f"refund-{key}")


@pytest.fixture
def bank() -> Bank:
    return Bank()


@pytest.fixture
def paid() -> list[str]:
    """The orders of which it was told that they are paid."""
    return []


@pytest.fixture
async def shop(servers: tuple[str, str], tmp_path: Path, bank: Bank, paid: list[str]) -> AsyncIterator[Shop]:
    async def note(shop: Shop, event: OrderPaid, delivery: object) -> None:
        del shop, delivery
        paid.append(event.order_id)

    books = plugin("books", register_subscribers=lambda: {OrderPaid: note})
    async with shop_with(delivery(), online(bank), letters(), books, servers=servers, data_dir=tmp_path) as opened:
        await stock_up(opened, {"KURTA": 10, "LAST": 1})
        yield opened


async def now(shop: Shop, order: Order) -> Order:
    return await shop.repository(OrderRepository).get(order.id)


async def test_the_last_piece_is_taken_by_exactly_one(shop: Shop):
    owners = [await guest(shop, {"LAST": 1}) for _ in range(RUNNERS)]
    request = await request_for(shop, owners[0], pay="gateway")
    answers = await race(shop, [place_order(shop, owner, request) for owner in owners], at="reserve")
    assert Counter(type(it).__name__ for it in answers) == {"Placed": 1, "OutOfStock": RUNNERS - 1}
    assert all(it.left == {"LAST": 0} for it in answers if isinstance(it, OutOfStock))
    assert await stock_left(shop, "LAST") == (1, 1)
    assert await shop.repository(OrderRepository).count({}) == 1
    assert await check(shop, quiet_for=QUIET) == []


async def test_one_payment_is_settled_once_by_webhook_return_and_poll(shop: Shop, paid: list[str]):
    order = (await buy(shop, await guest(shop, {"KURTA": 2}), pay="gateway")).order
    money = Settled(new_id(), order.grand_total, "INR")
    answers = await race(shop, [orders.settle(shop, "gateway", order.id, money) for _ in range(3)], at="settle")
    assert {it.payment_status for it in answers if isinstance(it, Order)} == {PaymentStatus.PAID}
    after = await now(shop, order)
    assert (after.status, after.paid, len(after.payments)) == (OrderStatus.CONFIRMED, order.grand_total, 1)
    await deliver_all(shop)
    assert paid == [order.id]
    assert await check(shop, quiet_for=QUIET) == []


@pytest.mark.parametrize("at", ["update_one orders", "find_one orders"])
async def test_refunds_at_the_same_moment_never_exceed_what_came_in(shop: Shop, bank: Bank, at: str):
    order = (await buy(shop, await guest(shop, {"KURTA": 1}), pay="gateway")).order
    await orders.settle(shop, "gateway", order.id, Settled(new_id(), order.grand_total, "INR"))
    wish = RefundWish("Torn", amount=order.grand_total // 2)
    answers = await race(shop, [orders.refund(shop, order.id, wish, actor="Ravi") for _ in range(RUNNERS)], at=at)
    after = await now(shop, order)
    refused = [it for it in answers if isinstance(it, BaseException)]
    assert {type(it) for it in refused} <= {RefundTooLarge}
    assert len(refused) == RUNNERS - 2
    assert after.refunded == sum(bank.given.values()) == 2 * wish.amount <= order.grand_total
    assert len(bank.given) == 2


async def test_a_payment_that_is_begun_many_times_at_once_is_one_payment(shop: Shop, bank: Bank):
    order = (await buy(shop, await guest(shop, {"KURTA": 1}), pay="gateway")).order
    bank.started.clear()
    bank.outcome = ActionNeeded("redirect", "https://pay.example", reference="ref-1")
    answers = await race(shop, [pay(shop, order) for _ in range(RUNNERS)], at="pay")
    assert not [it for it in answers if isinstance(it, BaseException)]
    assert bank.started == [order.id] * RUNNERS
    assert (await now(shop, order)).payment.reference == "ref-1"


async def test_all_stand_at_the_point_before_any_goes_on(shop: Shop):
    """However long each takes to come there."""
    seen: list[str] = []
    notes = shop.mongo.collection("notes")

    async def runner(n: int) -> None:
        for _ in range(n):
            await notes.count_documents({})
        seen.append("came")
        await notes.insert_one({"_id": n})
        seen.append("gone")

    assert await race(shop, map(runner, range(RUNNERS)), at="insert_one notes") == [None] * RUNNERS
    assert seen == ["came"] * RUNNERS + ["gone"] * RUNNERS


async def test_what_is_lost_to_a_lock_before_the_point_is_no_race(shop: Shop):
    """Of one cart only one request comes to the stock: who thinks that they race there is told otherwise."""
    owner = await guest(shop, {"KURTA": 1})
    request = await request_for(shop, owner, pay="gateway")
    with pytest.raises(NoRace, match=r"1 of 2 never came to 'reserve'.*InProgress"):
        await race(shop, [place_order(shop, owner, request, key="k") for _ in range(2)], at="reserve")


async def test_whoever_is_not_in_the_race_is_not_held(shop: Shop):
    notes = shop.mongo.collection("notes")
    with pytest.raises(NoRace, match=r"2 of 2 never came to 'delete_one notes'"):
        await race(shop, [notes.insert_one({"_id": n}) for n in range(2)], at="delete_one notes")
    await notes.delete_one({"_id": 0})
    assert await notes.count_documents({}) == 1
