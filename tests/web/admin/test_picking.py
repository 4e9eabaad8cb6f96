"""What a field of goods offers while staff type."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest

from spoeq_core.catalog.model import Product, Variant
from spoeq_core.catalog.service import (
    BrandChanges,
    CategoryChanges,
    create_brand,
    create_category,
)
from spoeq_core.catalog.service.importing import import_products
from spoeq_core.testing.clients import RunningApp
from spoeq_core.testing.visitors import Browser, shopper_browser, staff_browser


@pytest.fixture
async def draft(app: RunningApp) -> Product:
    variants = (Variant("DRAFT-1", sale=50000),)
    (made,) = await import_products(app.shop, [{"name": "Kurta of next summer", "slug": "next", "variants": variants}])
    return made


@pytest.fixture
async def sarees(app: RunningApp) -> None:
    clothes = await create_category(app.shop, CategoryChanges(name="Clothes", slug="clothes"))
    await create_category(app.shop, CategoryChanges(name="Silk sarees", slug="sarees", parent_id=clothes.id))
    await create_brand(app.shop, BrandChanges(name="Silk Road", slug="silk-road"))


async def offered(browser: Browser, kind: str, **query: str) -> list[dict[str, Any]]:
    answer = await browser.get(f"/admin/pick/{kind}?{urlencode(query)}")
    assert answer.status_code == 200
    return list((await answer.get_json())["items"])


async def test_words_begin_what_is_offered_and_the_category_above_is_told(admin: Browser, sarees: None):
    silk = {"name": "sarees", "label": "Silk sarees", "more": "Clothes"}
    assert await offered(admin, "categories", q="SAR sil") == [silk]
    assert await offered(admin, "categories", q="arees") == []
    assert await offered(admin, "categories", names="clothes, sarees,gone") == [
        {"name": "clothes", "label": "Clothes", "more": ""},
        silk,
    ]
    assert await offered(admin, "brands", q="road") == [{"name": "silk-road", "label": "Silk Road", "more": ""}]


async def test_products_not_on_sale_are_told_to_those_who_may_see_the_catalogue(app: RunningApp, draft: Product):
    admin, warehouse = await staff_browser(app, "admin"), await staff_browser(app, "warehouse")
    kurta = {"name": "kurta-kurta", "label": "Kurta KURTA", "more": ""}
    later = {"name": "next", "label": "Kurta of next summer", "more": "draft"}
    assert sorted(await offered(admin, "products", q="kur"), key=str) == sorted([kurta, later], key=str)
    assert await offered(admin, "products", names=f"next,{draft.id}") == [later]
    assert await offered(warehouse, "products", q="kur") == [kurta]
    assert await offered(warehouse, "products", names="next,kurta-kurta") == [kurta]


@pytest.mark.parametrize("path", ["customers", "products/x"])
async def test_nothing_else_can_be_asked_for(admin: Browser, path: str):
    assert (await admin.get(f"/admin/pick/{path}")).status_code == 404


async def test_shoppers_are_not_answered(app: RunningApp):
    answer = await shopper_browser(app).get("/admin/pick/products")
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/admin/login")


@pytest.mark.parametrize("q", ["z\0z", "(", "x" * 5000, "' OR 1=1"])
async def test_whatever_is_typed_is_answered(admin: Browser, q: str):
    assert await offered(admin, "products", q=q) == []
    assert await offered(admin, "brands", names=q) == []
