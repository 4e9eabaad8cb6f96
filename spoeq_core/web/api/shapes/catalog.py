"""Products, categories, brands and stock as the API answers them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from spoeq_core.web.api.shapes.base import ImageShape, MoneyShape, Shape


class CategoryLink(Shape):
    """A category that a product is in."""

    id: str
    slug: str
    name: str


class OptionShape(Shape):
    """What a shopper chooses by."""

    name: str
    values: list[str]


class Reduced(Shape):
    """Why a piece costs less than its `regular` price, and the first moment at which it does not any more."""

    regular: MoneyShape
    name: str
    until: str


class Price(Shape):
    """What a piece costs; `sale` is what is paid, `reduced` says by which sale it is lower for a while."""

    mrp: MoneyShape
    sale: MoneyShape
    reduced: Reduced | None = None


class StockShape(Shape):
    """Whether a SKU can be bought; the quantity where it is low, and for staff.

    `backorder`: none are left, and it can be ordered all the same; it is usually shipped in so many days, 0 if nobody
    said. `backordered`, for staff: pieces that orders wait for, if any.
    """

    state: Literal["in_stock", "low", "backorder", "out"]
    quantity: int | None = None
    ships_in_days: int | None = None
    backordered: int | None = None


class VariantShape(Shape):
    """A SKU. `min_price` and what happens once none are left are for staff."""

    sku: str
    options: dict[str, str]
    price: Price
    stock: StockShape
    weight_g: int
    image_id: str | None
    ext: dict[str, Any]
    min_price: MoneyShape | None = None
    stock_policy: Literal["deny", "backorder"] | None = None
    backorder_limit: int | None = None
    ships_in_days: int | None = None


class Rating(Shape):
    """Average and count of the reviews; `stars`: how many gave one, two, … five."""

    average: float
    count: int
    stars: list[int]


class LinePropertyShape(Shape):
    """What a shopper may say about a line of the product, in `properties` of POST /cart.

    `pattern` is a regular expression (Python's) for the whole text, or empty.
    """

    name: str
    label: str
    hint: str
    max_length: int
    pattern: str
    required: bool
    multiline: bool


class ProductShape(Shape):
    """A product. `status` and `brand_id` are for staff."""

    id: str
    slug: str
    name: str
    brand: str | None
    categories: list[CategoryLink]
    description: str
    specs: dict[str, str]
    options: list[OptionShape]
    images: list[ImageShape]
    price: Price | None
    variants: list[VariantShape]
    rating: Rating
    tags: list[str]
    badges: list[str]
    declarations: dict[str, str]
    hsn: str
    weight_g: int
    dimensions_mm: list[int] | None
    ext: dict[str, Any]
    line_properties: list[LinePropertyShape]
    version: int
    status: Literal["draft", "active", "archived"] | None = None
    brand_id: str | None = None


class RecommendationShape(Shape):
    """A product that goes with another; `why` is a sentence for shoppers."""

    product: ProductShape
    why: str


class RecommendationList(Shape):
    """Recommendations, best first."""

    items: list[RecommendationShape]


class FacetValueShape(Shape):
    """A value to narrow by, with how many products it would leave."""

    value: str
    label: str
    count: int
    selected: bool


class FacetShape(Shape):
    """What a list can be narrowed by: a choice has `values`, a range `min` and `max`."""

    name: str
    label: str
    kind: str
    values: list[FacetValueShape] | None = None
    min: MoneyShape | None = None
    max: MoneyShape | None = None


class ProductList(Shape):
    """A page of products; `corrected` are the words that were searched for because nothing was found for `q`."""

    items: list[ProductShape]
    total: int
    page: int
    per_page: int
    facets: list[FacetShape]
    corrected: str | None = None


class CategoryShape(Shape):
    """A category with those below it."""

    id: str
    slug: str
    name: str
    description: str
    image: ImageShape | None
    version: int
    children: list[CategoryShape]


class CategoryTree(Shape):
    """The roots of the tree."""

    items: list[CategoryShape]
    total: int


class SavedCategory(Shape):
    """A category as staff keep it."""

    id: str
    slug: str
    name: str
    description: str
    image: ImageShape | None
    parent_id: str | None
    version: int


class BrandShape(Shape):
    """A brand."""

    id: str
    slug: str
    name: str
    description: str
    version: int


class BrandList(Shape):
    """A page of brands."""

    items: list[BrandShape]
    total: int
    page: int
    per_page: int


class Suggestion(Shape):
    """Something that matches what is being typed; `url` is its page in the shop."""

    kind: Literal["product", "category", "brand"]
    label: str
    url: str
    image: ImageShape | None = None
    price: Price | None = None


class Suggestions(Shape):
    """What matches, best first."""

    items: list[Suggestion]
    total: int


class StockRow(Shape):
    """The stock of a SKU: `available` is under 0 by the pieces that are `backordered`.

    `locations` has the pieces on hand by the code of the place where they lie.
    """

    sku: str
    name: str
    product_id: str
    on_hand: int
    reserved: int
    available: int
    backordered: int
    backorder_limit: int
    threshold: int
    state: Literal["in_stock", "low", "backorder", "out"]
    locations: dict[str, int]


class LocationShape(Shape):
    """A place where goods lie; `version` 0: it was never changed."""

    code: str
    name: str
    address: str
    priority: int
    active: bool
    version: int


class LocationList(Shape):
    """The places in the order of packing."""

    items: list[LocationShape]


class StockList(Shape):
    """A page of the stock."""

    items: list[StockRow]
    total: int
    page: int
    per_page: int


class MovementShape(Shape):
    """A row of the stock log; `location` is the code of the place where the pieces came or left."""

    id: str
    sku: str
    location: str
    delta: int
    reserved_delta: int
    reason: Literal["initial", "adjustment", "reserve", "release", "ship", "unship", "return", "transfer"]
    note: str
    ref: str
    actor: str
    at: datetime


class StockLog(Shape):
    """Movements, newest first."""

    items: list[MovementShape]
    next: str | None
