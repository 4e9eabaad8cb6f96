"""Mails: to the author when a review is shown, and "How was it?" some days after an order has arrived."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlencode

from spoeq_core.sdk import (
    NotFound,
    Order,
    Product,
    Recipient,
    Shop,
    Unavailable,
    customer_by_id,
    order_for,
    order_token,
    products_by_ids,
    send_message,
)
from spoeq_reviews.documents import InvitationRepository, ReviewRepository
from spoeq_reviews.model import Invitation, Review, review_id
from spoeq_reviews.service.purchases import ARRIVED, bought
from spoeq_reviews.settings import ReviewSettings

MARKETING: Final = "marketing"
AT_ONCE: Final = 50
KEPT: Final = timedelta(days=180)


async def tell_author(shop: Shop, key: str) -> None:
    """Tell whoever wrote a review that it is shown now; once for each review, nothing if nobody sends messages.

    Raises:
        Exception: a channel failed.
    """
    review = await shop.repository(ReviewRepository).find_by_id(key)
    if review is None or not review.is_shown:
        return
    product = next(iter(await products_by_ids(shop, [review.product_id])), None)
    email = await _address_of(shop, review)
    if product is None or not email:
        return
    context = {
        "product": product.name,
        "path": f"/product/{product.slug}#reviews",
        "title": review.title,
        "rating": review.rating,
    }
    try:
        await send_message(
            shop,
            f"reviews:shown:{review.id}",
            Recipient(email),
            "reviews/shown",
            context,
            language=review.language,
        )
    except Unavailable:
        return


async def plan_question(shop: Shop, order_id: str) -> None:
    """Note that the buyer of an order that arrived is to be asked, if the shop asks at all."""
    days = shop.plugin_settings(ReviewSettings).ask_after_days
    if not days:
        return
    now = shop.clock.now()
    due = now + timedelta(days=days)
    await shop.repository(InvitationRepository).add(Invitation(order_id, due, now, due + KEPT))


async def ask_buyers(shop: Shop) -> int:
    """Ask those whose time has come; how many were asked. Each once, whatever breaks off in between.

    Raises:
        Exception: a message could not be sent; the next run tries again.
    """
    if not shop.plugin_settings(ReviewSettings).ask_after_days:
        return 0
    invitations, asked = shop.repository(InvitationRepository), 0
    for invitation in await invitations.due(AT_ONCE):
        if await invitations.claim(invitation.id):
            asked += await _ask(shop, invitation.id)
            await invitations.done(invitation.id)
    return asked


async def _ask(shop: Shop, order_id: str) -> bool:
    try:
        order = await order_for(shop, order_id, staff=True)
    except NotFound:
        return False
    products = await _unreviewed(shop, order) if await _agreed(shop, order) else []
    if not products or order.status not in ARRIVED:
        return False
    token = urlencode({"token": order_token(shop, order.id)})
    context: dict[str, Any] = {
        "number": order.number,
        "path": f"/reviews/order/{order.id}?{token}",
        "products": [product.name for product in products],
    }
    await send_message(
        shop,
        f"reviews:ask:{order.id}",
        Recipient(order.email),
        "reviews/how_was_it",
        context,
        language=order.language,
    )
    return True


async def _agreed(shop: Shop, order: Order) -> bool:
    """Whether the buyer has an account and agreed to news: asking is advertising, not part of the order."""
    if not order.customer_id or not order.email:
        return False
    try:
        customer = await customer_by_id(shop, order.customer_id)
    except NotFound:
        return False
    return MARKETING in customer.consents and not customer.disabled and customer.erased_at is None


async def _unreviewed(shop: Shop, order: Order) -> list[Product]:
    """What they bought and have not reviewed yet, as far as it is still sold."""
    keys = [key for key in dict.fromkeys(line.product_id for line in order.lines) if bought(shop, order, key)]
    ids = {review_id(key, order.customer_id or ""): key for key in keys}
    done = {review.product_id for review in await shop.repository(ReviewRepository).find({"_id": {"$in": list(ids)}})}
    found = await products_by_ids(shop, [key for key in keys if key not in done])
    return [product for product in found if product.status == "active"]


async def _address_of(shop: Shop, review: Review) -> str:
    try:
        if review.customer_id:
            return (await customer_by_id(shop, review.customer_id)).email
        if review.order_id:
            return (await order_for(shop, review.order_id, staff=True)).email
    except NotFound:
        return ""
    return ""
