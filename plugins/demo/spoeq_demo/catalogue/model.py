"""What the demo shop sells, as plain frozen data: categories, brands, products and their variants."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DemoCategory:
    """A node of the tree; `parent` is the slug of the family it stands in, `position` its place among siblings."""

    slug: str
    name: str
    parent: str | None
    description: str
    position: int


@dataclass(frozen=True, slots=True)
class DemoBrand:
    """Who a product is sold as."""

    slug: str
    name: str
    description: str


@dataclass(frozen=True, slots=True)
class DemoVariant:
    """One SKU: chosen value by option name, MRP and sale price in paise, packed weight in grams, pieces on hand.

    `threshold` is the number of pieces at or below which stock counts as low.
    """

    sku: str
    options: Mapping[str, str]
    mrp: int
    sale: int
    weight_g: int
    stock: int
    threshold: int


@dataclass(frozen=True, slots=True)
class DemoProduct:
    """A page of the demo shop.

    Attributes:
        brand: Slug of its brand.
        categories: Slugs of its categories.
        options: Values in order by option name; empty where there is one variant only.
        declarations: country_of_origin (ISO 3166 alpha-2), maker, maker_address, net_quantity, care_contact, and
            importer where it was made abroad.
        dimensions_mm: Length, width, height of the parcel.
        drawing: Drawing kind, with a style as `kurta:ikat` or alone.
        palette: Two to four colours like `#1F4172`: main, second, accent, extra.
        views: How many pictures: 1, or 2 with a closer look.
        pictured_as: Slug of the product whose pictures it shares; its own slug where it has its own.
    """

    slug: str
    name: str
    brand: str
    categories: tuple[str, ...]
    description: str
    specs: Mapping[str, str]
    tags: tuple[str, ...]
    badges: tuple[str, ...]
    options: Mapping[str, tuple[str, ...]]
    variants: tuple[DemoVariant, ...]
    hsn: str
    declarations: Mapping[str, str]
    dimensions_mm: tuple[int, int, int]
    drawing: str
    palette: tuple[str, ...]
    views: int
    pictured_as: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The whole demo shop; families stand before their shelves, products in the order of the menu."""

    categories: tuple[DemoCategory, ...]
    brands: tuple[DemoBrand, ...]
    products: tuple[DemoProduct, ...]

    def product(self, slug: str) -> DemoProduct | None:
        """The product of that slug."""
        return next((product for product in self.products if product.slug == slug), None)
