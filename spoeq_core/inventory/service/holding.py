"""Changing what an order holds after it was placed: some pieces more, some fewer, each once for its cause."""

from __future__ import annotations

from collections.abc import Mapping

from spoeq_core.inventory.documents import StockRepository, not_logged, room_for
from spoeq_core.inventory.model import OutOfStock, Reason
from spoeq_core.inventory.service.moving import ATTEMPTS, Cause, busy, check_pieces, is_logged, new_row
from spoeq_core.inventory.service.reading import get_stock
from spoeq_core.inventory.service.telling import tell
from spoeq_core.shop import Shop


async def hold_more(
    shop: Shop, order_id: str, quantities: Mapping[str, int], *, change_id: str, actor: str = "system"
) -> None:
    """Promise an order more pieces of each SKU.

    Args:
        shop: The shop.
        order_id: Who holds them.
        quantities: Pieces more, by SKU.
        change_id: What causes it, used once; `unhold` under the same id takes them back.
        actor: For the log.

    Raises:
        OutOfStock: too few are left of a SKU; those before it, in order of SKU, are held: `unhold` them.
        Invalid: a quantity is under 1.
    """
    check_pieces(order_id, quantities)
    for sku in sorted(quantities):
        left = await _hold_more(shop, order_id, sku, quantities[sku], Cause(Reason.RESERVE, change_id, actor))
        if left is not None:
            raise OutOfStock({sku: left})


async def hold_less(
    shop: Shop, order_id: str, quantities: Mapping[str, int], *, change_id: str, actor: str = "system"
) -> None:
    """Give back pieces that an order holds, as many as it still does. Safe to repeat for the same change."""
    check_pieces(order_id, quantities)
    for sku in sorted(quantities):
        await _hold_less(shop, order_id, sku, quantities[sku], Cause(Reason.RELEASE, change_id, actor))


async def unhold(
    shop: Shop, order_id: str, quantities: Mapping[str, int], *, change_id: str, actor: str = "system"
) -> None:
    """Take back what `hold_more` did for a change that will not be made; nothing where it did not. Repeatable."""
    for sku in sorted(quantities):
        if await is_logged(shop, sku, Cause(Reason.RESERVE, change_id, actor)):
            await _hold_less(shop, order_id, sku, quantities[sku], Cause(Reason.RELEASE, change_id, actor))


async def _hold_more(shop: Shop, order_id: str, sku: str, pieces: int, cause: Cause) -> int | None:
    """None once they are held; else how many are left."""
    for _ in range(ATTEMPTS):
        if await is_logged(shop, sku, cause):
            return None
        stock = await get_stock(shop, sku)
        if stock.promisable < pieces:
            return stock.promisable
        held = stock.holds.get(order_id)
        only_if = {
            **room_for(stock, pieces),
            f"holds.{order_id}": {"$exists": False} if held is None else held,
            **not_logged(cause.reason, cause.ref),
        }
        row = new_row(shop, sku, 0, pieces, cause)
        if await shop.repository(StockRepository).move(row, only_if=only_if, hold=(order_id, (held or 0) + pieces)):
            await tell(shop, sku)
            return None
    raise busy(sku)


async def _hold_less(shop: Shop, order_id: str, sku: str, pieces: int, cause: Cause) -> None:
    for _ in range(ATTEMPTS):
        held = (await get_stock(shop, sku)).holds.get(order_id, 0)
        if not held or await is_logged(shop, sku, cause):
            return
        less = min(held, pieces)
        only_if = {f"holds.{order_id}": held, **not_logged(cause.reason, cause.ref)}
        row = new_row(shop, sku, 0, -less, cause)
        if await shop.repository(StockRepository).move(row, only_if=only_if, hold=(order_id, held - less)):
            return await tell(shop, sku)
    raise busy(sku)
