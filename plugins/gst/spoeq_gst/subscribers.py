"""What is issued when parcels leave and money goes back, and now and then what a crash left without a number."""

from __future__ import annotations

from collections.abc import Mapping

from spoeq_core.sdk import Delivery, Event, Handler, OrderEdited, OrderRefunded, OrderShipped, Schedule, Shop
from spoeq_gst.documents import PaperRepository
from spoeq_gst.invoices import issue_papers

EVERY = 300.0
AT_ONCE = 50


async def shipped(shop: Shop, event: OrderShipped, _delivery: Delivery) -> None:
    """A parcel left: the order has an invoice."""
    await issue_papers(shop, event.order_id)


async def refunded(shop: Shop, event: OrderRefunded, _delivery: Delivery) -> None:
    """Money went back: what was invoiced of it is credited."""
    await issue_papers(shop, event.order_id)


async def edited(shop: Shop, event: OrderEdited, _delivery: Delivery) -> None:
    """Something was taken out: what was invoiced of it and brings no money back is credited."""
    await issue_papers(shop, event.order_id)


async def finish(shop: Shop) -> None:
    """Number what has none yet."""
    for filed in await shop.repository(PaperRepository).find({"issued": False}, limit=AT_ONCE):
        await issue_papers(shop, filed.order_id)


HANDLERS: Mapping[type[Event], Handler] = {OrderShipped: shipped, OrderRefunded: refunded, OrderEdited: edited}
SCHEDULES = (Schedule("gst.finish_papers", EVERY, finish),)
