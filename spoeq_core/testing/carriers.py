"""What everybody who carries parcels must do: inherit the class, give it the fixtures."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping

from spoeq_core.kernel.errors import Conflict, NotFound
from spoeq_core.orders.documents import OrderRepository
from spoeq_core.orders.model import Order, OrderStatus
from spoeq_core.orders.service import cancel
from spoeq_core.shipping.model import Label, ShippingCarrier
from spoeq_core.shop import Shop
from spoeq_core.testing.forging import forgeries
from spoeq_core.testing.shops import deliver_all

BY = "Kit"


class ShippingCarrierContract:
    """Conformance tests of a `ShippingCarrier`: its booking, its label and what it tells.

    Fixtures: `shop`, with the plugin enabled and set up; `carrier`; `order`, a stored one that is to be sent.

    Example:
        class TestMine(ShippingCarrierContract):
            @pytest.fixture
            def carrier(self): return MyCarrier()

            def tells(self, shop, number, *, delivered): return body, {"x-signature": …}
    """

    def tells(self, shop: Shop, number: str, *, delivered: bool) -> tuple[bytes, Mapping[str, str]]:
        """The body and headers (names in small letters) by which the carrier says where a parcel is: say which.

        Args:
            shop: The shop.
            number: The parcel's.
            delivered: Whether it is at the door, or on its way.
        """
        raise NotImplementedError

    async def _now(self, shop: Shop, order: Order) -> Order:
        await deliver_all(shop)
        return await shop.repository(OrderRepository).get(order.id)

    async def test_it_has_a_stable_name(self, carrier: ShippingCarrier) -> None:
        """Small letters, digits and underscores: the carrier tells at an address with it."""
        assert carrier.name
        assert carrier.name == carrier.name.lower()
        assert carrier.name.replace("_", "").isalnum()

    async def test_what_is_left_is_booked_once(self, shop: Shop, carrier: ShippingCarrier, order: Order) -> None:
        """By however many at once, and again later: the others are told that nothing is left."""
        asked = await asyncio.gather(*(carrier.book(shop, order, BY) for _ in range(3)), return_exceptions=True)
        (number,) = [answer for answer in asked if not isinstance(answer, BaseException)]
        refused = [answer for answer in asked if isinstance(answer, BaseException)]
        assert all(isinstance(answer, Conflict) for answer in refused), refused
        after = await self._now(shop, order)
        (shipment,) = after.shipments
        assert (after.status, shipment.awb) == (OrderStatus.SHIPPED, number)
        assert not after.unshipped()
        assert isinstance(await _outcome(carrier.book(shop, after, BY)), Conflict)
        assert len((await self._now(shop, order)).shipments) == 1

    async def test_who_cancelled_is_sent_nothing(self, shop: Shop, carrier: ShippingCarrier, order: Order) -> None:
        """Also where whoever books has not seen it yet."""
        await cancel(shop, order.id, actor=BY, reason="Changed their mind")
        assert isinstance(await _outcome(carrier.book(shop, order, BY)), Conflict)
        assert not (await self._now(shop, order)).shipments

    async def test_each_parcel_has_a_label(self, shop: Shop, carrier: ShippingCarrier, order: Order) -> None:
        """The same each time, of a type that can be printed; of others there is none."""
        number = await carrier.book(shop, order, BY)
        label = await carrier.label(shop, number)
        assert isinstance(label, Label)
        assert label.content
        assert label.media_type.partition("/")[0] in ("application", "image")
        assert label == await carrier.label(shop, number)
        for nobody in ("", f"{number}0", "../../etc/passwd"):
            assert isinstance(await _outcome(carrier.label(shop, nobody)), NotFound)

    async def test_the_order_follows_its_parcel(self, shop: Shop, carrier: ShippingCarrier, order: Order) -> None:
        """To the door, once, whatever comes twice, at the same moment and too late."""
        number = await carrier.book(shop, order, BY)
        assert await carrier.hear(shop, *self.tells(shop, number, delivered=False))
        assert (await self._now(shop, order)).status is OrderStatus.SHIPPED
        there = self.tells(shop, number, delivered=True)
        assert all(await asyncio.gather(*(carrier.hear(shop, *there) for _ in range(3))))
        after = await self._now(shop, order)
        assert after.status is OrderStatus.DELIVERED
        assert await carrier.hear(shop, *there)
        assert await carrier.hear(shop, *self.tells(shop, number, delivered=False))
        again = await self._now(shop, order)
        assert (again.status, again.timeline) == (OrderStatus.DELIVERED, after.timeline)

    async def test_what_is_not_signed_is_not_heard(self, shop: Shop, carrier: ShippingCarrier, order: Order) -> None:
        """The raw bytes are signed. Nothing that is sent is an error."""
        number = await carrier.book(shop, order, BY)
        body, headers = self.tells(shop, number, delivered=True)
        for forged in (b"", body + b" ", b"\xff\xfe", b"[]"):
            assert not await carrier.hear(shop, forged, headers), forged
        for bent in ({}, *forgeries(headers), dict.fromkeys(headers, "é")):
            assert not await carrier.hear(shop, body, bent), bent
        assert (await self._now(shop, order)).status is OrderStatus.SHIPPED


async def _outcome(asked: Awaitable[object]) -> object:
    try:
        return await asked
    except Exception as error:
        return error
