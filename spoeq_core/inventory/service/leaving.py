"""Goods that leave the house and come back, each from a place and to one. Each is safe to repeat for its cause."""

from __future__ import annotations

from collections.abc import Mapping

from spoeq_core.inventory.documents import StockRepository, lies_at, not_logged
from spoeq_core.inventory.model import HOME, HoldMissing, Movement, NoGoods, Reason, Stock
from spoeq_core.inventory.service.locations import get_location
from spoeq_core.inventory.service.moving import ATTEMPTS, Cause, busy, check_pieces, is_logged, new_row
from spoeq_core.inventory.service.reading import get_stock, stock_of
from spoeq_core.inventory.service.telling import tell
from spoeq_core.kernel.messages import message
from spoeq_core.shop import Shop


async def ship(
    shop: Shop,
    order_id: str,
    quantities: Mapping[str, int],
    *,
    shipment_id: str,
    location: str = HOME,
    actor: str = "system",
) -> None:
    """Take pieces that an order holds out of the house. Safe to repeat for the same shipment.

    Args:
        shop: The shop.
        order_id: Who holds them.
        quantities: Pieces by SKU.
        shipment_id: What causes it.
        location: The code of the place that they leave from.
        actor: For the log.

    Raises:
        HoldMissing: the order does not hold so many; nothing was moved.
        NoGoods: fewer are there; SKUs before it, in their order, were moved: `unship` brings them back.
        Invalid: a quantity is under 1.
    """
    check_pieces(order_id, quantities)
    cause = Cause(Reason.SHIP, shipment_id, actor)
    open_ = [sku for sku in sorted(quantities) if await _holder(shop, order_id, sku, quantities[sku], cause)]
    stocks = await stock_of(shop, open_)
    if short := [stocks[sku] for sku in open_ if stocks[sku].at(location) < quantities[sku]]:
        raise await _no_goods(shop, short, location)
    for sku in open_:
        await _ship(shop, order_id, sku, quantities[sku], cause, location)


async def unship(
    shop: Shop, order_id: str, quantities: Mapping[str, int], *, shipment_id: str, actor: str = "system"
) -> None:
    """Take back what `ship` did for a parcel that is not sent after all; nothing where it did not. Repeatable."""
    cause = Cause(Reason.UNSHIP, shipment_id, actor)
    for sku in sorted(quantities):
        sent = await _logged(shop, sku, Cause(Reason.SHIP, shipment_id, actor))
        if sent is not None:
            await _unship(shop, order_id, sku, quantities[sku], cause, sent.location)


async def receive_return(
    shop: Shop, quantities: Mapping[str, int], *, return_id: str, actor: str, note: str = "", location: str = HOME
) -> None:
    """Put pieces that came back on the shelf again, at a place. Safe to repeat for the same return.

    Raises:
        NotFound: there is no such SKU; those before it, in order of SKU, were put back.
        Invalid: a quantity is under 1.
    """
    check_pieces("", quantities)
    cause = Cause(Reason.RETURN, return_id, actor, note)
    for sku in sorted(quantities):
        await get_stock(shop, sku)
        if not await is_logged(shop, sku, cause):
            row = new_row(shop, sku, quantities[sku], 0, cause, location)
            await shop.repository(StockRepository).move(row, only_if=not_logged(cause.reason, cause.ref))
            await tell(shop, sku)


async def _ship(shop: Shop, order_id: str, sku: str, pieces: int, cause: Cause, location: str) -> None:
    row = new_row(shop, sku, -pieces, -pieces, cause, location)
    for _ in range(ATTEMPTS):
        stock = await _holder(shop, order_id, sku, pieces, cause)
        if stock is None:
            return
        held = stock.holds[order_id]
        there = lies_at(stock, location, pieces)
        unchanged = {f"holds.{order_id}": held, **there, **not_logged(cause.reason, cause.ref)}
        left = (order_id, held - pieces)
        if await shop.repository(StockRepository).move(row, only_if=unchanged, hold=left):
            return
        stock = await get_stock(shop, sku)
        if stock.at(location) < pieces and not await is_logged(shop, sku, cause):
            raise await _no_goods(shop, [stock], location)
    raise busy(sku)


async def _unship(shop: Shop, order_id: str, sku: str, pieces: int, cause: Cause, location: str) -> None:
    row = new_row(shop, sku, pieces, pieces, cause, location)
    for _ in range(ATTEMPTS):
        if await is_logged(shop, sku, cause):
            return
        held = (await get_stock(shop, sku)).holds.get(order_id)
        only_if = {f"holds.{order_id}": {"$exists": False} if held is None else held}
        back = (order_id, (held or 0) + pieces)
        if await shop.repository(StockRepository).move(
            row, only_if={**only_if, **not_logged(cause.reason, cause.ref)}, hold=back
        ):
            return
    raise busy(sku)


async def _holder(shop: Shop, order_id: str, sku: str, pieces: int, cause: Cause) -> Stock | None:
    """The stock, of which the order holds at least what is to be shipped; None if this shipment went out before.

    Raises:
        HoldMissing: it holds fewer.
    """
    if await is_logged(shop, sku, cause):
        return None
    stock = await get_stock(shop, sku)
    held = stock.holds.get(order_id, 0)
    if held >= pieces:
        return stock
    if await is_logged(shop, sku, cause):  # it went out between the two looks
        return None
    raise HoldMissing(
        message(
            "Order %(order_id)s holds %(held)s of %(sku)s, not %(pieces)s.",
            order_id=order_id,
            held=held,
            sku=sku,
            pieces=pieces,
        ),
        hint="Reserve them before shipping.",
    )


async def _logged(shop: Shop, sku: str, cause: Cause) -> Movement | None:
    """The row of a movement that was made before; asked of the log first, then of the archive that rows move to."""
    stocks, wanted = shop.repository(StockRepository), (cause.reason, cause.ref)
    async for _, _, rows in stocks.with_log({"_id": sku}):
        for row in rows:
            if (row.reason, row.ref) == wanted:
                return row
    archived = await stocks.archived({"sku": sku, "reason": cause.reason.value, "ref": cause.ref}, limit=1)
    return archived[0] if archived else None


async def _no_goods(shop: Shop, short: list[Stock], location: str) -> NoGoods:
    """The refusal; the place is named where there are others that have some."""
    split = any(stock.at(location) != stock.on_hand for stock in short)
    place = (await get_location(shop, location)).label if split else ""
    return NoGoods({stock.sku: stock.at(location) for stock in short}, place=place)
