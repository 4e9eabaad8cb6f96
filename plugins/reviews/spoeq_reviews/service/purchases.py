"""Who bought what: by which order a review is verified, and what of an order can be reviewed."""

from __future__ import annotations

from spoeq_core.sdk import NotFound, Order, OrderStatus, Person, Shop, order_for, orders_of
from spoeq_reviews.model import Author, guest_key
from spoeq_reviews.settings import ReviewSettings

ARRIVED = (OrderStatus.DELIVERED, OrderStatus.COMPLETED)
ACCEPTED = (OrderStatus.CONFIRMED, OrderStatus.PROCESSING, OrderStatus.SHIPPED, *ARRIVED)


def counting(shop: Shop) -> tuple[OrderStatus, ...]:
    """The states of an order in which its lines count as bought."""
    return ARRIVED if shop.plugin_settings(ReviewSettings).verified_by == "delivered" else ACCEPTED


async def verifying_order(shop: Shop, author: Author, product_id: str) -> str:
    """The id of an order of theirs that has the product and counts; empty if there is none."""
    if not author.customer_id:
        order = await guest_order(shop, author)
        return order.id if order is not None and bought(shop, order, product_id) else ""
    only = {"lines.product_id": product_id, "status": {"$in": [status.value for status in counting(shop)]}}
    async for order in orders_of(shop, Person(author.customer_id, ""), **only):
        if bought(shop, order, product_id):
            return order.id
    return ""


def bought(shop: Shop, order: Order, product_id: str) -> bool:
    """Whether the order counts, and has a piece of the product that did not come back."""
    kept = any(line.product_id == product_id and line.returned < line.quantity for line in order.lines)
    return kept and order.status in counting(shop)


async def guest_order(shop: Shop, author: Author) -> Order | None:
    """The order whose link a guest came with, if it still bears their address."""
    try:
        order = await order_for(shop, author.order_id, staff=True)
    except NotFound:
        return None
    return order if order.email and guest_key(order.email) == author.key else None


async def delivered_orders(shop: Shop, customer_id: str, most: int = 10) -> list[Order]:
    """A customer's latest orders that count."""
    only = {"status": {"$in": [status.value for status in counting(shop)]}}
    found = [order async for order in orders_of(shop, Person(customer_id, ""), **only)]
    return found[::-1][:most]
