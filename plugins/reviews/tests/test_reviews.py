"""Writing, reading, voting and counting: twice, in parallel, in pieces, and with the plugin switched off."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from PIL import Image as Pillow

from spoeq_core.catalog.documents import ProductRepository
from spoeq_core.hooks.contributions import Person
from spoeq_core.kernel.errors import Conflict, Forbidden, Invalid, StaleAggregate
from spoeq_core.plugins.lifecycle import disable_plugin, enable_plugin, save_settings
from spoeq_core.shop import Shop
from spoeq_core.testing.shops import deliver_all
from spoeq_reviews.documents import ReviewRepository
from spoeq_reviews.events import ReviewChanged, ReviewPublished
from spoeq_reviews.model import Author, Draft, Filter, Reason, Review, State, Words, guest_key
from spoeq_reviews.personal import erase_reviews, export_reviews
from spoeq_reviews.service.moderating import answer, counts, list_reviews, moderate, moderate_many
from spoeq_reviews.service.rating import recount, recount_everything
from spoeq_reviews.service.voting import find_helpful, found_helpful, report
from spoeq_reviews.service.writing import change_review, delete_review, review_of, write_review
from tests.postbox import Postbox

from .conftest import customer, ordered, product, rating, written

WORDS = Words(5, "Soft and well sewn", "Washed it twice, the colour stays.", "en")


def picture(size: tuple[int, int] = (400, 300)) -> bytes:
    buffer = BytesIO()
    Pillow.new("RGB", size, "teal").save(buffer, "JPEG")
    return buffer.getvalue()


async def stored(shop: Shop, review: Review) -> Review:
    return await shop.repository(ReviewRepository).get(review.id)


async def test_a_review_waits_is_published_counted_and_its_author_told(shop: Shop, postbox: Postbox):
    asha = await customer(shop)
    review = await write_review(shop, asha, await product(shop), Draft(WORDS))
    await deliver_all(shop)
    assert (review.state, review.name, review.verified) == (State.PENDING, "Asha R.", False)
    assert await rating(shop) == (0.0, 0)
    version = (await product(shop)).version
    await moderate(shop, review, State.PUBLISHED)
    await deliver_all(shop)
    assert await rating(shop) == (5.0, 1)
    assert (await product(shop)).version == version
    letters = postbox.about("reviews/shown")
    assert [letter.to_email for letter in letters] == [asha.email]
    assert "/product/kurta-one#reviews" in letters[0].text


async def test_each_change_of_what_counts_is_told_and_a_publication_once(shop: Shop):
    told: list[str] = []

    async def wake(_collection: str, _key: str, pending: list[dict[str, Any]]) -> None:
        told.extend(each["type"] for each in pending)

    shop.outbox.wake = wake
    review = await written(shop, await customer(shop), shown=False)
    published = await moderate(shop, review, State.PUBLISHED)
    await moderate(shop, published, State.PUBLISHED)
    assert [name for name in told if name.startswith("Review")] == [ReviewChanged.__name__, ReviewPublished.__name__]


async def test_moderating_twice_is_moderating_once(shop: Shop, postbox: Postbox):
    review = await written(shop, await customer(shop), shown=False)
    published = await moderate(shop, review, State.PUBLISHED)
    assert await moderate(shop, published, State.PUBLISHED) == published
    with pytest.raises(StaleAggregate):
        await moderate(shop, review, State.REJECTED, Reason.SPAM)
    await deliver_all(shop)
    rejected = await moderate(shop, published, State.REJECTED, Reason.SPAM)
    assert (rejected.state, rejected.reason) == (State.REJECTED, "spam")
    await deliver_all(shop)
    assert await rating(shop) == (0.0, 0)
    await moderate(shop, rejected, State.PUBLISHED)
    await deliver_all(shop)
    assert await rating(shop) == (5.0, 1)
    assert len(postbox.about("reviews/shown")) == 1, "told once, however often it comes and goes"


async def test_two_tabs_write_one_review(shop: Shop):
    asha, kurta = await customer(shop), await product(shop)
    drafts = [Draft(replace(WORDS, rating=number)) for number in (1, 2, 3, 4, 5)]
    results = await asyncio.gather(
        *(write_review(shop, asha, kurta, draft) for draft in drafts), return_exceptions=True
    )
    made = [result for result in results if isinstance(result, Review)]
    refused = [result for result in results if isinstance(result, Conflict)]
    assert (len(made), len(refused)) == (1, 4)
    assert {error.code for error in refused} == {"already_reviewed"}
    assert await shop.repository(ReviewRepository).count({}) == 1
    assert (await stored(shop, made[0])).rating == made[0].rating


async def test_an_edit_is_read_again_and_a_stale_one_refused(shop: Shop):
    asha, kurta = await customer(shop), await product(shop)
    review = await written(shop, asha)
    await deliver_all(shop)
    changed = await change_review(shop, review, kurta, asha, Draft(replace(WORDS, rating=2)))
    assert (changed.state, changed.rating, changed.id) == (State.PENDING, 2, review.id)
    await deliver_all(shop)
    assert await rating(shop) == (0.0, 0)
    with pytest.raises(StaleAggregate):
        await change_review(shop, review, kurta, asha, Draft(WORDS))


async def test_a_deleted_review_leaves_nothing_and_can_be_written_anew(shop: Shop):
    asha, kurta = await customer(shop), await product(shop)
    review = await written(shop, asha)
    await find_helpful(shop, review, "v:1", yes=True)
    await deliver_all(shop)
    await delete_review(shop, review)
    again = await write_review(shop, asha, kurta, Draft(WORDS))
    await deliver_all(shop)
    assert (again.id, again.helpful, (await stored(shop, again)).helpful) == (review.id, 0, 0)
    assert await rating(shop) == (0.0, 0)
    await delete_review(shop, again)
    await deliver_all(shop)
    assert await shop.repository(ReviewRepository).count({}) == 0
    assert await review_of(shop, kurta.id, asha) is None


async def test_a_purchase_verifies_once_it_arrived(shop: Shop):
    asha, ravi, kurta = await customer(shop), await customer(shop, "Ravi Das"), await product(shop)
    order = await ordered(shop, asha)
    assert (await write_review(shop, asha, kurta, Draft(WORDS))).verified
    await ordered(shop, ravi, status="shipped")
    waiting = await write_review(shop, ravi, kurta, Draft(WORDS))
    assert not waiting.verified
    await save_settings(shop, "reviews", {"verified_by": "confirmed"})
    assert (await change_review(shop, waiting, kurta, ravi, Draft(WORDS))).verified
    assert not (await write_review(shop, asha, await product(shop, "TWO"), Draft(WORDS))).verified
    assert order.customer_id == asha.customer_id


async def test_a_shop_may_take_reviews_of_buyers_only(shop: Shop):
    await save_settings(shop, "reviews", {"unverified": False})
    asha, kurta = await customer(shop), await product(shop)
    with pytest.raises(Forbidden) as caught:
        await write_review(shop, asha, kurta, Draft(WORDS))
    assert caught.value.code == "not_bought"
    await ordered(shop, asha)
    assert (await write_review(shop, asha, kurta, Draft(WORDS))).verified


async def test_a_guest_reviews_by_the_link_of_the_order_and_nothing_else(shop: Shop):
    order = await ordered(shop, None)
    guest = Author(guest_key(order.email), "", "Asha Rao", order.email, order.id)
    review = await write_review(shop, guest, await product(shop), Draft(WORDS))
    assert (review.verified, review.customer_id, review.name) == (True, "", "Asha R.")
    with pytest.raises(Forbidden):
        await write_review(shop, guest, await product(shop, "TWO"), Draft(WORDS))
    stranger = Author(guest_key("x@example.in"), "", "X", "x@example.in", order.id)
    with pytest.raises(Forbidden):
        await write_review(shop, stranger, await product(shop), Draft(WORDS))


@pytest.mark.parametrize(
    ("publish_from", "stars", "state"), [(4, 4, "published"), (4, 3, "pending"), (0, 5, "pending")]
)
async def test_reviews_of_buyers_are_shown_at_once_where_the_merchant_says_so(shop: Shop, publish_from, stars, state):
    await save_settings(shop, "reviews", {"publish_from": publish_from})
    asha, ravi = await customer(shop), await customer(shop, "Ravi Das")
    await ordered(shop, asha)
    draft = Draft(replace(WORDS, rating=stars))
    assert (await write_review(shop, asha, await product(shop), draft)).state == state
    assert (await write_review(shop, ravi, await product(shop), draft)).state == "pending"
    await deliver_all(shop)
    assert (await rating(shop))[1] == (state == "published")


async def test_votes_race_and_each_counts_once(shop: Shop):
    review = await written(shop, await customer(shop))
    voters = [f"v:{number}" for number in range(8)] * 4
    await asyncio.gather(*(find_helpful(shop, review, who, yes=True) for who in voters))
    assert (await stored(shop, review)).helpful == 8
    await asyncio.gather(*(find_helpful(shop, review, who, yes=False) for who in voters if who < "v:3"))
    assert (await stored(shop, review)).helpful == 5
    assert await found_helpful(shop, review, "v:5")
    assert not await found_helpful(shop, review, "v:1")
    assert await find_helpful(shop, review, review.author, yes=True) == 5, "one's own does not count"


async def test_a_vote_survives_what_staff_and_author_save(shop: Shop):
    asha = await customer(shop)
    review = await written(shop, asha)
    seen = await stored(shop, review)
    await find_helpful(shop, review, "v:1", yes=True)
    await answer(shop, seen, "Thank you!", "Sunil")
    after = await stored(shop, review)
    assert (after.helpful, after.reply and after.reply.body) == (1, "Thank you!")
    assert (await answer(shop, after, "", "Sunil")).reply is None


async def test_a_report_counts_once_and_is_gone_when_staff_keep_the_review(shop: Shop):
    review = await written(shop, await customer(shop))
    results = await asyncio.gather(*(report(shop, review, f"v:{n % 2}", Reason.SPAM) for n in range(6)))
    assert sum(results) == 2
    reported = await stored(shop, review)
    assert (reported.reports, dict(reported.reported_as)) == (2, {"spam": 2})
    assert (await counts(shop))["reported"] == 1
    await moderate(shop, reported, State.PUBLISHED)
    assert (await counts(shop))["reported"] == 0
    assert not await report(shop, review, "v:1", Reason.OFFENSIVE), "nobody reports the same review twice"


async def test_counting_in_parallel_ends_right(shop: Shop):
    kurta = await product(shop)
    people = [await customer(shop, f"P{number} Rao") for number in range(6)]
    made = [await written(shop, person, number % 5 + 1) for number, person in enumerate(people)]

    async def reject(review: Review) -> None:
        await moderate(shop, review, State.REJECTED, Reason.OTHER)
        await recount(shop, [kurta.id])

    await asyncio.gather(*(recount(shop, [kurta.id]) for _ in range(4)), *(reject(review) for review in made[:3]))
    left = [review.rating for review in made[3:]]
    assert await rating(shop) == (sum(left) / len(left), len(left))


async def test_a_crash_between_publishing_and_counting_is_healed(shop: Shop, monkeypatch: pytest.MonkeyPatch):
    async def killed(*_: object) -> None:
        raise asyncio.CancelledError

    review = await written(shop, await customer(shop), shown=False)
    monkeypatch.setattr(shop.outbox, "announce", killed)
    with pytest.raises(asyncio.CancelledError):
        await moderate(shop, review, State.PUBLISHED)
    assert (await stored(shop, review)).is_shown
    assert await rating(shop) == (0.0, 0)
    monkeypatch.undo()
    await deliver_all(shop)
    assert await rating(shop) == (5.0, 1)
    await shop.repository(ProductRepository).collection.update_many(
        {}, {"$set": {"rating_stars": [9, 0, 0, 0, 0], "rating_average": 1.0, "rating_count": 9}}
    )
    await recount_everything(shop)
    assert (await rating(shop), await rating(shop, "TWO")) == ((5.0, 1), (0.0, 0)), "the daily count heals anything"


async def test_what_happens_while_the_plugin_is_off_is_counted_when_it_is_on_again(shop: Shop):
    review = await written(shop, await customer(shop))
    await deliver_all(shop)
    await disable_plugin(shop, "reviews")
    await moderate(shop, review, State.REJECTED, Reason.OTHER)
    await deliver_all(shop)
    assert await rating(shop) == (5.0, 1), "told to nobody"
    gone = await written(shop, await customer(shop, "Ravi Das"), shown=False)
    await delete_review(shop, gone)
    await deliver_all(shop)
    left = await shop.repository(ReviewRepository).collection.find_one({"_id": gone.id})
    assert (left["author"], left["customer_id"], left["title"]) == ("", "", ""), "nothing of anybody is left meanwhile"
    await enable_plugin(shop, "reviews")
    assert await rating(shop) == (0.0, 0)
    assert await shop.repository(ReviewRepository).find_by_id(gone.id) is None


async def test_photos_are_stored_described_and_removed_at_once(shop: Shop):
    asha, kurta = await customer(shop), await product(shop)
    draft = Draft(WORDS, photos=(picture(), picture((900, 900))))
    review = await write_review(shop, asha, kurta, draft)
    keys = [key for photo in review.photos for key in photo.keys]
    assert len(review.photos) == 2
    assert all([await shop.storage.read(key) for key in keys])
    assert await shop.mongo.collection("loose_files").count_documents({}) == 0
    first = review.photos[0]
    less = await change_review(shop, review, kurta, asha, Draft(WORDS, without=frozenset({first.id})))
    assert less.photos == review.photos[1:]
    with pytest.raises(Invalid) as caught:
        await change_review(shop, less, kurta, asha, Draft(WORDS, photos=(picture(),) * 5))
    assert (caught.value.errors[0].field, caught.value.errors[0].code) == ("photos", "too_many")
    with pytest.raises(Invalid) as caught:
        await change_review(shop, less, kurta, asha, Draft(WORDS, photos=(b"<svg onload=alert(1)>",)))
    assert caught.value.errors[0].field == "photos"
    await delete_review(shop, less)
    left = [await shop.storage.read(key) for key in less.photos[0].keys]
    assert left == [None] * len(left)


async def test_erasing_a_person_keeps_shown_words_without_them(shop: Shop):
    asha, ravi = await customer(shop), await customer(shop, "Ravi Das")
    kurta, two = await product(shop), await product(shop, "TWO")
    shown = await write_review(shop, asha, kurta, Draft(WORDS, photos=(picture(),)))
    shown = await moderate(shop, shown, State.PUBLISHED)
    waiting = await write_review(shop, asha, two, Draft(WORDS))
    other = await written(shop, ravi, 1)
    await find_helpful(shop, other, asha.key, yes=True)
    person = Person(asha.customer_id, asha.email)
    rows = [row async for row in export_reviews(shop, person)]
    assert [(row["title"], row["state"]) for row in rows] == [(WORDS.title, "published"), (WORDS.title, "pending")]
    for _ in range(2):
        await erase_reviews(shop, person)
        await deliver_all(shop)
    kept = await stored(shop, shown)
    assert (kept.name, kept.author, kept.customer_id, kept.photos) == ("", "", "", ())
    assert (kept.body, kept.state) == (WORDS.body, State.PUBLISHED)
    assert await shop.storage.read(shown.photos[0].keys[0]) is None
    assert await shop.repository(ReviewRepository).find_by_id(waiting.id) is None
    raw = await shop.repository(ReviewRepository).collection.find_one({"_id": other.id})
    assert (raw["voters"], raw["helpful"]) == ([], 1)
    assert await rating(shop) == (3.0, 2)
    assert [row async for row in export_reviews(shop, person)] == []


async def test_staff_find_what_they_look_for_and_decide_on_many(shop: Shop):
    made = [await written(shop, await customer(shop, f"P{n} Rao"), n + 1, shown=False) for n in range(3)]
    assert [item.rating for item in (await list_reviews(shop, Filter(q="gives it 2"), 1, 10)).items] == [2]
    assert (await list_reviews(shop, Filter(q="(.*"), 1, 10)).total == 0
    seen = {review.id: review.version for review in made}
    await moderate(shop, made[0], State.REJECTED, Reason.SPAM)
    done = await moderate_many(shop, seen, State.PUBLISHED)
    assert sorted(review.rating for review in done) == [2, 3], "what changed since it was read is left alone"
    await deliver_all(shop)
    assert await rating(shop) == (2.5, 2)
