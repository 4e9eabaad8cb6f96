"""What a shop sells: products with their variants, the category tree, brands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class ProductStatus(StrEnum):
    """Only active products are shown and sold."""

    DRAFT = "draft"
    ACTIVE = "active"
    ARCHIVED = "archived"


@dataclass(frozen=True, slots=True)
class ImageFile:
    """One rendition of a picture: storage key, media type, size in pixels."""

    key: str
    type: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Image:
    """A product picture with its renditions; `alt` says what it shows."""

    id: str
    alt: str
    width: int
    height: int
    files: tuple[ImageFile, ...]


@dataclass(frozen=True, slots=True)
class Option:
    """What a shopper chooses by: a name ("Size") and its values in order."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Variant:
    """What is stocked and sold, one SKU.

    Attributes:
        sku: Unique in the shop.
        options: Chosen value by option name.
        sale: Price a piece, minor units of the shop's currency.
        mrp: Maximum retail price, minor units; selling above it is refused.
        min_price: Discounts never go below it, minor units.
        weight_g: Weight with packing, grams.
        image_id: The picture that shows this variant.
    """

    sku: str
    options: Mapping[str, str] = field(default_factory=dict)
    sale: int = 0
    mrp: int | None = None
    min_price: int = 0
    weight_g: int = 0
    image_id: str | None = None
    ext: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Product:
    """A page of the catalogue.

    Attributes:
        declarations: What law demands on the page: country_of_origin (ISO 3166 alpha-2), maker, maker_address,
            net_quantity, care_contact, importer.
        dimensions_mm: Length, width, height of the parcel.
        stock_state: in_stock, low or out over all variants, as last told by inventory.
        ext: Extension data by plugin.
    """

    id: str
    slug: str
    name: str
    description: str = ""
    status: ProductStatus = ProductStatus.DRAFT
    brand_id: str | None = None
    category_ids: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    specs: Mapping[str, str] = field(default_factory=dict)
    options: tuple[Option, ...] = ()
    variants: tuple[Variant, ...] = ()
    images: tuple[Image, ...] = ()
    declarations: Mapping[str, str] = field(default_factory=dict)
    hsn: str = ""
    dimensions_mm: tuple[int, int, int] | None = None
    badges: tuple[str, ...] = ()
    rating_average: float = 0.0
    rating_count: int = 0
    sold_count: int = 0
    ext: Mapping[str, Any] = field(default_factory=dict)
    version: int = 1
    created_at: datetime | None = None
    updated_at: datetime | None = None

    @property
    def lowest_price(self) -> int:
        """The cheapest variant's price, minor units."""
        return min((variant.sale for variant in self.variants), default=0)

    def variant(self, sku: str) -> Variant | None:
        """The variant of that SKU."""
        return next((variant for variant in self.variants if variant.sku == sku), None)

    def image_of(self, variant: Variant | None) -> Image | None:
        """The variant's picture, or the product's first."""
        chosen = variant.image_id if variant else None
        return next((image for image in self.images if image.id == chosen), self.images[0] if self.images else None)


@dataclass(frozen=True, slots=True)
class Category:
    """A node of the category tree; `path` holds the ids from the root to itself."""

    id: str
    slug: str
    name: str
    description: str = ""
    parent_id: str | None = None
    path: tuple[str, ...] = ()
    position: int = 0
    image: Image | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class Brand:
    """Who a product is sold as."""

    id: str
    slug: str
    name: str
    description: str = ""
    version: int = 1


@dataclass(frozen=True, slots=True)
class Node:
    """A category with its children, for menus and the tree of the API."""

    category: Category
    children: tuple[Node, ...] = ()


def tree(categories: Iterable[Category]) -> tuple[Node, ...]:
    """The categories as a forest, each level in order of position, then name."""
    by_parent: dict[str | None, list[Category]] = {}
    for category in categories:
        by_parent.setdefault(category.parent_id, []).append(category)

    def level(parent: str | None) -> tuple[Node, ...]:
        found = sorted(by_parent.get(parent, []), key=lambda item: (item.position, item.name))
        return tuple(Node(category, level(category.id)) for category in found)

    return level(None)


def choose(product: Product, chosen: Mapping[str, str]) -> Variant | None:
    """The variant that has every chosen option; None while the choice is open."""
    matching = [
        variant
        for variant in product.variants
        if all(variant.options.get(name) == value for name, value in chosen.items())
    ]
    complete = all(option.name in chosen for option in product.options)
    return matching[0] if matching and (complete or len(matching) == 1) else None


def duplicate_skus(variants: Sequence[Variant]) -> list[str]:
    """SKUs that stand more than once."""
    seen: set[str] = set()
    return sorted({variant.sku for variant in variants if variant.sku in seen or seen.add(variant.sku)})
