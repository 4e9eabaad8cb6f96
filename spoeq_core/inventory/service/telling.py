"""Telling that stock ran low or that its state changed: once per change, by whoever moved it."""

from __future__ import annotations

from spoeq_core.inventory.documents import StockRepository
from spoeq_core.inventory.events import StockLow, StockStateChanged
from spoeq_core.inventory.model import IN_STOCK, LOW, Stock
from spoeq_core.kernel.events import Event
from spoeq_core.shop import Shop

ATTEMPTS = 20


def news(stock: Stock) -> list[Event]:
    """What nobody was told of a stock yet."""
    events: list[Event] = []
    if stock.state != stock.told:
        events.append(StockStateChanged(sku=stock.sku, product_id=stock.product_id, state=stock.state))
    if stock.is_low and not stock.low_told:
        events.append(
            StockLow(sku=stock.sku, product_id=stock.product_id, available=stock.available, threshold=stock.threshold)
        )
    return events


def is_told(stock: Stock) -> bool:
    """Whether what is noted as told is what is so."""
    return stock.state == stock.told and stock.is_low == stock.low_told


async def tell(shop: Shop, sku: str) -> None:
    """Tell what is new of a SKU after it moved; rising above the threshold makes it ready to be told of again.

    The note is written only if the stock is still what was read, so the last of several movers tells the truth.
    What a crash before it left untold is found by `tell_missed`.
    """
    stocks = shop.repository(StockRepository)
    for _ in range(ATTEMPTS):
        found = await stocks.read({"_id": sku})
        if not found or is_told(found[0]) or await stocks.tell(found[0], *news(found[0])):
            return


async def tell_missed(shop: Shop) -> int:
    """Tell what movers did not come to tell; how many SKUs there were."""
    stocks = shop.repository(StockRepository)
    fallen = await stocks.read({"headroom": {"$lte": 0}, "told": IN_STOCK}, limit=1_000)
    fallen += await stocks.read({"headroom": {"$lte": 0}, "told": LOW, "available": {"$lte": 0}}, limit=1_000)
    risen = await stocks.read({"low_told": True})
    missed = {stock.sku for stock in (*fallen, *risen) if not is_told(stock)}
    for sku in sorted(missed):
        await tell(shop, sku)
    return len(missed)
