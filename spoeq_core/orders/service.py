"""What shoppers and staff do with orders once they are placed; `settle` is the one place where money counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from spoeq_core.extensions.service import M, with_part
from spoeq_core.kernel.errors import NotFound
from spoeq_core.kernel.events import Event
from spoeq_core.kernel.ids import is_id
from spoeq_core.orders import model
from spoeq_core.orders.changing import Change, change_order
from spoeq_core.orders.claims import PAYMENT, claims_of, payment_claim
from spoeq_core.orders.documents import OrderRepository
from spoeq_core.orders.events import OrderCancelled, OrderConfirmed, OrderDelivered, OrderPaid
from spoeq_core.orders.model import Order, OrderStatus, TimelineEntry
from spoeq_core.orders.packing import Parcel, add_shipment
from spoeq_core.orders.refunds import RefundWish, refund
from spoeq_core.orders.returns import answer_return, inspect_return, receive_return, request_return
from spoeq_core.orders.tokens import opens, order_token
from spoeq_core.payments.model import PaymentStatus, Settled
from spoeq_core.shop import Shop

__all__ = [
    "Parcel",
    "RefundWish",
    "add_note",
    "add_shipment",
    "answer_return",
    "cancel",
    "change_extensions",
    "change_status",
    "extend_order",
    "give_to_customer",
    "inspect_return",
    "order_by_number",
    "order_for",
    "order_token",
    "payment_failed",
    "payment_started",
    "receive_return",
    "refund",
    "request_return",
    "settle",
    "track",
]


async def order_for(
    shop: Shop, order_id: str, *, customer_id: str | None = None, token: str = "", staff: bool = False
) -> Order:
    """The order, for its owner, for staff, or for whoever holds its token; to others it does not exist.

    Raises:
        NotFound: there is none, or not for whoever asks.
    """
    order = await shop.repository(OrderRepository).find_by_id(order_id) if is_id(order_id) else None
    mine = order is not None and customer_id is not None and order.customer_id == customer_id
    if order is None or not (staff or mine or opens(shop, token, order_id)):
        raise NotFound("There is no such order.", hint="Open the link of your confirmation mail, or sign in.")
    return order


async def order_by_number(shop: Shop, number: str, *, token: str) -> Order:
    """The order of that number, for whoever holds its token.

    Raises:
        NotFound: there is none, or the token is not its.
    """
    order = await _numbered(shop, number)
    if order is None or not opens(shop, token, order.id):
        raise NotFound("There is no such order.", hint="Open the link of your confirmation mail.")
    return order


async def track(shop: Shop, number: str, contact: str) -> Order:
    """The order of that number, for whoever knows the e-mail address or the phone number it was placed with.

    Raises:
        NotFound: no order has both; which of the two is wrong is not told.
    """
    order = await _numbered(shop, number)
    if order is None or not _knows(order, contact):
        raise NotFound(
            "No order has this number and this e-mail address or phone.", hint="Check both with your confirmation mail."
        )
    return order


async def change_status(
    shop: Shop, order_id: str, status: OrderStatus, *, actor: str, note: str = "", version: int | None = None
) -> Order:
    """Take an order to its next status. Shipping it makes one parcel of all that is left.

    Raises:
        NotAllowed: the machine has no such step.
        StaleAggregate: the order is not of that version any more.
    """
    if status is OrderStatus.CANCELLED:
        return await cancel(shop, order_id, actor=actor, reason=note, version=version)
    if status is OrderStatus.SHIPPED:
        return await add_shipment(shop, order_id, Parcel(note=note), actor=actor, version=version)

    def decide(order: Order) -> Change:
        at = shop.clock.now()
        if status is not OrderStatus.DELIVERED:
            return model.moved(order, status, actor=actor, at=at, note=note), ()
        after = model.delivered(order, actor=actor, at=at, note=note)
        return after, [OrderDelivered(order_id=order.id), *_money_events(order, after)]

    return await change_order(shop, order_id, decide, version)


async def cancel(
    shop: Shop, order_id: str, *, actor: str, reason: str = "", by_shopper: bool = False, version: int | None = None
) -> Order:
    """Cancel an order; its stock, benefits and places under quotas are given back by the event.

    Raises:
        NotAllowed: it is on its way, or a shopper is too late.
        StaleAggregate: the order is not of that version any more.
    """

    def decide(order: Order) -> Change:
        at = shop.clock.now()
        after = model.cancelled(order, actor=actor, at=at, reason=reason, by_shopper=by_shopper)
        return after, [OrderCancelled(order_id=order.id, reason=reason)]

    return await change_order(shop, order_id, decide, version)


async def give_to_customer(shop: Shop, order_id: str, customer_id: str) -> Order:
    """Put a guest's order into an account; one that has an owner stays theirs. May be repeated."""

    def decide(order: Order) -> Change:
        return (replace(order, customer_id=customer_id) if order.customer_id is None else order), ()

    return await change_order(shop, order_id, decide)


async def add_note(shop: Shop, order_id: str, note: str, *, actor: str) -> Order:
    """Write a note into the timeline, for staff only."""

    def decide(order: Order) -> Change:
        return model.told(order, TimelineEntry(shop.clock.now(), "note", "Note", actor, note)), ()

    return await change_order(shop, order_id, decide)


async def extend_order(shop: Shop, order_id: str, model: type[M], edit: Callable[[M], M]) -> Order:
    """Change what the plugin that registered the model keeps with an order; `edit` is repeated if others were faster.

    Raises:
        NotFound: there is no such order.
        Invalid: the model refuses the changed data.
    """
    return await change_extensions(shop, order_id, lambda ext: with_part(shop, "order", ext, model, edit))


async def change_extensions(shop: Shop, order_id: str, edit: Callable[[Mapping[str, Any]], Mapping[str, Any]]) -> Order:
    """Change what plugins keep with an order, all of it at once; `edit` is repeated if others were faster.

    Raises:
        NotFound: there is no such order.
    """
    return await change_order(shop, order_id, lambda order: (replace(order, ext=edit(order.ext)), ()))


async def settle(shop: Shop, provider: str, order_id: str, money: Settled) -> Order:
    """Count money that a provider holds. Browser return, webhook and reconciler all call this, as often as they like.

    A payment id counts once, for one order; a paid or cancelled order is never moved; another amount or currency pays
    nothing and is flagged for staff.

    Raises:
        NotFound: there is no such order; the money is claimed for it all the same, for the reconciler to report.
    """
    claims, at = claims_of(shop), shop.clock.now()
    claim = {
        "_id": payment_claim(provider, money.payment_id),
        "kind": PAYMENT,
        "at": at,
        "order_id": order_id,
        "amount": money.amount,
        "currency": money.currency,
    }
    if await claims.take([claim]) is not None:
        known = await claims.find(payment_claim(provider, money.payment_id))
        if known is not None and known["order_id"] != order_id:
            return await _flag_reused(shop, order_id, provider, money)

    def decide(order: Order) -> Change:
        after = model.settled(order, provider, money, at)
        return after, _money_events(order, after)

    return await change_order(shop, order_id, decide)


async def payment_failed(shop: Shop, order_id: str, reason: str) -> Order:
    """Note that a try to pay failed; a paid order stays paid."""
    return await change_order(shop, order_id, lambda order: (model.payment_failed(order, reason, shop.clock.now()), ()))


async def payment_started(shop: Shop, order_id: str, reference: str) -> Order:
    """Keep the provider's own reference to what it was asked to take."""

    def decide(order: Order) -> Change:
        status = order.payment_status
        again = PaymentStatus.PENDING if status is PaymentStatus.FAILED else status
        return replace(order, payment=replace(order.payment, reference=reference), payment_status=again), ()

    return await change_order(shop, order_id, decide)


def _money_events(before: Order, after: Order) -> list[Event]:
    """What the step from one to the other tells of money."""
    told: list[Event] = []
    if after.payment_status is PaymentStatus.PAID and before.payment_status is not PaymentStatus.PAID:
        told.append(OrderPaid(order_id=after.id, amount=after.paid))
    if after.status is OrderStatus.CONFIRMED and before.status is OrderStatus.PENDING_PAYMENT:
        told.append(OrderConfirmed(order_id=after.id))
    return told


async def _flag_reused(shop: Shop, order_id: str, provider: str, money: Settled) -> Order:
    note = f"{provider} {money.payment_id} was counted for another order already"

    def decide(order: Order) -> Change:
        if model.PAYMENT_MISMATCH in order.flags:
            return order, ()
        entry = TimelineEntry(shop.clock.now(), model.PAYMENT_MISMATCH, "Payment to be looked at", "system", note)
        return model.told(model.flagged(order, model.PAYMENT_MISMATCH), entry), ()

    return await change_order(shop, order_id, decide)


async def _numbered(shop: Shop, number: str) -> Order | None:
    return await shop.repository(OrderRepository).find_one({"number": number.strip().upper()[:40]})


def _knows(order: Order, contact: str) -> bool:
    given = contact.strip().casefold()
    digits = "".join(char for char in given if char.isdigit()).lstrip("0")
    phone = "".join(char for char in order.phone if char.isdigit())
    long_enough = len(digits) >= 8  # noqa: PLR2004 - fewer digits are no phone number
    return bool(given) and (given == order.email.casefold() or (long_enough and phone.endswith(digits)))
