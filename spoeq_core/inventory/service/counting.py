"""Setting the stock of many SKUs to what was counted, by few commands. Safe to repeat under the same cause."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from spoeq_core.inventory.documents import StockRepository, not_logged, room_for
from spoeq_core.inventory.model import MAX_PIECES, Movement, Reason, Stock
from spoeq_core.inventory.service.reading import ASKED, stock_of
from spoeq_core.inventory.service.telling import is_told, tell
from spoeq_core.kernel.ids import new_id
from spoeq_core.kernel.messages import message
from spoeq_core.kernel.mongo import Document
from spoeq_core.shop import Shop


@dataclass(frozen=True, slots=True)
class Count:
    """What was counted of a SKU, and what was on hand when somebody decided so.

    The difference is what is booked: pieces sold in between stay sold.
    """

    sku: str
    seen: int
    counted: int


async def book_counts(shop: Shop, counts: Sequence[Count], *, ref: str, actor: str, note: str) -> dict[str, str]:
    """Book the differences; why not, by SKU, for those that could not be booked.

    Args:
        shop: The shop.
        counts: One a SKU.
        ref: What causes it (an import's id): a SKU that has a movement of this cause is left alone.
        actor: The staff member's id.
        note: In words, for the log.
    """
    stocks = shop.repository(StockRepository)
    found: dict[str, str] = {}
    for start in range(0, len(counts), ASKED):
        part = [count for count in counts[start : start + ASKED] if count.counted != count.seen]
        done = await stocks.skus_moved_by(ref, [count.sku for count in part])
        rows = [_row(shop, count, ref, actor, note) for count in part if count.sku not in done]
        known = await stock_of(shop, [row.sku for row in rows if row.delta < 0])
        moved = await stocks.move_all([(row, _room(row, known.get(row.sku))) for row in rows])
        for row in rows:
            if row.sku not in moved:
                found[row.sku] = await _why(shop, row)
        await _tell(shop, [row.sku for row in rows if row.sku in moved])
    return found


async def book_first(shop: Shop, pieces: Sequence[Count], *, actor: str) -> None:
    """The first pieces of SKUs whose stock is there already, empty and never counted."""
    stocks = shop.repository(StockRepository)
    rows = [
        Movement(new_id(), count.sku, count.counted, 0, Reason.INITIAL, "", actor, shop.clock.now())
        for count in pieces
        if count.counted
    ]
    moved = await stocks.move_all([(row, {"on_hand": 0, **not_logged(Reason.INITIAL, "")}) for row in rows])
    await _tell(shop, sorted(moved))


def _row(shop: Shop, count: Count, ref: str, actor: str, note: str) -> Movement:
    delta = count.counted - count.seen
    return Movement(new_id(), count.sku, delta, 0, Reason.ADJUSTMENT, ref, actor, shop.clock.now(), note)


def _room(row: Movement, stock: Stock | None) -> Document:
    room: Document = {"on_hand": {"$lte": MAX_PIECES - row.delta}}
    if row.delta < 0:
        room = {"on_hand": {"$gte": -row.delta}, **(room_for(stock, -row.delta) if stock else {})}
    return {**room, **not_logged(row.reason, row.ref)}


async def _why(shop: Shop, row: Movement) -> str:
    stock = (await stock_of(shop, [row.sku])).get(row.sku)
    if stock is None:
        return message("There is no stock of %(sku)s any more.", sku=row.sku)
    return message(
        "%(sku)s has %(on_hand)s on hand, of which %(reserved)s are promised to orders; %(delta)s is not possible. "
        "Ship or cancel those first, then import the row again.",
        sku=row.sku,
        on_hand=stock.on_hand,
        reserved=stock.reserved,
        delta=f"{row.delta:+d}",
    )


async def _tell(shop: Shop, skus: Sequence[str]) -> None:
    for stock in (await stock_of(shop, skus)).values():
        if not is_told(stock):
            await tell(shop, stock.sku)
