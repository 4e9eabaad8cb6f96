"""What engines keep their indexes by: which products changed, and what is to be known of each.

An engine asks for what was touched since it last looked, and now and then compares all it has with all there is: it
needs no queue, and a lost event costs nothing but time.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import timedelta

from spoeq_core.catalog.documents import ProductRepository
from spoeq_core.catalog.model import ProductStatus
from spoeq_core.catalog.service import all_categories
from spoeq_core.extensions.facets import facets_of
from spoeq_core.kernel.ids import earlier_id
from spoeq_core.kernel.mongo import Document
from spoeq_core.search.model import INDEXED, Entry, Touch
from spoeq_core.shop import Shop

OVERLAP = timedelta(seconds=5)
"""How far the clocks of the shop's processes may be apart before a change is only found by comparing everything."""
ACTIVE: Document = {"status": ProductStatus.ACTIVE.value}


def facet_names(shop: Shop) -> tuple[str, ...]:
    """The fields that plugins declare as facets: an index that was built for others has to be built again."""
    return tuple(field.name for field in facets_of(shop))


async def category_names(shop: Shop) -> dict[str, tuple[str, ...]]:
    """By id each category's name and those of the categories above it; one command."""
    known = await all_categories(shop)
    names = {category.id: category.name for category in known.all()}
    return {one.id: tuple(names[key] for key in one.path if key in names) for one in known.all()}


def a_little_before(touch: str) -> str:
    """A ULID of some seconds earlier; "" stays before everything."""
    return earlier_id(touch, OVERLAP) if touch else ""


async def touched_since(shop: Shop, touch: str, limit: int = 1000) -> list[Touch]:
    """What was touched after that, the first ones first, active or not; one command.

    Processes whose clocks differ write in no strict order: ask from `a_little_before` the last one seen.
    """
    query = {"touched": {"$gt": touch}}
    return [Touch(*found) async for found in shop.repository(ProductRepository).touches(query, limit=limit)]


async def all_listed(shop: Shop) -> AsyncIterator[Touch]:
    """Every product that belongs in an index, in no order."""
    async for found in shop.repository(ProductRepository).touches(ACTIVE):
        yield Touch(*found)


def indexed(shop: Shop) -> None:
    """Say that the index answers otherwise now: lists that were kept are forgotten, in every process at once.

    A list may have been made between a change and its way into the index: without this it would stay as it was.
    """
    shop.cache.tell(INDEXED)


async def entries(
    shop: Shop, categories: Mapping[str, Sequence[str]], query: Document | None = None
) -> AsyncIterator[Entry]:
    """What is to be known of the active products, or of those that match a query too, one by one.

    Args:
        shop: The shop.
        categories: As `category_names` gave them.
        query: A condition of the database: `{"_id": {"$in": ids}}`, `{"category_ids": {"$in": ids}}`.
    """
    facets = facets_of(shop)
    async for product, row, touch in shop.repository(ProductRepository).feed({**(query or {}), **ACTIVE}, facets):
        names = (name for key in product.category_ids for name in categories.get(key, ()))
        yield Entry(product, row, tuple(dict.fromkeys(names)), touch)
