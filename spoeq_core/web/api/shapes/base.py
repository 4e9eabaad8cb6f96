"""What many answers have in common: money, pictures, addresses, totals."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Shape(BaseModel):
    """Base of answers. Every member is named; those with a default are left out where they do not apply."""

    model_config = ConfigDict(extra="forbid")


class MoneyShape(Shape):
    """Integer minor units with their currency (ISO 4217)."""

    amount: int
    currency: str


class Source(Shape):
    """A picture in a smaller type."""

    type: str
    srcset: str


class ImageShape(Shape):
    """A picture: `src` and `srcset` are JPEGs that every browser shows."""

    id: str
    src: str
    srcset: str
    alt: str
    width: int
    height: int
    sources: list[Source]


class AddressShape(Shape):
    """An address; `country` is ISO 3166 alpha-2."""

    name: str
    phone: str
    line1: str
    line2: str
    landmark: str
    city: str
    state: str
    postal_code: str
    country: str
    gstin: str


class Discount(Shape):
    """What one promotion took off a line."""

    label: str
    amount: MoneyShape
    plugin: str


class SurchargeShape(Shape):
    """What a line costs beside its unit price, for all its pieces and for one; part of its subtotal."""

    label: str
    amount: MoneyShape
    per_unit: MoneyShape
    plugin: str


class Fee(Shape):
    """A charge beside goods and shipping."""

    label: str
    amount: MoneyShape


class Totals(Shape):
    """Items - discounts + shipping + fees + tax + rounding = grand_total; tax_included is contained in them.

    `rounding` makes the total payable in cash, where the shop says so; it may be below zero and is never taxed.
    `grand_total` is null while a plugin that has a say in the price fails: nothing can be ordered then.
    """

    items: MoneyShape
    discounts: MoneyShape
    shipping: MoneyShape
    tax: MoneyShape
    tax_included: MoneyShape
    grand_total: MoneyShape | None
    rounding: MoneyShape
    fees: list[Fee]


class TraceEntry(Shape):
    """A step of how a price came about."""

    phase: str
    plugin: str
    rule: str
    label: str
    input: MoneyShape
    output: MoneyShape
    note: str
