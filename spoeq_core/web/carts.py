"""Which cart a request means: a signed-in customer's own, or the guest's that a signed token names.

The token travels in the cookie `spoeq_cart` or in the header `X-Cart-Token`; one that is not ours names no cart, so
the next thing added starts a new one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from quart import Response, g, request

from spoeq_core.cart import service as carts
from spoeq_core.cart.contents import Contents
from spoeq_core.cart.documents import GUEST_LIFE
from spoeq_core.cart.model import Cart, CartStatus
from spoeq_core.cart.service import Owner
from spoeq_core.extensions.service import M
from spoeq_core.identity.service import segments_of
from spoeq_core.kernel.ids import is_id
from spoeq_core.pricing.model import Buyer, PricingCart
from spoeq_core.pricing.service import price_for_display, pricing_cart
from spoeq_core.shop import Shop
from spoeq_core.web.access import current_actor
from spoeq_core.web.bodies import json_response
from spoeq_core.web.context import current_shop
from spoeq_core.web.cookies import COUNT_COOKIE, drop_cookie, read_cookie, set_cookie
from spoeq_core.web.views.cart import View, cart_view

CART_COOKIE = "spoeq_cart"
CART_HEADER = "X-Cart-Token"
PURPOSE = "cart"


@dataclass(frozen=True, slots=True)
class CurrentCart:
    """The request's cart, loaded, for plugins."""

    shop: Shop
    owner: Owner
    buyer: Buyer
    contents: Contents

    def as_pricing_input(self, with_code: str = "") -> PricingCart:
        """What would be priced, with one more coupon code if given."""
        cart = self.contents.cart
        codes = (*cart.codes, with_code) if with_code and not cart.has_code(with_code) else cart.codes
        tried = replace(self.contents, cart=replace(cart, codes=codes))
        return pricing_cart(self.shop, tried.price_request(self.buyer))


async def current_owner() -> Owner:
    """Whose cart this request means."""
    actor = await current_actor()
    if actor.kind == "customer":
        return Owner(named_cart(), actor.id)
    return Owner(named_cart())


def named_cart() -> str | None:
    """The id of the guest's cart that the request's token names; the header counts before the cookie."""
    shop = current_shop()
    token = request.headers.get(CART_HEADER) or read_cookie(shop, CART_COOKIE)
    found = shop.keyring.unsign(PURPOSE, token) if token else None
    return found if found is not None and is_id(found) else None


def cart_token(shop: Shop, cart: Cart) -> str:
    """The token that names a guest's cart."""
    return shop.keyring.sign(PURPOSE, cart.id)


async def buyer_now() -> Buyer:
    """Who would buy, as far as is known before the checkout; found once a request."""
    actor = await current_actor()
    if actor.kind != "customer":
        return Buyer()
    known: Buyer | None = g.get("buyer")
    if known is None or known.customer_id != actor.id:
        segments = await segments_of(current_shop(), actor.id)
        known = g.buyer = Buyer(actor.id, actor.email or None, segments=segments)
    return known


def remember_cart(response: Response, cart: Cart) -> Response:
    """The response with the cookies of a cart: its token, if it is a guest's, and how many pieces it holds."""
    shop = current_shop()
    if cart.customer_id is None and cart.version and cart.status is CartStatus.OPEN:
        set_cookie(shop, response, CART_COOKIE, cart_token(shop, cart), lasts=GUEST_LIFE)
    if request.cookies.get(COUNT_COOKIE, "0") != str(cart.pieces):
        _count(response, cart.pieces)
    return response


def forget_cart(response: Response) -> Response:
    """The response after a cart was placed. Its token stays, so that a repeated request finds its order."""
    _count(response, 0)
    return response


async def adopt_guest_cart(response: Response, customer_id: str) -> Response:
    """After signing in: merge the guest's cart of this request into the customer's, and drop its cookie."""
    shop, cart_id = current_shop(), named_cart()
    merged = await carts.adopt(shop, cart_id, customer_id) if cart_id else None
    if merged is not None:
        drop_cookie(shop, response, CART_COOKIE)
    contents = merged or await carts.load(shop, Owner(customer_id=customer_id))
    return remember_cart(response, contents.cart)


async def current_cart(shop: Shop) -> CurrentCart:
    """The request's cart."""
    owner = await current_owner()
    return CurrentCart(shop, owner, await buyer_now(), await carts.load(shop, owner))


async def apply_code(shop: Shop, cart: CurrentCart, code: str) -> CurrentCart:
    """The cart with one more code; raises `Invalid` with the reason where it gives nothing."""
    return replace(cart, contents=await carts.apply_code(shop, cart.owner, code, cart.buyer))


async def remove_code(shop: Shop, cart: CurrentCart, code: str) -> CurrentCart:
    """The cart without a code; raises `NotFound` where it has none."""
    return replace(cart, contents=await carts.remove_code(shop, cart.owner, code))


async def extend_line(
    shop: Shop, cart: CurrentCart, item_id: str, model: type[M], edit: Callable[[M], M]
) -> CurrentCart:
    """The cart with a plugin's own data with a line changed; raises as `carts.extend_line` does."""
    return replace(cart, contents=await carts.extend_line(shop, cart.owner, item_id, model, edit))


async def priced_cart_response(shop: Shop, cart: CurrentCart, status: int = 200) -> Response:
    """The cart with its prices as the API answers it; a new guest's cart with its token."""
    return await cart_response(shop, cart.owner, cart.contents, cart.buyer, status)


async def cart_response(shop: Shop, owner: Owner, contents: Contents, buyer: Buyer, status: int = 200) -> Response:
    """The same of a loaded cart."""
    display = await price_for_display(shop, contents.price_request(buyer))
    view: View = cart_view(shop, contents, display)
    if contents.cart.customer_id is None and contents.cart.version and contents.cart.id != owner.cart_id:
        view["token"] = cart_token(shop, contents.cart)
    return remember_cart(json_response(view, status), contents.cart)


def _count(response: Response, pieces: int) -> None:
    """A badge for pages that are the same for everybody; scripts may read it."""
    lasts, secure = int(GUEST_LIFE.total_seconds()), current_shop().settings.secure_cookies
    response.set_cookie(COUNT_COOKIE, str(pieces), max_age=lasts, secure=secure, samesite="Lax")
