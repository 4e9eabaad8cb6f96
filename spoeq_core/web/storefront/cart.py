"""The cart page and its forms."""

from __future__ import annotations

from collections.abc import Mapping

from quart import Blueprint, Response, request

from spoeq_core.cart import service as carts
from spoeq_core.cart.contents import Contents, is_for_sale
from spoeq_core.cart.properties import checked, taken_by
from spoeq_core.inventory.service import sellable
from spoeq_core.kernel.errors import Conflict, FieldError, Invalid, NotFound, SpoeqError
from spoeq_core.pricing.service import price_for_display
from spoeq_core.web.access import public
from spoeq_core.web.answers import see_other
from spoeq_core.web.bodies import Form, form_state, read_form
from spoeq_core.web.carts import buyer_now, current_owner, remember_cart
from spoeq_core.web.common import page
from spoeq_core.web.context import current_shop
from spoeq_core.web.errors import status_of
from spoeq_core.web.flash import flash
from spoeq_core.web.storefront.delivery import delivery_of, known_pin, remember_pin
from spoeq_core.web.storefront.product import product_page
from spoeq_core.web.theming import render
from spoeq_core.web.views.cart import cart_view
from spoeq_core.web.views.delivery import no_answer

blueprint = Blueprint("pages_cart", __name__)

PATH = "/cart"
CHECKOUT = "/checkout"


@blueprint.get("/cart")
@public
async def show() -> Response:
    """What lies in the cart, and what it comes to."""
    shop = current_shop()
    contents = await carts.load(shop, await current_owner())
    asked = contents.price_request(await buyer_now())
    view = cart_view(shop, contents, await price_for_display(shop, asked))
    delivery = no_answer("", "")
    if asked.items:
        delivery = await delivery_of(asked.items, known_pin(), asked.codes, contents.wait())
    response = await render(
        "storefront",
        "pages/cart.html",
        page=page("Cart", noindex=True),
        cart=view,
        notices=view["notices"],
        delivery=delivery,
        added=next((item for item in view["items"] if item["id"] == request.args.get("added")), None),
    )
    return remember_pin(remember_cart(response, contents.cart), delivery)


@blueprint.get("/cart/items")
@public
async def to_cart() -> Response:
    """The address of a form whose answer was a page: whoever opens it alone looks for the cart."""
    return see_other(PATH)


@blueprint.post("/cart/items")
@public
async def add() -> Response:
    """Put something in."""
    shop = current_shop()
    form = await read_form()
    properties = {
        name.removeprefix("properties."): form.text(name)
        for name in form
        if name.startswith("properties.") and form.text(name)
    }
    try:
        quantity = form.integer("quantity", 1)
        contents = await carts.add_item(shop, await current_owner(), form.text("sku"), quantity, properties)
    except (Invalid, Conflict, NotFound) as error:
        return await _refused(form, error)
    target = CHECKOUT if form.text("next") == CHECKOUT else _added(contents, form.text("sku"), properties)
    return remember_cart(see_other(target), contents.cart)


@blueprint.post("/cart/items/<item_id>")
@public
async def change(item_id: str) -> Response:
    """Change a line's quantity, take it out, or put it back."""
    form = await read_form()
    try:
        contents = await _changed(form, item_id)
    except (Invalid, Conflict, NotFound) as error:
        return flash(see_other(PATH), _sentence(error), "danger")
    return remember_cart(see_other(PATH), contents.cart)


async def _changed(form: Form, item_id: str) -> Contents:
    shop, owner = current_shop(), await current_owner()
    action = form.text("action")
    if action == "restore":
        return await carts.restore_item(shop, owner, item_id)
    if action == "leave_out":
        return await carts.leave_out(shop, owner, item_id)
    if action == "remove" or form.text("quantity") == "0":
        return await carts.remove_item(shop, owner, item_id)
    return await carts.set_quantity(shop, owner, item_id, form.integer("quantity"))


async def _refused(form: Form, error: Invalid | Conflict | NotFound) -> Response:
    """Why nothing came in: where it was asked for; for a product with fields at these, with all that was typed."""
    shop, sku = current_shop(), form.text("sku")
    found = (await sellable(shop, [sku])).get(sku)
    if found is None or not is_for_sale(found) or not taken_by(shop, [found.product])[found.product.id]:
        return flash(see_other(_came_from()), _sentence(error), "danger")
    errors = error.errors if isinstance(error, Invalid) else ()
    state = form_state(form.as_dict(), errors or [FieldError("quantity", error.message, error.code)])
    return await product_page(found.product, dict(found.variant.options), form=state, status=status_of(error))


def _added(contents: Contents, sku: str, properties: Mapping[str, str]) -> str:
    """The cart, saying what came into it."""
    lines = [line for line in contents.cart.lines if line.sku == sku]
    line = contents.cart.same(sku, checked(properties, contents.properties_of(lines[0]))) if lines else None
    return f"{PATH}?added={line.id}" if line else PATH


def _came_from() -> str:
    """The page of this shop that the form was on; the cart if that is not known."""
    base = request.host_url
    referer = request.headers.get("Referer", "")
    return f"/{referer.removeprefix(base)}" if referer.startswith(base) else PATH


def _sentence(error: SpoeqError) -> str:
    return error.errors[0].message if isinstance(error, Invalid) and error.errors else error.message
