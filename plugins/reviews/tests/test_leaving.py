"""Reviews are taken out with or without their data, and come back."""

from __future__ import annotations

from http import HTTPStatus

from spoeq_core.orders.model import Order
from spoeq_core.orders.refunds import RefundWish, refund
from spoeq_core.orders.service import settle
from spoeq_core.payments.model import Settled
from spoeq_core.plugins.footprint import footprint_of
from spoeq_core.plugins.lifecycle import disable_plugin, enable_plugin
from spoeq_core.plugins.removing import purge_plugin, uninstall_keeping
from spoeq_core.shop import Shop
from spoeq_core.testing.clients import RunningApp
from spoeq_core.testing.shops import deliver_all
from spoeq_core.testing.visitors import shopper_browser, staff_browser
from spoeq_reviews.documents import ReviewRepository
from spoeq_reviews.model import Draft, Review, Words
from spoeq_reviews.service.moderating import moderate
from spoeq_reviews.service.writing import write_review

from .conftest import ONE, customer, ordered, product, rating, written
from .test_reviews import picture


async def reviewed(shop: Shop) -> tuple[Order, Review]:
    """A bought product with two shown reviews, one with a photo."""
    asha, ben = await customer(shop), await customer(shop, "Ben Varghese")
    order = await ordered(shop, asha)
    draft = Draft(Words(4, "Soft", "Washed it twice, the colour stays."), photos=(picture(),))
    review = await write_review(shop, asha, await product(shop), draft)
    review = await moderate(shop, review, review.state.PUBLISHED)
    await written(shop, ben, 2)
    await deliver_all(shop)
    assert await rating(shop) == (3.0, 2)
    return order, review


async def test_kept_they_wait_and_are_back(running: RunningApp):
    shop, guest = running.shop, shopper_browser(running)
    await reviewed(shop)
    there = await uninstall_keeping(shop, "reviews")
    assert there.collections["reviews"] == 2
    assert "Washed it twice" not in await guest.text(ONE)
    await enable_plugin(shop, "reviews")
    assert "Washed it twice" in await guest.text(ONE)
    assert await rating(shop) == (3.0, 2)


async def test_purged_nothing_is_left_and_orders_stand(running: RunningApp):
    shop, guest = running.shop, shopper_browser(running)
    order, review = await reviewed(shop)
    await disable_plugin(shop, "reviews")
    await purge_plugin(shop, "reviews")
    assert (await footprint_of(shop, "reviews")).documents == 0
    assert await rating(shop) == (0.0, 0)
    assert [await shop.storage.read(key) for photo in review.photos for key in photo.keys] == [None] * sum(
        len(photo.keys) for photo in review.photos
    )
    assert not {"reviews", "review_invitations"} & set(await shop.mongo.database.list_collection_names())
    staff = await staff_browser(running, "admin")
    assert order.number in await staff.text(f"/admin/orders/{order.id}")
    await settle(shop, "door", order.id, Settled("note 1", order.grand_total, order.currency))
    given = await refund(shop, order.id, RefundWish("broken", amount=100), actor="Meera")
    assert [one.amount for one in given.refunds] == [100]
    assert (await guest.get(ONE)).status_code == HTTPStatus.OK
    assert (await staff.get("/admin/reviews")).status_code == HTTPStatus.NOT_FOUND
    await enable_plugin(shop, "reviews")
    assert await shop.repository(ReviewRepository).count({}) == 0
    await written(shop, await customer(shop, "Chitra Iyer"), 5)
    await deliver_all(shop)
    assert await rating(shop) == (5.0, 1)
