"""What orders tell. Subscribers load the order by its id."""

from __future__ import annotations

from dataclasses import dataclass

from spoeq_core.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPlaced(Event):
    """An order was stored; a cash-on-delivery order is confirmed already, an online one waits for its money."""

    order_id: str
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderConfirmed(Event):
    """A waiting order was paid or accepted and may be packed. Not told for orders that are confirmed when placed."""

    order_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPaid(Event):
    """The whole amount has come in."""

    order_id: str
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderShipped(Event):
    """A parcel left."""

    order_id: str
    shipment_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDelivered(Event):
    """The parcels arrived."""

    order_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundRequested(Event):
    """Money is to be given back by its provider, who may have been asked already."""

    order_id: str
    refund_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRefunded(Event):
    """Money was given back: the amount of this refund in minor units."""

    order_id: str
    refund_id: str
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnRequested(Event):
    """The buyer wants to send pieces back."""

    order_id: str
    return_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnAnswered(Event):
    """Staff approved or refused a return; its status says which."""

    order_id: str
    return_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnReceived(Event):
    """The pieces of a return are in the house; nothing of them is on the shelf yet."""

    order_id: str
    return_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnInspected(Event):
    """The pieces of a return were looked at: what is good goes on the shelf again."""

    order_id: str
    return_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderEdited(Event):
    """Lines, address or delivery of a placed order were changed; `order.changes` says what it came to."""

    order_id: str
    change_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCancelled(Event):
    """It will not be shipped; its stock is free again."""

    order_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayMessageReceived(Event):
    """A payment gateway sent a genuine message, which is stored and not taken in yet."""

    message_id: str
