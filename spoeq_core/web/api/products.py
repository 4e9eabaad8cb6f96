"""JSON: products, for everybody to find and for staff to keep."""

from __future__ import annotations

import asyncio
from typing import Any

from quart import Blueprint, Response, request

from spoeq_core.audit.service import record
from spoeq_core.catalog import images, service as catalog
from spoeq_core.catalog.model import Facet, Product, ProductQuery, ProductStatus, Sort
from spoeq_core.inventory.service import ensure_stock, shown_stock, stock_of
from spoeq_core.kernel.errors import Invalid
from spoeq_core.search.service import find_products
from spoeq_core.search.shown import shown_products
from spoeq_core.shop import Shop
from spoeq_core.web.access import Actor, current_actor, public, staff
from spoeq_core.web.api.product_bodies import NewProduct, ProductPatch, named_as_sent
from spoeq_core.web.api.shapes.catalog import ProductList, ProductShape
from spoeq_core.web.api.shopping import wanted_version
from spoeq_core.web.api.validators import FOR_STAFF, tagged
from spoeq_core.web.bodies import json_response, query_flag, query_int, query_text, read_body
from spoeq_core.web.context import current_shop
from spoeq_core.web.kept import kept
from spoeq_core.web.openapi import FLAG, IF_MATCH, IF_NONE_MATCH, PER_PAGE, Content, Parameter, operation, whole_number
from spoeq_core.web.views.catalog import product_view
from spoeq_core.web.views.money import money

blueprint = Blueprint("api_products", __name__)

TAGS = ("Products",)
VIEW, MANAGE = "catalog.view", "catalog.manage"
MOST_STARS = 5
LAST_PAGE = 10_000
PICTURE = {
    "type": "object",
    "required": ["file"],
    "properties": {"file": {"type": "string", "contentMediaType": "image/*"}, "alt": {"type": "string"}},
}


@blueprint.get("/products")
@public
@kept(
    "q",
    "literal",
    "category",
    "brand",
    "tag",
    "price_min",
    "price_max",
    "rating_min",
    "in_stock",
    "sort",
    "page",
    "per_page",
    prefixes=("f.",),
)
@operation(
    "Products that match, with what they can be narrowed by",
    tags=TAGS,
    query={
        "q": "Words that products are found by; how, is up to the search engine in use",
        "literal": Parameter("1: only the words as they stand, not corrected", FLAG),
        "category": "Id or slug; those below it are included",
        "brand": "Id or slug; may be given several times",
        "tag": "May be given several times",
        "f.<attribute>": "A value of an option or spec, or of country_of_origin; may be given several times",
        "price_min": whole_number("Minor units", 0, 10**15),
        "price_max": whole_number("Minor units", 0, 10**15),
        "rating_min": Parameter("Stars", {"type": "number", "minimum": 0, "maximum": MOST_STARS}),
        "in_stock": Parameter("1: only what can be bought now", FLAG),
        "sort": Parameter("In which order", {"type": "string", "enum": list(Sort)}),
        "page": whole_number("Which page", 1, LAST_PAGE),
        "per_page": PER_PAGE,
        "status": "Staff: draft, active, archived, or all",
    },
    headers=[IF_NONE_MATCH],
    responses={200: ProductList},
)
async def index() -> Response:
    """A page of products; staff may ask for drafts and archived ones too."""
    shop, actor = current_shop(), await current_actor()
    categories = await catalog.shown_categories(shop)
    find = find_products if actor.may(VIEW) else shown_products
    found = await find(shop, _query(actor), categories)
    view = {
        "items": [product_view(shop, product, {}, categories, staff=actor.may(VIEW)) for product in found.items],
        "total": found.total,
        "page": found.page,
        "per_page": found.per_page,
        "facets": [_facet(shop, facet) for facet in found.facets],
        "corrected": found.corrected or None,
    }
    return await _answer(view, actor)


@blueprint.get("/products/<key>")
@public
@kept()
@operation("A product by id or slug", tags=TAGS, headers=[IF_NONE_MATCH], responses={200: ProductShape, 404: None})
async def show(key: str) -> Response:
    """A product; drafts and archived ones are for staff."""
    shop, actor = current_shop(), await current_actor()
    if actor.may(VIEW):
        product = await catalog.product_by_id_or_slug(shop, key, hidden=True)
        return await _answer(await _view(shop, product), actor, product)
    product = await catalog.shown_product(shop, key)
    stocks, categories = await asyncio.gather(
        shown_stock(shop, [variant.sku for variant in product.variants]), catalog.shown_categories(shop)
    )
    return await tagged(product_view(shop, product, stocks, categories))


@blueprint.post("/products")
@staff(MANAGE)
@operation(
    "Make a product, with its first stock",
    tags=TAGS,
    request=NewProduct,
    responses={201: ProductShape},
)
async def create() -> Response:
    """Make a product."""
    shop, body = current_shop(), await read_body(NewProduct)
    with named_as_sent():
        product = await catalog.create_product(shop, body.changes(shop))
    return await _saved(shop, product, body, 201)


@blueprint.patch("/products/<key>")
@staff(MANAGE)
@operation(
    "Change a product; If-Match refuses a version that is not the one seen",
    tags=TAGS,
    request=ProductPatch,
    headers=[IF_MATCH],
    responses={200: ProductShape, 404: None},
)
async def update(key: str) -> Response:
    """Change what is named; the rest stays."""
    shop, body = current_shop(), await read_body(ProductPatch)
    stored = await catalog.product_by_id_or_slug(shop, key, hidden=True)
    with named_as_sent():
        product = await catalog.update_product(shop, stored.id, body.changes(shop), version=wanted_version())
    return await _saved(shop, product, body, 200)


@blueprint.delete("/products/<key>")
@staff(MANAGE)
@operation("Remove a product for good; PATCH its status to archive it", tags=TAGS, responses={204: None, 404: None})
async def delete(key: str) -> Response:
    """Remove a product; orders keep what they froze of it."""
    shop = current_shop()
    stored = await catalog.product_by_id_or_slug(shop, key, hidden=True)
    await catalog.delete_product(shop, stored.id)
    await _note(shop, "product.deleted", stored)
    return Response("", status=204)


@blueprint.post("/products/<key>/images")
@staff(MANAGE)
@operation(
    "Add a picture: multipart/form-data with `file` (JPEG, PNG, WebP, AVIF) and `alt`",
    tags=TAGS,
    request=Content(PICTURE, "multipart/form-data"),
    responses={201: ProductShape, 404: None, 409: None},
)
async def add_image(key: str) -> Response:
    """Add a picture behind the others."""
    shop = current_shop()
    stored = await catalog.product_by_id_or_slug(shop, key, hidden=True)
    upload = (await request.files).get("file")
    if upload is None:
        raise Invalid.field("file", "Send the picture as the part `file` of multipart/form-data.", "missing")
    alt = (await request.form).get("alt", "").replace("\0", "")
    product = await images.add_image(shop, stored.id, upload.read(), alt)
    await _note(shop, "product.image_added", product)
    return json_response(await _view(shop, product), 201)


async def _saved(shop: Shop, product: Product, body: ProductPatch, status: int) -> Response:
    actor = await current_actor()
    await ensure_stock(shop, product, body.initial_stock(), actor=actor.id)
    await _note(shop, "product.saved", product)
    headers = {"ETag": f'"{product.version}"', "Cache-Control": FOR_STAFF}
    if status == 201:  # noqa: PLR2004 - Created
        headers["Location"] = f"/api/v1/products/{product.id}"
    return json_response(await _view(shop, product), status, headers)


async def _view(shop: Shop, product: Product) -> dict[str, Any]:
    stocks, categories = await asyncio.gather(
        stock_of(shop, [variant.sku for variant in product.variants]), catalog.all_categories(shop)
    )
    return product_view(shop, product, stocks, categories, staff=True)


async def _answer(view: dict[str, Any], actor: Actor, product: Product | None = None) -> Response:
    """For the public with a tag of the content; for staff a product's tag is its version, which If-Match takes."""
    if not actor.may(VIEW):
        return await tagged(view)
    tag = {"ETag": f'"{product.version}"'} if product else {}
    return json_response(view, headers={**tag, "Cache-Control": FOR_STAFF})


async def _note(shop: Shop, action: str, product: Product) -> None:
    actor = await current_actor()
    await record(shop, action, f"product:{product.id}", actor_id=actor.id, actor_name=actor.name)


def _query(actor: Actor) -> ProductQuery:
    args = request.args.to_dict(flat=False)
    return ProductQuery(
        text=query_text("q"),
        category=query_text("category") or None,
        brands=_many(args.get("brand", [])),
        tags=_many(args.get("tag", [])),
        attributes={name[2:]: _many(values) for name, values in args.items() if name.startswith("f.") and any(values)},
        price_min=_amount("price_min"),
        price_max=_amount("price_max"),
        rating_min=_stars("rating_min"),
        in_stock=query_flag("in_stock"),
        sort=_sort(query_text("sort")),
        page=query_int("page", 1, minimum=1, maximum=LAST_PAGE),
        per_page=query_int("per_page", 24, minimum=1, maximum=100),
        statuses=_statuses(query_text("status"), actor),
        literal=query_flag("literal"),
    )


def _many(values: list[str]) -> tuple[str, ...]:
    return tuple(value for value in values if value)


def _amount(name: str) -> int | None:
    return query_int(name, 0) if query_text(name) else None


def _stars(name: str) -> float | None:
    text = query_text(name)
    if not text:
        return None
    try:
        stars = float(text)
    except ValueError:
        stars = -1.0
    if not 0 <= stars <= MOST_STARS:
        raise Invalid.field(name, f"{name} must be a number from 0 to {MOST_STARS}.", "out_of_range")
    return stars


def _sort(text: str) -> Sort:
    try:
        return Sort(text or Sort.RELEVANCE)
    except ValueError:
        raise Invalid.field("sort", f"There is no order {text!r}; there are {', '.join(Sort)}.", "enum") from None


def _statuses(text: str, actor: Actor) -> tuple[ProductStatus, ...]:
    """Staff choose; for everybody else the parameter is not known, and so ignored."""
    if not text or not actor.may(VIEW):
        return (ProductStatus.ACTIVE,)
    if text == "all":
        return tuple(ProductStatus)
    try:
        return (ProductStatus(text),)
    except ValueError:
        known = ", ".join(ProductStatus)
        raise Invalid.field("status", f"There is no status {text!r}; there are {known}, all.", "enum") from None


def _facet(shop: Shop, facet: Facet) -> dict[str, Any]:
    view: dict[str, Any] = {"name": facet.name, "label": facet.label, "kind": facet.kind}
    if facet.kind == "range":
        currency = shop.profile.currency
        return view | {"min": money(facet.low, currency), "max": money(facet.high, currency)}
    values = [
        {"value": value.value, "label": value.label, "count": value.count, "selected": value.selected}
        for value in facet.values
    ]
    return view | {"values": values}
