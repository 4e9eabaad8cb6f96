"""An order as it is kept: frozen lines and prices, parcels, payments, a timeline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from spoeq_core.identity.model import Address
from spoeq_core.kernel.errors import Invalid
from spoeq_core.kernel.messages import message
from spoeq_core.orders.model.parcels import Return, Shipment
from spoeq_core.orders.model.states import ORDER_TRANSITIONS, FulfilmentStatus, OrderStatus
from spoeq_core.payments.model import PaymentStatus


@dataclass(frozen=True, slots=True)
class OrderLine:
    """A sold line, frozen: what it and its properties were called and what it cost then (minor units).

    `ext` is the cart line's, the product's is in `priced`; `backordered` pieces had yet to come, in `ships_in_days`.
    """

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
    property_labels: Mapping[str, str] = field(default_factory=dict)
    image: str = ""
    hsn: str = ""
    weight_g: int = 0
    shipped: int = 0
    returned: int = 0
    backordered: int = 0
    ships_in_days: int = 0
    ext: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FieldWords:
    """How an answer of the checkout is shown, in English: `typed` by the shopper, else to be translated."""

    label: str
    text: str
    typed: bool = True


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that came in, once per (provider, payment id).

    `accepted` is False for money that is not the order's due (another amount or currency, a cancelled or already
    paid order): it counts for nothing until staff have decided.
    """

    provider: str
    payment_id: str
    amount: int
    at: datetime
    currency: str = ""
    accepted: bool = True


class RefundStatus(StrEnum):
    """Whether money was given back."""

    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Refund:
    """Money that is given back: an amount in minor units, for the pieces by line id if it is for some.

    `restock` says that the pieces are back; `restocked` which of them went on the shelf again. `reference` is the
    provider's, or that of a transfer by hand. `settles` is how much of it had come in above a total that was lowered
    since: that part leaves the order paid.
    """

    id: str
    amount: int
    at: datetime
    reason: str
    actor: str
    status: RefundStatus = RefundStatus.PENDING
    items: Mapping[str, int] = field(default_factory=dict)
    restock: bool = False
    restocked: Mapping[str, int] = field(default_factory=dict)
    reference: str = ""
    settles: int = 0


@dataclass(frozen=True, slots=True)
class OrderChange:
    """A change of a placed order: the total before and after (minor units), and pieces by SKU taken and released.

    `hold` is the cause under which stock was promised for what it took.
    """

    id: str
    at: datetime
    actor: str
    reason: str = ""
    before: int = 0
    after: int = 0
    taken: Mapping[str, int] = field(default_factory=dict)
    released: Mapping[str, int] = field(default_factory=dict)
    words: tuple[str, ...] = ()
    hold: str = ""


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
    refunds: tuple[Refund, ...] = ()
    returns: tuple[Return, ...] = ()
    changes: tuple[OrderChange, ...] = ()
    timeline: tuple[TimelineEntry, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    field_words: Mapping[str, FieldWords] = field(default_factory=dict)
    language: str = ""
    flags: tuple[str, ...] = ()
    ext: Mapping[str, Any] = field(default_factory=dict)
    version: int = 1

    def quantities(self) -> dict[str, int]:
        """Pieces by SKU."""
        sums: dict[str, int] = {}
        for line in self.lines:
            sums[line.sku] = sums.get(line.sku, 0) + line.quantity
        return sums

    @property
    def due(self) -> int:
        """What is still to be paid."""
        return max(0, self.grand_total - self._kept)

    @property
    def overpaid(self) -> int:
        """What came in above the total, because that was lowered since, and is not on its way back."""
        return max(0, self._kept - self.grand_total)

    @property
    def _kept(self) -> int:
        """What came in for the order as it is now."""
        return self.paid - sum(refund.settles for refund in self.refunds if refund.status is not RefundStatus.FAILED)

    @property
    def is_confirmed_when_placed(self) -> bool:
        """Whether it waits for no money: paid at the door, or costing nothing."""
        return self.payment.on_delivery or not self.payment.provider

    def line(self, line_id: str) -> OrderLine | None:
        """The line of that id."""
        return next((line for line in self.lines if line.id == line_id), None)

    def line_for(self, line_id: str, field: str) -> OrderLine:
        """The line of that id, which was given in that field. Raises Invalid: there is none."""
        found = self.line(line_id)
        if found is None:
            said = message("Order %(number)s has no line '%(line)s'.", number=self.number, line=line_id)
            raise Invalid.field(field, said, "unknown_item")
        return found

    def refund(self, refund_id: str) -> Refund | None:
        """The refund of that id."""
        return next((refund for refund in self.refunds if refund.id == refund_id), None)

    def promised(self) -> dict[str, int]:
        """Pieces that must be held in stock for it, by SKU: what is neither shipped nor cancelled."""
        if self.status is OrderStatus.CANCELLED:
            return {}
        sums: dict[str, int] = {}
        for line in self.lines:
            if line.quantity > line.shipped:
                sums[line.sku] = sums.get(line.sku, 0) + line.quantity - line.shipped
        return sums

    def unshipped(self) -> dict[str, int]:
        """Pieces still to ship, by line id."""
        return {line.id: line.quantity - line.shipped for line in self.lines if line.quantity > line.shipped}

    def next_statuses(self) -> tuple[OrderStatus, ...]:
        """Where staff may take the order from here, in the order of the machine.

        Only money confirms an order that waits for it, and what has left the house is not cancelled.
        """
        barred = {OrderStatus.CONFIRMED} | ({OrderStatus.CANCELLED} if self.shipments else set())
        allowed = ORDER_TRANSITIONS[self.status] - barred
        return tuple(status for status in OrderStatus if status in allowed)


def fulfilment_of(lines: Iterable[OrderLine], before: FulfilmentStatus) -> FulfilmentStatus:
    """Where the goods of these lines are: what came back counts before what was sent."""
    known = list(lines)
    shipped = sum(line.shipped for line in known)
    if any(line.returned for line in known):
        everything = all(line.returned == line.quantity for line in known)
        return FulfilmentStatus.RETURNED if everything else FulfilmentStatus.PARTIALLY_RETURNED
    if not shipped:
        return before
    complete = all(line.shipped == line.quantity for line in known)
    return FulfilmentStatus.FULFILLED if complete else FulfilmentStatus.PARTIAL
