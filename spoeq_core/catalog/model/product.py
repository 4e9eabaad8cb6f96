"""What a shop sells: products, their variants and their pictures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, TypedDict

from spoeq_core.catalog.model.reductions import Reduction

OUT, BACKORDER = "out", "backorder"
"""The stock state of a SKU that cannot be bought now; also that of one whose stock nobody has entered yet."""
UNLIMITED = 10**9
"""Pieces that may be promised beyond the stock where nobody set a limit."""
SMALL_WIDTH = 160
"""Pixels across that a list of order lines needs at least."""


class ProductStatus(StrEnum):
    """Only active products are shown and sold."""

    DRAFT = "draft"
    ACTIVE = "active"
    ARCHIVED = "archived"


class StockPolicy(StrEnum):
    """What happens once none of a variant are left: it cannot be ordered, or it can and is shipped later."""

    DENY = "deny"
    BACKORDER = "backorder"


@dataclass(frozen=True, slots=True)
class ImageFile:
    """One rendition of a picture: storage key, media type, size in pixels."""

    key: str
    type: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Image:
    """A product picture with its renditions; `alt` says what it shows.

    Attributes:
        files: The renditions, cut to 4 by 5.
        whole: The picture before it was cut, at most 2,400 pixels a side; None where nothing was cut off.
        focal_x: What must stay in sight when the picture is cut, in per cent of the whole one's width from the left.
        focal_y: The same from the top.
    """

    id: str
    alt: str
    width: int
    height: int
    files: tuple[ImageFile, ...]
    whole: ImageFile | None = None
    focal_x: int = 50
    focal_y: int = 50

    @property
    def small(self) -> ImageFile | None:
        """The rendition that order lines name, and that is kept for them when the picture is deleted."""
        by_width = sorted(self.files, key=lambda file: (file.width, file.type != "image/webp"))
        wide = [file for file in by_width if file.width >= SMALL_WIDTH] or by_width[-1:]
        return wide[0] if wide else None

    @property
    def keys(self) -> tuple[str, ...]:
        """The storage keys of all its files."""
        return tuple(file.key for file in (*self.files, *((self.whole,) if self.whole else ())))


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
        stock_policy: Whether it can be ordered beyond the stock.
        backorder_limit: At most so many pieces beyond the stock, all orders together; None for no limit.
        ships_in_days: Within so many days such pieces are usually shipped, as shoppers are told; 0 says nothing.
    """

    sku: str
    options: Mapping[str, str] = field(default_factory=dict)
    sale: int = 0
    mrp: int | None = None
    min_price: int = 0
    weight_g: int = 0
    image_id: str | None = None
    stock_policy: StockPolicy = StockPolicy.DENY
    backorder_limit: int | None = None
    ships_in_days: int = 0
    ext: Mapping[str, Any] = field(default_factory=dict)

    @property
    def beyond_stock(self) -> int:
        """Pieces that may be promised beyond the stock."""
        if self.stock_policy is StockPolicy.DENY:
            return 0
        return UNLIMITED if self.backorder_limit is None else self.backorder_limit


@dataclass(frozen=True, slots=True)
class Product:
    """A page of the catalogue.

    Attributes:
        declarations: What law demands on the page: country_of_origin (ISO 3166 alpha-2), maker, maker_address,
            net_quantity, care_contact, importer.
        dimensions_mm: Length, width, height of the parcel.
        brand_name: The brand's name, kept in step with it; `brand_slug` likewise.
        stock_states: in_stock, low, backorder or out by SKU, as last told by inventory; a SKU without an entry is out.
        ext: Extension data by plugin.
        rating_stars: How many gave one star, two, … five; the average and the count follow from it.
        reductions: By SKU the reduction that is in force, or else the next one, as last written by a plugin.

    `stock_states`, the rating, `sold_count` and `reductions` are kept beside the versioned fields: saving a product
    leaves them. Pages and lists show reductions; what is charged is for the pricing hooks to say.
    """

    id: str
    slug: str
    name: str
    description: str = ""
    status: ProductStatus = ProductStatus.DRAFT
    brand_id: str | None = None
    brand_name: str = ""
    brand_slug: str = ""
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
    stock_states: Mapping[str, str] = field(default_factory=dict)
    rating_average: float = 0.0
    rating_count: int = 0
    rating_stars: tuple[int, ...] = ()
    sold_count: int = 0
    reductions: Mapping[str, Reduction] = field(default_factory=dict)
    ext: Mapping[str, Any] = field(default_factory=dict)
    version: int = 1
    created_at: datetime | None = None
    updated_at: datetime | None = None

    @property
    def prices(self) -> dict[str, int]:
        """What a piece of each SKU costs before any reduction, minor units."""
        return {variant.sku: variant.sale for variant in self.variants}

    @property
    def lowest_price(self) -> int:
        """The cheapest variant's price before any reduction, minor units."""
        return min((variant.sale for variant in self.variants), default=0)

    def lowest_price_at(self, at: datetime) -> int:
        """What the cheapest variant costs at that moment, minor units."""
        return min((self.price_at(variant, at) for variant in self.variants), default=0)

    def price_at(self, variant: Variant, at: datetime) -> int:
        """What a piece costs at that moment, minor units: never above its price, nor below its minimum."""
        reduction = self.reductions.get(variant.sku)
        if reduction is None or not reduction.holds(at):
            return variant.sale
        return max(variant.min_price, min(variant.sale, reduction.price))

    def reduction_at(self, variant: Variant, at: datetime) -> Reduction | None:
        """The reduction that makes a variant cheaper at that moment."""
        found = self.reductions.get(variant.sku)
        return found if found is not None and self.price_at(variant, at) < variant.sale else None

    @property
    def in_stock(self) -> bool:
        """Whether any variant can be bought now."""
        return any(self.stock_state(variant.sku) != OUT for variant in self.variants)

    @property
    def state(self) -> str:
        """What a card says: in_stock if any variant is on the shelf, else backorder if any can be ordered, else out."""
        states = {self.stock_state(variant.sku) for variant in self.variants}
        if states <= {OUT}:
            return OUT
        return BACKORDER if states <= {OUT, BACKORDER} else "in_stock"

    def stock_state(self, sku: str) -> str:
        """in_stock, low, backorder or out, as last told by inventory."""
        return self.stock_states.get(sku, OUT)

    def variant(self, sku: str) -> Variant | None:
        """The variant of that SKU."""
        return next((variant for variant in self.variants if variant.sku == sku), None)

    def image_of(self, variant: Variant | None) -> Image | None:
        """The variant's picture, or the product's first."""
        chosen = variant.image_id if variant else None
        return next((image for image in self.images if image.id == chosen), self.images[0] if self.images else None)


@dataclass(frozen=True, slots=True)
class ProductAddress:
    """Where a product is found, and when it was changed last."""

    slug: str
    category_ids: tuple[str, ...] = ()
    changed_at: datetime | None = None


def choose(product: Product, chosen: Mapping[str, str]) -> Variant | None:
    """The variant that has every chosen option; None while the choice is open."""
    matching = [
        variant
        for variant in product.variants
        if all(variant.options.get(name) == value for name, value in chosen.items())
    ]
    complete = all(option.name in chosen for option in product.options)
    return matching[0] if matching and (complete or len(matching) == 1) else None


class ProductChanges(TypedDict, total=False):
    """What staff may say of a product: all of it for a new one (at least the name), any of it for a change.

    `ext` and a variant's `ext` replace the data of the plugins they name; other plugins' data stays.
    """

    name: str
    slug: str
    description: str
    status: ProductStatus
    brand_id: str | None
    category_ids: tuple[str, ...]
    tags: tuple[str, ...]
    specs: Mapping[str, str]
    options: tuple[Option, ...]
    variants: tuple[Variant, ...]
    declarations: Mapping[str, str]
    hsn: str
    dimensions_mm: tuple[int, int, int] | None
    badges: tuple[str, ...]
    ext: Mapping[str, Any]
