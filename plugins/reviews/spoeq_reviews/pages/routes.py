"""Where the pages of shoppers mount, and who comes to them."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote, urlencode

from quart import Blueprint, Response, request

from spoeq_core.sdk import NotFound, Shop, current_actor, current_shop, new_id, order_for, query_text, see_other
from spoeq_reviews.api import author_of
from spoeq_reviews.model import Author, guest_key

COOKIE: Final = "spoeq_reader"
PURPOSE: Final = "review-reader"
YEAR: Final = 365 * 24 * 3600
LONGEST_TOKEN: Final = 400

blueprint = Blueprint("reviews_pages", __name__)


async def current_author(order_id: str, token: str) -> Author | None:
    """Who writes: the customer who is signed in, else whoever holds the link of an order, else nobody yet."""
    actor = await current_actor()
    if actor.kind == "customer":
        return author_of(actor)
    if not (order_id and token):
        return None
    try:
        order = await order_for(current_shop(), order_id, token=token)
    except NotFound:
        return None
    if not order.email:
        return None
    return Author(guest_key(order.email), "", order.shipping_address.name, order.email, order.id)


def link_of_order() -> tuple[str, str]:
    """The order and the token that the address names."""
    return query_text("order", longest=40), query_text("token", longest=LONGEST_TOKEN)


def with_order(path: str, order_id: str, token: str) -> str:
    """The path, for whoever came with the link of an order."""
    return f"{path}?{urlencode({'order': order_id, 'token': token})}" if order_id and token else path


def to_sign_in(target: str) -> Response:
    """To the sign-in page, and back afterwards."""
    return see_other(f"/login?next={quote(target, safe='/')}")


async def reader(shop: Shop) -> tuple[str, str]:
    """What stands for whoever votes, and the cookie that keeps it: empty if none has to be set."""
    actor = await current_actor()
    if actor.kind == "customer":
        return actor.id, ""
    known = shop.keyring.unsign(PURPOSE, request.cookies.get(COOKIE, ""))
    if known:
        return f"v:{known}", ""
    fresh = new_id()
    return f"v:{fresh}", shop.keyring.sign(PURPOSE, fresh)


def keep_reader(shop: Shop, response: Response, cookie: str) -> Response:
    """The answer, which remembers who voted; nothing for whoever is known already."""
    if cookie:
        response.set_cookie(
            COOKIE, cookie, max_age=YEAR, httponly=True, samesite="Lax", secure=shop.settings.secure_cookies, path="/"
        )
    return response
