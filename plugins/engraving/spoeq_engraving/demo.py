"""A demo shop has a few things that can be engraved."""

from __future__ import annotations

from typing import Final

from spoeq_core.sdk import ProductQuery, Shop, extend_product, list_products
from spoeq_engraving.model import Engravable

WORDS: Final = ("brass", "journal", "silver", "bottle")
MOST: Final = 2
PRICE: Final = 250_00


async def offer_engraving(shop: Shop) -> None:
    """Tick what is of metal or leather, where nobody has said anything of it yet."""
    for word in WORDS:
        for product in (await list_products(shop, ProductQuery(text=word, per_page=MOST))).items:
            await extend_product(shop, product.id, Engravable, _offered)


def _offered(known: Engravable) -> Engravable:
    if known != Engravable():
        return known
    return Engravable(engraved=True, price=PRICE, most=24, where="on the base")
