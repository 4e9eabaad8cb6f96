"""Orders as the API answers them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from spoeq_core.orders.model import FulfilmentStatus, OrderStatus, ReturnStatus
from spoeq_core.payments.model import PaymentStatus
from spoeq_core.web.api.shapes.base import AddressShape, Discount, MoneyShape, Shape, SurchargeShape, Totals, TraceEntry


class NextAction(Shape):
    """What the shopper does next: nothing, go to `url`, or go on in the page with `data`."""

    type: Literal["none", "redirect", "client"]
    url: str | None = None
    data: dict[str, str] | None = None


class PlacedPayment(Shape):
    """Where the money is, and the next step to it."""

    status: PaymentStatus
    next_action: NextAction


class PlacedOrder(Shape):
    """A placed order; `token` opens it without an account."""

    id: str
    number: str
    status: OrderStatus
    totals: Totals
    payment: PlacedPayment
    token: str


class OrderPayment(Shape):
    """Where an order's money is."""

    status: PaymentStatus
    method: str
    paid: MoneyShape
    refunded: MoneyShape
    due: MoneyShape


class Fulfilment(Shape):
    """Where the goods are."""

    status: FulfilmentStatus


class OrderShipping(Shape):
    """The way it is delivered."""

    id: str
    label: str
    price: MoneyShape
    promised: str | None


class OrderImage(Shape):
    """The picture that the line had."""

    src: str
    srcset: str
    alt: str
    sources: list[Any]


class OrderItem(Shape):
    """A sold line, frozen.

    `backordered` pieces had yet to come when it was sold and are not shipped; `ships_by` is the day that was told.
    """

    id: str
    sku: str
    product_id: str
    name: str
    options: dict[str, str]
    properties: dict[str, str]
    property_labels: dict[str, str]
    quantity: int
    shipped: int
    returned: int
    backordered: int
    ships_by: str | None
    unit_price: MoneyShape
    subtotal: MoneyShape
    surcharges: list[SurchargeShape]
    discounts: list[Discount]
    total: MoneyShape
    image: OrderImage | None
    ext: dict[str, Any]


class AnswerShape(Shape):
    """What the checkout asked and was told, in words."""

    label: str
    text: str


class ShipmentItem(Shape):
    """What is in a parcel."""

    name: str
    quantity: int


class ShipmentShape(Shape):
    """A parcel."""

    id: str
    carrier: str
    awb: str
    url: str
    shipped_at: datetime
    delivered_at: datetime | None
    items: list[ShipmentItem]


class TimelineShape(Shape):
    """Something that happened; `actor` and `note` are for staff."""

    at: datetime
    kind: str
    label: str
    actor: str | None = None
    note: str | None = None


class Timeline(Shape):
    """What happened, oldest first."""

    items: list[TimelineShape]


class PaymentShape(Shape):
    """Money that came in; what is not `accepted` counts for nothing until staff have decided."""

    provider: str
    payment_id: str
    amount: MoneyShape
    at: datetime
    accepted: bool


class RefundShape(Shape):
    """Money given back. `reference` is the provider's, or the bank's where it was paid back by hand."""

    id: str
    amount: MoneyShape
    status: Literal["pending", "done", "failed"]
    at: datetime
    reason: str
    reference: str | None
    items: dict[str, int]
    restocked: dict[str, int]


class ReturnShape(Shape):
    """Pieces that the buyer wants to send back, by line, and what became of them; `note` is the shop's answer."""

    id: str
    at: datetime
    status: ReturnStatus
    reason: str
    note: str
    items: dict[str, int]
    received: dict[str, int]
    restocked: dict[str, int]
    damaged: dict[str, int]


class ChangeShape(Shape):
    """A change of the placed order: what, why, and the total before and after it."""

    id: str
    at: datetime
    reason: str
    words: list[str]
    before: MoneyShape
    after: MoneyShape


class OrderShape(Shape):
    """An order. What stands after `timeline` is for staff."""

    id: str
    number: str
    status: OrderStatus
    currency: str
    placed_at: datetime
    email: str
    phone: str
    payment: OrderPayment
    payment_label: str
    fulfilment: Fulfilment
    shipping: OrderShipping
    shipping_label: str
    shipping_address: AddressShape
    billing_address: AddressShape
    items: list[OrderItem]
    coupons: list[str]
    totals: Totals
    shipments: list[ShipmentShape]
    refunds: list[RefundShape]
    returns: list[ReturnShape]
    changes: list[ChangeShape]
    fields: dict[str, str]
    answers: list[AnswerShape]
    ext: dict[str, Any]
    timeline: list[TimelineShape]
    version: int | None = None
    customer_id: str | None = None
    cart_id: str | None = None
    flags: list[str] | None = None
    refund_due: MoneyShape | None = None
    trace: list[TraceEntry] | None = None
    next_statuses: list[OrderStatus] | None = None
    payments: list[PaymentShape] | None = None


class OrderList(Shape):
    """Orders, newest first."""

    items: list[OrderShape]
    next: str | None


class StockStep(Shape):
    """What a change does to the available pieces of a SKU, and how many there are now."""

    sku: str
    delta: int
    available: int


class OrderEditShape(Shape):
    """What a change comes to. With `dry_run` nothing was stored and `order` is what it would be."""

    id: str
    dry_run: bool
    words: list[str]
    before: MoneyShape
    after: MoneyShape
    difference: MoneyShape
    due: MoneyShape
    refund_due: MoneyShape
    stock: list[StockStep]
    order: OrderShape


class Heard(Shape):
    """What a carrier told is known now."""

    received: Literal[True]
