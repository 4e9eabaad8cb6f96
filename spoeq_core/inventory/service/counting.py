"""Setting the stock of many SKUs to what was counted, by few commands. Safe to repeat under the same cause."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from spoeq_core.inventory.documents import StockRepository, lies_at, not_logged, room_for
from spoeq_core.inventory.model import HOME, MAX_PIECES, Movement, NotThere, Reason, Stock
from spoeq_core.inventory.service.locations import get_location
from spoeq_core.inventory.service.reading import ASKED, stock_of
from spoeq_core.inventory.service.telling import is_told, tell
from spoeq_core.kernel.ids import new_id
from spoeq_core.kernel.messages import message
from spoeq_core.kernel.mongo import Document
from spoeq_core.shop import Shop


@dataclass(frozen=True, slots=True)
class Count:
    """What was counted of a SKU at a place, and what was on hand there when somebody decided so.

    The difference is what is booked: pieces sold in between stay sold.
    """

    sku: str
    seen: int
    counted: int
    location: str = HOME

    @property
    def delta(self) -> int:
        """Pieces more, or fewer if negative."""
        return self.counted - self.seen


async def book_counts(shop: Shop, counts: Sequence[Count], *, ref: str, actor: str, note: str) -> dict[str, str]:
    """Book the differences, those of a SKU together; why not, by SKU, for those that could not be booked.

    Args:
        shop: The shop.
        counts: One a SKU and place; the places are known.
        ref: What causes it (an import's id): a SKU that has a movement of this cause is left alone.
        actor: The staff member's id.
        note: In words, for the log.
    """
    stocks = shop.repository(StockRepository)
    found: dict[str, str] = {}
    wanted: dict[str, list[Count]] = {}
    for count in counts:
        if count.delta:
            wanted.setdefault(count.sku, []).append(count)
    for start in range(0, len(wanted), ASKED):
        skus = list(wanted)[start : start + ASKED]
        done = await stocks.skus_moved_by(ref, skus)
        rows = {sku: [_row(shop, it, ref, actor, note) for it in wanted[sku]] for sku in skus if sku not in done}
        taking = [sku for sku, of_sku in rows.items() if any(row.delta < 0 for row in of_sku)]
        known = await stock_of(shop, taking)
        moved = await stocks.move_all({sku: (of_sku, _room(of_sku, known.get(sku))) for sku, of_sku in rows.items()})
        for sku, of_sku in rows.items():
            if sku not in moved:
                found[sku] = await _why(shop, sku, of_sku)
        await _tell(shop, [sku for sku in rows if sku in moved])
    return found


async def book_first(shop: Shop, pieces: Sequence[Count], *, actor: str) -> None:
    """The first pieces of SKUs whose stock is there already, empty and never counted."""
    stocks = shop.repository(StockRepository)
    rows = [
        Movement(new_id(), count.sku, count.counted, 0, Reason.INITIAL, "", actor, shop.clock.now())
        for count in pieces
        if count.counted
    ]
    empty: Document = {"on_hand": 0, **not_logged(Reason.INITIAL, "")}
    moved = await stocks.move_all({row.sku: ([row], empty) for row in rows})
    await _tell(shop, sorted(moved))


def _row(shop: Shop, count: Count, ref: str, actor: str, note: str) -> Movement:
    now = shop.clock.now()
    return Movement(new_id(), count.sku, count.delta, 0, Reason.ADJUSTMENT, ref, actor, now, note, count.location)


def _room(rows: Sequence[Movement], stock: Stock | None) -> Document:
    """The condition that all of it is possible at once; one that is not there is not matched by anything."""
    total = sum(row.delta for row in rows)
    room = not_logged(rows[0].reason, rows[0].ref)
    if stock is not None:
        for row in rows:
            room |= lies_at(stock, row.location, -row.delta) if row.delta < 0 else {}
        room |= room_for(stock, -total) if total < 0 else {}
    if total > 0:
        room["on_hand"] = {**room.get("on_hand", {}), "$lte": MAX_PIECES - total}
    return room


async def _why(shop: Shop, sku: str, rows: Sequence[Movement]) -> str:
    stock = (await stock_of(shop, [sku])).get(sku)
    if stock is None:
        return message("There is no stock of %(sku)s any more.", sku=sku)
    for row in rows:
        if stock.on_hand >= -row.delta > stock.at(row.location):
            return NotThere(stock, row.location, (await get_location(shop, row.location)).label, -row.delta).message
    return message(
        "%(sku)s has %(on_hand)s on hand, of which %(reserved)s are promised to orders; %(delta)s is not possible. "
        "Ship or cancel those first, then import the row again.",
        sku=sku,
        on_hand=stock.on_hand,
        reserved=stock.reserved,
        delta=f"{sum(row.delta for row in rows):+d}",
    )


async def _tell(shop: Shop, skus: Sequence[str]) -> None:
    for stock in (await stock_of(shop, skus)).values():
        if not is_told(stock):
            await tell(shop, stock.sku)
