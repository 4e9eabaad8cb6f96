"""Products, pictures and categories as the API and the pages show them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from spoeq_core.cart.properties import taken_by
from spoeq_core.catalog.model import (
    BACKORDER,
    Brand,
    Categories,
    Category,
    Image,
    Node,
    Product,
    ProductPage,
    ProductQuery,
    Variant,
)
from spoeq_core.catalog.service import shows_ratings
from spoeq_core.catalog.service.ratings import STARS
from spoeq_core.extensions.service import shown
from spoeq_core.hooks.contributions import LineProperty
from spoeq_core.inventory.model import Stock
from spoeq_core.kernel.cache import keep_at_most
from spoeq_core.recommendations.model import Recommended
from spoeq_core.search.shown import shown_list
from spoeq_core.shop import Shop
from spoeq_core.web.languages import translate
from spoeq_core.web.views.money import money

View = dict[str, Any]
SOURCES = ("image/avif", "image/webp")
FALLBACK = "image/jpeg"
CARD = 960
"""Pixels across that a picture in a list has at most, on a sharp screen."""
THUMB = 320
"""The same of a picture beside a line of text."""


def product_view(
    shop: Shop, product: Product, stocks: Mapping[str, Stock], categories: Categories, *, staff: bool = False
) -> View:
    """A product with its variants; `staff` see exact stock, drafts' state and private extension data too.

    Staff see the prices that are stored, which they may change, and not what sales make of them for a while.

    Args:
        shop: The shop.
        product: The product.
        stocks: The stock of its SKUs, as far as it is known; without it the state last told.
        categories: The category tree.
        staff: Whether staff look at it.
    """
    priced = replace(product, reductions={}) if staff else product
    view: View = {
        "id": product.id,
        "slug": product.slug,
        "name": product.name,
        "brand": product.brand_name or None,
        "categories": [_category_link(category) for category in categories.of(product.category_ids)],
        "description": product.description,
        "specs": dict(product.specs),
        "options": [{"name": option.name, "values": list(option.values)} for option in product.options],
        "images": [image_view(shop, image) for image in product.images],
        "price": _price(shop, priced, _cheapest(priced, shop.clock.now())),
        "variants": [_variant(shop, priced, variant, stocks, staff=staff) for variant in product.variants],
        "rating": {**_rating(shop, product), "stars": _stars(shop, product)},
        "tags": list(product.tags),
        "badges": list(product.badges),
        "declarations": dict(product.declarations),
        "hsn": product.hsn,
        "weight_g": product.variants[0].weight_g if product.variants else 0,
        "dimensions_mm": list(product.dimensions_mm) if product.dimensions_mm else None,
        "ext": shown(shop, "product", product.ext, private=staff),
        "line_properties": [_line_property(item) for item in taken_by(shop, [product])[product.id].values()],
        "version": product.version,
    }
    return view | {"status": product.status.value, "brand_id": product.brand_id} if staff else view


def card_view(shop: Shop, product: Product) -> View:
    """A product as a card in a list."""
    now = shop.clock.now()
    cheapest = _cheapest(product, now)
    price = _price(shop, product, cheapest)
    several = len({product.price_at(variant, now) for variant in product.variants}) > 1
    return {
        "id": product.id,
        "slug": product.slug,
        "name": product.name,
        "url": f"/product/{product.slug}",
        "brand": product.brand_name,
        "image": image_view(shop, product.images[0], widest=CARD) if product.images else None,
        "price": price and {**price, "from": several},
        "percent_off": _percent_off(product, cheapest, now),
        "badges": list(product.badges),
        "stock_state": product.state,
        "rating": _rating(shop, product),
    }


def recommended_view(shop: Shop, one: Recommended) -> View:
    """A recommended product as a card that says why."""
    return {**card_view(shop, one.product), "why": translate(one.why)}


async def shown_cards(
    shop: Shop, query: ProductQuery, categories: Categories | None = None, *, counted: bool = True
) -> tuple[ProductPage, list[View]]:
    """A list of products that pages show, and its cards."""
    found, cards = await shown_list(shop, query, categories, counted=counted, view=card_view)
    return found, [dict(card) for card in cards]


def image_view(shop: Shop, image: Image, *, widest: int = 0) -> View:
    """A picture: a JPEG that every browser shows, and smaller types for those that can.

    Args:
        shop: The shop.
        image: The picture.
        widest: Leave out renditions wider than this many pixels, as a list needs none of them.
    """
    storage = shop.storage
    files = [file for file in image.files if not widest or file.width <= widest] or list(image.files)

    def srcset(kind: str) -> str:
        of_kind = sorted((file for file in files if file.type == kind), key=lambda file: file.width)
        return ", ".join(f"{storage.url(file.key)} {file.width}w" for file in of_kind)

    fallback = [file for file in files if file.type == FALLBACK] or files
    largest = max(fallback, key=lambda file: file.width, default=None)
    return {
        "id": image.id,
        "src": storage.url(largest.key) if largest else "",
        "srcset": srcset(FALLBACK),
        "alt": image.alt,
        "width": image.width,
        "height": image.height,
        "sources": [{"type": kind, "srcset": found} for kind in SOURCES if (found := srcset(kind))],
    }


def editable_image_view(shop: Shop, image: Image) -> View:
    """A picture as staff edit it: with the whole of it, if it was cut, and the point that stays in sight."""
    whole = image.whole and {
        "src": shop.storage.url(image.whole.key),
        "width": image.whole.width,
        "height": image.whole.height,
    }
    return image_view(shop, image, widest=CARD) | {"whole": whole, "focal": {"x": image.focal_x, "y": image.focal_y}}


def category_view(shop: Shop, node: Node) -> View:
    """A category with those below it."""
    category = node.category
    return {
        "id": category.id,
        "slug": category.slug,
        "name": category.name,
        "description": category.description,
        "image": image_view(shop, category.image) if category.image else None,
        "version": category.version,
        "children": [category_view(shop, child) for child in node.children],
    }


def brand_view(brand: Brand) -> View:
    """A brand."""
    return {
        "id": brand.id,
        "slug": brand.slug,
        "name": brand.name,
        "description": brand.description,
        "version": brand.version,
    }


def _variant(shop: Shop, product: Product, variant: Variant, stocks: Mapping[str, Stock], *, staff: bool) -> View:
    stock = stocks.get(variant.sku)
    state = stock.state if stock else product.stock_state(variant.sku)
    shown_stock: View = {"state": state}
    if stock is not None and (staff or state == "low"):
        shown_stock["quantity"] = max(0, stock.available)
    if state == BACKORDER:
        shown_stock["ships_in_days"] = variant.ships_in_days
    if stock is not None and staff and stock.backordered:
        shown_stock["backordered"] = stock.backordered
    view: View = {
        "sku": variant.sku,
        "options": dict(variant.options),
        "price": _price(shop, product, variant),
        "stock": shown_stock,
        "weight_g": variant.weight_g,
        "image_id": variant.image_id,
        "ext": shown(shop, "variant", variant.ext, private=staff),
    }
    return view | _for_staff(shop, variant) if staff else view


def _for_staff(shop: Shop, variant: Variant) -> View:
    return {
        "min_price": money(variant.min_price, shop.profile.currency),
        "stock_policy": variant.stock_policy.value,
        "backorder_limit": variant.backorder_limit,
        "ships_in_days": variant.ships_in_days,
    }


def _line_property(declared: LineProperty) -> View:
    return {
        "name": declared.name,
        "label": translate(declared.label),
        "hint": translate(declared.hint),
        "max_length": declared.max_length,
        "pattern": declared.pattern,
        "required": declared.required,
        "multiline": declared.multiline,
    }


def _rating(shop: Shop, product: Product) -> View:
    rated = shows_ratings(shop)
    return {"average": product.rating_average if rated else 0.0, "count": product.rating_count if rated else 0}


def _stars(shop: Shop, product: Product) -> list[int]:
    """How many gave one star, two, … five."""
    return list(product.rating_stars) if product.rating_stars and shows_ratings(shop) else [0] * STARS


def _price(shop: Shop, product: Product, variant: Variant | None) -> View | None:
    """What a variant costs now; the page is kept no longer than that is true."""
    if variant is None:
        return None
    now, currency = shop.clock.now(), shop.profile.currency
    for reduction in product.reductions.values():
        keep_at_most(reduction.seconds_left(now))
    mrp = variant.sale if variant.mrp is None else variant.mrp
    price = {"mrp": money(mrp, currency), "sale": money(product.price_at(variant, now), currency)}
    if (reduced := product.reduction_at(variant, now)) is None:
        return price
    until = reduced.ends_at.isoformat()
    return price | {"reduced": {"regular": money(variant.sale, currency), "name": reduced.name, "until": until}}


def _cheapest(product: Product, now: datetime) -> Variant | None:
    return min(product.variants, key=lambda variant: product.price_at(variant, now), default=None)


def _percent_off(product: Product, variant: Variant | None, now: datetime) -> int:
    """What the price is below the struck one (the MRP, or else the regular price), in per cent, rounded down."""
    struck = variant and (variant.mrp or variant.sale)
    return (struck - product.price_at(variant, now)) * 100 // struck if variant and struck else 0


def _category_link(category: Category) -> View:
    return {"id": category.id, "slug": category.slug, "name": category.name}
