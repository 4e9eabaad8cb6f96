"""What shoppers type, and what they find: a fixed shelf, expected SKUs in their order."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest

import spoeq_search.plugin
from spoeq_core.catalog.service import record_sales
from spoeq_core.sdk import (
    Option,
    ProductChanges,
    ProductQuery,
    ProductStatus,
    Shop,
    Variant,
    create_brand,
    create_category,
    import_products,
    products_by_slugs,
    save_settings,
)
from spoeq_core.search.service import find_products
from spoeq_core.testing.shops import shop_with
from spoeq_search.following import follow
from spoeq_search.settings import SYNONYMS

SILK = {"Fabric": "Silk"}
SHELF: Sequence[dict[str, Any]] = (
    {
        "sku": "KUR-IND",
        "name": "Indigo Block-Printed Kurta",
        "brand": "Neel",
        "category": "Kurtas",
        "tags": ("festive",),
    },
    {"sku": "KUR-PLAIN", "name": "Kurta", "category": "Kurtas"},
    {"sku": "SET-3", "name": "Cotton Kurta Set with Palazzo and a Long Printed Dupatta", "category": "Kurtas"},
    {
        "sku": "SAR-SILK",
        "name": "Banarasi Silk Saree",
        "brand": "Kashi",
        "category": "Sarees",
        "specs": {"Fabric": "Silk"},
    },
    {"sku": "SAR-COT", "name": "Cotton Saree", "category": "Sarees", "specs": {"Fabric": "Cotton"}},
    {"sku": "TEE-BLU", "name": "Blue T-Shirt", "category": "Men", "options": ("Colour", ("Blue",))},
    {"sku": "TEE-RED", "name": "Red Tee", "category": "Men", "options": ("Colour", ("Red",))},
    {"sku": "SHT-WHT", "name": "White Linen Shirt", "brand": "Neel", "category": "Men"},
    {"sku": "SKT-DNM", "name": "Denim Skirt", "category": "Women"},
    {"sku": "HIN-KUR", "name": "नीला सूती कुर्ता", "category": "Kurtas"},
    {"sku": "HIN-SHT", "name": "सफ़ेद शर्ट", "category": "Men"},
    {"sku": "ATTA-1", "name": "Chakki Atta 1 kg", "category": "Grocery"},
    {"sku": "ATTA-5", "name": "Chakki Atta 5 kg", "category": "Grocery"},
    {"sku": "TEA-250", "name": "Assam Tea", "category": "Grocery", "quantity": "250 g"},
    {"sku": "OIL-1L", "name": "Mustard Oil 1 litre", "category": "Grocery"},
    {"sku": "BTL-500", "name": "Steel Bottle 500ml", "category": "Home"},
    {"sku": "DIYA-4", "name": "Brass Diya, set of 4", "category": "Home", "specs": {"Material": "Brass"}},
    {"sku": "BAG-JUTE", "name": "Jute Bag", "category": "Home", "about": "Carries a kurta, or your shopping."},
    {"sku": "EAR-JHM", "name": "Silver Jhumka", "brand": "Tara", "category": "Jewellery"},
    {"sku": "PHN-12", "name": "Smartphone Case for iPhone 12", "category": "Home"},
)


async def fill(shop: Shop) -> dict[str, str]:
    """Store the shelf; name by SKU."""
    brands = {name: await create_brand(shop, {"name": name}) for name in ("Neel", "Kashi", "Tara")}
    names = sorted({str(row["category"]) for row in SHELF})
    categories = {name: await create_category(shop, {"name": name}) for name in names}
    drafts = [
        _draft(row, brands[row["brand"]].id if "brand" in row else None, categories[row["category"]].id)
        for row in SHELF
    ]
    await import_products(shop, drafts)
    return {row["sku"]: row["name"] for row in SHELF}


def _draft(row: dict[str, Any], brand: str | None, category: str) -> ProductChanges:
    options = (Option(*row["options"]),) if "options" in row else ()
    chosen = {option.name: option.values[0] for option in options}
    return {
        "name": row["name"],
        "slug": row["sku"].lower(),
        "description": row.get("about", ""),
        "status": ProductStatus.ACTIVE,
        "brand_id": brand,
        "category_ids": (category,),
        "tags": tuple(row.get("tags", ())),
        "specs": row.get("specs", {}),
        "options": options,
        "variants": (Variant(row["sku"], chosen, sale=10_000),),
        "declarations": {
            "country_of_origin": "IN",
            "maker": "Neel Textiles, Jaipur",
            "net_quantity": row.get("quantity", "1 piece"),
        },
    }


@pytest.fixture
async def shop(servers: tuple[str, str], tmp_path: Path) -> AsyncIterator[Shop]:
    async with shop_with(spoeq_search.plugin, servers=servers, data_dir=tmp_path) as opened:
        await fill(opened)
        await follow(opened)
        yield opened


async def found(shop: Shop, text: str, **more: Any) -> list[str]:
    page = await find_products(shop, ProductQuery(text=text, **more))
    return [product.variants[0].sku for product in page.items]


FIRST: Sequence[tuple[str, list[str]]] = (
    ("kurta", ["KUR-PLAIN", "KUR-IND", "SET-3"]),
    ("KURTAS", ["KUR-PLAIN", "KUR-IND", "SET-3"]),
    ("silk saree", ["SAR-SILK"]),
    ("cotton saree", ["SAR-COT"]),
    ("block printed kurta", ["KUR-IND"]),
    ("diya brass", ["DIYA-4"]),
    ("kur-ind", ["KUR-IND"]),
    ("KURIND", ["KUR-IND"]),
    ("SET-3", ["SET-3"]),
    ("iphone 12", ["PHN-12"]),
)
"""The best answers, in order; others may follow."""
ALL: Sequence[tuple[str, set[str]]] = (
    ("neel", {"KUR-IND", "SHT-WHT"}),
    ("banarsi", {"SAR-SILK"}),
    ("silk", {"SAR-SILK"}),
    ("kurta set", {"SET-3"}),
    ("festive", {"KUR-IND"}),
    ("shirt", {"SHT-WHT", "TEE-BLU", "HIN-SHT"}),
    ("skirt", {"SKT-DNM"}),
    ("tee", {"TEE-BLU", "TEE-RED"}),
    ("tshirt", {"TEE-BLU", "TEE-RED"}),
    ("t-shirt", {"TEE-BLU", "TEE-RED"}),
    ("red t-shirt", {"TEE-RED"}),
    ("कुर्ता", {"HIN-KUR", "KUR-PLAIN", "KUR-IND", "SET-3", "BAG-JUTE"}),
    ("नीला कुर्ता", {"HIN-KUR"}),
    ("शर्ट", {"HIN-SHT", "SHT-WHT", "TEE-BLU"}),
    ("सफेद शर्ट", {"HIN-SHT", "SHT-WHT"}),
    ("साड़ी", {"SAR-SILK", "SAR-COT"}),
    ("jhumki", {"EAR-JHM"}),
    ("चांदी", {"EAR-JHM"}),
    ("1kg", {"ATTA-1"}),
    ("1 kg atta", {"ATTA-1"}),
    ("1000 g", {"ATTA-1"}),
    ("atta 5 किलो", {"ATTA-5"}),
    ("wheat flour", {"ATTA-1", "ATTA-5"}),
    ("250g tea", {"TEA-250"}),
    ("chai 0.25 kg", {"TEA-250"}),
    ("1000 ml oil", {"OIL-1L"}),
    ("0.5 litre bottle", {"BTL-500"}),
    ("sar", {"SAR-SILK", "SAR-COT"}),
    ("silk sar", {"SAR-SILK"}),
    ("सूत", {"HIN-KUR"}),
    ("shopping", {"BAG-JUTE"}),
    ("saree for women", set()),
    ("shirts for men", {"SHT-WHT", "TEE-BLU", "HIN-SHT"}),
    ("men", {"TEE-BLU", "TEE-RED", "SHT-WHT", "HIN-SHT"}),
    ("grocery 1 kg", {"ATTA-1"}),
    ("रता", set()),
)
"""All that is found, in any order."""
MENDED: Sequence[tuple[str, str, set[str]]] = (
    ("khurta", "kurta", {"KUR-IND", "KUR-PLAIN", "SET-3", "HIN-KUR", "BAG-JUTE"}),
    ("krutas", "kurta", {"KUR-IND", "KUR-PLAIN", "SET-3", "HIN-KUR", "BAG-JUTE"}),
    ("blue tshrit", "blue tshirt", {"TEE-BLU"}),
    ("bannarrasi saree", "banarasi saree", {"SAR-SILK"}),
    ("silksaree", "silk saree", {"SAR-SILK"}),
    ("सूती कुर्टा", "सूती कुर्ता", {"HIN-KUR", "SET-3"}),
    ("smartfone", "smartphone", {"PHN-12"}),
    ("smarthpone", "smartphone", {"PHN-12"}),
    ("teq", "", set()),
    ("qwxyzv", "", set()),
)
"""What was typed, what was searched for instead, what that found."""


async def test_the_best_answers_come_first(shop: Shop):
    answers = {text: (await found(shop, text))[: len(best)] for text, best in FIRST}
    assert answers == dict(FIRST)


async def test_everything_that_is_meant_is_found_and_nothing_else(shop: Shop):
    answers = {text: set(await found(shop, text)) for text, _ in ALL}
    assert answers == dict(ALL)


async def test_slips_are_mended_where_nothing_is_found(shop: Shop):
    for text, corrected, skus in MENDED:
        page = await find_products(shop, ProductQuery(text=text))
        assert (page.corrected, {item.variants[0].sku for item in page.items}) == (corrected, skus), text
        literally = await find_products(shop, ProductQuery(text=text, literal=True))
        assert (literally.total, literally.corrected) == (0, ""), text


async def test_what_is_there_is_never_mended_whatever_filters_leave(shop: Shop):
    page = await find_products(shop, ProductQuery(text="skirt", brands=("neel",)))
    assert (page.total, page.corrected) == (0, "")
    page = await find_products(shop, ProductQuery(text="khurta", brands=("neel",)))
    assert ([item.slug for item in page.items], page.corrected) == (["kur-ind"], "kurta")


async def test_facets_of_a_mended_question_are_those_of_what_was_found(shop: Shop):
    mended, right = [await find_products(shop, ProductQuery(text=text)) for text in ("khurta", "kurta")]
    assert mended.facets == right.facets
    assert mended.items == right.items


async def test_of_equals_what_sold_more_comes_first(shop: Shop):
    assert (await found(shop, "atta")) == ["ATTA-5", "ATTA-1"] or (await found(shop, "atta")) == ["ATTA-1", "ATTA-5"]
    worse = (await found(shop, "atta"))[-1]
    product = (await products_by_slugs(shop, [worse.lower()]))[worse.lower()]
    await record_sales(shop, {product.id: 3})
    await follow(shop)
    assert (await found(shop, "atta"))[0] == worse


async def test_staff_change_what_words_mean_and_nothing_is_built_again(shop: Shop):
    assert await found(shop, "moonlight") == []
    await save_settings(shop, "search", {"synonyms": ["moonlight, jute bag"]})
    assert await found(shop, "moonlight") == ["BAG-JUTE"]
    assert await found(shop, "tshirt", literal=True) == []
    await save_settings(shop, "search", {"synonyms": list(SYNONYMS)})
