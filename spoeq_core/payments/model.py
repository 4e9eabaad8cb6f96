"""Paying: what a provider offers, and the outcomes it may report. Outcomes are values, not exceptions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from spoeq_core.orders.model import Order
    from spoeq_core.pricing.model import PricedCart
    from spoeq_core.shop import Shop


class PaymentStatus(StrEnum):
    """Where an order's money is."""

    PENDING = "pending"
    PENDING_COD = "pending_cod"
    AUTHORIZED = "authorized"
    PARTIALLY_PAID = "partially_paid"
    PAID = "paid"
    FAILED = "failed"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"
    DISPUTED = "disputed"


@dataclass(frozen=True, slots=True)
class PaymentOption:
    """A provider's offer for a cart: whether it can be chosen, why not, and what it costs (minor units)."""

    label: str
    available: bool = True
    reason: str = ""
    fee: int = 0
    fee_label: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Settled:
    """The provider holds the money: amount in minor units, under the provider's own payment id."""

    payment_id: str
    amount: int
    currency: str


@dataclass(frozen=True, slots=True)
class Pending:
    """Nothing to do for the shopper; the money comes later."""

    reference: str = ""


@dataclass(frozen=True, slots=True)
class Failed:
    """Declined; the reason is shown to the shopper."""

    reason: str


@dataclass(frozen=True, slots=True)
class ActionNeeded:
    """The shopper must go on: to `url` (redirect), or in the page with `data` (client)."""

    type: str
    url: str = ""
    data: Mapping[str, str] = field(default_factory=dict)
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Refunded:
    """The provider gave the money back, under its own reference."""

    reference: str


PaymentOutcome = Settled | Pending | Failed | ActionNeeded
RefundOutcome = Refunded | Pending | Failed


@dataclass(frozen=True, slots=True)
class Told:
    """What a gateway says of one order."""

    order_id: str
    outcome: Settled | Pending | Failed


class PaymentProvider(Protocol):
    """A way to pay, contributed by a plugin through `register_payment_providers`.

    Attributes:
        name: Stable id, unique in the shop ("cod").
        on_delivery: True if the money is taken at the door, in cash as a rule: the order is confirmed at once and waits
            for it, and its total is rounded to what can be paid in cash in a shop that rounds cash payments.
    """

    name: str
    on_delivery: bool

    async def option(self, shop: Shop, priced: PricedCart) -> PaymentOption | None:
        """What is offered for this cart, priced without a payment fee; None hides the method."""
        ...

    async def start(self, shop: Shop, order: Order) -> PaymentOutcome:
        """Begin to take `order.due`. Called after the order is stored, never inside a lock. Idempotent.

        An order that was changed is asked for the difference: by then `order.payment.reference` is empty again.
        """
        ...


@runtime_checkable
class RefundingProvider(Protocol):
    """A payment provider that gives money back by itself; others' refunds are recorded as given by hand."""

    async def refund(self, shop: Shop, order: Order, amount: int, key: str) -> RefundOutcome:
        """Give back so many minor units. Idempotent by `key`: the same one never pays twice."""
        ...


@runtime_checkable
class ExpiringProvider(Protocol):
    """A payment provider that can close what it has begun for an order, so that no money comes afterwards."""

    async def expire(self, shop: Shop, order: Order) -> PaymentOutcome | None:
        """Close the order's session at the provider, before its stock is given away. Idempotent.

        Answer `Settled` if the money is there, `Pending` to be asked again later, anything else once none can come.
        """
        ...


@runtime_checkable
class VerifyingProvider(Protocol):
    """A payment provider whose shoppers come back from it, by the browser or by an app."""

    async def verify(self, shop: Shop, order: Order, fields: Mapping[str, str]) -> Settled | Pending | Failed:
        """What has become of the payment that the shopper comes back from. Idempotent.

        Called for `return_url(shop, order)`, with what the gateway put into the address or posted, and for
        `POST /api/v1/payments/verify`. Anybody can send anything there: check the gateway's signature, with the
        reference that the order has stored and never with one from `fields`, and the amount with the gateway. Answer
        `Pending` where the fields do not say, or lie.
        """
        ...


@runtime_checkable
class TellingProvider(Protocol):
    """A payment provider whose gateway tells by itself, at `POST /api/v1/payments/webhook/<name>`.

    The message is stored as it came, answered, and taken in by the worker: again and again until that succeeds. It is
    heard while the plugin is switched off, too, since orders were begun by it.
    """

    def event_of(self, shop: Shop, body: bytes, headers: Mapping[str, str]) -> str:
        """The id of the event, the same whenever it is sent again; empty if the signature is not right.

        Check the signature over the raw bytes, by `hmac.compare_digest`; accept each secret that is still good.

        Args:
            shop: The shop.
            body: As it came.
            headers: Their names in small letters.
        """
        ...

    async def told(self, shop: Shop, body: bytes) -> Sequence[Told]:
        """What a message that was genuine says; nothing where it concerns no order. Idempotent."""
        ...
