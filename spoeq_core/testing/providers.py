"""What everybody who takes money, sends parcels or tells shoppers must do: inherit a class, give it the fixtures."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from spoeq_core.kernel.ids import new_id
from spoeq_core.notifications.model import Message, NotificationChannel
from spoeq_core.orders.documents import OrderRepository
from spoeq_core.orders.hearing import hear
from spoeq_core.orders.model import Order
from spoeq_core.payments.model import (
    ActionNeeded,
    Failed,
    PaymentOption,
    PaymentProvider,
    Pending,
    Refunded,
    RefundingProvider,
    Settled,
    TellingProvider,
    Told,
    VerifyingProvider,
)
from spoeq_core.pricing.model import (
    Charge,
    Destination,
    Phase,
    PricedCart,
    PricingCart,
    PricingLine,
    apply,
    apply_tax,
    finish,
    start,
)
from spoeq_core.shipping.model import ShippingOption
from spoeq_core.shop import Shop
from spoeq_core.testing.forging import forgeries
from spoeq_core.testing.shops import deliver_all

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
BENGALURU = Destination("IN", "KA", "560001", "Bengaluru")


def a_cart(
    *, unit_price: int = 129900, quantity: int = 2, weight_g: int = 400, destination: Destination | None = BENGALURU
) -> PricingCart:
    """A cart of one line, in rupees, to Bengaluru by the standard way for 49.00."""
    line = PricingLine("line1", "KIT-SCARF", "product1", "Scarf", quantity, unit_price, unit_price, weight_g=weight_g)
    shipping = Charge("standard", "Standard", 4900, "kit_delivery")
    return PricingCart("INR", (line,), NOON, destination=destination, shipping=shipping)


def priced(cart: PricingCart) -> PricedCart:
    """The cart at list prices, without tax."""
    state = start(cart)
    for phase in (Phase.ITEM, Phase.ORDER, Phase.SHIPPING):
        state = apply(state, phase, [])
    return finish(apply_tax(state, None))


class PaymentProviderContract:
    """Conformance tests of a `PaymentProvider`, and of a `RefundingProvider` where it is one.

    Fixtures: `shop`, with the plugin enabled and set up, and `provider`.

    Example:
        class TestMine(PaymentProviderContract):
            @pytest.fixture
            def provider(self): return MyProvider()
    """

    async def test_it_has_a_stable_name(self, provider: PaymentProvider) -> None:
        """Small letters, digits and underscores: orders keep it."""
        assert provider.name
        assert provider.name == provider.name.lower()
        assert provider.name.replace("_", "").isalnum()

    async def test_what_it_offers_can_be_shown_and_priced(self, shop: Shop, provider: PaymentProvider) -> None:
        """A label, a fee in minor units that is not below zero, and a reason where it cannot be chosen."""
        for unit_price in (0, 1, 129900, 10**8):
            option = await provider.option(shop, priced(a_cart(unit_price=unit_price)))
            if option is not None:
                assert option.label
                assert type(option.fee) is int
                assert option.fee >= 0
                assert option.available or option.reason, "who cannot choose it is told why"
                assert not option.fee or option.fee_label, "a fee is named"

    async def test_asking_changes_nothing(self, shop: Shop, provider: PaymentProvider) -> None:
        """The same cart is offered the same, however often and by how many at once."""
        cart = priced(a_cart())
        offered: Sequence[PaymentOption | None] = await asyncio.gather(*(provider.option(shop, cart) for _ in range(5)))
        assert len(set(offered)) == 1


class OnlineProviderContract(PaymentProviderContract):
    """The same for a provider that takes money by itself.

    Fixtures besides: `order`, a stored one that waits for its money by it, and `paid`, one that has it.
    """

    async def test_beginning_twice_is_beginning_once(self, shop: Shop, provider: PaymentProvider, order: Order) -> None:
        """A repeat after a lost answer finds the same payment; what is asked for is what the order owes."""
        first = await provider.start(shop, order)
        again = await provider.start(shop, order)
        assert first == again
        assert isinstance(first, Settled | Pending | Failed | ActionNeeded)
        if isinstance(first, Settled):
            assert (first.amount, first.currency) == (order.due, order.currency)
        if isinstance(first, ActionNeeded):
            assert first.type in ("redirect", "client")
            assert first.url or first.data, "the shopper must have somewhere to go"

    async def test_a_refund_is_given_once_for_a_key(self, shop: Shop, provider: PaymentProvider, paid: Order) -> None:
        """However often it is asked; another key is another refund."""
        import pytest

        if not isinstance(provider, RefundingProvider):
            pytest.skip("it gives no money back by itself")
        key, other = new_id(), new_id()
        given = await asyncio.gather(*(provider.refund(shop, paid, 100, key) for _ in range(3)))
        more = await provider.refund(shop, paid, 100, other)
        assert len(set(given)) == 1
        assert isinstance(given[0], Refunded)
        assert isinstance(more, Refunded)
        assert more.reference != given[0].reference

    async def test_no_more_is_given_back_than_was_taken(
        self, shop: Shop, provider: PaymentProvider, paid: Order
    ) -> None:
        """It says so, and nothing breaks."""
        import pytest

        if not isinstance(provider, RefundingProvider):
            pytest.skip("it gives no money back by itself")
        assert isinstance(await provider.refund(shop, paid, paid.paid + 1, new_id()), Failed)


class VerifyingProviderContract:
    """Conformance tests of a `VerifyingProvider`: anybody can send a shopper back, with anything.

    Fixtures: `shop` and `provider`; `order` and `other`, two stored ones that wait for their money by it, with its
    reference; `fields`, with which the buyer of `order`, having paid, comes back.
    """

    async def test_who_paid_comes_back_with_the_money(
        self, shop: Shop, provider: VerifyingProvider, order: Order, fields: Mapping[str, str]
    ) -> None:
        """All that was due, however often the page is loaded again."""
        outcomes = await asyncio.gather(*(provider.verify(shop, order, fields) for _ in range(3)))
        assert len(set(outcomes)) == 1
        assert isinstance(outcomes[0], Settled)
        assert (outcomes[0].amount, outcomes[0].currency) == (order.due, order.currency)

    async def test_what_is_not_signed_proves_nothing(
        self, shop: Shop, provider: VerifyingProvider, order: Order, fields: Mapping[str, str]
    ) -> None:
        """Neither without a field nor with another value in it, and nothing that is sent is an error."""
        for forged in ({}, *forgeries(fields)):
            assert not isinstance(await provider.verify(shop, order, forged), Settled), forged

    async def test_one_payment_pays_no_other_order(
        self, shop: Shop, provider: VerifyingProvider, other: Order, fields: Mapping[str, str]
    ) -> None:
        """The order's own reference counts, never one that is sent."""
        assert not isinstance(await provider.verify(shop, other, fields), Settled)


class TellingProviderContract:
    """Conformance tests of a `TellingProvider`: anybody can post to its address.

    Fixtures: `shop` and `provider`; `order`, which waits for its money by it; `message`, the raw body and the headers
    (names in small letters) with which the gateway says that `order` is paid.
    """

    async def test_a_genuine_message_has_an_id_that_stays(
        self, shop: Shop, provider: TellingProvider, message: tuple[bytes, Mapping[str, str]]
    ) -> None:
        """By it a message that is sent again is known."""
        body, headers = message
        assert provider.event_of(shop, body, headers)
        assert provider.event_of(shop, body, headers) == provider.event_of(shop, body, headers)

    async def test_what_is_not_signed_is_not_heard(
        self, shop: Shop, provider: TellingProvider, message: tuple[bytes, Mapping[str, str]]
    ) -> None:
        """The raw bytes are signed: a space more is another message. Nothing that is sent is an error."""
        body, headers = message
        for forged in (b"", body + b" ", body.replace(b'"', b"'"), b"\xff\xfe", b"[]"):
            assert provider.event_of(shop, forged, headers) == "", forged
        for bent in ({}, *forgeries(headers)):
            assert provider.event_of(shop, body, bent) in ("", provider.event_of(shop, body, headers))
        assert provider.event_of(shop, body, dict.fromkeys(headers, "é")) == ""
        assert provider.event_of(shop, body, {}) == ""

    async def test_it_says_what_was_paid(
        self, shop: Shop, provider: TellingProvider, order: Order, message: tuple[bytes, Mapping[str, str]]
    ) -> None:
        """Of that order, and the same each time."""
        (told,) = await provider.told(shop, message[0])
        assert [told] == list(await provider.told(shop, message[0]))
        assert isinstance(told, Told)
        assert told.order_id == order.id
        assert isinstance(told.outcome, Settled)
        assert (told.outcome.amount, told.outcome.currency) == (order.due, order.currency)

    async def test_a_message_that_is_sent_again_pays_once(
        self, shop: Shop, provider: PaymentProvider, order: Order, message: tuple[bytes, Mapping[str, str]]
    ) -> None:
        """At the same moment, and after it was taken in."""
        await asyncio.gather(*(hear(shop, provider.name, *message) for _ in range(3)))
        await deliver_all(shop)
        await hear(shop, provider.name, *message)
        await deliver_all(shop)
        after = await shop.repository(OrderRepository).get(order.id)
        assert (after.paid, after.due, len(after.payments)) == (order.due, 0, 1)


class ShippingContract:
    """Conformance tests of a plugin that answers `shipping_options`.

    Fixtures: `shop`, with the plugin enabled and set up so that it delivers to Bengaluru; `plugin`, its module.
    """

    async def _options(self, shop: Shop, plugin: Any, cart: PricingCart) -> list[ShippingOption]:
        names = plugin.shipping_options.__code__.co_varnames[: plugin.shipping_options.__code__.co_argcount]
        given = {"shop": shop, "cart": cart}
        return list(await plugin.shipping_options(**{name: given[name] for name in names}) or ())

    async def test_each_way_can_be_shown_and_priced(self, shop: Shop, plugin: Any) -> None:
        """An id of its own, a label, a price in minor units, and days in their order."""
        for cart in (a_cart(), a_cart(unit_price=0), a_cart(quantity=40, weight_g=900)):
            options = await self._options(shop, plugin, cart)
            assert len({option.id for option in options}) == len(options)
            for option in options:
                assert option.id
                assert option.label
                assert type(option.price) is int
                assert option.price >= 0
                assert option.earliest is None or option.latest is None or option.earliest <= option.latest

    async def test_somewhere_it_delivers(self, shop: Shop, plugin: Any) -> None:
        """To Bengaluru."""
        assert await self._options(shop, plugin, a_cart())

    async def test_the_same_cart_is_sent_for_the_same(self, shop: Shop, plugin: Any) -> None:
        """A quote holds until the order is placed."""
        assert await self._options(shop, plugin, a_cart()) == await self._options(shop, plugin, a_cart())

    async def test_nowhere_and_nonsense_are_no_error(self, shop: Shop, plugin: Any) -> None:
        """Without an address, or to places that there are not, there is no way, or one; nothing breaks."""
        for place in (None, Destination("ZZ", "", ""), Destination("IN", "XX", "000000"), replace(BENGALURU, state="")):
            await self._options(shop, plugin, a_cart(destination=place))


class NotificationChannelContract:
    """Conformance tests of a `NotificationChannel`.

    Fixtures: `shop`, with the plugin enabled and set up; `channel`; `sent`, an async function that counts what went
    out.
    """

    def message(self, key: str) -> Message:
        """A message that the channel can send: say which."""
        raise NotImplementedError

    async def test_a_message_goes_out_once_for_its_key(
        self, shop: Shop, channel: NotificationChannel, sent: Any
    ) -> None:
        """Also when it is sent again, after a crash, and at the same moment."""
        assert channel.name
        mine = self.message(new_id())
        await channel.send(shop, mine)
        await asyncio.gather(*(channel.send(shop, mine) for _ in range(3)))
        assert await sent() == 1
        await channel.send(shop, self.message(new_id()))
        assert await sent() == 2  # noqa: PLR2004 - another key is another message
