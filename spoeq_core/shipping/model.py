"""What a shipping plugin offers for a cart and an address, and what a carrier does with its parcels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from spoeq_core.orders.model import Order
    from spoeq_core.shop import Shop


@dataclass(frozen=True, slots=True)
class ShippingOption:
    """A way to get the parcel there.

    Attributes:
        id: Unique within the plugin; the core prefixes it: `<plugin>:<id>`.
        label: For shoppers ("Standard delivery").
        price: Minor units of the cart's currency; 0 is free.
        earliest: First day of delivery.
        latest: The day it is promised by.
        carrier: Who carries it.
        cod: Whether the parcel can be paid for at the door.
    """

    id: str
    label: str
    price: int
    earliest: date | None = None
    latest: date | None = None
    carrier: str = ""
    cod: bool = True

    def after(self, days: int | None) -> ShippingOption:
        """The same for goods that are sent so many days later; None if nobody knows when: then no day is promised."""
        if days is None:
            return replace(self, earliest=None, latest=None)
        wait = timedelta(days=days)
        earliest, latest = self.earliest, self.latest
        return replace(self, earliest=earliest and earliest + wait, latest=latest and latest + wait)


@dataclass(frozen=True, slots=True)
class Label:
    """What is stuck onto a parcel: the file, and its media type."""

    content: bytes
    media_type: str = "application/pdf"


class ShippingCarrier(Protocol):
    """Somebody who carries parcels, contributed through `register_carriers`; rates are `shipping_options`.

    Attributes:
        name: Stable id, unique in the shop: the carrier tells at `POST /api/v1/shipping/webhook/<name>`.
    """

    name: str

    async def book(self, shop: Shop, order: Order, actor: str) -> str:
        """Book what is left of an order as one parcel and let the order say so (`add_shipment`); the parcel's number.

        However often and by how many at once it is asked, what is left is booked once.

        Raises:
            Conflict: nothing is left to send, or the order cannot be sent now; then nothing is booked.
        """
        ...

    async def label(self, shop: Shop, number: str) -> Label:
        """The label of a parcel.

        Raises:
            NotFound: the carrier has no parcel of this number.
        """
        ...

    async def hear(self, shop: Shop, body: bytes, headers: Mapping[str, str]) -> bool:
        """Let orders follow what the carrier tells; False if it has not signed these very bytes, which is no error.

        Messages come twice, at the same moment and out of order: an order goes forward, and once. It is also asked
        while the plugin is switched off, since parcels are on their way still. Header names are in small letters.
        """
        ...
