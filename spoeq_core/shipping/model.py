"""What a shipping plugin offers for a cart and an address."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta


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
