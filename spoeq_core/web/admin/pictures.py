"""Staff pages: the pictures of a product."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from quart import Blueprint, Response, request

from spoeq_core.audit.service import record
from spoeq_core.catalog import images
from spoeq_core.catalog.model import Product
from spoeq_core.kernel.errors import Conflict, FieldError, Invalid, SpoeqError, TooLarge, Unavailable
from spoeq_core.kernel.messages import message
from spoeq_core.web.access import current_actor, staff
from spoeq_core.web.admin.product import PATH, product_page, stored_product
from spoeq_core.web.answers import see_other
from spoeq_core.web.bodies import Form, form_state, read_form
from spoeq_core.web.context import current_shop
from spoeq_core.web.errors import status_of
from spoeq_core.web.flash import flash
from spoeq_core.web.languages import translate

blueprint = Blueprint("admin_pictures", __name__)

REFUSED = (Invalid, Conflict, TooLarge, Unavailable)


@blueprint.post("/products/<product_id>/images")
@staff("catalog.manage")
async def add(product_id: str) -> Response:
    """Add a picture behind the others."""
    product = await stored_product(product_id)
    form = await read_form()
    upload = (await request.files).get("file")
    try:
        if upload is None or not upload.filename:
            raise Invalid.field("file", "Choose a picture.", "missing")
        await images.add_image(current_shop(), product.id, upload.read(), alt=form.text("alt"))
    except REFUSED as error:
        return await _again(product, "new", {"alt": form.text("alt")}, error, "file")
    return await _done(product, "product.image_added", message("Picture added."))


@blueprint.post("/products/<product_id>/images/<image_id>")
@staff("catalog.manage")
async def change(product_id: str, image_id: str) -> Response:
    """Delete a picture, put it first, or say what it shows and what of it stays in sight."""
    shop = current_shop()
    product = await stored_product(product_id)
    form = await read_form()
    action = form.text("action")
    try:
        if action == "delete":
            await images.delete_image(shop, product.id, image_id)
            return await _done(product, "product.image_deleted", message("Picture deleted."))
        if action == "first":
            await images.order_images(shop, product.id, [image_id])
        else:
            await _described(product, image_id, form)
    except REFUSED as error:
        return await _again(product, image_id, form.as_dict(), error, "alt")
    return await _done(product, "product.images_changed", message("Pictures saved."))


async def _described(product: Product, image_id: str, form: Form) -> None:
    """Store what a picture shows and what stays in sight; nothing of it if one of the numbers is none."""
    shop = current_shop()
    point = None
    if form.text("focal_x") or form.text("focal_y"):
        point = form.integer("focal_x", 50), form.integer("focal_y", 50)
    await images.describe_image(shop, product.id, image_id, form.text("alt"), point)


async def _done(product: Product, action: str, words: str) -> Response:
    actor = await current_actor()
    await record(current_shop(), action, f"product:{product.id}", actor_id=actor.id, actor_name=actor.name)
    return flash(see_other(f"{PATH}/{product.id}#media"), words)


async def _again(
    product: Product, which: str, values: Mapping[str, str], error: SpoeqError, elsewhere: str
) -> Response:
    """The product's page with the error at the field of a picture's form (`which`: its id, or `new`)."""
    errors: Sequence[FieldError] = error.errors if isinstance(error, Invalid) else ()
    state = form_state(
        values, errors or [FieldError(elsewhere, f"{translate(error.message)} {translate(error.hint)}".strip())]
    )
    return await product_page(product, {}, (), status_of(error), pictures={which: state})
