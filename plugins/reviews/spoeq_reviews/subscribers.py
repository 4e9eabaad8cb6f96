"""What is done when reviews change and orders arrive, and now and then."""

from __future__ import annotations

from collections.abc import Mapping

from spoeq_core.sdk import Delivery, Event, Handler, OrderDelivered, Schedule, Shop
from spoeq_reviews.documents import ReviewRepository
from spoeq_reviews.events import ReviewChanged, ReviewPublished
from spoeq_reviews.service.asking import ask_buyers, plan_question, tell_author
from spoeq_reviews.service.rating import recount, recount_everything

DAILY = 86_400.0
OFTEN = 600.0


async def count_stars(shop: Shop, event: ReviewChanged, _delivery: Delivery) -> None:
    """A shown review came, went or changed."""
    await recount(shop, [event.product_id])
    await shop.repository(ReviewRepository).bury(event.review_id)


async def write_to_author(shop: Shop, event: ReviewPublished, _delivery: Delivery) -> None:
    """A review is shown for the first time."""
    await tell_author(shop, event.review_id)


async def plan_to_ask(shop: Shop, event: OrderDelivered, _delivery: Delivery) -> None:
    """An order arrived."""
    await plan_question(shop, event.order_id)


HANDLERS: Mapping[type[Event], Handler] = {
    ReviewChanged: count_stars,
    ReviewPublished: write_to_author,
    OrderDelivered: plan_to_ask,
}
SCHEDULES = (
    Schedule("reviews.recount", DAILY, recount_everything),
    Schedule("reviews.ask", OFTEN, ask_buyers),
)
