"""The contract of online providers, and that it finds one that begins twice or gives back twice."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from spoeq_core.orders.model import Order
from spoeq_core.payments.model import ActionNeeded, Failed, PaymentOutcome, Refunded, RefundOutcome
from spoeq_core.shop import Shop
from spoeq_core.testing.providers import OnlineProviderContract
from spoeq_core.testing.shops import shop_with
from tests.shopping import Gateway, buy, delivery, guest, online, stock_up

LAWS = (
    "beginning_twice_is_beginning_once",
    "a_refund_is_given_once_for_a_key",
    "no_more_is_given_back_than_was_taken",
)


@dataclass
class Bank(Gateway):
    """A gateway that keeps what it gave back by its key."""

    given: dict[str, Refunded] = field(default_factory=dict)

    async def start(self, shop: Shop, order: Order) -> PaymentOutcome:
        del shop
        return ActionNeeded("redirect", url=f"https://pay.example/{order.id}", reference=order.id)

    async def refund(self, shop: Shop, order: Order, amount: int, key: str) -> RefundOutcome:
        del shop
        if amount > order.paid:
            return Failed("So much was not paid.")
        return self.given.setdefault(key, Refunded(f"refund-{len(self.given)}"))


@dataclass
class Careless(Bank):
    """One that forgets."""

    async def start(self, shop: Shop, order: Order) -> PaymentOutcome:
        self.started.append(order.id)
        return ActionNeeded("redirect", url=f"https://pay.example/{len(self.started)}")

    async def refund(self, shop: Shop, order: Order, amount: int, key: str) -> RefundOutcome:
        self.started.append(key)
        return Refunded(f"refund-{len(self.started)}")


class TestBank(OnlineProviderContract):
    @pytest.fixture
    def provider(self) -> Bank:
        return Bank()

    @pytest.fixture
    async def shop(self, servers: tuple[str, str], tmp_path: Path, provider: Bank) -> AsyncIterator[Shop]:
        async with shop_with(delivery(), online(provider), servers=servers, data_dir=tmp_path) as opened:
            await stock_up(opened)
            yield opened

    @pytest.fixture
    async def order(self, shop: Shop) -> Order:
        return (await buy(shop, await guest(shop), pay="gateway")).order

    @pytest.fixture
    def paid(self, order: Order) -> Order:
        return replace(order, paid=order.grand_total)

    @pytest.mark.parametrize("law", LAWS)
    async def test_a_careless_one_is_found(self, law: str, shop: Shop, order: Order, paid: Order):
        with pytest.raises(AssertionError):
            await getattr(OnlineProviderContract, f"test_{law}")(
                OnlineProviderContract(), shop, Careless(), order if "beginning" in law else paid
            )
