"""Each thing that may happen at a gateway, over the addresses that a real one would use."""

from __future__ import annotations

from datetime import timedelta

import pytest

from spoeq_core.checkout.expiry import expire_unpaid
from spoeq_core.checkout.invariants import check
from spoeq_core.kernel.clock import FixedClock
from spoeq_core.orders import service as orders
from spoeq_core.orders.documents import GatewayMessages
from spoeq_core.orders.model import REFUND_DUE, OrderStatus
from spoeq_core.orders.service import RefundWish
from spoeq_core.payments.model import PaymentStatus
from spoeq_core.plugins.lifecycle import disable_plugin
from spoeq_core.testing.race import race
from spoeq_echo.documents import Calls
from spoeq_echo.model import LATE, SLOW

from .conftest import Buy, Buyer

QUIET = timedelta(0)


async def paid_once(buyer: Buyer) -> None:
    order = await buyer.order()
    assert (order.status, order.payment_status) == (OrderStatus.CONFIRMED, PaymentStatus.PAID)
    assert (order.paid, order.due, len(order.payments), order.flags) == (order.grand_total, 0, 1, ())
    assert await check(buyer.running.shop, quiet_for=QUIET) == []


async def test_the_page_says_that_no_money_moves_and_what_each_button_does(buy: Buy):
    buyer = await buy()
    page = await buyer.browser.text(buyer.page)
    assert "no money moves" in page
    assert "₹548" in page
    assert page.count('name="choice"') == 6


async def test_who_pays_comes_back_to_a_confirmed_order(buy: Buy):
    buyer = await buy()
    page = await buyer.follow(await buyer.choose("pay"))
    assert "Order confirmed" in page
    assert "go on to pay" not in page
    await paid_once(buyer)
    assert await buyer.webhooks() == 1
    await paid_once(buyer)


async def test_who_is_declined_reads_so_and_tries_again(buy: Buy):
    buyer = await buy()
    page = await buyer.follow(await buyer.choose("decline"))
    assert "The bank declined the payment." in page
    assert "Try the payment again" in page
    assert (await buyer.order()).payment_status is PaymentStatus.FAILED
    again = await buyer.browser.post(f"/orders/{buyer.placed['id']}/pay?token={buyer.placed['token']}")
    window = buyer.placed["payment"]["next_action"]["url"]
    assert f'href="{window}"' in await again.get_data(as_text=True), "the shop's own address is not this browser's"
    assert await buyer.webhooks() == 1, "that it was declined"
    assert "Order confirmed" in await buyer.follow(await buyer.choose("pay"))
    await buyer.webhooks()
    await paid_once(buyer)


async def test_a_declined_payment_that_is_told_late_moves_no_paid_order_back(buy: Buy):
    buyer = await buy()
    await buyer.choose("decline")
    await buyer.follow(await buyer.choose("pay"))
    assert await buyer.webhooks() == 2
    await paid_once(buyer)


async def test_a_slow_bank_is_waited_for(buy: Buy, clock: FixedClock):
    buyer = await buy()
    page = await buyer.follow(await buyer.choose("slow"))
    assert "Waiting for your bank" in page
    assert await buyer.webhooks() == 0
    assert (await buyer.order()).status is OrderStatus.PENDING_PAYMENT
    clock.forward(SLOW)
    assert await buyer.webhooks() == 1
    await paid_once(buyer)


async def test_what_is_said_twice_and_by_another_event_is_paid_once(buy: Buy):
    buyer = await buy()
    await buyer.choose("twice")
    assert await buyer.webhooks() == 3
    await paid_once(buyer)
    messages = await buyer.running.shop.repository(GatewayMessages).find({})
    assert [message.body for message in messages] == [b"", b""], "two events, each taken in"


async def test_a_late_webhook_changes_nothing(buy: Buy, clock: FixedClock):
    buyer = await buy()
    await buyer.follow(await buyer.choose("late"))
    await paid_once(buyer)
    before = await buyer.order()
    assert await buyer.webhooks() == 0
    clock.forward(LATE)
    assert await buyer.webhooks() == 1
    assert await buyer.order() == before


async def test_who_closes_the_window_is_confirmed_by_the_webhook(buy: Buy):
    buyer = await buy()
    page = await buyer.follow(await buyer.choose("closed"))
    assert "You have closed the window" in page
    assert "takes no money any more" in page
    assert (await buyer.order()).status is OrderStatus.PENDING_PAYMENT
    assert await buyer.webhooks() == 1
    await paid_once(buyer)


async def test_a_session_takes_money_once(buy: Buy):
    buyer = await buy()
    first = await buyer.choose("pay")
    assert await buyer.choose("pay") == buyer.page
    assert "paid, pending or expired already" in await buyer.browser.text(buyer.page)
    await buyer.follow(first)
    await paid_once(buyer)


async def test_an_order_that_is_not_paid_in_time_closes_its_session(buy: Buy, clock: FixedClock):
    buyer = await buy()
    clock.forward(timedelta(minutes=31))
    assert await expire_unpaid(buyer.running.shop) == 1
    assert (await buyer.order()).status is OrderStatus.CANCELLED
    assert await buyer.choose("pay") == buyer.page, "it takes no money any more"
    assert await buyer.running.shop.repository(Calls).count({}) == 0


async def test_money_that_nobody_told_of_is_found_before_the_order_expires(buy: Buy, clock: FixedClock):
    buyer = await buy()
    await buyer.choose("closed")
    clock.forward(timedelta(minutes=31))
    assert await expire_unpaid(buyer.running.shop) == 0
    await paid_once(buyer)


async def test_money_for_an_order_that_was_cancelled_is_to_be_given_back(buy: Buy):
    buyer = await buy()
    await buyer.choose("closed")
    await orders.cancel(buyer.running.shop, buyer.placed["id"], actor="shopper", by_shopper=True)
    await buyer.webhooks()
    order = await buyer.order()
    assert (order.status, order.paid) == (OrderStatus.CANCELLED, 0)
    assert REFUND_DUE in order.flags


async def test_return_webhook_and_poll_at_the_same_moment_pay_once(buy: Buy, clock: FixedClock):
    buyer = await buy()
    back = await buyer.choose("pay")
    clock.forward(timedelta(minutes=31))
    shop = buyer.running.shop
    await race(shop, [buyer.browser.get(back), buyer.webhooks(), expire_unpaid(shop)], at="settle")
    await buyer.webhooks()
    await paid_once(buyer)


async def test_parallel_refunds_give_back_no_more_than_was_paid(buy: Buy):
    buyer = await buy()
    await buyer.follow(await buyer.choose("pay"))
    shop, order = buyer.running.shop, await buyer.order()
    wish = RefundWish("Torn", amount=order.paid // 2)
    refunds = [orders.refund(shop, order.id, wish, actor="Ravi") for _ in range(5)]
    answers = await race(shop, refunds, at="update_one orders")
    assert sum(isinstance(answer, BaseException) for answer in answers) == 3
    after = await buyer.order()
    assert after.refunded == 2 * (order.paid // 2)
    assert [refund.status for refund in after.refunds] == ["done"] * 2


async def test_what_is_forged_moves_nothing(buy: Buy):
    buyer, client = await buy(), (await buy()).running.another_client()
    hook = "/api/v1/payments/webhook/echo"
    refused = await client.post(hook, data=b'{"id": "x"}', headers={"x-echo-signature": "0" * 64})
    assert (refused.status_code, (await refused.get_json())["code"]) == (400, "bad_signature")
    assert (await client.post("/api/v1/payments/webhook/nobody", data=b"{}")).status_code == 404
    path = f"/orders/{buyer.placed['id']}/return?token={buyer.placed['token']}"
    posted = await client.post(path, form={"payment_id": "echo_pay_1", "signature": "1"}, headers={"Origin": "null"})
    assert posted.status_code == 303, "a gateway may post across sites"
    assert (await client.get(f"/orders/{buyer.placed['id']}/return")).status_code == 404, "not without the token"
    assert (await buyer.order()).status is OrderStatus.PENDING_PAYMENT


async def test_an_app_verifies_by_the_api(buy: Buy):
    buyer = await buy()
    back = await buyer.choose("pay")
    fields = dict(pair.split("=") for pair in back.partition("?")[2].split("&") if not pair.startswith("token"))
    path = f"/api/v1/payments/verify?token={buyer.placed['token']}"
    client = buyer.running.another_client()
    wrong = await client.post(path, json={"order_id": buyer.placed["id"], "payment_id": 1})
    assert wrong.status_code == 422
    answer = await client.post(path, json={"order_id": buyer.placed["id"], **fields})
    found = await answer.get_json()
    assert (answer.status_code, found["status"], found["payment"]["status"]) == (200, "confirmed", "paid")


async def test_what_was_begun_is_heard_after_the_plugin_is_switched_off(buy: Buy):
    buyer = await buy()
    await buyer.choose("closed")
    await disable_plugin(buyer.running.shop, "echo")
    assert await buyer.webhooks() == 1
    await paid_once(buyer)


@pytest.mark.parametrize("choice", ["", "x"])
async def test_a_button_that_there_is_not_is_refused(buy: Buy, choice: str):
    buyer = await buy()
    assert (await buyer.browser.post(buyer.page, {"choice": choice})).status_code == 422
    assert (await buyer.browser.get("/echo/pay/echo_none")).status_code == 404
