"""The code field of the cart and the checkout: plain forms that work without a script."""

from __future__ import annotations

from quart import Blueprint, Response

from spoeq_core.sdk import (
    Invalid,
    apply_code,
    current_cart,
    current_shop,
    flash,
    limit_visitor,
    public,
    read_form,
    remove_code,
    see_other,
)

BACK = ("/cart", "/checkout")

blueprint = Blueprint("coupons_pages", __name__)


@blueprint.post("/cart/coupons")
@public
async def enter() -> Response:
    """Enter a code."""
    shop = current_shop()
    await limit_visitor(shop, "coupon", times=30, seconds=60)
    form = await read_form()
    back = _back(form.text("next"))
    try:
        await apply_code(shop, await current_cart(shop), form.text("code"))
    except Invalid as error:
        return flash(see_other(back), error.errors[0].message if error.errors else error.message, "danger")
    return flash(see_other(back), "Coupon applied.")


@blueprint.post("/cart/coupons/remove")
@public
async def take_out() -> Response:
    """Take a code out."""
    shop = current_shop()
    form = await read_form()
    await remove_code(shop, await current_cart(shop), form.text("code"))
    return flash(see_other(_back(form.text("next"))), "Coupon removed.")


def _back(wanted: str) -> str:
    return wanted if wanted in BACK else BACK[0]
