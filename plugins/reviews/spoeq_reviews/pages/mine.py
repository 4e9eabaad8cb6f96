"""One's own reviews, and what of an order can be reviewed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from quart import Response

from spoeq_core.sdk import (
    NotFound,
    Order,
    Product,
    Shop,
    card_view,
    current_actor,
    current_shop,
    message,
    order_for,
    page,
    products_by_ids,
    public,
    query_int,
    query_text,
    render,
    signed_in,
)
from spoeq_reviews.model import Filter, Review, guest_key, review_id
from spoeq_reviews.pages.routes import LONGEST_TOKEN, blueprint, to_sign_in, with_order
from spoeq_reviews.service.moderating import list_reviews, products_of, reviews_by_ids
from spoeq_reviews.service.purchases import bought, delivered_orders
from spoeq_reviews.views import own_view

PER_PAGE = 20
LAST_PAGE = 10_000
SUGGESTED = 6


@blueprint.get("/account/reviews")
@signed_in
async def mine() -> Response:
    """What the customer wrote, newest first, and what they could write about."""
    shop, actor = current_shop(), await current_actor()
    number = query_int("page", 1, minimum=1, maximum=LAST_PAGE)
    found = await list_reviews(shop, Filter(author=actor.id), number, PER_PAGE)
    products = await products_of(shop, found.items)
    return await render(
        "storefront",
        "reviews/mine.html",
        page=page("Your reviews", noindex=True),
        reviews=[_row(shop, review, products.get(review.product_id)) for review in found.items],
        waiting=await _waiting(shop, actor.id) if number == 1 else [],
        number=number,
        pages=found.pages,
        next_url=f"/account/reviews?page={number + 1}" if number < found.pages else "",
        prev_url=f"/account/reviews?page={number - 1}" if number > 1 else "",
    )


@blueprint.get("/reviews/order/<order_id>")
@public
async def of_order(order_id: str) -> Response:
    """What was bought with an order, each with the way to review it; for its owner, and by its link."""
    shop, actor = current_shop(), await current_actor()
    token = query_text("token", longest=LONGEST_TOKEN)
    customer_id = actor.id if actor.kind == "customer" else None
    try:
        order = await order_for(shop, order_id, customer_id=customer_id, token=token)
    except NotFound:
        if actor.is_guest and not token:
            return to_sign_in(f"/reviews/order/{order_id}")
        raise
    as_customer = customer_id is not None and order.customer_id == customer_id
    author = customer_id or "" if as_customer else guest_key(order.email)
    rows = await _rows(shop, order, author)
    for row in rows:
        row["url"] = with_order(row["url"], order.id, "" if as_customer else token)
    return await render(
        "storefront",
        "reviews/order.html",
        page=page(message("Review your order %(number)s", number=order.number), noindex=True),
        number=order.number,
        rows=rows,
    )


async def _rows(shop: Shop, order: Order, author: str) -> list[dict[str, Any]]:
    """What of an order counts as bought and is still sold, with the review there is."""
    keys = [key for key in dict.fromkeys(line.product_id for line in order.lines) if bought(shop, order, key)]
    return await _reviewable(shop, keys, author)


async def _waiting(shop: Shop, customer_id: str) -> list[dict[str, Any]]:
    """What they bought last and have not reviewed yet."""
    orders = await delivered_orders(shop, customer_id)
    lines = ((order, line.product_id) for order in orders for line in order.lines)
    keys = list(dict.fromkeys(key for order, key in lines if bought(shop, order, key)))
    rows = await _reviewable(shop, keys, customer_id)
    return [row for row in rows if row["review"] is None][:SUGGESTED]


async def _reviewable(shop: Shop, keys: Sequence[str], author: str) -> list[dict[str, Any]]:
    products = [product for product in await products_by_ids(shop, list(keys)) if product.status == "active"]
    written = await reviews_by_ids(shop, [review_id(product.id, author) for product in products])
    return [_product_row(shop, product, written.get(review_id(product.id, author))) for product in products]


def _product_row(shop: Shop, product: Product, review: Review | None) -> dict[str, Any]:
    return {
        "product": card_view(shop, product),
        "review": own_view(shop, review, product) if review else None,
        "url": f"/reviews/write/{product.slug}",
    }


def _row(shop: Shop, review: Review, product: Product | None) -> dict[str, Any]:
    return {
        "product": card_view(shop, product) if product else None,
        "review": own_view(shop, review, product),
        "url": f"/reviews/write/{product.slug}" if product else "",
        "delete_url": f"/reviews/{review.id}/delete",
    }
