"""How products follow the sales: what shoppers see, what lists sort by, and what is remembered of it.

Everything is computed from the sales and the clock and written only where it differs, so it may run twice, at the same
time, late, or be killed: the next run finishes it. Nothing is ever charged by what is written here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from spoeq_core.sdk import REDUCED, NotFound, Product, Reduction, Shop, product_by_id_or_slug, reduce_prices
from spoeq_sale_prices.documents import MarkRepository, SaleRepository
from spoeq_sale_prices.model import Sale, boundaries
from spoeq_sale_prices.service.history import remember
from spoeq_sale_prices.service.rules import Document, condition, for_everybody, kept_sales, reductions_of, widened

LONGEST = timedelta(minutes=5)


async def follow(shop: Shop) -> None:
    """Let the products follow what began, ended or was changed since this was done last."""
    now = shop.clock.now()
    marks = shop.repository(MarkRepository)
    mark = await marks.until()
    since = mark or now
    stored = await shop.repository(SaleRepository).to_follow(since)
    changed = [sale for sale in stored if not sale.settled]
    public = for_everybody(stored)
    moved = [sale for sale in public if mark is None or any(since < at <= now for at in boundaries([sale]))]
    if changed or moved:
        moments = {moment for moment in boundaries(public) if since < moment <= now}
        moments |= {sale.updated_at for sale in changed if sale.updated_at}
        await _write(shop, await widened(shop, public), [*changed, *moved], sorted(moments), now)
    for sale in changed:
        await _note(shop, sale)
    if changed or moved or mark is None or now - mark > LONGEST:
        await marks.move(now)


async def compare(shop: Shop) -> None:
    """Look at all that sales are for, whatever is known: categories may have moved, a write may have been lost."""
    now = shop.clock.now()
    sales = for_everybody(await shop.repository(SaleRepository).unfinished(now))
    await _write(shop, await widened(shop, sales), sales, [], now)


async def follow_product(shop: Shop, product_id: str, prices: dict[str, int], at: datetime) -> None:
    """A product was changed at that moment to these prices by SKU: remember them, and what sales make of them."""
    try:
        product = await product_by_id_or_slug(shop, product_id, hidden=True)
    except NotFound:
        return
    sales = for_everybody(await kept_sales(shop))
    await remember(shop, [product], sales, [at], prices={product.id: prices})
    now = shop.clock.now()
    if reductions_of(sales, product, now) != dict(product.reductions):
        await reduce_prices(shop, {"_id": product.id}, _Deciding(shop, sales, [], now))


async def take_back(shop: Shop) -> None:
    """No product has a reduction any more, and everything is to be written again when the plugin comes back."""
    await shop.repository(MarkRepository).forget()
    await reduce_prices(shop, REDUCED, _Deciding(shop, [], [], shop.clock.now()))


class _Deciding:
    """What a page of products is reduced to; what they cost at the moments given is remembered first."""

    def __init__(self, shop: Shop, sales: Sequence[Sale], moments: Sequence[datetime], now: datetime) -> None:
        self._shop, self._sales, self._moments, self._now = shop, sales, moments, now

    async def __call__(self, products: Sequence[Product]) -> dict[str, dict[str, Reduction]]:
        if self._moments:
            await remember(self._shop, products, self._sales, self._moments)
        return {product.id: reductions_of(self._sales, product, self._now) for product in products}


async def _write(
    shop: Shop, sales: Sequence[Sale], concerned: Sequence[Sale], moments: Sequence[datetime], now: datetime
) -> None:
    keys = {sale.id for sale in concerned}
    conditions = [condition(sale) for sale in sales if sale.id in keys and sale.is_on]
    query: Document = {"$or": [REDUCED, *conditions]} if all(conditions) else {}
    await reduce_prices(shop, query, _Deciding(shop, sales, moments, now))


async def _note(shop: Shop, sale: Sale) -> None:
    repository = shop.repository(SaleRepository)
    if sale.deleted:
        await repository.remove(sale)
    else:
        await repository.settle(sale)
