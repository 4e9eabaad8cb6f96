"""The history of prices: written when something changes, read for pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from spoeq_core.sdk import Product, Shop
from spoeq_sale_prices.documents import HistoryRepository
from spoeq_sale_prices.model import Point, Sale, Span, best, compacted, lowest_before, reduced_since, spans
from spoeq_sale_prices.service.rules import piece_of
from spoeq_sale_prices.settings import SaleSettings


async def remember(
    shop: Shop,
    products: Sequence[Product],
    sales: Sequence[Sale],
    moments: Sequence[datetime],
    *,
    prices: Mapping[str, Mapping[str, int]] | None = None,
) -> None:
    """Add what the products cost at these moments, by the sales; may be repeated.

    Args:
        shop: The shop.
        products: The products.
        sales: The sales of that time, widened.
        moments: When something may have changed.
        prices: By product id and SKU, minor units, the regular prices where they are not those of now.
    """
    history = shop.repository(HistoryRepository)
    known = await history.known([product.id for product in products])
    added = {}
    for product in products:
        regular = (prices or {}).get(product.id) or product.prices
        points = [point for at in moments for point in _points(product, regular, sales, at)]
        before = product.updated_at or product.created_at
        if product.id not in known and before and moments and before < moments[0]:
            points += [Point(variant.sku, before, variant.sale) for variant in product.variants]
        if points:
            added[product.id] = points
    await history.add(added)


def _points(product: Product, regular: Mapping[str, int], sales: Sequence[Sale], at: datetime) -> list[Point]:
    found = []
    for variant in product.variants:
        if variant.sku in regular:
            price = regular[variant.sku]
            won = best(sales, piece_of(product, variant, price), at)
            found.append(Point(variant.sku, at, won[0], won[1].name) if won else Point(variant.sku, at, price))
    return found


async def lowest_of(shop: Shop, product_ids: Sequence[str], skus: Mapping[str, str] | None = None) -> dict[str, int]:
    """By product id the lowest price of the 30 days before its price was reduced, minor units; one command.

    Args:
        shop: The shop.
        product_ids: The products.
        skus: By product id the SKU whose price is shown; of a product that is not named the cheapest.
    """
    now, found = shop.clock.now(), {}
    for key, points in (await shop.repository(HistoryRepository).of(product_ids)).items():
        mine = spans(points, (skus or {}).get(key) or _cheapest(points, now))
        began = reduced_since(mine, now)
        lowest = lowest_before(mine, began) if began else None
        if lowest is not None:
            found[key] = lowest
    return found


def _cheapest(points: Sequence[Point], at: datetime) -> str:
    """The SKU that costs the least at that moment."""
    prices = {
        sku: span.price
        for sku in sorted({point.sku for point in points})
        for span in spans(points, sku)
        if span.since <= at
    }
    return min(prices, key=lambda sku: prices[sku], default="")


async def history_of(shop: Shop, product_id: str) -> dict[str, list[Span]]:
    """What each SKU of a product cost when, by SKU."""
    points = (await shop.repository(HistoryRepository).of([product_id])).get(product_id, [])
    return {sku: spans(points, sku) for sku in sorted({point.sku for point in points})}


async def forget_old(shop: Shop) -> None:
    """Let go of what is older than is to be kept, and of repetitions."""
    now, kept = shop.clock.now(), timedelta(days=shop.plugin_settings(SaleSettings).keep_days)
    history = shop.repository(HistoryRepository)
    async for page in history.pages():
        for product_id, points in page.items():
            left = compacted(points, now, kept)
            if len(left) < len(points):
                await history.replace(product_id, points, left)


async def forget_product(shop: Shop, product_id: str) -> None:
    """A product is gone."""
    await shop.repository(HistoryRepository).remove(product_id)
