"""The columns and words of one shop: the core's, those of enabled plugins, its brands and categories."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, get_origin

from pydantic.fields import FieldInfo

from spoeq_core.bulk.model.columns import CellError, Level, PlaceColumn, ProductColumn, VariantColumn, Words, amount
from spoeq_core.bulk.model.table import PRODUCT_COLUMNS, Columns
from spoeq_core.bulk.model.text import join_list, split_list
from spoeq_core.bulk.model.variant_columns import VARIANT_COLUMNS
from spoeq_core.catalog import service as catalog
from spoeq_core.catalog.model import Product, Variant
from spoeq_core.extensions.service import extensions_of
from spoeq_core.hooks.contributions import Extension
from spoeq_core.inventory.model import Location
from spoeq_core.inventory.service import locations
from spoeq_core.kernel.messages import message
from spoeq_core.kernel.money import plain_amount
from spoeq_core.shop import Shop

Data = Mapping[str, Any]


async def columns_of(shop: Shop) -> Columns:
    """Every column that a file of this shop may have; one command."""
    products = [
        _of_product(plugin, name, extension)
        for plugin, extension in extensions_of(shop, "product").items()
        for name in _declared(extension)
    ]
    variants = [
        _of_variant(plugin, name, extension)
        for plugin, extension in extensions_of(shop, "variant").items()
        for name in _declared(extension)
    ]
    places = await locations(shop)
    at_places = tuple(_of_place(place) for place in places) if len(places) > 1 else ()
    return Columns((*PRODUCT_COLUMNS, *products), (*VARIANT_COLUMNS, *variants), at_places)


def _of_place(place: Location) -> PlaceColumn:
    meaning = message("Pieces at the location %(name)s, counted; empty leaves them alone", name=place.label)
    return PlaceColumn(
        PlaceColumn.named(place.id), Level.STOCK, meaning, needed=True, location=place.id, open=place.active
    )


async def words_of(shop: Shop) -> Words:
    """How brands and categories are written; two commands."""
    brands = {brand.slug: brand.id for brand in await catalog.all_brands(shop)}
    categories = {category.slug: category.id for category in (await catalog.all_categories(shop)).all()}
    return Words.of(shop.profile.currency, brands, categories)


def _declared(extension: Extension) -> Iterator[str]:
    return (name for name in extension.model.model_fields if name in extension.columns)


def _of_product(plugin: str, name: str, extension: Extension) -> ProductColumn:
    info = extension.model.model_fields[name]

    def write(words: Words, product: Product) -> str:
        return _written(info, _value(product.ext.get(plugin), name, info), words)

    def put(words: Words, product: Product, cell: str) -> Product:
        return replace(product, ext=_with(product.ext, plugin, name, _read(info, cell, words)))

    return ProductColumn(f"{plugin}.{name}", Level.PRODUCT, _meaning(plugin, info), write=write, put=put)


def _of_variant(plugin: str, name: str, extension: Extension) -> VariantColumn:
    info = extension.model.model_fields[name]

    def write(words: Words, variant: Variant) -> str:
        return _written(info, _value(variant.ext.get(plugin), name, info), words)

    def put(words: Words, variant: Variant, cell: str) -> Variant:
        return replace(variant, ext=_with(variant.ext, plugin, name, _read(info, cell, words)))

    return VariantColumn(f"{plugin}.variant.{name}", Level.VARIANT, _meaning(plugin, info), write=write, put=put)


def _meaning(plugin: str, info: FieldInfo) -> str:
    return " ".join(filter(None, (info.title, info.description))) or f"Of the plugin {plugin}"


def _value(data: Data | None, name: str, info: FieldInfo) -> Any:
    stored = data or {}
    return stored[name] if name in stored else info.get_default(call_default_factory=True, validated_data={})


_EMPTY = object()


def _with(ext: Data, plugin: str, name: str, value: Any) -> Data:
    """The extension data with one field set; what is empty gets its default."""
    kept = {key: item for key, item in ext.get(plugin, {}).items() if key != name}
    return {**ext, plugin: kept if value is _EMPTY else {**kept, name: value}}


def _written(info: FieldInfo, value: Any, words: Words) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int) and _is_money(info):
        return plain_amount(value, words.currency)
    if isinstance(value, list | tuple | set | frozenset):
        texts = [item if isinstance(item, str) else json.dumps(item) for item in value]
        return join_list(texts)
    if isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    return str(value)


def _read(info: FieldInfo, cell: str, words: Words) -> Any:
    """What the field's model understands; whether it is allowed is its decision."""
    if not cell:
        return "" if info.annotation is str else _EMPTY
    if _is_money(info):
        return amount(words, cell)
    kind = get_origin(info.annotation) or info.annotation
    if kind in {list, tuple, set, frozenset}:
        return split_list(cell)
    if kind is dict:
        try:
            return json.loads(cell)
        except ValueError:
            raise CellError('This is not JSON. Write it like {"name": "value"}.') from None
    return cell


def _is_money(info: FieldInfo) -> bool:
    extra = info.json_schema_extra
    return isinstance(extra, dict) and extra.get("widget") == "money"
