"""The columns of the product CSV, in the order of an export: those that every shop has."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from spoeq_core.bulk.model.columns import (
    CellError,
    Column,
    Level,
    PlaceColumn,
    ProductColumn,
    VariantColumn,
    Words,
    whole,
)
from spoeq_core.bulk.model.text import join_list, join_pairs, split_list
from spoeq_core.bulk.model.variant_columns import VARIANT_COLUMNS, pairs
from spoeq_core.catalog.model import Product, ProductStatus
from spoeq_core.kernel.messages import message


def _status(_words: Words, product: Product, cell: str) -> Product:
    try:
        return replace(product, status=ProductStatus(cell.casefold()))
    except ValueError:
        raise CellError(message("Give one of: %(known)s.", known=", ".join(ProductStatus))) from None


def _brand(words: Words, product: Product, cell: str) -> Product:
    if cell and cell not in words.brands:
        raise CellError(
            message("There is no brand “%(name)s”. Give the slug of one, or make the brand first.", name=cell)
        )
    return replace(product, brand_id=words.brands[cell] if cell else None)


def _categories(words: Words, product: Product, cell: str) -> Product:
    slugs = split_list(cell)
    missing = [slug for slug in slugs if slug not in words.categories]
    if missing:
        raise CellError(
            message("There is no category “%(name)s”. Give slugs, or make the category first.", name=missing[0])
        )
    return replace(product, category_ids=tuple(words.categories[slug] for slug in slugs))


def _specs(_words: Words, product: Product, cell: str) -> Product:
    return replace(product, specs=pairs(cell))


def _dimensions(_words: Words, product: Product, cell: str) -> Product:
    parts = cell.casefold().replace("×", "x").split("x") if cell else []
    if cell and len(parts) != 3:  # noqa: PLR2004 - length, width, height
        raise CellError(message("Give length, width and height in millimetres, like 300x200x50."))
    sizes = [whole(part.strip(), 10**9) for part in parts]
    return replace(product, dimensions_mm=(sizes[0], sizes[1], sizes[2]) if sizes else None)


def _declaration(name: str, meaning: str, example: str) -> ProductColumn:
    def put(_words: Words, product: Product, cell: str) -> Product:
        kept = {key: value for key, value in product.declarations.items() if key != name}
        value = cell.upper() if name == "country_of_origin" else cell
        return replace(product, declarations={**kept, **({name: value} if value else {})})

    def write(_words: Words, product: Product) -> str:
        return product.declarations.get(name, "")

    return ProductColumn(name, Level.PRODUCT, meaning, example, field=f"declarations.{name}", write=write, put=put)


KEYS: Final = (
    Column(
        "sku", Level.VARIANT, "What the row is about, unique in the shop: letters, digits, . - _", "KUR-IND-M", True
    ),
    Column(
        "slug",
        Level.PRODUCT,
        "The end of the product’s address, and how rows of one product find each other; a new product without one "
        "gets it from its name. It cannot be changed here",
        "indigo-kurta",
        True,
    ),
)
PRODUCT_COLUMNS: Final = (
    ProductColumn(
        "name",
        Level.PRODUCT,
        "Name of the product; the row that has it (or the slug) begins a product",
        "Indigo kurta",
        True,
        "name",
        lambda _w, p: p.name,
        lambda _w, p, cell: replace(p, name=cell),
    ),
    ProductColumn(
        "status",
        Level.PRODUCT,
        "draft, active or archived; a new product is a draft",
        "active",
        True,
        "status",
        lambda _w, p: p.status.value,
        _status,
    ),
    ProductColumn(
        "description",
        Level.PRODUCT,
        "An empty line starts a new paragraph",
        "Hand-block printed.",
        False,
        "description",
        lambda _w, p: p.description,
        lambda _w, p, cell: replace(p, description=cell),
    ),
    ProductColumn(
        "brand",
        Level.PRODUCT,
        "Slug of the brand",
        "neel",
        False,
        "brand_id",
        lambda w, p: w.brand_slugs.get(p.brand_id or "", ""),
        _brand,
    ),
    ProductColumn(
        "categories",
        Level.PRODUCT,
        "Slugs of categories",
        "kurtas | cotton",
        False,
        "category_ids",
        lambda w, p: join_list(w.category_slugs[key] for key in p.category_ids if key in w.category_slugs),
        _categories,
    ),
    ProductColumn(
        "tags",
        Level.PRODUCT,
        "Words that a search finds it by",
        "festive | summer",
        False,
        "tags",
        lambda _w, p: join_list(p.tags),
        lambda _w, p, cell: replace(p, tags=tuple(split_list(cell))),
    ),
    ProductColumn(
        "badges",
        Level.PRODUCT,
        "Short marks on its card",
        "new",
        False,
        "badges",
        lambda _w, p: join_list(p.badges),
        lambda _w, p, cell: replace(p, badges=tuple(split_list(cell))),
    ),
    ProductColumn(
        "specs",
        Level.PRODUCT,
        "Specifications",
        "Fabric=Cotton | Care=Hand wash",
        False,
        "specs",
        lambda _w, p: join_pairs(p.specs),
        _specs,
    ),
    _declaration("country_of_origin", "Two letters (ISO 3166)", "IN"),
    _declaration("maker", "Who makes or imports it", "Neel Handmade Pvt Ltd"),
    _declaration("maker_address", "Where they are", "14 Church Street, Bengaluru"),
    _declaration("net_quantity", "As the law wants it on the page", "1 piece"),
    _declaration("care_contact", "Whom shoppers complain to", "care@example.com"),
    _declaration("importer", "Of goods made abroad", ""),
    ProductColumn(
        "hsn",
        Level.PRODUCT,
        "4 to 8 digits, for GST",
        "62114290",
        False,
        "hsn",
        lambda _w, p: p.hsn,
        lambda _w, p, cell: replace(p, hsn=cell),
    ),
    ProductColumn(
        "dimensions_mm",
        Level.PRODUCT,
        "Length, width and height of the parcel in millimetres",
        "300x200x50",
        False,
        "dimensions_mm",
        lambda _w, p: "x".join(map(str, p.dimensions_mm or ())),
        _dimensions,
    ),
)
STOCK: Final = Column(
    "stock",
    Level.STOCK,
    "Pieces on hand at all locations, counted; empty leaves the stock alone. A difference is booked as a movement of "
    "the main location",
    "24",
    True,
    "stock",
)
SEEN: Final = Column(
    "stock_at_export",
    Level.STOCK,
    "What was on hand when the file was exported, so that pieces sold since are not put back. Do not edit it; "
    "where it stands, `stock` counts only if it differs from it",
    "24",
    True,
    "stock",
)


@dataclass(frozen=True, slots=True)
class Columns:
    """All columns of a shop, those of plugins included, in the order of an export."""

    product: tuple[ProductColumn, ...] = PRODUCT_COLUMNS
    variant: tuple[VariantColumn, ...] = VARIANT_COLUMNS
    places: tuple[PlaceColumn, ...] = ()

    @property
    def all(self) -> tuple[Column, ...]:
        """In the order of an export."""
        return (*KEYS, *self.product, *self.variant, STOCK, *self.places, SEEN)

    @property
    def names(self) -> tuple[str, ...]:
        """Their names, in that order."""
        return tuple(column.name for column in self.all)
