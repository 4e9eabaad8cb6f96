"""Booking what staff counted, found or lost."""

from __future__ import annotations

from spoeq_core.inventory.documents import StockRepository, lies_at, not_logged, room_for
from spoeq_core.inventory.model import (
    HOME,
    LONGEST_NOTE,
    MAX_PIECES,
    BelowReserved,
    Location,
    Movement,
    NotThere,
    Reason,
    Stock,
)
from spoeq_core.inventory.service.locations import get_location, require_location
from spoeq_core.inventory.service.moving import ATTEMPTS, Cause, busy, is_logged, new_row
from spoeq_core.inventory.service.reading import get_stock
from spoeq_core.inventory.service.telling import tell
from spoeq_core.kernel.errors import Conflict, FieldError, Invalid
from spoeq_core.kernel.messages import message
from spoeq_core.kernel.mongo import Document
from spoeq_core.shop import Shop


async def adjust(
    shop: Shop, sku: str, delta: int, reason: str, actor: str, *, location: str = HOME, adjustment_id: str = ""
) -> Stock:
    """The stock after staff counted, found or lost pieces. Safe to repeat under an id.

    Args:
        shop: The shop.
        sku: Which.
        delta: Pieces more, or fewer if negative.
        reason: In words, for the log.
        actor: The staff member's id.
        location: The code of the place where they were.
        adjustment_id: What causes it, once; empty books it each time.

    Raises:
        NotFound: there is no such SKU.
        BelowReserved: it would take away pieces that are promised to orders.
        NotThere: the place has fewer.
        Invalid: the delta is 0 or not a number of pieces, or the reason is missing or too long, or there is no such
            place, or it takes no goods any more.
    """
    _check_adjustment(delta, reason)
    await require_location(shop, location, receiving=delta > 0)
    cause = Cause(Reason.ADJUSTMENT, adjustment_id, actor, reason.strip())
    moved = await _adjust(shop, new_row(shop, sku, delta, 0, cause, location), cause)
    if moved:
        await tell(shop, sku)
    stock = await get_stock(shop, sku)
    if not moved:
        raise _refusal(stock, await get_location(shop, location), delta)
    return stock


def _refusal(stock: Stock, place: Location, delta: int) -> Conflict:
    """Why so many could not be taken away."""
    if stock.on_hand >= -delta > stock.at(place.id):
        return NotThere(stock, place.id, place.label, -delta)
    return BelowReserved(
        message(
            "%(sku)s has %(on_hand)s on hand, of which %(reserved)s are reserved; %(delta)s is not possible.",
            sku=stock.sku,
            on_hand=stock.on_hand,
            reserved=stock.reserved,
            delta=f"{delta:+d}",
        ),
        hint="Cancel or ship the orders that hold them first, or adjust by less.",
        extra={"on_hand": stock.on_hand, "reserved": stock.reserved, "available": stock.available},
    )


async def _adjust(shop: Shop, row: Movement, cause: Cause) -> bool:
    """Whether it is booked: nothing on hand is taken that is not there, nor promised beyond the limit."""
    stocks = shop.repository(StockRepository)
    if row.ref and await is_logged(shop, row.sku, cause):
        return True
    once: Document = not_logged(row.reason, row.ref) if row.ref else {}
    if row.delta > 0:
        booked = await stocks.move(row, only_if={"on_hand": {"$lte": MAX_PIECES - row.delta}, **once})
        return booked or (bool(row.ref) and await is_logged(shop, row.sku, cause))
    free: Document = {"available": {"$gte": -row.delta}, **once}
    if row.location == HOME and await stocks.move(row, only_if={**free, "away": {"$in": [0, None]}}):
        return True
    for _ in range(ATTEMPTS):
        stock = await get_stock(shop, row.sku)
        if row.ref and await is_logged(shop, row.sku, cause):
            return True
        if stock.at(row.location) < -row.delta or stock.promisable < -row.delta:
            return False
        there = {**lies_at(stock, row.location, -row.delta), **room_for(stock, -row.delta)}
        if await stocks.move(row, only_if={**there, **once}):
            return True
    raise busy(row.sku)


def _check_adjustment(delta: int, reason: str) -> None:
    errors = []
    if type(delta) is not int or delta == 0 or abs(delta) > MAX_PIECES:
        errors.append(FieldError("delta", "Give how many pieces more, or fewer with a minus.", "range"))
    if not 1 <= len(reason.strip()) <= LONGEST_NOTE:
        errors.append(
            FieldError("reason", message("Say why, in at most %(most)s characters.", most=LONGEST_NOTE), "length")
        )
    if errors:
        raise Invalid("The stock was not adjusted.", errors=errors)
