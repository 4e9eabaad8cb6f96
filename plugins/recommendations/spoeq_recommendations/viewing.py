"""Recently viewed: which products a visitor looked at, in a signed cookie of their browser and nowhere else."""

from __future__ import annotations

from datetime import timedelta

from quart import Response

from spoeq_core.sdk import Product, Shop, drop_cookie, products_by_ids, read_cookie, set_cookie
from spoeq_recommendations.model import seen_with

COOKIE = "spoeq_viewed"
PURPOSE = "recommendations-viewed"
LASTS = timedelta(days=30)
MOST = 13
"""Products that are remembered: a full rail, and the one that is looked at."""
LONGEST_ID = 40


def seen_before(shop: Shop) -> tuple[str, ...]:
    """Ids of the products that the visitor looked at, the newest first; none if the cookie is not ours."""
    said = shop.keyring.unsign(PURPOSE, read_cookie(shop, COOKIE)) or ""
    return tuple(key for key in said.split(",") if key)[:MOST]


async def viewed(shop: Shop, now: str) -> tuple[list[Product], tuple[str, ...]]:
    """What is shown of it, without what is looked at now or cannot be bought; and what is remembered from here on."""
    ids = seen_with(seen_before(shop), now[:LONGEST_ID], MOST)
    known = await products_by_ids(shop, ids)
    remembered = tuple(product.id for product in known)
    return [product for product in known if product.id != now and product.in_stock], remembered


def remember(shop: Shop, response: Response, ids: tuple[str, ...]) -> Response:
    """The response, with the visitor's list."""
    if ids:
        set_cookie(shop, response, COOKIE, shop.keyring.sign(PURPOSE, ",".join(ids)), lasts=LASTS)
    return response


def forget(shop: Shop, response: Response) -> Response:
    """The response, with the list taken away."""
    drop_cookie(shop, response, COOKIE)
    return response
