"""What a shipping plugin offers for a cart and an address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


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
