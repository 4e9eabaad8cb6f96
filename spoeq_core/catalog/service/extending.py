"""What plugins keep with products and variants, changed by the plugin itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from pydantic import BaseModel

from spoeq_core.catalog.documents import ProductRepository
from spoeq_core.catalog.model import Product, Variant
from spoeq_core.catalog.service.products import save_product
from spoeq_core.extensions.service import M, extensions_of, part_query, with_part
from spoeq_core.kernel.errors import NotFound, StaleAggregate
from spoeq_core.kernel.messages import message
from spoeq_core.shop import Shop

TRIES = 5


async def extend_product(shop: Shop, product_id: str, model: type[M], edit: Callable[[M], M]) -> Product:
    """Change what the plugin that registered the model keeps with a product; `edit` is repeated if others were faster.

    Raises:
        NotFound: there is no such product.
        Invalid: the model refuses the changed data.
    """

    def change(product: Product) -> Product:
        return replace(product, ext=with_part(shop, "product", product.ext, model, edit))

    return await _changed(shop, product_id, change)


async def extend_variant(shop: Shop, product_id: str, sku: str, model: type[M], edit: Callable[[M], M]) -> Product:
    """The same with a variant; the product that has it.

    Raises:
        NotFound: there is no such product, or it has no such variant.
        Invalid: the model refuses the changed data.
    """

    def changed(variant: Variant) -> Variant:
        return replace(variant, ext=with_part(shop, "variant", variant.ext, model, edit))

    def change(product: Product) -> Product:
        if product.variant(sku) is None:
            raise NotFound(message("Product “%(name)s” has no variant “%(sku)s”.", name=product.name, sku=sku))
        variants = tuple(changed(variant) if variant.sku == sku else variant for variant in product.variants)
        return replace(product, variants=variants)

    return await _changed(shop, product_id, change)


async def products_with(
    shop: Shop, model: type[BaseModel], values: Mapping[str, Any], *, limit: int = 100
) -> list[Product]:
    """The newest products with which, or with whose variants, the plugin that registered the model keeps these values.

    Fields need an index.

    Raises:
        ConfigurationError: no enabled plugin registered the model for products or variants, or a field has no index.
    """
    of_variants = model in {extension.model for extension in extensions_of(shop, "variant").values()}
    query = (
        part_query(shop, "variant", model, values, "variants.ext")
        if of_variants
        else part_query(shop, "product", model, values)
    )
    return await shop.repository(ProductRepository).find(query, sort=[("_id", -1)], limit=limit)


async def _changed(shop: Shop, product_id: str, change: Callable[[Product], Product]) -> Product:
    for _ in range(TRIES):
        stored = await shop.repository(ProductRepository).get(product_id)
        try:
            return await save_product(shop, change(stored), stored)
        except StaleAggregate:
            continue
    raise StaleAggregate("This product is being changed by many at once.", hint="Try again.")
