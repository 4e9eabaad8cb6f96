"""Orders: three state machines as tables, frozen prices, and what may happen next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from spoeq_core.identity.model import Address as Address  # noqa: PLC0414 - the address of an order: imported from here
from spoeq_core.payments.model import PaymentStatus


class OrderStatus(StrEnum):
    """Where the order is."""

    PENDING_PAYMENT = "pending_payment"
    CONFIRMED = "confirmed"
    PROCESSING = "processing"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class FulfilmentStatus(StrEnum):
    """Where the goods are."""

    UNFULFILLED = "unfulfilled"
    PARTIAL = "partial"
    FULFILLED = "fulfilled"
    PARTIALLY_RETURNED = "partially_returned"
    RETURNED = "returned"


ORDER_TRANSITIONS: Mapping[OrderStatus, frozenset[OrderStatus]] = {
    OrderStatus.PENDING_PAYMENT: frozenset({OrderStatus.CONFIRMED, OrderStatus.CANCELLED}),
    OrderStatus.CONFIRMED: frozenset({OrderStatus.PROCESSING, OrderStatus.SHIPPED, OrderStatus.CANCELLED}),
    OrderStatus.PROCESSING: frozenset({OrderStatus.SHIPPED, OrderStatus.CANCELLED}),
    OrderStatus.SHIPPED: frozenset({OrderStatus.DELIVERED}),
    OrderStatus.DELIVERED: frozenset({OrderStatus.COMPLETED}),
    OrderStatus.COMPLETED: frozenset(),
    OrderStatus.CANCELLED: frozenset(),
}

PAYMENT_TRANSITIONS: Mapping[PaymentStatus, frozenset[PaymentStatus]] = {
    PaymentStatus.PENDING: frozenset(
        {PaymentStatus.AUTHORIZED, PaymentStatus.PARTIALLY_PAID, PaymentStatus.PAID, PaymentStatus.FAILED}
    ),
    PaymentStatus.PENDING_COD: frozenset({PaymentStatus.PAID, PaymentStatus.FAILED}),
    PaymentStatus.AUTHORIZED: frozenset({PaymentStatus.PARTIALLY_PAID, PaymentStatus.PAID, PaymentStatus.FAILED}),
    PaymentStatus.PARTIALLY_PAID: frozenset({PaymentStatus.PAID, PaymentStatus.PARTIALLY_REFUNDED, PaymentStatus.REFUNDED}),
    PaymentStatus.PAID: frozenset({PaymentStatus.PARTIALLY_REFUNDED, PaymentStatus.REFUNDED, PaymentStatus.DISPUTED}),
    PaymentStatus.FAILED: frozenset({PaymentStatus.PENDING, PaymentStatus.AUTHORIZED, PaymentStatus.PAID}),
    PaymentStatus.PARTIALLY_REFUNDED: frozenset({PaymentStatus.REFUNDED, PaymentStatus.DISPUTED}),
    PaymentStatus.REFUNDED: frozenset(),
    PaymentStatus.DISPUTED: frozenset({PaymentStatus.PAID, PaymentStatus.REFUNDED}),
}


def can_transition(current: OrderStatus, wanted: OrderStatus) -> bool:
    """Whether an order may go from one status to another."""
    return wanted in ORDER_TRANSITIONS[current]


@dataclass(frozen=True, slots=True)
class OrderLine:
    """A sold line, frozen: what it was called and what it cost then (minor units)."""

    id: str
    sku: str
    product_id: str
    name: str
    quantity: int
    unit_price: int
    subtotal: int
    total: int
    options: Mapping[str, str] = field(default_factory=dict)
    properties: Mapping[str, str] = field(default_factory=dict)
    image: str = ""
    hsn: str = ""
    weight_g: int = 0
    shipped: int = 0
    ext: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that came in, once per (provider, payment id)."""

    provider: str
    payment_id: str
    amount: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Shipment:
    """A parcel: pieces by line id, who carries it, under which waybill (AWB)."""

    id: str
    items: Mapping[str, int]
    shipped_at: datetime
    carrier: str = ""
    awb: str = ""
    tracking_url: str = ""
    delivered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """Something that happened to the order, for staff (and shoppers where `public`)."""

    at: datetime
    kind: str
    label: str
    actor: str
    note: str = ""
    public: bool = False


@dataclass(frozen=True, slots=True)
class ChosenShipping:
    """The shipping method as it was offered."""

    id: str
    label: str
    price: int
    carrier: str = ""
    promised: str = ""


@dataclass(frozen=True, slots=True)
class ChosenPayment:
    """The payment method as it was chosen; `reference` is the provider's."""

    provider: str
    label: str
    on_delivery: bool = False
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """A placed order. `priced` is the frozen `PricedCart` with its trace, as JSON values."""

    id: str
    number: str
    currency: str
    status: OrderStatus
    payment_status: PaymentStatus
    email: str
    phone: str
    shipping_address: Address
    billing_address: Address
    lines: tuple[OrderLine, ...]
    shipping: ChosenShipping
    payment: ChosenPayment
    grand_total: int
    priced: Mapping[str, Any]
    cart_id: str
    placed_at: datetime
    fulfilment_status: FulfilmentStatus = FulfilmentStatus.UNFULFILLED
    customer_id: str | None = None
    codes: tuple[str, ...] = ()
    paid: int = 0
    refunded: int = 0
    payments: tuple[Payment, ...] = ()
    shipments: tuple[Shipment, ...] = ()
    timeline: tuple[TimelineEntry, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    ext: Mapping[str, Any] = field(default_factory=dict)
    version: int = 1

    def quantities(self) -> dict[str, int]:
        """Pieces by SKU."""
        sums: dict[str, int] = {}
        for line in self.lines:
            sums[line.sku] = sums.get(line.sku, 0) + line.quantity
        return sums

    def unshipped(self) -> dict[str, int]:
        """Pieces still to ship, by line id."""
        return {line.id: line.quantity - line.shipped for line in self.lines if line.quantity > line.shipped}

    def next_statuses(self) -> tuple[OrderStatus, ...]:
        """Where staff may take the order from here, in the order of the machine."""
        allowed = ORDER_TRANSITIONS[self.status]
        return tuple(status for status in OrderStatus if status in allowed)
