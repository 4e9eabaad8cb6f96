"""The sales as prices follow them: with the categories below those that they name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from spoeq_core.sdk import PricingLine, Product, Reduction, Shop, Variant, all_categories, keep_at_most
from spoeq_sale_prices.documents import SaleRepository
from spoeq_sale_prices.model import Piece, Sale, boundaries, reduction

Document = dict[str, Any]


async def widened(shop: Shop, sales: Sequence[Sale]) -> list[Sale]:
    """The sales of the shop's currency, each with the categories below its own; one command if any names some."""
    mine = [sale for sale in sales if sale.currency == shop.profile.currency]
    if not any(sale.categories for sale in mine):
        return mine
    known = await all_categories(shop)

    def below(keys: Sequence[str]) -> tuple[str, ...]:
        found = [category for key in keys if (category := known.find(key))]
        ids = [key for category in found for key in known.with_descendants(category)]
        return tuple(dict.fromkeys([*keys, *ids]))

    return [replace(sale, categories=below(sale.categories)) for sale in mine]


async def kept_sales(shop: Shop) -> Sequence[Sale]:
    """The sales that are not over, from the cache, where each change of one is heard of within a second."""

    async def read() -> Sequence[Sale]:
        return await widened(shop, await shop.repository(SaleRepository).unfinished(shop.clock.now()))

    return await shop.cache.get_or_make("sales unfinished", read)


def for_everybody(sales: Iterable[Sale]) -> list[Sale]:
    """Those that products, lists and the history of prices tell of: no segment's price is written where all read."""
    return [sale for sale in sales if not sale.segments]


async def running_sales(shop: Shop) -> list[Sale]:
    """Those for everybody that are in force; a page that is made of them is right until the next one begins or ends."""
    now = shop.clock.now()
    kept = for_everybody(await kept_sales(shop))
    ahead = [moment for moment in boundaries(kept) if moment > now]
    if ahead:
        keep_at_most((ahead[0] - now).total_seconds())
    return [sale for sale in kept if sale.holds(now)]


def condition(sale: Sale) -> Document:
    """The products that a widened sale is for, as the database finds them."""
    named = {"_id": sale.products, "category_ids": sale.categories, "brand_id": sale.brands}
    return {field: {"$in": list(values)} for field, values in named.items() if values}


def piece_of(product: Product, variant: Variant, price: int | None = None) -> Piece:
    """A variant as sales look at it, at its price or at another."""
    return Piece(
        product_id=product.id,
        price=variant.sale if price is None else price,
        min_price=variant.min_price,
        brand_id=product.brand_id,
        category_ids=frozenset(product.category_ids),
    )


def piece_of_line(line: PricingLine) -> Piece:
    """The same of a line of a cart."""
    return Piece(line.product_id, line.unit_price, line.min_price, line.brand_id, line.category_ids)


def reductions_of(sales: Sequence[Sale], product: Product, at: datetime) -> dict[str, Reduction]:
    """The reductions of a product by SKU."""
    found = {variant.sku: reduction(sales, piece_of(product, variant), at) for variant in product.variants}
    return {sku: one for sku, one in found.items() if one is not None}
