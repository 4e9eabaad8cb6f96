"""The code field of the cart and the checkout: plain forms that work without a script."""

from __future__ import annotations

from quart import Blueprint, Response

from spoeq_core.sdk import (
    Form,
    Invalid,
    NotFound,
    apply_code,
    current_cart,
    current_shop,
    flash,
    public,
    query_text,
    read_form,
    remove_code,
    see_other,
)
from spoeq_coupons.api import refuse_guessing
from spoeq_coupons.model import fold

CART, CHECKOUT = "/cart", "/checkout"

blueprint = Blueprint("coupons_pages", __name__)


@blueprint.post("/cart/coupons")
@public
async def enter() -> Response:
    """Enter a code."""
    shop, form = current_shop(), await read_form()
    await refuse_guessing(shop)
    try:
        await apply_code(shop, await current_cart(shop), fold(form.text("code")))
    except Invalid as error:
        return flash(_back(), error.errors[0].message if error.errors else error.message, "danger")
    return flash(_back(), "Coupon applied.")


@blueprint.post("/cart/coupons/remove")
@public
async def take_out() -> Response:
    """Take a code out."""
    shop, form = current_shop(), await read_form()
    try:
        await remove_code(shop, await current_cart(shop), _chosen(form))
    except NotFound:
        return flash(_back(), "This coupon is not in your cart any more.", "info")
    return flash(_back(), "Coupon removed.")


def _chosen(form: Form) -> str:
    """The code of the button that was pressed; beside it lies the field for another code."""
    return form.text("coupon")


def _back() -> Response:
    """To the cart; or on to the checkout with all that was typed there: 307 repeats the form where it belongs."""
    if query_text("next") != CHECKOUT:
        return see_other(CART)
    return Response("", status=307, headers={"Location": CHECKOUT})
