"""Goods for a shop of a test: products that anybody can buy, with stock."""

from __future__ import annotations

from spoeq_core.catalog.model import Product, ProductChanges, ProductStatus, Variant
from spoeq_core.catalog.service import import_products
from spoeq_core.inventory.service import NewStock, create_stocks
from spoeq_core.shop import Shop

DECLARED = {"country_of_origin": "IN", "maker": "Neel Textiles, Jaipur", "net_quantity": "1 piece"}


async def put_on_sale(
    shop: Shop, sku: str, *, price: int, mrp: int | None = None, name: str = "", stock: int = 10
) -> Product:
    """An active product of one SKU; its page is `/product/<the SKU in small letters>`.

    Args:
        shop: The shop.
        sku: What is counted and sold.
        price: Minor units.
        mrp: Minor units; the price, if it is not given.
        name: Of the product; the SKU, if it is not given.
        stock: Pieces on hand.
    """
    slug = sku.lower()
    row: ProductChanges = {
        "name": name or sku,
        "slug": slug,
        "status": ProductStatus.ACTIVE,
        "declarations": DECLARED,
        "variants": (Variant(sku, sale=price, mrp=price if mrp is None else mrp),),
    }
    (product,) = await import_products(shop, [row])
    await create_stocks(shop, [NewStock(sku, product.id, product.name, on_hand=stock)])
    return product
