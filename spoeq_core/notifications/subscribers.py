"""What shoppers are told of, and when. Nobody imports this room; it listens to those below."""

from __future__ import annotations

from spoeq_core.identity.events import PasswordChanged, PasswordResetRequested, SignInAdded
from spoeq_core.identity.service import reset_link
from spoeq_core.kernel.events import Delivery, Subscription, subscriptions
from spoeq_core.notifications.service import Recipient, tell, tell_of_order
from spoeq_core.orders.documents import OrderRepository
from spoeq_core.orders.events import (
    OrderCancelled,
    OrderConfirmed,
    OrderEdited,
    OrderPlaced,
    OrderShipped,
    ReturnAnswered,
    ReturnReceived,
)
from spoeq_core.orders.model import change_of, return_of
from spoeq_core.orders.shape import change_shape, return_shape, shipment_shape
from spoeq_core.pricing.shape import money
from spoeq_core.shop import Shop


async def confirm_placed(shop: Shop, event: OrderPlaced, delivery: Delivery) -> None:
    """Confirm an order that waits for nothing; one that waits for its money is confirmed when it has come."""
    order = await shop.repository(OrderRepository).get(event.order_id)
    if order.is_confirmed_when_placed:
        await tell_of_order(shop, delivery, order, "order_confirmed")


async def confirm_paid(shop: Shop, event: OrderConfirmed, delivery: Delivery) -> None:
    """Confirm an order whose money has come."""
    order = await shop.repository(OrderRepository).get(event.order_id)
    await tell_of_order(shop, delivery, order, "order_confirmed")


async def tell_shipped(shop: Shop, event: OrderShipped, delivery: Delivery) -> None:
    """Tell of a parcel, and where to follow it."""
    order = await shop.repository(OrderRepository).get(event.order_id)
    parcels = [shipment_shape(order, parcel) for parcel in order.shipments if parcel.id == event.shipment_id]
    await tell_of_order(shop, delivery, order, "order_shipped", shipments=parcels)


async def tell_cancelled(shop: Shop, event: OrderCancelled, delivery: Delivery) -> None:
    """Tell that nothing will come."""
    order = await shop.repository(OrderRepository).get(event.order_id)
    await tell_of_order(shop, delivery, order, "order_cancelled", reason=event.reason)


async def tell_changed(shop: Shop, event: OrderEdited, delivery: Delivery) -> None:
    """Tell what is different now, and what money is to follow."""
    order = await shop.repository(OrderRepository).get(event.order_id)
    change = change_of(order, event.change_id)
    if change is not None:
        owed = money(order.overpaid, order.currency)
        await tell_of_order(shop, delivery, order, "order_changed", change=change_shape(order, change), refund_due=owed)


async def tell_return_answered(shop: Shop, event: ReturnAnswered, delivery: Delivery) -> None:
    """Tell whether the pieces may come back."""
    await _tell_of_return(shop, event.order_id, event.return_id, delivery, "return_answered")


async def tell_return_received(shop: Shop, event: ReturnReceived, delivery: Delivery) -> None:
    """Tell that the pieces have come."""
    await _tell_of_return(shop, event.order_id, event.return_id, delivery, "return_received")


async def _tell_of_return(shop: Shop, order_id: str, return_id: str, delivery: Delivery, template: str) -> None:
    order = await shop.repository(OrderRepository).get(order_id)
    back = return_of(order, return_id)
    if back is not None:
        names = {line.id: line.name for line in order.lines}
        pieces = [{"name": names.get(key, ""), "quantity": n} for key, n in (back.received or back.items).items()]
        await tell_of_order(shop, delivery, order, template, back=return_shape(back), pieces=pieces)


async def send_reset_link(shop: Shop, event: PasswordResetRequested, delivery: Delivery) -> None:
    """Send the link that sets a new password."""
    context = {"name": event.name, "link": reset_link(shop, event), "expires_at": event.expires_at}
    await tell(shop, delivery, Recipient(event.email), "password_reset", context, confidential=True)


async def tell_password_changed(shop: Shop, event: PasswordChanged, delivery: Delivery) -> None:
    """Tell whoever owns the account, who may not have been the one that did it."""
    await tell(shop, delivery, Recipient(event.email), "password_changed", {"name": event.name})


async def tell_sign_in_added(shop: Shop, event: SignInAdded, delivery: Delivery) -> None:
    """Tell whoever owns the account that somebody at a login provider can open it."""
    context = {"name": event.name, "provider": event.provider}
    await tell(shop, delivery, Recipient(event.email), "sign_in_added", context)


SUBSCRIBERS: tuple[Subscription, ...] = tuple(
    subscriptions(
        "notifications",
        {
            OrderPlaced: confirm_placed,
            OrderConfirmed: confirm_paid,
            OrderShipped: tell_shipped,
            OrderCancelled: tell_cancelled,
            OrderEdited: tell_changed,
            ReturnAnswered: tell_return_answered,
            ReturnReceived: tell_return_received,
            PasswordResetRequested: send_reset_link,
            PasswordChanged: tell_password_changed,
            SignInAdded: tell_sign_in_added,
        },
    )
)
