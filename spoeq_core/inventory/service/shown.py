"""Stock as pages show it; whoever sells reads the truth."""

from __future__ import annotations

from collections.abc import Sequence

from spoeq_core.inventory.model import Stock
from spoeq_core.inventory.service.reading import stock_of
from spoeq_core.kernel.cache import exactly
from spoeq_core.shop import Shop

STOCK = "stock"
MOST_NAMED = 100
"""SKUs that a value depends on one by one; on more it depends as on all there are."""


async def shown_stock(shop: Shop, skus: Sequence[str]) -> dict[str, Stock]:
    """The stock of each SKU that has one, without `holds`."""
    return await shop.cache.get_or_make(
        f"stock {' '.join(skus)}",
        lambda: stock_of(shop, skus),
        tags=lambda _: exactly(STOCK, *skus) if len(skus) <= MOST_NAMED else (STOCK,),
        weigh=lambda found: 1_000 * (1 + len(found)),
    )
