"""A shop with brands, categories and a few products, one plugin with columns of its own; files to import."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pytest
from pydantic import BaseModel, ConfigDict, Field

from spoeq_core.catalog import service as catalog
from spoeq_core.catalog.model import Option, Product, ProductStatus, Variant
from spoeq_core.hooks.caller import hookimpl
from spoeq_core.hooks.contributions import Extension, Manifest
from spoeq_core.inventory import service as inventory
from spoeq_core.kernel.clock import FixedClock
from spoeq_core.shop import Shop
from spoeq_core.testing.shops import shop_with
from tests.bulk.files import DECLARED, Commands


class Warranty(BaseModel):
    model_config = ConfigDict(extra="forbid")

    months: int = Field(0, ge=0, le=120, title="Months of warranty")
    covers: list[str] = []
    supplier: str = ""


class Battery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    watt_hours: int | None = Field(None, ge=0)
    removable: bool = False
    deposit: int = Field(0, json_schema_extra={"widget": "money"})


def warranty_plugin() -> ModuleType:
    module = ModuleType("warranty.plugin")

    @hookimpl
    def register_extensions() -> Sequence[Extension]:
        return [
            Extension("product", Warranty, columns=frozenset({"months", "covers"})),
            Extension("variant", Battery, columns=frozenset({"watt_hours", "removable", "deposit"})),
        ]

    module.__file__ = __file__
    module.manifest = Manifest("warranty", "Warranty", "Says how long a product is warranted.")
    module.register_extensions = register_extensions
    return module


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 11, 22, 6, 30, tzinfo=UTC))


@pytest.fixture
def commands() -> Commands:
    return Commands()


@pytest.fixture
async def shop(servers: tuple[str, str], tmp_path: Path, clock: FixedClock, commands: Commands) -> AsyncIterator[Shop]:
    async with shop_with(
        warranty_plugin(), servers=servers, data_dir=tmp_path, clock=clock, listeners=[commands]
    ) as opened:
        brand = await catalog.create_brand(opened, {"name": "Neel"})
        assert brand.slug == "neel"
        for name in ("Kurtas", "Cotton"):
            await catalog.create_category(opened, {"name": name})
        yield opened


@pytest.fixture
async def kurta(shop: Shop) -> Product:
    """Three sizes, 20 pieces each."""
    sizes = ("S", "M", "L")
    brands = await catalog.all_brands(shop)
    categories = await catalog.all_categories(shop)
    made = await catalog.create_product(
        shop,
        {
            "name": "Indigo kurta",
            "description": "Hand-block printed.\n\nIn Bagru, with “dabu” | resist.",
            "status": ProductStatus.ACTIVE,
            "brand_id": brands[0].id,
            "category_ids": tuple(category.id for category in categories.all()),
            "tags": ("festive", "a|b"),
            "specs": {"Fabric": "Cotton = 100 %", "Care": "Hand | wash"},
            "options": (Option("Size", sizes),),
            "variants": tuple(
                Variant(f"KUR-{size}", {"Size": size}, sale=129900, mrp=149900, weight_g=350) for size in sizes
            ),
            "declarations": {**DECLARED, "care_contact": "+91 80 4000 1234"},
            "hsn": "62114290",
            "dimensions_mm": (300, 200, 50),
            "ext": {"warranty": {"months": 6, "covers": ["seams", "dye | ink"], "supplier": "Acme"}},
        },
    )
    await inventory.create_stocks(shop, [inventory.NewStock(v.sku, made.id, v.sku, 20) for v in made.variants])
    return await catalog.product_by_id_or_slug(shop, made.id)
