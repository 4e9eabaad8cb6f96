"""Moving stock: reserve and release, and what each movement needs. Each is safe to repeat, and writes its row."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from spoeq_core.inventory.documents import StockRepository, room_for
from spoeq_core.inventory.model import (
    HOME,
    MAX_PIECES,
    Movement,
    OutOfStock,
    Reason,
    Stock,
)
from spoeq_core.inventory.service.reading import get_stock
from spoeq_core.inventory.service.telling import tell
from spoeq_core.kernel.errors import Conflict, FieldError, Invalid
from spoeq_core.kernel.ids import new_id
from spoeq_core.kernel.messages import message
from spoeq_core.shop import Shop

ATTEMPTS = 20

_ORDER = re.compile(r"^[A-Za-z0-9_-]{1,64}$")


@dataclass(frozen=True, slots=True)
class Cause:
    """Why stock moves: the reason, what caused it (an order, a shipment, a return), and who did it."""

    reason: Reason
    ref: str
    actor: str
    note: str = ""


async def reserve(shop: Shop, order_id: str, quantities: Mapping[str, int], *, actor: str = "shopper") -> None:
    """Promise pieces to an order: all of them, or none.

    One command a SKU, two near the threshold and two more where it is crossed; where pieces are promised that have yet
    to come, one to see how many may be, and one to promise them. Safe to repeat for the same order and
    quantities; calls for one order must not overlap, which whoever places it guarantees. A crash in between leaves
    some pieces held: `release` gives them back.

    Args:
        shop: The shop.
        order_id: Who holds them.
        quantities: Pieces by SKU.
        actor: For the log.

    Raises:
        OutOfStock: too few are left; says how many of every SKU that lacks. Nothing is held then.
        Conflict: the order holds another number of pieces of a SKU.
        Invalid: a quantity is under 1.
    """
    check_pieces(order_id, quantities)
    cause = Cause(Reason.RESERVE, order_id, actor)
    for sku in sorted(quantities):
        if not await _hold(shop, order_id, sku, quantities[sku], cause):
            left = await _left(shop, order_id, quantities, sku)
            await release(shop, order_id, quantities, actor=actor)
            raise OutOfStock(left)


async def release(shop: Shop, order_id: str, skus: Collection[str], *, actor: str = "system") -> None:
    """Give back whatever an order still holds of these SKUs. Safe to repeat, and where nothing is held."""
    check_pieces(order_id, {})
    stocks = await shop.repository(StockRepository).read({"_id": {"$in": list(skus)}}, holds=True)
    for stock in sorted(stocks, key=lambda item: item.sku):
        await _release(shop, order_id, stock, Cause(Reason.RELEASE, order_id, actor))


async def _hold(shop: Shop, order_id: str, sku: str, pieces: int, cause: Cause) -> bool:
    stocks = shop.repository(StockRepository)
    row = new_row(shop, sku, 0, pieces, cause)
    free = {f"holds.{order_id}": {"$exists": False}}
    if await stocks.move(row, only_if={"headroom": {"$gt": pieces}, **free}, hold=(order_id, pieces)):
        return True
    if await stocks.move(row, only_if={"available": {"$gte": pieces}, **free}, hold=(order_id, pieces)):
        await tell(shop, sku)
        return True
    found = await stocks.read({"_id": sku}, holds=True)
    held = found[0].holds.get(order_id, 0) if found else 0
    if found and not held and found[0].backorder_limit:
        return await _promise(shop, order_id, found[0], row)
    if held not in (0, pieces):
        raise Conflict(
            message(
                "Order %(order_id)s holds %(held)s of %(sku)s already, not %(pieces)s.",
                order_id=order_id,
                held=held,
                sku=sku,
                pieces=pieces,
            ),
            hint="Release them before reserving anew.",
        )
    return held == pieces


async def _promise(shop: Shop, order_id: str, stock: Stock, row: Movement) -> bool:
    """Hold pieces that have yet to come, as many as the limit lets."""
    pieces = row.reserved_delta
    for _ in range(ATTEMPTS):
        if stock.promisable < pieces:
            return False
        only_if = {f"holds.{order_id}": {"$exists": False}, **room_for(stock, pieces)}
        if await shop.repository(StockRepository).move(row, only_if=only_if, hold=(order_id, pieces)):
            await tell(shop, stock.sku)
            return True
        stock = await get_stock(shop, stock.sku)
    raise busy(stock.sku)


async def _left(shop: Shop, order_id: str, quantities: Mapping[str, int], refused: str) -> dict[str, int]:
    found = await shop.repository(StockRepository).read({"_id": {"$in": list(quantities)}}, holds=True)
    stocks = {stock.sku: stock for stock in found if order_id not in stock.holds}
    lacking = {sku: stock.promisable for sku, stock in stocks.items() if stock.promisable < quantities[sku]}
    known = {stock.sku for stock in found}
    missing = {sku: 0 for sku in quantities if sku not in known}
    return {refused: stocks[refused].promisable if refused in stocks else 0, **missing, **lacking}


async def _release(shop: Shop, order_id: str, stock: Stock, cause: Cause) -> None:
    for _ in range(ATTEMPTS):
        held = stock.holds.get(order_id)
        if not held:
            return
        row = new_row(shop, stock.sku, 0, -held, cause)
        mine = {f"holds.{order_id}": held}
        if await shop.repository(StockRepository).move(row, only_if=mine, hold=(order_id, 0)):
            return await tell(shop, stock.sku)
        stock = await get_stock(shop, stock.sku)
    raise busy(stock.sku)


async def is_logged(shop: Shop, sku: str, cause: Cause) -> bool:
    """Whether the movement was made before; asked of the log first, then of the archive that rows move to."""
    stocks = shop.repository(StockRepository)
    logged = {"_id": sku, "log": {"$elemMatch": {"reason": cause.reason.value, "ref": cause.ref}}}
    if await stocks.read(logged):
        return True
    return bool(await stocks.archived({"sku": sku, "reason": cause.reason.value, "ref": cause.ref}, limit=1))


def new_row(shop: Shop, sku: str, delta: int, reserved: int, cause: Cause, location: str = HOME) -> Movement:
    """A row of the log, as of now."""
    who, now = cause.actor, shop.clock.now()
    return Movement(new_id(), sku, delta, reserved, cause.reason, cause.ref, who, now, cause.note, location)


def check_pieces(order_id: str, quantities: Mapping[str, int]) -> None:
    """Refuse an id that would reach into the document, and quantities under 1."""
    if order_id and not _ORDER.match(order_id):
        raise Invalid(
            message("'%(order_id)s' is not an order's id.", order_id=order_id),
            hint="Ids have letters, digits, hyphen and underscore.",
        )
    wrong = [sku for sku, pieces in quantities.items() if type(pieces) is not int or not 1 <= pieces <= MAX_PIECES]
    if wrong:
        raise Invalid(
            message("Quantities must be whole numbers from 1: %(wrong)s.", wrong=", ".join(sorted(wrong))),
            errors=[FieldError(sku, "Give a whole number from 1.", "quantity") for sku in sorted(wrong)],
        )


def busy(sku: str) -> Conflict:
    """The refusal of what could not be done in so many attempts."""
    return Conflict(message("The stock of %(sku)s is moving too fast.", sku=sku), hint="Try again.", code="busy")
