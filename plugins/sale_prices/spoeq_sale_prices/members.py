"""A member's own price, on pages that are made for nobody else: those of guests are kept, and say nothing of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from spoeq_core.sdk import Product, Shop, buyer_now, products_by_ids
from spoeq_sale_prices.model import Sale, best
from spoeq_sale_prices.service import kept_sales, piece_of

PATIENCE = 0.15
"""Seconds that a page waits to hear who its visitor is; then it is drawn without."""


@dataclass(frozen=True, slots=True)
class OwnPrice:
    """What a visitor pays, minor units, and whether other pieces of the product cost them something else."""

    amount: int
    several: bool


async def own_prices(shop: Shop, product_ids: Sequence[str], sku: str = "") -> Mapping[str, OwnPrice]:
    """By product id what this visitor pays where a sale for their segments makes it less than everybody pays.

    One command more than the question which segments they are in; none for guests, and none without such a sale.

    Args:
        shop: The shop.
        product_ids: The products.
        sku: The only piece that is looked at; all pieces of each product if empty.
    """
    now = shop.clock.now()
    kept = [sale for sale in await kept_sales(shop) if sale.holds(now)]
    if not product_ids or not any(sale.segments for sale in kept):
        return {}
    try:
        async with asyncio.timeout(PATIENCE):
            segments = (await buyer_now()).segments
    except TimeoutError:
        return {}
    mine = [sale for sale in kept if sale.is_for(segments)]
    if not any(sale.segments for sale in mine):
        return {}
    found = {product.id: _own(product, mine, sku, shop) for product in await products_by_ids(shop, product_ids)}
    return {key: one for key, one in found.items() if one is not None}


def _own(product: Product, sales: Sequence[Sale], sku: str, shop: Shop) -> OwnPrice | None:
    now = shop.clock.now()
    variants = [variant for variant in product.variants if sku in {"", variant.sku}]
    prices = []
    for variant in variants:
        won = best(sales, piece_of(product, variant), now)
        prices.append(won[0] if won else variant.sale)
    public = [product.price_at(variant, now) for variant in variants]
    if not prices or min(prices) >= min(public):
        return None
    return OwnPrice(min(prices), len(set(prices)) > 1)
