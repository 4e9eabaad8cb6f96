"""How an order is changed: read, decided purely, stored if nobody else was faster."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from spoeq_core.kernel.errors import StaleAggregate
from spoeq_core.kernel.events import Event
from spoeq_core.orders.documents import OrderRepository
from spoeq_core.orders.model import Order
from spoeq_core.shop import Shop

ATTEMPTS = 6
"""How often a change is decided again when another request changed the order meanwhile."""
Change = tuple[Order, Sequence[Event]]


async def change_order(
    shop: Shop, order_id: str, decide: Callable[[Order], Change], version: int | None = None
) -> Order:
    """The order as it was decided, with the events told; decided again if another request was faster.

    Args:
        shop: The shop.
        order_id: Which.
        decide: The order after the change, and what it tells; the same order if nothing is to change.
        version: The only version that the caller has seen, if it must still be that.

    Raises:
        NotFound: there is none.
        StaleAggregate: it is not of that version any more, or changes too fast.
    """
    orders = shop.repository(OrderRepository)
    for _ in range(ATTEMPTS):
        order = await orders.get(order_id)
        if version is not None and order.version != version:
            break
        after, events = decide(order)
        if after == order:
            return order
        try:
            # The customer is part of the shard key, which a write must name that may change it.
            return await orders.save(after, *events, only_if={"customer_id": order.customer_id})
        except StaleAggregate:
            continue
    raise StaleAggregate(
        "This order was changed by somebody else in the meantime.", hint="Reload it and repeat the change."
    )
