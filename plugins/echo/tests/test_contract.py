"""Echo does what each provider must do, and passes the check of any plugin."""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

import pytest

from spoeq_core.orders.model import Order
from spoeq_core.shop import Shop
from spoeq_core.testing.carriers import ShippingCarrierContract
from spoeq_core.testing.plugin import PluginContract
from spoeq_core.testing.providers import (
    OnlineProviderContract,
    ShippingContract,
    TellingProviderContract,
    VerifyingProviderContract,
)
from spoeq_echo import plugin as echo
from spoeq_echo.carrier import EchoCarrier
from spoeq_echo.documents import Calls
from spoeq_echo.gateway import secret_of
from spoeq_echo.model import SIGNATURE, signature
from spoeq_echo.provider import EchoPayment

from .conftest import Buy, Buyer


@pytest.fixture
def provider() -> EchoPayment:
    return EchoPayment()


@pytest.fixture
async def buyer(buy: Buy) -> Buyer:
    return await buy()


@pytest.fixture
async def order(buyer: Buyer) -> Order:
    return await buyer.order()


class TestPaying(OnlineProviderContract):
    @pytest.fixture
    async def paid(self, buyer: Buyer) -> Order:
        await buyer.follow(await buyer.choose("pay"))
        return await buyer.order()


class TestComingBack(VerifyingProviderContract):
    @pytest.fixture
    async def other(self, buy: Buy) -> Order:
        return await (await buy()).order()

    @pytest.fixture
    async def fields(self, buyer: Buyer) -> Mapping[str, str]:
        back = dict(parse_qsl(urlsplit(await buyer.choose("pay")).query))
        return {name: back[name] for name in ("payment_id", "signature")}


class TestTelling(TellingProviderContract):
    @pytest.fixture
    async def message(self, shop: Shop, buyer: Buyer) -> tuple[bytes, Mapping[str, str]]:
        await buyer.choose("closed")
        (call,) = await shop.repository(Calls).find({})
        body = call.body.encode()
        return body, {SIGNATURE: signature(secret_of(shop), body)}


class TestDelivering(ShippingContract):
    @pytest.fixture
    def plugin(self) -> object:
        return echo


class TestCarrying(ShippingCarrierContract):
    @pytest.fixture
    def carrier(self) -> EchoCarrier:
        return EchoCarrier()

    @pytest.fixture
    async def order(self, buyer: Buyer) -> Order:
        await buyer.follow(await buyer.choose("pay"))
        return await buyer.order()

    def tells(self, shop: Shop, number: str, *, delivered: bool) -> tuple[bytes, Mapping[str, str]]:
        step = "delivered" if delivered else "out_for_delivery"
        body = json.dumps({"id": f"evt_{step}", "number": number, "step": step}).encode()
        return body, {SIGNATURE: signature(secret_of(shop), body)}


class TestEcho(PluginContract):
    plugin = "echo"
