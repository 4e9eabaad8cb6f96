"""A payment gateway, a carrier and a login provider for the walk: what is called good is signed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from types import ModuleType

from spoeq_core.identity.logins import LoginAttempt, LoginDeclined
from spoeq_core.orders.model import Order
from spoeq_core.payments.model import ActionNeeded, PaymentOption, PaymentOutcome, Pending, Settled, Told
from spoeq_core.pricing.model import PricedCart
from spoeq_core.shipping.model import Label
from spoeq_core.shop import Shop
from spoeq_core.testing.stands import plugin_of

GOOD = "good"


class Card:
    """A provider whose signature is a word."""

    name = "card"
    on_delivery = False

    async def option(self, shop: Shop, priced: PricedCart) -> PaymentOption:
        del shop, priced
        return PaymentOption("Card")

    async def start(self, shop: Shop, order: Order) -> PaymentOutcome:
        del shop
        return ActionNeeded("redirect", f"https://card.example/{order.number}", reference=order.number)

    async def verify(self, shop: Shop, order: Order, fields: Mapping[str, str]) -> Settled | Pending:
        del shop
        good = fields.get("signature") == GOOD
        return Settled(fields["payment_id"], order.due, order.currency) if good else Pending()

    def event_of(self, shop: Shop, body: bytes, headers: Mapping[str, str]) -> str:
        del shop
        return str(json.loads(body)["event"]) if headers.get("x-card-signature") == GOOD else ""

    async def told(self, shop: Shop, body: bytes) -> Sequence[Told]:
        del shop
        said = json.loads(body)
        return [Told(said["order_id"], Settled(said["payment_id"], said["amount"], "INR"))]


class Van:
    """A carrier whose signature is a word."""

    name = "van"

    async def book(self, shop: Shop, order: Order, actor: str) -> str:
        del shop, actor
        return order.number

    async def label(self, shop: Shop, number: str) -> Label:
        del shop
        return Label(number.encode())

    async def hear(self, shop: Shop, body: bytes, headers: Mapping[str, str]) -> bool:
        del shop, body
        return headers.get("x-van-signature") == GOOD


class Badge:
    """A login provider that lets nobody in."""

    name = "badge"
    label = "Badge"

    def is_ready(self, shop: Shop) -> bool:
        del shop
        return True

    async def begin(self, shop: Shop, attempt: LoginAttempt) -> str:
        del shop, attempt
        return "https://badge.example/authorize?client_id=shop"

    async def finish(self, shop: Shop, attempt: LoginAttempt, answer: Mapping[str, str]) -> LoginDeclined:
        del shop, attempt, answer
        return LoginDeclined("denied")


def badge() -> ModuleType:
    """Its plugin."""
    return plugin_of("badge", ("badge.example",), register_login_providers=lambda: [Badge()])


def van() -> ModuleType:
    """Its plugin."""
    return plugin_of("van", register_carriers=lambda: [Van()])


def card() -> ModuleType:
    """The plugin."""
    return plugin_of("card", ("card.example",), register_payment_providers=lambda: [Card()])
