"""Staff pages: products, their variants and pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from quart import Blueprint, Response, request

from spoeq_core.audit.service import record
from spoeq_core.catalog import images, service as catalog
from spoeq_core.catalog.model import Node, Product, ProductQuery, ProductStatus, Sort
from spoeq_core.inventory.service import ensure_stock, stock_of
from spoeq_core.kernel.errors import Conflict, FieldError, Invalid, SpoeqError, StaleAggregate, TooLarge, Unavailable
from spoeq_core.shop import Shop
from spoeq_core.web.access import current_actor, staff
from spoeq_core.web.admin.product_form import as_typed, entered, extension_fields, rows_of, to_form
from spoeq_core.web.answers import see_other
from spoeq_core.web.bodies import form_state, query_int, query_text, read_form
from spoeq_core.web.common import page
from spoeq_core.web.context import current_shop
from spoeq_core.web.flash import flash
from spoeq_core.web.theming import render
from spoeq_core.web.views.catalog import THUMB, editable_image_view, image_view, product_view
from spoeq_core.web.views.money import money

blueprint = Blueprint("admin_products", __name__)

PATH = "/admin/products"
PER_PAGE = 50


@blueprint.get("/products")
@staff("catalog.view")
async def index() -> Response:
    """All products, drafts and archived ones too."""
    shop = current_shop()
    number, q = query_int("page", 1, minimum=1), query_text("q")
    query = ProductQuery(text=q, sort=Sort.NEWEST, page=number, per_page=PER_PAGE, statuses=tuple(ProductStatus))
    found = await catalog.list_products(shop, query)
    stocks = await stock_of(shop, [variant.sku for product in found.items for variant in product.variants])
    pieces = {sku: stock.available for sku, stock in stocks.items()}
    return await render(
        "admin",
        "pages/products.html",
        page=page("Products"),
        products=[_row(shop, product, pieces) for product in found.items],
        total=found.total,
        at=number,
        pages=max(1, -(-found.total // PER_PAGE)),
        q=q,
    )


@blueprint.get("/products/new")
@staff("catalog.manage")
async def new() -> Response:
    """An empty form."""
    return await _form(None, {}, ())


@blueprint.post("/products/new")
@staff("catalog.manage")
async def create() -> Response:
    """Store a new product with its first stock."""
    return await _save(None)


@blueprint.get("/products/<product_id>")
@staff("catalog.view")
async def edit(product_id: str) -> Response:
    """A product's form."""
    return await _form(await _product(product_id), {}, ())


@blueprint.post("/products/<product_id>")
@staff("catalog.manage")
async def update(product_id: str) -> Response:
    """Store a changed product."""
    return await _save(await _product(product_id))


@blueprint.post("/products/<product_id>/images")
@staff("catalog.manage")
async def add_image(product_id: str) -> Response:
    """Add a picture."""
    shop = current_shop()
    product = await _product(product_id)
    form = await read_form()
    upload = (await request.files).get("file")
    back = see_other(f"{PATH}/{product.id}#media")
    try:
        if upload is None or not upload.filename:
            raise Invalid.field("file", "Choose a picture.", "missing")
        await images.add_image(shop, product.id, upload.read(), alt=form.text("alt"))
    except (Invalid, Conflict, TooLarge, Unavailable) as error:
        return flash(back, _sentence(error), "danger")
    return flash(back, "Picture added.")


@blueprint.post("/products/<product_id>/images/<image_id>")
@staff("catalog.manage")
async def change_image(product_id: str, image_id: str) -> Response:
    """Delete a picture, put it first, or say what it shows and what of it stays in sight."""
    shop = current_shop()
    product = await _product(product_id)
    form = await read_form()
    action = form.text("action")
    back = see_other(f"{PATH}/{product.id}#media")
    try:
        if action == "delete":
            await images.delete_image(shop, product.id, image_id)
        elif action == "first":
            await images.order_images(shop, product.id, [image_id])
        else:
            await images.describe_image(shop, product.id, image_id, form.text("alt"))
            if form.text("focal_x") or form.text("focal_y"):
                x, y = form.integer("focal_x", 50), form.integer("focal_y", 50)
                await images.focus_image(shop, product.id, image_id, x, y)
    except (Invalid, Conflict, TooLarge, Unavailable) as error:
        return flash(back, _sentence(error), "danger")
    return flash(back, "Pictures saved.")


async def _save(product: Product | None) -> Response:
    shop = current_shop()
    form = await read_form()
    if form.text("add_variant") or form.text("add_spec"):
        return await _form(product, await as_typed(), ())
    rows = rows_of(form)
    try:
        changes, stock = await entered(shop, form, product)
        if product is None:
            saved = await catalog.create_product(shop, changes)
        else:
            version = form.integer("version", product.version)
            saved = await catalog.update_product(shop, product.id, changes, version=version)
    except Invalid as error:
        return await _form(product, await as_typed(), to_form(error.errors, rows), 422)
    except StaleAggregate as error:
        return await _form(product, await as_typed(), [FieldError("name", str(error), "stale")], 409)
    actor = await current_actor()
    await ensure_stock(shop, saved, stock, actor=actor.id)
    await record(shop, "product.saved", f"product:{saved.id}", actor_id=actor.id, actor_name=actor.name)
    return flash(see_other(f"{PATH}/{saved.id}"), f"{saved.name} is saved.")


async def _form(
    product: Product | None, typed: dict[str, Any], errors: Sequence[FieldError], status: int = 200
) -> Response:
    shop = current_shop()
    categories = await catalog.all_categories(shop)
    view = None
    if product is not None:
        stocks = await stock_of(shop, [variant.sku for variant in product.variants])
        view = {**product_view(shop, product, stocks, categories, staff=True), **_editable(product)}
    form = form_state(typed, errors)
    return await render(
        "admin",
        "pages/product_edit.html",
        status=status,
        page=page(product.name if product else "New product"),
        product=view,
        version=product.version if product else 1,
        form=form,
        categories=_flat(await catalog.category_tree(shop)),
        brands=[{"id": brand.id, "name": brand.name} for brand in await catalog.all_brands(shop)],
        extension_fields=extension_fields(shop, product, form["errors"]),
    )


async def _product(key: str) -> Product:
    return await catalog.product_by_id_or_slug(current_shop(), key, hidden=True)


def _sentence(error: SpoeqError) -> str:
    """What went wrong with a picture, and what to do."""
    return error.errors[0].message if isinstance(error, Invalid) and error.errors else str(error)


def _editable(product: Product) -> dict[str, Any]:
    """What the form needs beyond what the API shows."""
    shop = current_shop()
    return {
        "images": [editable_image_view(shop, image) for image in product.images],
        "status": product.status.value,
        "brand_id": product.brand_id or "",
        "category_ids": list(product.category_ids),
    }


def _row(shop: Shop, product: Product, pieces: dict[str, int]) -> dict[str, Any]:
    return {
        "id": product.id,
        "name": product.name,
        "slug": product.slug,
        "image": image_view(shop, product.images[0], widest=THUMB) if product.images else None,
        "status": product.status.value,
        "skus": len(product.variants),
        "price": money(product.lowest_price, shop.profile.currency) if product.variants else None,
        "stock": sum(max(0, pieces.get(variant.sku, 0)) for variant in product.variants),
        "updated_at": product.updated_at,
    }


def _flat(nodes: Sequence[Node], depth: int = 0) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for node in nodes:
        found.append({"id": node.category.id, "name": node.category.name, "depth": depth})
        found += _flat(node.children, depth + 1)
    return found
