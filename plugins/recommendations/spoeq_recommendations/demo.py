"""Orders of a demo shop, so that pairs are there from the first page: the same ones in every demo."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final

from spoeq_core.sdk import Product, ProductQuery, Shop, list_products
from spoeq_recommendations.documents import BasketRepository
from spoeq_recommendations.model import KEPT, KeptBasket
from spoeq_recommendations.service import count_fresh, count_product

SEED: Final = 11
PRODUCTS: Final = 60
COMPANIONS: Final = 3
MOST_ORDERS: Final = 14


async def sell_together(shop: Shop) -> None:
    """Make the orders that are not there yet, and count them."""
    products = (await list_products(shop, ProductQuery(per_page=PRODUCTS, in_stock=True))).items
    await shop.repository(BasketRepository).sold(list(_baskets(shop, products)))
    for product in products:
        await count_product(shop, product.id)
    await count_fresh(shop)


def _baskets(shop: Shop, products: Sequence[Product]) -> Iterator[KeptBasket]:
    """Each product with a few that share a tag with it, in some orders each."""
    chance, now = random.Random(SEED), shop.clock.now()  # noqa: S311 - the same orders in every demo
    for place, product in enumerate(products):
        alike = [other for other in products[place + 1 :] if _match(product, other)]
        for number, other in enumerate(chance.sample(alike, min(COMPANIONS, len(alike)))):
            for copy in range(chance.randint(2, MOST_ORDERS - 3 * number)):
                at = now - timedelta(days=chance.randint(1, 90), minutes=chance.randint(0, 1400))
                yield KeptBasket(f"demo:{place}:{number}:{copy}", (product.id, other.id), at, at + KEPT)


def _match(one: Product, other: Product) -> bool:
    """Of another shelf, and with a tag in common: a saree and jewellery for a wedding, tea and a cup."""
    shelves = set(one.category_ids) & set(other.category_ids)
    return not shelves and bool(set(one.tags) & set(other.tags))
