"""Taking goods back: asked for by the buyer, answered, received and inspected by staff; the good ones are stocked."""

from __future__ import annotations

from collections.abc import Mapping

from spoeq_core.inventory import service as inventory
from spoeq_core.kernel.events import Event
from spoeq_core.kernel.ids import new_id
from spoeq_core.orders import model
from spoeq_core.orders.changing import Change, change_order
from spoeq_core.orders.events import ReturnAnswered, ReturnInspected, ReturnReceived, ReturnRequested
from spoeq_core.orders.model import Order, Return, ReturnStatus
from spoeq_core.shop import Shop


async def request_return(shop: Shop, order_id: str, items: Mapping[str, int], reason: str, *, actor: str) -> Order:
    """Ask to send pieces back. Stock follows when staff have inspected them, money by a refund.

    Raises:
        NotAllowed, Invalid: it is too early, or the pieces are not the buyer's.
    """
    wanted = Return(new_id(), dict(items), shop.clock.now(), reason, actor)

    def decide(order: Order) -> Change:
        return model.with_return(order, wanted), [ReturnRequested(order_id=order.id, return_id=wanted.id)]

    return await change_order(shop, order_id, decide)


async def answer_return(
    shop: Shop, order_id: str, return_id: str, *, approve: bool, actor: str, note: str = "", version: int | None = None
) -> Order:
    """Approve a return, or refuse it with a reason. Safe to repeat.

    Raises:
        NotFound, NotAllowed, Invalid, StaleAggregate: see `model.return_answered`.
    """
    status = ReturnStatus.APPROVED if approve else ReturnStatus.REFUSED

    def decide(order: Order) -> Change:
        after = model.return_answered(order, return_id, status, actor=actor, at=shop.clock.now(), note=note)
        return after, _told(order, after, ReturnAnswered(order_id=order.id, return_id=return_id))

    return await change_order(shop, order_id, decide, version)


async def receive_return(
    shop: Shop,
    order_id: str,
    return_id: str,
    items: Mapping[str, int],
    *,
    actor: str,
    note: str = "",
    version: int | None = None,
) -> Order:
    """Note that the pieces of a return are here, all of them if none are named. Safe to repeat.

    Raises:
        NotFound, NotAllowed, Invalid, StaleAggregate: see `model.return_received`.
    """

    def decide(order: Order) -> Change:
        after = model.return_received(order, return_id, items, actor=actor, at=shop.clock.now(), note=note)
        return after, _told(order, after, ReturnReceived(order_id=order.id, return_id=return_id))

    return await change_order(shop, order_id, decide, version)


async def inspect_return(
    shop: Shop,
    order_id: str,
    return_id: str,
    restock: Mapping[str, int],
    *,
    actor: str,
    note: str = "",
    version: int | None = None,
    location: str = "",
) -> Order:
    """Say which received pieces, by line id, go on the shelf again; the others are damaged. Safe to repeat.

    The order says so first; the stock follows by the event, however often that is told. They go to the place of the
    code `location`, else to the one that they were sent from.

    Raises:
        NotFound, NotAllowed, Invalid, StaleAggregate: see `model.return_inspected`.
    """
    if location:
        await inventory.require_location(shop, location, receiving=True)

    def decide(order: Order) -> Change:
        after = model.return_inspected(
            order, return_id, restock, actor=actor, at=shop.clock.now(), note=note, location=location
        )
        return after, _told(order, after, ReturnInspected(order_id=order.id, return_id=return_id))

    return await change_order(shop, order_id, decide, version)


def _told(before: Order, after: Order, event: Event) -> list[Event]:
    return [] if after == before else [event]
