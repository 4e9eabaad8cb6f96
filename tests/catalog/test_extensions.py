"""Plugins keep data of their own with products and variants."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest
from pydantic import BaseModel, ConfigDict, Field

from spoeq_core.catalog import service
from spoeq_core.extensions.service import shown
from spoeq_core.hooks.caller import hookimpl
from spoeq_core.hooks.contributions import Extension, Manifest
from spoeq_core.kernel.errors import Invalid
from spoeq_core.plugins.lifecycle import disable_plugin
from spoeq_core.shop import Shop
from spoeq_core.testing.shops import shop_with
from tests.catalog.builders import simple


class Warranty(BaseModel):
    model_config = ConfigDict(extra="forbid")

    months: int = Field(0, ge=0, le=120)
    supplier: str = ""


class Battery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    watt_hours: int = Field(0, ge=0)


def warranty_plugin() -> ModuleType:
    module = ModuleType("warranty.plugin")

    @hookimpl
    def register_extensions() -> Sequence[Extension]:
        return [Extension("product", Warranty, private=frozenset({"supplier"})), Extension("variant", Battery)]

    module.manifest = Manifest("warranty", "Warranty", "Says how long a product is warranted.")
    module.register_extensions = register_extensions
    return module


@pytest.fixture
async def shop(servers: tuple[str, str], tmp_path: Path) -> AsyncIterator[Shop]:
    async with shop_with(warranty_plugin(), servers=servers, data_dir=tmp_path) as opened:
        yield opened


DATA = {"warranty": {"months": 24, "supplier": "Acme"}}


async def test_data_is_validated_stored_and_shown_without_what_is_private(shop: Shop):
    made = await service.create_product(shop, simple(ext={"warranty": {"months": 24, "supplier": "Acme"}}))
    found = await service.product_by_id_or_slug(shop, made.id)
    assert found.ext == DATA
    assert shown(shop, "product", found.ext) == {"warranty": {"months": 24}}
    assert shown(shop, "product", found.ext, private=True) == DATA


async def test_variants_have_data_too(shop: Shop):
    draft = simple()
    draft["variants"] = (replace(draft["variants"][0], ext={"warranty": {"watt_hours": 40}}),)
    made = await service.create_product(shop, draft)
    assert made.variants[0].ext == {"warranty": {"watt_hours": 40}}
    renamed = await service.update_product(
        shop, made.id, {"variants": (replace(made.variants[0], sale=19900, ext={}),)}
    )
    assert renamed.variants[0].ext == {"warranty": {"watt_hours": 40}}


@pytest.mark.parametrize(
    ("ext", "field"),
    [
        ({"warranty": {"months": -1}}, "ext.warranty.months"),
        ({"warranty": {"months": "many"}}, "ext.warranty.months"),
        ({"warranty": {"colour": "red"}}, "ext.warranty.colour"),
        ({"warranty": 5}, "ext.warranty"),
        ({"nobody": {"x": 1}}, "ext.nobody"),
    ],
)
async def test_wrong_data_and_unknown_plugins_are_refused(shop: Shop, ext, field):
    with pytest.raises(Invalid) as error:
        await service.create_product(shop, simple(ext=ext))
    assert [fault.field for fault in error.value.errors] == [field]


async def test_a_variants_fault_names_the_variant(shop: Shop):
    draft = simple()
    draft["variants"] = (replace(draft["variants"][0], ext={"warranty": {"watt_hours": -4}}),)
    with pytest.raises(Invalid) as error:
        await service.create_product(shop, draft)
    assert [fault.field for fault in error.value.errors] == ["variants.0.ext.warranty.watt_hours"]


async def test_a_disabled_plugins_data_is_kept_untouched_and_not_shown(shop: Shop):
    made = await service.create_product(shop, simple(ext=DATA))
    await disable_plugin(shop, "warranty")
    changed = await service.update_product(shop, made.id, {"name": "Diya", "ext": {}})
    assert changed.ext == DATA
    assert shown(shop, "product", changed.ext, private=True) == {}
    echoed = await service.update_product(shop, made.id, {"name": "Lamp", "ext": DATA})
    assert echoed.ext == DATA
    with pytest.raises(Invalid) as error:
        await service.update_product(shop, made.id, {"ext": {"warranty": {"months": 1}}})
    assert error.value.errors[0].code == "unknown_extension"
