"""What is done when stock moves, and now and then."""

from __future__ import annotations

from collections.abc import Mapping

from spoeq_core.sdk import Delivery, Event, Handler, Schedule, Shop, StockStateChanged
from spoeq_restock.model import OUT
from spoeq_restock.service import tell_everybody, tell_waiting

EVERY = 60.0


async def tell_who_waits(shop: Shop, event: StockStateChanged, _delivery: Delivery) -> None:
    """Something can be bought again."""
    if event.state != OUT:
        await tell_waiting(shop, event.sku)


HANDLERS: Mapping[type[Event], Handler] = {StockStateChanged: tell_who_waits}
SCHEDULES = (Schedule("restock.tell_everybody", EVERY, tell_everybody),)
