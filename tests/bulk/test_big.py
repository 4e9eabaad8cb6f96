"""Thousands of rows, as staff of a large shop import them: by few commands, and found unchanged the second time.

Each row costs what every other costs, so a quarter of a large file proves what the whole does: `nox -s big` imports
20,000 rows.
"""

from __future__ import annotations

import os

import pytest

from spoeq_core.bulk.service import columns_of
from spoeq_core.catalog import service as catalog
from spoeq_core.inventory import service as inventory
from spoeq_core.kernel.money import plain_amount
from spoeq_core.shop import Shop
from spoeq_demo.catalogue import DemoProduct, big_catalogue
from tests.bulk.files import Commands, applied, checked, counts, exported, refusals, rows_of, written

ROWS = int(os.environ.get("SPOEQ_BIG_ROWS", "1500"))
PER_ROW = 0.25
"""Database commands a row that an import may take, its events not counted."""


def rows(products: list[DemoProduct]) -> list[dict[str, str]]:
    """The products as rows, each product's own cells in its first one only."""
    found = []
    for product in products:
        for place, variant in enumerate(product.variants):
            own = {
                "slug": product.slug,
                "name": product.name,
                "status": "active",
                "description": product.description,
                "brand": product.brand,
                "categories": " | ".join(product.categories),
                "tags": " | ".join(product.tags),
                "specs": " | ".join(f"{name}={value}" for name, value in product.specs.items()),
                "hsn": product.hsn,
                "dimensions_mm": "x".join(map(str, product.dimensions_mm)),
                **product.declarations,
            }
            found.append(
                {
                    "sku": variant.sku,
                    **{name: value if place == 0 else "" for name, value in own.items()},
                    "options": " | ".join(f"{name}={value}" for name, value in variant.options.items()),
                    "price": plain_amount(variant.sale, "INR"),
                    "mrp": plain_amount(variant.mrp, "INR"),
                    "weight_g": str(variant.weight_g),
                    "stock": str(variant.stock),
                }
            )
    return found


async def frame(shop: Shop, products: list[DemoProduct]) -> None:
    """The brands and categories that the products name."""
    for slug in sorted({product.brand for product in products} - {"neel"}):
        await catalog.create_brand(shop, {"name": slug.title(), "slug": slug})
    known = {category.slug for category in (await catalog.all_categories(shop)).all()}
    for slug in sorted({slug for product in products for slug in product.categories} - known):
        await catalog.create_category(shop, {"name": slug.title(), "slug": slug})


@pytest.mark.slow
async def test_thousands_of_rows(shop: Shop, commands: Commands) -> None:
    products = list(big_catalogue(ROWS))
    lines = rows(products)[:ROWS]
    assert len(lines) == ROWS
    names = {name for line in lines for name in line}
    header = [name for name in (await columns_of(shop)).names if name in names]
    await frame(shop, products)
    found, check = await checked(shop, written([{name: line.get(name, "") for name in header} for line in lines]))
    assert await refusals(shop, check) == []
    commands.names.clear()
    job = await applied(shop, found)
    made = len({line["slug"] for line in lines if line["slug"]})
    assert (job.done, job.failed, counts(job)["created"]) == (ROWS, 0, made)
    assert commands.names.total() < ROWS * PER_ROW
    content = await exported(shop)
    assert len(rows_of(content)) == ROWS
    commands.names.clear()
    _, again = await checked(shop, content)
    assert counts(again) == {"unchanged": made}
    assert commands.names.total() < ROWS * PER_ROW
    assert await inventory.check_invariants(shop) == []
