"""Lower prices for a while: written into the products by who decides on them, shown and sorted by from then on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace

from spoeq_core.catalog.documents import ProductRepository
from spoeq_core.catalog.model import Product, Reduction
from spoeq_core.kernel.mongo import Document
from spoeq_core.shop import Shop

REDUCED: Document = {"reduced": True}
"""The condition of products that have a reduction, in force or to come."""
AT_ONCE = 200
ATTEMPTS = 5

Reductions = Mapping[str, Mapping[str, Reduction]]
Decide = Callable[[Sequence[Product]], Awaitable[Reductions]]


async def reduce_prices(shop: Shop, query: Document, decide: Decide) -> int:
    """Give products the reductions that `decide` answers, `{product id: {sku: reduction}}`; how many were changed.

    Reads and writes by pages, each with two commands, and writes only what differs: repeating it, doing it twice at
    the same time or being killed in the midst of it does no harm. A product that is changed meanwhile is asked for
    again. A search engine follows as after any change.

    Args:
        shop: The shop.
        query: A condition of the database, `{"brand_id": {"$in": ids}}`; `REDUCED` are those that have some.
        decide: Asked once a page; a product that it leaves out has none.
    """
    after, changed = "", 0
    while page := await shop.repository(ProductRepository).priced(query, after, AT_ONCE):
        after = page[-1][0].id
        changed += await _write(shop, page, decide)
    return changed


async def _write(shop: Shop, page: Sequence[tuple[Product, str, int]], decide: Decide) -> int:
    products, written = shop.repository(ProductRepository), 0
    for _ in range(ATTEMPTS):
        decided = await decide([product for product, _, _ in page])
        now = shop.clock.now()
        changes = [
            (new, touched)
            for old, touched, lowest in page
            if (new := replace(old, reductions=dict(decided.get(old.id, {})))).reductions != old.reductions
            or new.lowest_price_at(now) != lowest
        ]
        done = await products.set_reductions(changes, now)
        written += done
        if done == len(changes):
            break
        page = await products.priced({"_id": {"$in": [new.id for new, _ in changes]}}, "", AT_ONCE)
    return written
