"""The catalogue as pages show it: read once, kept until something in it changes.

For what is shown and no more: whoever sells or changes something reads the truth.
"""

from __future__ import annotations

from collections.abc import Sequence

from spoeq_core.catalog.model import Brand, Categories, Node, Product, tree
from spoeq_core.catalog.service.categories import all_brands, all_categories
from spoeq_core.catalog.service.products import product_by_id_or_slug, products_by_ids
from spoeq_core.kernel.cache import exactly
from spoeq_core.shop import Shop

WEIGHT = 6_000
"""Bytes that a product takes in memory, about."""
PRODUCTS = "products"
"""The tag of anything that any product may change: a list, a count."""


async def shown_product(shop: Shop, key: str) -> Product:
    """The active product of that id or slug.

    Raises:
        NotFound: there is none.
    """
    return await shop.cache.get_or_make(
        f"product {key}",
        lambda: product_by_id_or_slug(shop, key),
        tags=lambda found: exactly(PRODUCTS, found.id),
        weigh=lambda found: WEIGHT * (1 + len(found.variants) // 4),
    )


async def shown_by_ids(shop: Shop, ids: Sequence[str]) -> list[Product]:
    """The active products of those ids that there are, in the order given."""
    return await shop.cache.get_or_make(
        f"products {' '.join(ids)}",
        lambda: products_by_ids(shop, ids),
        tags=lambda _: exactly(PRODUCTS, *ids),
        weigh=lambda found: WEIGHT * (1 + len(found)),
    )


async def shown_categories(shop: Shop) -> Categories:
    """Every category with its path."""
    return await shop.cache.get_or_make("categories", lambda: all_categories(shop))


async def shown_tree(shop: Shop) -> tuple[Node, ...]:
    """The categories as menus show them."""

    async def make() -> tuple[Node, ...]:
        return tree((await shown_categories(shop)).all())

    return await shop.cache.get_or_make("category tree", make)


async def shown_brands(shop: Shop) -> Sequence[Brand]:
    """Every brand, by name."""
    return await shop.cache.get_or_make("brands", lambda: all_brands(shop))
