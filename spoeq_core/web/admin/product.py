"""Staff pages: a product and its variants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from quart import Blueprint, Response

from spoeq_core.audit.service import record
from spoeq_core.catalog import service as catalog
from spoeq_core.catalog.model import COUNTRIES, NEEDED_TO_SELL, Categories, Node, Product
from spoeq_core.inventory.service import ensure_stock, stock_of
from spoeq_core.kernel.errors import FieldError, Invalid, StaleAggregate
from spoeq_core.kernel.messages import message
from spoeq_core.shop import Shop
from spoeq_core.web.access import current_actor, staff
from spoeq_core.web.admin.extension_form import extension_fields
from spoeq_core.web.admin.lists import back_to
from spoeq_core.web.admin.merging import Difference, differences, pack, unpack
from spoeq_core.web.admin.product_form import as_typed, entered, rows_of, to_form, variant_fields
from spoeq_core.web.admin.product_merge import as_chosen, as_stored, as_written, taken_over
from spoeq_core.web.answers import see_other
from spoeq_core.web.bodies import Form, form_state, read_form
from spoeq_core.web.common import page
from spoeq_core.web.context import current_shop
from spoeq_core.web.flash import flash
from spoeq_core.web.formats import country
from spoeq_core.web.theming import render
from spoeq_core.web.views.catalog import editable_image_view, product_view

blueprint = Blueprint("admin_product", __name__)

PATH = "/admin/products"


@blueprint.get("/products/new")
@staff("catalog.manage")
async def new() -> Response:
    """An empty form."""
    return await product_page(None, {}, ())


@blueprint.post("/products/new")
@staff("catalog.manage")
async def create() -> Response:
    """Store a new product with its first stock."""
    return await _save(None)


@blueprint.get("/products/<product_id>")
@staff("catalog.view")
async def edit(product_id: str) -> Response:
    """A product's form."""
    return await product_page(await stored_product(product_id), {}, ())


@blueprint.post("/products/<product_id>")
@staff("catalog.manage")
async def update(product_id: str) -> Response:
    """Store a changed product."""
    return await _save(await stored_product(product_id))


async def _save(product: Product | None) -> Response:
    shop = current_shop()
    form = await read_form()
    if form.text("add_variant") or form.text("add_spec"):
        return await product_page(product, await as_typed(), ())
    if product is not None:
        form = as_chosen(shop, form, product)
    rows = rows_of(form)
    try:
        changes, stock = await entered(shop, form, product)
        if product is None:
            saved = await catalog.create_product(shop, changes)
        else:
            version = form.integer("version", product.version)
            saved = await catalog.update_product(shop, product.id, changes, version=version)
    except Invalid as error:
        return await product_page(product, await as_typed(), to_form(shop, error.errors, rows), 422)
    except StaleAggregate:
        return await _conflict(await stored_product(product.id if product else ""), form)
    actor = await current_actor()
    await ensure_stock(shop, saved, stock, actor=actor.id)
    before = as_stored(shop, product) if product else {}
    after = as_stored(shop, saved)
    changed = {name: [before.get(name, ""), text] for name, text in after.items() if before.get(name, "") != text}
    by = {"actor_id": actor.id, "actor_name": actor.name}
    await record(shop, "product.saved", f"product:{saved.id}", **by, detail=changed if product else {})
    return flash(see_other(f"{PATH}/{saved.id}"), message("%(name)s is saved.", name=saved.name))


async def _conflict(product: Product, form: Form) -> Response:
    """The form again as it was typed, with what somebody else changed in the meantime beside it."""
    shop = current_shop()
    found = differences(unpack(form.text("base")), as_written(shop, form), as_stored(shop, product))
    typed = taken_over(shop, form, await as_typed(), found, product)
    return await product_page(product, typed, (), 409, found)


async def product_page(
    product: Product | None,
    typed: dict[str, Any],
    errors: Sequence[FieldError],
    status: int = 200,
    found: Sequence[Difference] = (),
    pictures: Mapping[str, Any] | None = None,
) -> Response:
    """The form of a product, as typed or as stored; `pictures`: the state of the forms of its pictures."""
    shop = current_shop()
    categories = await catalog.all_categories(shop)
    view = None
    if product is not None:
        stocks = await stock_of(shop, [variant.sku for variant in product.variants])
        view = {**product_view(shop, product, stocks, categories, staff=True), **_editable(product)}
    form = form_state(typed, errors)
    kept_base = typed.get("base") if not found and status != 409 else None  # noqa: PLR2004 - a conflict has a new base
    return await render(
        "admin",
        "pages/product_edit.html",
        status=status,
        page=page(product.name if product else "New product"),
        product=view,
        version=_version(product, typed, status),
        base=kept_base or (pack(as_stored(shop, product)) if product else ""),
        conflicts=[_difference(item, categories) for item in found],
        missing=[name for name in NEEDED_TO_SELL if product and not product.declarations.get(name)],
        form=form,
        pictures=pictures or {},
        upload_limit=shop.settings.max_upload_bytes,
        categories=_flat(await catalog.category_tree(shop)),
        brands=[{"id": brand.id, "name": brand.name} for brand in await catalog.all_brands(shop)],
        countries=_countries(shop),
        extension_fields=extension_fields(shop, "product", product.ext if product else {}, typed, form["errors"]),
        variant_fields=variant_fields(shop, product, typed, form["errors"]),
        back_url=back_to(PATH),
    )


def _version(product: Product | None, typed: dict[str, Any], status: int) -> int:
    """The version that the form was made from; after a conflict the stored one."""
    stored = product.version if product else 1
    given = str(typed.get("version", ""))
    return int(given) if given.isdecimal() and status != 409 else stored  # noqa: PLR2004


def _difference(item: Difference, categories: Categories) -> dict[str, Any]:
    def words(text: str) -> str:
        if item.field != "category_ids":
            return text
        return ", ".join(category.name for category in categories.of(tuple(text.split(", "))))

    label = item.field.replace("variants.", "").removeprefix("ext.").replace(".ext-", " ").replace("-", " ")
    label = label.replace("_ids", "").replace("_id", "").replace(".", " ")
    shown = label.replace("_", " ")
    return {
        "field": item.field,
        "label": shown[:1].upper() + shown[1:],
        "mine": words(item.mine),
        "theirs": words(item.theirs),
        "both": item.both,
    }


def _countries(shop: Shop) -> list[dict[str, str]]:
    """Countries by name in the reader's language, the shop's own first."""
    found = [{"value": code, "label": country(code)} for code in COUNTRIES]
    return sorted(found, key=lambda item: (item["value"] != shop.profile.country, item["label"]))


async def stored_product(key: str) -> Product:
    """The product of an id or the end of an address, on sale or not."""
    return await catalog.product_by_id_or_slug(current_shop(), key, hidden=True)


def _editable(product: Product) -> dict[str, Any]:
    """What the form needs beyond what the API shows."""
    shop = current_shop()
    return {
        "images": [editable_image_view(shop, image) for image in product.images],
        "status": product.status.value,
        "brand_id": product.brand_id or "",
        "category_ids": list(product.category_ids),
    }


def _flat(nodes: Sequence[Node], depth: int = 0) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for node in nodes:
        found.append({"id": node.category.id, "name": node.category.name, "depth": depth})
        found += _flat(node.children, depth + 1)
    return found
