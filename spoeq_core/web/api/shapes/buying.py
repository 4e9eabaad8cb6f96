"""Carts and quotes as the API answers them."""

from __future__ import annotations

from datetime import date
from typing import Any

from spoeq_core.web.api.shapes.base import Discount, ImageShape, MoneyShape, Shape, SurchargeShape, Totals, TraceEntry


class CartItem(Shape):
    """A line of the cart; one that is not sold any more costs nothing and has nothing available.

    `backordered` pieces have yet to come, and are usually shipped in `ships_in_days` (0: nobody said).
    """

    id: str
    sku: str
    product_id: str
    name: str
    url: str
    image: ImageShape | None
    options: dict[str, str]
    properties: dict[str, str]
    property_labels: dict[str, str]
    quantity: int
    unit_price: MoneyShape
    subtotal: MoneyShape
    surcharges: list[SurchargeShape]
    discounts: list[Discount]
    total: MoneyShape
    available: int
    backordered: int
    ships_in_days: int
    ext: dict[str, Any]


class Notice(Shape):
    """Something the shopper should know: a changed price, little stock, a code that gives nothing."""

    code: str
    message: str
    item_id: str | None = None
    coupon: str | None = None


class RemovedItem(Shape):
    """What was taken out last."""

    id: str
    name: str


class CartShape(Shape):
    """The cart, priced. `token` comes once, with the answer that made a guest's cart."""

    id: str | None
    token: str | None = None
    version: int
    currency: str
    items: list[CartItem]
    coupons: list[str]
    totals: Totals
    notices: list[Notice]
    removed: RemovedItem | None
    unpriced: bool


class ShippingMethod(Shape):
    """A way to be delivered to; `estimate` is for people, the days for programs."""

    id: str
    label: str
    price: MoneyShape
    estimate: str
    earliest: date | None
    latest: date | None


class PaymentMethod(Shape):
    """A way to pay; `reason` says why it is not available."""

    id: str
    label: str
    fee: MoneyShape
    available: bool
    hint: str
    reason: str | None = None


class ProblemShape(Shape):
    """Why the order cannot be placed yet; `field` is the dotted path of what to mend."""

    code: str
    message: str
    field: str | None = None


class QuoteShape(Shape):
    """What the cart costs with these choices. `trace` and `failed_plugin` are for staff."""

    lines: list[CartItem]
    totals: Totals
    shipping_methods: list[ShippingMethod]
    payment_methods: list[PaymentMethod]
    problems: list[ProblemShape]
    trace: list[TraceEntry] | None = None
    failed_plugin: str | None = None
