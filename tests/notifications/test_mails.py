"""What shoppers are told: complete, escaped, once per delivery and channel, in the shop's money and time."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from spoeq_core.checkout.service import place_order
from spoeq_core.identity import service as identity
from spoeq_core.identity.logins import LoginProfile
from spoeq_core.identity.model import Address
from spoeq_core.identity.openid import OpenIdProvider
from spoeq_core.kernel.clock import FixedClock
from spoeq_core.kernel.languages import Tongue, speaking
from spoeq_core.notifications.model import Message
from spoeq_core.notifications.rendering import render
from spoeq_core.orders import service as orders
from spoeq_core.orders.service import Parcel
from spoeq_core.orders.shape import order_shape
from spoeq_core.orders.tokens import opens
from spoeq_core.plugins.lifecycle import save_settings
from spoeq_core.shop import Shop
from spoeq_core.testing.shops import deliver_all, relay_of, shop_with
from tests.shopping import SKU, buy, delivery, door, guest, letters, plugin, request_for, sent, stock_up

SCRIPT = "<script>alert(1)</script>"


class Flaky:
    """A channel that fails the first time."""

    name = "flaky"

    def __init__(self) -> None:
        self.keys: list[str] = []

    async def send(self, shop: Shop, message: Message) -> None:
        """Fail once."""
        del shop
        self.keys.append(message.key)
        if len(self.keys) == 1:
            raise ConnectionError("the server hung up")


@pytest.fixture
async def shop(servers: tuple[str, str], tmp_path: Path) -> AsyncIterator[Shop]:
    async with shop_with(delivery(), door(), letters(), servers=servers, data_dir=tmp_path) as opened:
        await save_settings(opened, "core", {"name": "Neel & Sons", "email": "help@neel.example"})
        await stock_up(opened)
        yield opened


async def test_a_confirmation_says_all_that_matters(shop: Shop):
    order = (await buy(shop, await guest(shop))).order
    await deliver_all(shop)
    (letter,) = await sent(shop)
    assert letter["subject"] == f"Your order {order.number} at Neel & Sons"
    assert letter["to_email"] == "asha@example.in"
    for part in (letter["text"], re.sub(r"<[^>]+>", "", letter["html"])):
        for words in ("Thank you, Asha Rao", order.number, "₹1,299.00", "₹49.00", "Door fee", "₹29.00", "₹1,377.00"):
            assert words in part, words
        assert "12 Temple Street" in part
        assert "help@neel.example" in part
    assert "Neel &amp; Sons" in letter["html"]
    link = re.search(rf"{re.escape(shop.settings.base_url)}/track/{order.number}\?token=(\S+)", letter["text"])
    assert link
    assert opens(shop, link.group(1), order.id)
    assert "\n\n\n\n" not in letter["text"]


async def test_an_order_is_confirmed_in_the_language_it_was_placed_in(shop: Shop):
    await save_settings(shop, "core", {"name": "Neel & Sons", "languages": ["en", "hi"]})
    with speaking(Tongue("hi", "hi_IN")):
        order = (await buy(shop, await guest(shop))).order
    await deliver_all(shop)
    (letter,) = await sent(shop)
    assert letter["subject"] == f"Neel & Sons पर आपका ऑर्डर {order.number}"
    assert '<html lang="hi" dir="ltr">' in letter["html"]
    for part in (letter["text"], letter["html"]):
        for words in ("धन्यवाद, Asha Rao", "डिलीवरी का पता", "₹1,377.00"):
            assert words in part, words
    await save_settings(shop, "core", {"name": "Neel & Sons", "languages": ["en"]})
    context = {"order": order_shape(order), "track_url": "https://x.example"}
    assert "Your order" in render(shop, "order_confirmed", context, order.language).subject


async def test_what_shoppers_type_is_text_and_not_markup(shop: Shop):
    owner = await guest(shop)
    address = Address(SCRIPT, "+919845012345", SCRIPT, "Bengaluru", "Karnataka", "560001")
    await place_order(shop, owner, await request_for(shop, owner, address=address))
    await deliver_all(shop)
    (letter,) = await sent(shop)
    assert SCRIPT not in letter["html"]
    assert SCRIPT in letter["text"]


async def test_a_parcel_and_a_cancellation_are_told(shop: Shop):
    shipped, cancelled = (await buy(shop, await guest(shop))).order, (await buy(shop, await guest(shop))).order
    url = "https://courier.example/AWB1"
    parcel = Parcel(carrier="Delhivery", awb="AWB1", tracking_url=url)
    await orders.add_shipment(shop, shipped.id, parcel, actor="Meera")
    await orders.cancel(shop, cancelled.id, actor="Meera", reason="We broke it.")
    await deliver_all(shop)
    by_template = {letter["template"]: letter for letter in await sent(shop)}
    for part in (by_template["order_shipped"]["text"], by_template["order_shipped"]["html"]):
        for words in ("Delhivery", "AWB1", url, f"Kurta {SKU}", "you pay on delivery"):
            assert words in part, words
    assert "We broke it." in by_template["order_cancelled"]["html"]
    assert cancelled.number in by_template["order_cancelled"]["subject"]


async def test_a_forgotten_password_is_answered_with_a_link_that_works(shop: Shop):
    await identity.register_customer(shop, email="asha@example.in", password="neem leaves at dawn", name="Asha")
    await identity.request_password_reset(shop, "asha@example.in")
    await deliver_all(shop)
    reset = next(letter for letter in await sent(shop) if letter["template"] == "password_reset")
    link = re.search(r"/reset-password\?token=(\S+)", reset["text"])
    assert link
    assert link.group(0) in reset["html"]
    await identity.reset_password(shop, link.group(1), "banyan roots at dusk")
    await deliver_all(shop)
    assert "password_changed" in {letter["template"] for letter in await sent(shop)}


async def test_a_new_way_of_signing_in_is_told_once(shop: Shop):
    provider = OpenIdProvider("google", SCRIPT, lambda _: None)
    who = LoginProfile("1101", "asha@example.in", email_verified=True)
    asha = await identity.register_customer(shop, email="asha@example.in", password="neem leaves at dawn", name="Asha")
    for _ in range(2):
        await identity.link_identity(shop, asha.id, provider, who)
        await deliver_all(shop)
    (letter,) = [letter for letter in await sent(shop) if letter["template"] == "sign_in_added"]
    assert letter["subject"] == "A new way of signing in to your account at Neel & Sons"
    assert SCRIPT in letter["text"]
    assert SCRIPT not in letter["html"]
    for part in (letter["text"], letter["html"]):
        assert "If it was not you, take it away in your account" in part


async def test_a_channel_that_failed_is_asked_again_with_the_same_key(servers: tuple[str, str], tmp_path: Path):
    flaky, clock = Flaky(), FixedClock(datetime.now(UTC))

    def register_channels() -> Sequence[Flaky]:
        return [flaky]

    plugins = delivery(), door(), letters(), plugin("flaky", register_channels=register_channels)
    async with shop_with(*plugins, servers=servers, data_dir=tmp_path, clock=clock) as shop:
        await stock_up(shop)
        await buy(shop, await guest(shop))
        await relay_of(shop).sweep(["orders"], older_than=timedelta(days=-1))
        assert [letter["template"] for letter in await sent(shop)] == ["order_confirmed"], "the other has sent"
        await shop.mongo.collection("letters").delete_many({})
        clock.forward(timedelta(hours=1))
        await relay_of(shop).retry()
        assert len(flaky.keys) == 2
        assert len(set(flaky.keys)) == 1


async def test_without_a_channel_nothing_is_said(servers: tuple[str, str], tmp_path: Path):
    async with shop_with(delivery(), door(), servers=servers, data_dir=tmp_path) as shop:
        await stock_up(shop)
        await buy(shop, await guest(shop))
        await deliver_all(shop)
        assert await sent(shop) == []


@pytest.mark.parametrize(
    ("money", "text"),
    [
        ({"amount": 12345678, "currency": "INR"}, "₹1,23,456.78"),
        ({"amount": 500, "currency": "JPY"}, "JP¥500"),
        ({"amount": 1234, "currency": "BHD"}, "BHD1.234"),
    ],
)
async def test_money_has_the_decimals_of_its_currency(shop: Shop, money: dict[str, Any], text: str):
    names = ("items", "discounts", "shipping", "tax", "rounding", "tax_included")
    totals = {name: {"amount": 0, "currency": "INR"} for name in names}
    order = {
        "number": "SPQ-1",
        "placed_at": "2026-11-22T20:00:00Z",
        "shipping_address": {
            name: "x" for name in ("name", "line1", "line2", "landmark", "city", "state", "postal_code", "phone")
        },
        "payment": {"status": "paid"},
        "items": [],
        "totals": {**totals, "grand_total": money, "fees": []},
    }
    rendered = render(shop, "order_confirmed", {"order": order, "track_url": "https://x.example"})
    assert f"Total: {text}\n" in rendered.text
    assert "23 November 2026" in rendered.text, "in the shop's time zone"
