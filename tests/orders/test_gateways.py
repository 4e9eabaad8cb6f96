"""What gateways say: stored before it is answered, taken in by the worker until that succeeds, counted once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from spoeq_core.checkout.invariants import check
from spoeq_core.kernel.clock import FixedClock
from spoeq_core.kernel.errors import Conflict, Malformed, NotFound, SpoeqError, Unavailable
from spoeq_core.kernel.outbox import RECORDS
from spoeq_core.orders.documents import GatewayMessages, OrderRepository
from spoeq_core.orders.events import GatewayMessageReceived
from spoeq_core.orders.hearing import KEPT, hear, verify
from spoeq_core.orders.model import Order
from spoeq_core.orders.shape import track_path
from spoeq_core.orders.tokens import order_token
from spoeq_core.payments.model import ActionNeeded, Failed, PaymentOutcome, PaymentStatus, Pending, Settled, Told
from spoeq_core.shop import Shop
from spoeq_core.testing.clients import RunningApp, app_with
from spoeq_core.testing.faults import Fault, Killed, failing
from spoeq_core.testing.shops import deliver_all, relay_of
from spoeq_core.testing.visitors import shopper_browser
from tests.shopping import Gateway, buy, delivery, door, guest, letters, online, stock_up

SIGNED = {"x-signature": "good"}


@dataclass
class Teller(Gateway):
    """A gateway that says of an order what a test wants; its messages are the order's id."""

    outcome: PaymentOutcome | Exception = field(default_factory=lambda: ActionNeeded("redirect", "https://pay.example"))
    says: Settled | Pending | Failed | Exception = field(default_factory=Pending)

    def event_of(self, shop: Shop, body: bytes, headers: Mapping[str, str]) -> str:
        return body.decode() if headers == SIGNED else ""

    async def told(self, shop: Shop, body: bytes) -> Sequence[Told]:
        return [Told(body.decode(), self._said())]

    async def verify(self, shop: Shop, order: Order, fields: Mapping[str, str]) -> Settled | Pending | Failed:
        return self._said()

    def _said(self) -> Settled | Pending | Failed:
        if isinstance(self.says, Exception):
            raise self.says
        return self.says


@pytest.fixture
def gateway() -> Teller:
    return Teller()


@pytest.fixture
async def app(
    servers: tuple[str, str], tmp_path: Path, gateway: Teller, clock: FixedClock
) -> AsyncIterator[RunningApp]:
    plugins = delivery(), door(), online(gateway), letters()
    async with app_with(*plugins, servers=servers, data_dir=tmp_path, clock=clock) as running:
        await stock_up(running.shop)
        yield running


@pytest.fixture
def shop(app: RunningApp) -> Shop:
    return app.shop


@pytest.fixture
async def order(shop: Shop, gateway: Teller) -> Order:
    placed = (await buy(shop, await guest(shop), pay="gateway")).order
    gateway.says = Settled("pay-1", placed.due, "INR")
    return placed


async def now(shop: Shop, order: Order) -> Order:
    return await shop.repository(OrderRepository).get(order.id)


async def test_a_message_that_cannot_be_taken_in_is_kept_until_it_can(
    shop: Shop, order: Order, gateway: Teller, clock: FixedClock
):
    good, gateway.says = gateway.says, RuntimeError("its book is not open yet")
    await hear(shop, "gateway", order.id.encode(), SIGNED)
    await relay_of(shop).sweep(shop.outbox.sources, older_than=timedelta(days=-1))
    (message,) = await shop.repository(GatewayMessages).find({})
    assert (message.body, message.expires_at) == (order.id.encode(), shop.clock.now() + KEPT)
    (record,) = await shop.mongo.collection(RECORDS).find({"type": GatewayMessageReceived.__name__}).to_list(None)
    assert record["data"] == {"message_id": message.id}
    assert (await now(shop, order)).paid == 0
    gateway.says = good
    clock.forward(timedelta(hours=1))
    await deliver_all(shop)
    assert (await now(shop, order)).paid == order.due
    assert [it.body for it in await shop.repository(GatewayMessages).find({})] == [b""], "nothing of it is kept longer"


@pytest.mark.parametrize("applied", [True, False], ids=["after", "before"])
async def test_a_death_at_each_write_loses_no_message_and_counts_none_twice(
    shop: Shop, gateway: Teller, applied: bool, clock: FixedClock
):
    at, struck = 0, True
    while struck:
        at += 1
        placed = (await buy(shop, await guest(shop), pay="gateway")).order
        gateway.says = Settled(f"pay-{at}", placed.due, "INR")
        fault = Fault(at, applied, deadly=True)
        answered = False
        with failing(fault), suppress(Killed, SpoeqError):
            await hear(shop, "gateway", placed.id.encode(), SIGNED)
            answered = True
            await relay_of(shop).sweep(["gateway_messages"], older_than=timedelta(days=-1))
        struck = fault.struck
        if not answered:  # a gateway sends again what nobody has answered
            await hear(shop, "gateway", placed.id.encode(), SIGNED)
        clock.forward(timedelta(hours=1))
        await deliver_all(shop)
        after = await now(shop, placed)
        assert (after.paid, len(after.payments)) == (placed.due, 1), at
    assert at > 4, "it came to several writes"
    assert await check(shop, quiet_for=timedelta(0)) == []


async def test_only_what_is_signed_is_stored(shop: Shop, order: Order):
    with pytest.raises(Malformed) as caught:
        await hear(shop, "gateway", order.id.encode(), {})
    assert caught.value.code == "bad_signature"
    for nobody in ("door", "nobody"):
        with pytest.raises(NotFound):
            await hear(shop, nobody, b"x", SIGNED)
    assert await shop.repository(GatewayMessages).count({}) == 0


async def test_a_provider_that_cannot_say_leaves_the_order_as_it_is(
    app: RunningApp, shop: Shop, order: Order, gateway: Teller
):
    gateway.says = RuntimeError("no route")
    with pytest.raises(Unavailable):
        await verify(shop, order, {})
    assert await now(shop, order) == order
    assert (await shopper_browser(app).get(f"/orders/{order.id}/return?token=wrong")).status_code == 404


async def test_nobody_comes_back_from_the_door(shop: Shop):
    placed = (await buy(shop, await guest(shop))).order
    with pytest.raises(Conflict) as caught:
        await verify(shop, placed, {})
    assert caught.value.code == "not_verifiable"


async def test_who_comes_back_finds_the_order_as_it_is(app: RunningApp, shop: Shop, order: Order, gateway: Teller):
    browser, token = shopper_browser(app), order_token(shop, order.id)
    good = gateway.says
    confirmation = f"/orders/{order.id}/confirmation?token={token}"
    for says, words in (
        (RuntimeError("no route"), "Waiting for your bank"),
        (Pending(), "I have not paid yet: go on to pay"),
        (Failed("The card was declined."), "The card was declined."),
        (good, "Order confirmed"),
        (Failed("Too late."), "Order confirmed"),
    ):
        gateway.says = says
        back = await browser.get(f"/orders/{order.id}/return?token={token}&payment_id=1")
        assert (back.status_code, back.location) == (303, confirmation)
        assert words in await browser.text(confirmation)
        followed = await browser.text(track_path(shop, order))
        assert (f"/orders/{order.id}/pay?" in followed) == (words != "Order confirmed")
        assert ("The card was declined." in followed) == ("declined" in words)
    assert (await now(shop, order)).payment_status is PaymentStatus.PAID


async def test_paying_again_leads_to_the_gateway_while_the_order_waits(
    app: RunningApp, shop: Shop, order: Order, gateway: Teller
):
    browser, token = shopper_browser(app), order_token(shop, order.id)
    again = f"/orders/{order.id}/pay?token={token}"
    answer = await browser.post(again)
    assert answer.status_code == 200, "no form of ours may lead to another host, but a page may"
    assert '<meta http-equiv="refresh" content="0;url=https://pay.example">' in (
        leaving := await answer.get_data(as_text=True)
    )
    assert 'href="https://pay.example"' in leaving, "for who sees the page at all"
    gateway.outcome = ActionNeeded("redirect", "http://localhost/pay/1")
    assert (await browser.post(again)).location == "http://localhost/pay/1", "the shop's own pages need no such page"
    gateway.outcome = RuntimeError("no route")
    answer = await browser.post(again)
    assert answer.location.startswith(f"/orders/{order.id}/confirmation")
    assert "cannot be begun right now" in await browser.text(answer.location)
    await verify(shop, order, {})
    answer = await browser.post(again)
    assert "cannot be begun" not in await browser.text(answer.location)
    assert (await browser.post(f"/orders/{order.id}/pay")).status_code == 404
