"""The offers, and the code field of the cart and the checkout: plain forms that work without a script."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from quart import Blueprint, Response

from spoeq_core.sdk import (
    Form,
    Invalid,
    NotFound,
    apply_code,
    breadcrumb_data,
    current_cart,
    current_shop,
    flash,
    page,
    public,
    query_text,
    read_form,
    remove_code,
    render,
    see_other,
    translate,
)
from spoeq_coupons.api import refuse_guessing
from spoeq_coupons.model import fold
from spoeq_coupons.service import Offer, offers_for
from spoeq_coupons.wording import headline, in_words, terms

CART, CHECKOUT, OFFERS = "/cart", "/checkout", "/offers"

blueprint = Blueprint("coupons_pages", __name__)


@blueprint.get("/offers")
@public
async def offers() -> Response:
    """The coupons that are shown to everybody, and what keeps this visitor from using them."""
    shop = current_shop()
    cart = (await current_cart(shop)).as_pricing_input()
    found = await offers_for(shop, cart)
    trail = [{"name": translate("Home"), "url": "/"}, {"name": translate("Offers"), "url": OFFERS}]
    return await render(
        "storefront",
        "coupons/offers.html",
        page=page(
            "Offers",
            " ".join(translate(in_words(offer.coupon)) for offer in found),
            canonical=OFFERS,
            kind="offers",
            structured=[breadcrumb_data(shop, trail)],
        ),
        breadcrumb=trail,
        offers=_shown(found),
        empty_cart=not cart.lines,
    )


@blueprint.post("/cart/coupons")
@public
async def enter() -> Response:
    """Enter a code."""
    shop, form = current_shop(), await read_form()
    await refuse_guessing(shop)
    try:
        await apply_code(shop, await current_cart(shop), fold(form.text("code")))
    except Invalid as error:
        return flash(_back(refused=True), error.errors[0].message if error.errors else error.message, "danger")
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


def _shown(found: Sequence[Offer]) -> list[dict[str, Any]]:
    """The offers as the template shows them: those that can be used now first."""
    return [
        {
            "code": offer.coupon.code,
            "headline": headline(offer.coupon),
            "sentence": in_words(offer.coupon),
            "terms": list(terms(offer.coupon)),
            "end_at": offer.coupon.end_at,
            "automatic": offer.coupon.automatic,
            "in_cart": offer.in_cart,
            "why_not": offer.why_not.message if offer.why_not else "",
        }
        for offer in sorted(found, key=lambda offer: offer.why_not is not None)
    ]


def _back(*, refused: bool = False) -> Response:
    """To the cart; or on to the checkout with all that was typed there: 307 repeats the form where it belongs.

    An offer that is refused is looked at again where it was chosen.
    """
    if refused and query_text("next") == OFFERS:
        return see_other(OFFERS)
    if query_text("next") != CHECKOUT:
        return see_other(CART)
    return Response("", status=307, headers={"Location": CHECKOUT})
