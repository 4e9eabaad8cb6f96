"""Which HSN codes the catalogue uses, for those who tax it."""

from __future__ import annotations

from collections.abc import Collection

from spoeq_core.catalog.documents import ProductRepository
from spoeq_core.catalog.model import Product, ProductStatus
from spoeq_core.kernel.mongo import Document
from spoeq_core.shop import Shop

ON_SALE = {"status": ProductStatus.ACTIVE.value}


async def hsn_counts(shop: Shop) -> dict[str, int]:
    """How many products on sale have each HSN code; under "" those without one. One command."""
    group: Document = {"_id": "$hsn", "n": {"$sum": 1}}
    rows = shop.repository(ProductRepository).collection.aggregate([{"$match": ON_SALE}, {"$group": group}])
    counts: dict[str, int] = {}
    async for row in rows:
        code = row["_id"] or ""
        counts[code] = counts.get(code, 0) + row["n"]
    return counts


async def products_of_hsn(shop: Shop, codes: Collection[str], *, limit: int = 50) -> list[Product]:
    """Products on sale that have one of these HSN codes (the code "" finds those without), newest first."""
    wanted: list[str | None] = [*sorted(codes), *([None] if "" in codes else [])]
    query: Document = {**ON_SALE, "hsn": {"$in": wanted}}
    return await shop.repository(ProductRepository).find(query, sort=[("created_at", -1), ("_id", -1)], limit=limit)
