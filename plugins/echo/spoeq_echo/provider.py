"""The payment provider: what a plugin for a real gateway has to do, and no more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from spoeq_core.sdk import (
    ActionNeeded,
    Failed,
    Order,
    PaymentOption,
    PaymentOutcome,
    Pending,
    PricedCart,
    Refunded,
    RefundOutcome,
    Settled,
    Shop,
    Told,
    message,
)
from spoeq_echo import gateway
from spoeq_echo.documents import Sessions
from spoeq_echo.model import DECLINED, SIGNATURE, is_signed, read_event

CAPTURED = "payment.captured"


class EchoPayment:
    """Sends the shopper to a page where anything can be let happen."""

    name = "echo"
    on_delivery = False

    async def option(self, shop: Shop, priced: PricedCart) -> PaymentOption | None:
        """Always."""
        del shop, priced
        return PaymentOption(message("Pay online (a test: no money moves)"), hint=message("Card, UPI, anything."))

    async def start(self, shop: Shop, order: Order) -> PaymentOutcome:
        """To the page of the session."""
        session = await gateway.begin(shop, order)
        url = f"{shop.settings.base_url.rstrip('/')}/echo/pay/{session.id}"
        return ActionNeeded("redirect", url, reference=session.id)

    async def verify(self, shop: Shop, order: Order, fields: Mapping[str, str]) -> Settled | Pending | Failed:
        """What the signed payment has become, for the session that the order itself has stored."""
        payment_id, reference = fields.get("payment_id", ""), order.payment.reference
        signed = f"{reference}|{payment_id}".encode("utf-8", "surrogatepass")
        if not reference or not is_signed(gateway.secret_of(shop), signed, fields.get("signature", "")):
            return Pending()
        session = await shop.repository(Sessions).get(reference)
        return session.outcome(payment_id, shop.clock.now())

    def event_of(self, shop: Shop, body: bytes, headers: Mapping[str, str]) -> str:
        """The id in a body that is signed."""
        if not is_signed(gateway.secret_of(shop), body, headers.get(SIGNATURE, "")):
            return ""
        return str(read_event(body).get("id", ""))

    async def told(self, shop: Shop, body: bytes) -> Sequence[Told]:
        """The payment that was taken, or declined."""
        del shop
        event = read_event(body)
        payment = event["payment"]
        if event["type"] == CAPTURED:
            return [Told(event["order_id"], Settled(payment["id"], payment["amount"], payment["currency"]))]
        return [Told(event["order_id"], Failed(DECLINED))]

    async def refund(self, shop: Shop, order: Order, amount: int, key: str) -> RefundOutcome:
        """At once."""
        done = await gateway.give_back(shop, order.payment.reference, amount, key)
        return Refunded(f"echo_refund_{key}") if done else Failed(message("So much was not paid."))

    async def expire(self, shop: Shop, order: Order) -> PaymentOutcome | None:
        """Close the session; what it holds or is about to hold counts."""
        if not order.payment.reference:
            return None
        sessions = shop.repository(Sessions)
        await sessions.close(order.payment.reference)
        session = await sessions.get(order.payment.reference)
        return session.outcome(session.payment.id, shop.clock.now()) if session.payment else None
