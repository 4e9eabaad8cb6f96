"""What engines keep their indexes by: whatever lists look at touches the product that it changes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from spoeq_core.catalog import service as catalog
from spoeq_core.catalog.model import Product, ProductStatus
from spoeq_core.kernel.ids import new_id
from spoeq_core.search.feed import (
    a_little_before,
    all_listed,
    category_names,
    entries,
    touched_since,
)
from spoeq_core.shop import Shop
from tests.catalog.builders import kurta, simple

Change = Callable[[Shop, Product], Awaitable[object]]

CHANGES: dict[str, Change] = {
    "a field": lambda shop, it: catalog.update_product(shop, it.id, {"name": "Another"}),
    "stock": lambda shop, it: catalog.set_stock_states(shop, {it.id: {"A-IND-S": "low"}}),
    "rating": lambda shop, it: catalog.set_ratings(shop, {it.id: (0, 0, 0, 1, 3)}),
    "sales": lambda shop, it: catalog.record_sales(shop, {it.id: 1}),
    "brand": lambda shop, it: catalog.rename_brand(shop, str(it.brand_id)),
    "status": lambda shop, it: catalog.archive_product(shop, it.id),
}


@pytest.fixture
async def product(shop: Shop) -> Product:
    brand = await catalog.create_brand(shop, {"name": "Neel"})
    await catalog.create_product(shop, simple("Other", "OTHER"))
    return await catalog.create_product(shop, kurta("A", brand_id=brand.id))


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
async def test_a_change_touches_the_product_and_no_other(shop: Shop, product: Product, change: Change):
    before = new_id()
    assert await touched_since(shop, before) == []
    await change(shop, product)
    (touch,) = await touched_since(shop, before)
    assert touch.product_id == product.id
    assert touch.listed is (change is not CHANGES["status"])


async def test_products_saved_together_are_touched_and_only_the_stale_ones_refused(shop: Shop):
    before = new_id()
    first, second = (catalog.drafted(shop, simple(name, name)) for name in ("A", "B"))
    assert await catalog.save_many(shop, [first, second], []) == (frozenset(), frozenset())
    assert {touch.product_id for touch in await touched_since(shop, before)} == {first.id, second.id}
    before = new_id()
    stale = replace(second, name="Stale", version=7)
    assert await catalog.save_many(shop, [], [replace(first, name="C"), stale]) == (frozenset(), {second.id})
    assert {touch.product_id for touch in await touched_since(shop, before)} == {first.id}


async def test_what_was_touched_comes_in_order_and_in_parts(shop: Shop):
    for number in range(5):
        await catalog.create_product(shop, simple(f"P {number}", f"P-{number}"))
    first = await touched_since(shop, "", 3)
    rest = await touched_since(shop, first[-1].touch, 3)
    touches = [found.touch for found in (*first, *rest)]
    assert len(touches) == 5
    assert touches == sorted(touches)
    assert a_little_before(touches[0]) < touches[0]
    assert a_little_before("") == ""


async def test_entries_name_the_categories_above_and_leave_drafts_out(shop: Shop):
    upper = await catalog.create_category(shop, {"name": "Home"})
    lower = await catalog.create_category(shop, {"name": "Lights", "parent_id": upper.id})
    shown = await catalog.create_product(shop, simple("Diya", "DIYA", category_ids=(lower.id,)))
    await catalog.create_product(shop, simple("Hidden", "HIDDEN", status=ProductStatus.DRAFT))
    names = await category_names(shop)
    assert names == {upper.id: ("Home",), lower.id: ("Home", "Lights")}
    (entry,) = [entry async for entry in entries(shop, names)]
    (listed,) = [touch async for touch in all_listed(shop)]
    assert (entry.product.id, entry.categories, entry.touch) == (shown.id, ("Home", "Lights"), listed.touch)
    assert (entry.row.price, entry.row.in_stock) == (shown.lowest_price, False)
    assert [entry async for entry in entries(shop, names, {"_id": {"$in": [upper.id]}})] == []
