"""What others ask of inventory: what can be sold now, how many there are, why it moved."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from spoeq_core.catalog.documents import ProductRepository
from spoeq_core.catalog.model import Product, Variant
from spoeq_core.inventory.documents import StockRepository, holds_any
from spoeq_core.inventory.model import Movement, Stock, StockPage, waiting
from spoeq_core.kernel.errors import NotFound
from spoeq_core.kernel.messages import message
from spoeq_core.kernel.mongo import Document
from spoeq_core.shop import Shop

LOG_PAGE = 50
ASKED = 100
"""So many SKUs are looked up by one command: the embedded server's time grows with the square of a list's length."""


@dataclass(frozen=True, slots=True)
class Sellable:
    """A SKU with its product, its variant and its stock (without `holds`), as they are now."""

    product: Product
    variant: Variant
    stock: Stock


async def sellable(shop: Shop, skus: Collection[str]) -> dict[str, Sellable]:
    """What the SKUs are now; unknown ones are left out. One command, whatever their number.

    Products of every status are found: whoever sells checks it.
    """
    return _sellable(shop, await shop.repository(StockRepository).with_products(list(skus))) if skus else {}


async def sellable_beside(
    shop: Shop, source: Any, steps: Sequence[Document], sku: str
) -> tuple[list[Document], dict[str, Sellable]]:
    """The rows that these steps find in a collection, and what the SKUs in that field are now, by one command."""
    rows, found = await shop.repository(StockRepository).with_products_beside(source, steps, sku)
    return rows, _sellable(shop, found)


def _sellable(shop: Shop, stocks: Iterable[tuple[Stock, Document]]) -> dict[str, Sellable]:
    products = shop.repository(ProductRepository)
    found: dict[str, Sellable] = {}
    for stock, raw in stocks:
        product = products.from_document(raw)
        variant = product.variant(stock.sku) if product else None
        if product is not None and variant is not None:
            found[stock.sku] = Sellable(product, variant, stock)
    return found


async def stock_of(shop: Shop, skus: Collection[str]) -> dict[str, Stock]:
    """The stock of each SKU that has one, without `holds`; one command for up to a hundred."""
    stocks, wanted = shop.repository(StockRepository), list(skus)
    parts = [wanted[start : start + ASKED] for start in range(0, len(wanted), ASKED)]
    found = await asyncio.gather(*(stocks.read({"_id": {"$in": part}}) for part in parts))
    return {stock.sku: stock for part in found for stock in part}


async def get_stock(shop: Shop, sku: str) -> Stock:
    """The stock of a SKU, with the orders that hold pieces.

    Raises:
        NotFound: there is none.
    """
    found = await shop.repository(StockRepository).read({"_id": sku}, holds=True)
    if not found:
        raise NotFound(message("There is no SKU “%(sku)s”.", sku=sku), code="unknown_sku")
    return found[0]


async def waiting_for(shop: Shop, order_id: str, skus: Collection[str]) -> dict[str, int]:
    """Pieces that an order waits for, by SKU: older orders are served first. One command."""
    query: Document = {"_id": {"$in": list(skus)}, f"holds.{order_id}": {"$exists": True}}
    stocks = await shop.repository(StockRepository).read(query, holds=True) if skus else []
    return {stock.sku: pieces for stock in stocks if (pieces := waiting(stock).get(order_id))}


async def list_stock(
    shop: Shop, *, text: str = "", low: bool = False, location: str = "", page: int = 1, per_page: int = 50
) -> StockPage:
    """Stock in order of SKU.

    Args:
        shop: The shop.
        text: Part of a SKU or of a name.
        low: Only what is at its threshold or under it.
        location: Only what lies at the place of that code.
        page: From 1.
        per_page: How many.
    """
    query: Document = {"retired": False}
    if low:
        query["headroom"] = {"$lte": 0}
    if location:
        query |= holds_any(location)
    if text.strip():
        part = {"$regex": re.escape(text.strip()), "$options": "i"}
        query["$or"] = [{"_id": part}, {"name": part}]
    stocks = shop.repository(StockRepository)
    items = await stocks.read(query, sort=[("_id", 1)], skip=(page - 1) * per_page, limit=per_page)
    return StockPage(tuple(items), await stocks.count(query), page, per_page)


async def log_of(
    shop: Shop, sku: str, cursor: str | None = None, *, limit: int = LOG_PAGE
) -> tuple[list[Movement], str | None]:
    """Movements of a SKU, newest first, and where the next page begins (None on the last).

    Raises:
        NotFound: there is no such SKU.
    """
    stocks = shop.repository(StockRepository)
    recent = [rows async for _, _, rows in stocks.with_log({"_id": sku})]
    if not recent:
        raise NotFound(message("There is no SKU “%(sku)s”.", sku=sku), code="unknown_sku")
    older: Document = {"sku": sku, **({"_id": {"$lt": cursor}} if cursor else {})}
    archived = await stocks.archived(older, limit=limit + 1)
    rows = {row.id: row for row in (*archived, *recent[0]) if cursor is None or row.id < cursor}
    page = sorted(rows.values(), key=lambda row: row.id, reverse=True)
    return page[:limit], page[limit - 1].id if len(page) > limit else None
