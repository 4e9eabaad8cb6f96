"""What shoppers and staff see and press, all of it without a script."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from PIL import Image as Pillow
from quart.datastructures import FileStorage

from spoeq_core.audit.service import find_entries
from spoeq_core.kernel.clock import FixedClock
from spoeq_core.orders.tokens import order_token
from spoeq_core.plugins.lifecycle import disable_plugin, enable_plugin, save_settings
from spoeq_core.testing.clients import RunningApp
from spoeq_core.testing.shops import deliver_all
from spoeq_core.testing.visitors import SAME_SITE, Browser, shopper_browser, staff_browser, staff_program
from spoeq_reviews.demo import write_reviews
from spoeq_reviews.documents import ReviewRepository
from spoeq_reviews.model import State
from spoeq_reviews.service.asking import ask_buyers
from spoeq_reviews.service.moderating import moderate
from tests.postbox import Postbox

from .conftest import ONE, browsing, customer, ordered, product, rating, written

LIST = f"{ONE}/reviews"
WRITE = "/reviews/write/kurta-one"
FORM = {
    "rating": "5",
    "title": "Soft & <b>well</b> sewn",
    "body": "<script>alert(1)</script>\nयह बढ़िया है 🙂",
    "version": "0",
}


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", re.sub(r"(?s)<script.*?</script>", "", html)).split())


@pytest.fixture
def guest(running: RunningApp) -> Browser:
    return shopper_browser(running)


async def only(running: RunningApp) -> Any:
    [review] = await running.shop.repository(ReviewRepository).find({})
    return review


async def test_from_the_empty_page_to_the_stars(running: RunningApp, guest: Browser):
    html = await guest.text(ONE)
    assert "No reviews yet" in html
    assert "aggregateRating" not in html
    answer = await guest.get(WRITE)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/login?next={WRITE}")
    asha = await browsing(running, await customer(running.shop))
    assert "Send your review" in await asha.text(WRITE)
    answer = await asha.post(WRITE, FORM)
    assert (answer.status_code, answer.headers["Location"]) == (303, LIST)
    assert "We read your review before we show it" in await asha.text(LIST)
    assert "We are reading it" in await asha.text("/account/reviews")
    review = await only(running)
    staff = await staff_browser(running, "support")
    queue = await staff.text("/admin/reviews")
    assert "Soft &amp; &lt;b&gt;well" in queue
    detail = await staff.text(f"/admin/reviews/{review.id}")
    assert "<script>alert(1)" not in detail
    answer = await staff.post(f"/admin/reviews/{review.id}/decide", {"action": "publish", "version": "1"})
    assert answer.headers["Location"] == "/admin/reviews"
    await staff.post(f"/admin/reviews/{review.id}/reply", {"reply": "Thank you, <i>Asha</i>!", "version": "2"})
    await deliver_all(running.shop)
    for path in (ONE, LIST, f"/reviews/{review.id}", f"/reviews/{review.id}/report"):
        html = await guest.text(path)
        assert "<script>alert(1)" not in html, path
        assert "<b>well</b>" not in html
        assert "यह बढ़िया है 🙂" in html
    page = words(await guest.text(ONE))
    for shown in ("Asha R.", "5.0", "1 review", "Neel &amp; Co. replied", "Thank you, &lt;i&gt;Asha"):
        assert shown in page, shown
    html = await guest.text(ONE)
    assert '"reviewCount": 1' in html
    assert '"@type": "Review"' in html
    assert html.count('/product/kurta-one#product"') == 2
    assert "out of 5" in await guest.text("/products")
    entries = await find_entries(running.shop, target=f"review:{review.id}")
    assert {entry.action for entry in entries} == {"review.published", "review.answered"}


async def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(running: RunningApp):
    asha = await browsing(running, await customer(running.shop))
    answer = await asha.post(WRITE, {**FORM, "rating": "9", "title": "", "body": "x" * 10_240})
    html = await answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "<title>Error:" in html
    for said in ("Choose one to five stars", "Sum it up", "10240 characters"):
        assert said in html, said
    assert "x" * 10_240 in html, "what was typed is kept"


async def test_two_tabs_and_the_second_one_keeps_what_was_typed(running: RunningApp):
    asha = await browsing(running, await customer(running.shop))
    assert (await asha.post(WRITE, FORM)).status_code == 303
    answer = await asha.post(WRITE, {**FORM, "rating": "2", "title": "From the other tab"})
    html = await answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert 'value="From the other tab"' in html
    version = re.search(r'name="version" value="(\d+)"', html)
    assert version
    again = {**FORM, "rating": "2", "title": "From the other tab", "version": version[1]}
    assert (await asha.post(WRITE, again)).status_code == 303
    assert (await only(running)).title == "From the other tab"


async def test_photos_are_sent_shown_and_taken_away(running: RunningApp, guest: Browser):
    asha = await browsing(running, await customer(running.shop))
    buffer = BytesIO()
    Pillow.new("RGB", (600, 400), "teal").save(buffer, "JPEG")

    async def send(content: bytes, form: dict[str, str]) -> int:
        files = {"photos": FileStorage(BytesIO(content), filename="photo.jpg")}
        answer = await asha.client.post(WRITE, form=form, files=files, headers=SAME_SITE)
        return answer.status_code

    assert await send(b"GIF89a is none of them", FORM) == 422
    assert await send(buffer.getvalue(), FORM) == 303
    review = await only(running)
    await moderate(running.shop, review, State.PUBLISHED)
    await deliver_all(running.shop)
    html = await guest.text(ONE)
    assert "Photo of Kurta ONE by Asha R." in html
    full = re.search(r'<a href="(/media/reviews/[^"]+)" data-photo', html)
    assert full
    assert (await guest.get(full[1])).status_code == 200, "without a script a photo is a link"
    form = {**FORM, "version": str((await only(running)).version), "without": review.photos[0].id}
    assert (await asha.post(WRITE, form)).status_code == 303
    assert (await guest.get(full[1])).status_code == 404
    await save_settings(running.shop, "reviews", {"photos": False})
    assert 'type="file"' not in await asha.text(WRITE)


async def test_lists_are_narrowed_ordered_and_paged_by_their_address(running: RunningApp, guest: Browser):
    for number in range(12):
        await written(running.shop, await customer(running.shop, f"P{number} Rao"), 5 if number % 2 else 3)
    await deliver_all(running.shop)
    first = await guest.text(LIST)
    assert first.count("<article") == 10
    assert "Page 1 of 2" in words(first)
    assert (await guest.text(f"{LIST}?sort=helpful&page=2")).count("<article") == 2
    assert (await guest.text(f"{LIST}?stars=3")).count("3 of 5 stars") >= 6
    assert (await guest.text(f"{LIST}?stars=3&sort=lowest")).count("<article") == 6
    lowest = await guest.text(f"{LIST}?sort=lowest")
    assert lowest.index("gives it 3") < lowest.index("gives it 5")
    assert "No reviews with so many stars" in await guest.text(f"{LIST}?stars=1")
    assert (await guest.get(f"{LIST}?page=3")).status_code == 404
    assert 'rel="canonical"' in first
    assert 'rel="canonical"' not in await guest.text(f"{LIST}?stars=3")
    assert (await guest.text(f"{LIST}?stars=x&sort=evil")).count("<article") == 10
    page = await guest.text(ONE)
    assert "See all 12 reviews" in page
    assert page.count('class="review"') == 5


async def test_a_browser_votes_once_takes_it_back_and_reports(running: RunningApp, guest: Browser):
    review = await written(running.shop, await customer(running.shop))
    path = f"/reviews/{review.id}"
    for _ in range(2):
        answer = await guest.post(f"{path}/helpful", {"value": "1"})
        assert (answer.status_code, answer.headers["Location"]) == (303, path)
    assert "You found this helpful" in await guest.text(path)
    assert "1 person found this helpful" in await guest.text(path)
    other = shopper_browser(running)
    assert "You found this helpful" not in await other.text(path)
    await other.post(f"{path}/helpful", {"value": "1"})
    assert "2 people found this helpful" in await other.text(path)
    await guest.post(f"{path}/helpful", {"value": "0"})
    assert "1 person found this helpful" in await guest.text(path)
    answer = await guest.client.post(
        f"{path}/helpful", form={"value": "1"}, headers={**SAME_SITE, "Accept": "application/json"}
    )
    assert (await answer.get_json())["count"] == "2 people found this helpful"
    assert (await guest.post(f"{path}/report")).status_code == 422
    for _ in range(2):
        assert (await guest.post(f"{path}/report", {"reason": "spam"})).status_code == 303
    assert (await only(running)).reports == 1
    staff = await staff_browser(running)
    assert "reported once" in await staff.text("/admin/reviews?tab=reported")
    assert "It is advertising" in await staff.text(f"/admin/reviews/{review.id}")
    assert "Reported reviews" in await staff.text("/admin")
    await staff.post(f"/admin/reviews/{review.id}/decide", {"action": "publish", "version": str(review.version)})
    assert "Nothing is reported" in await staff.text("/admin/reviews?tab=reported")
    assert (await guest.get("/reviews/NOTHING")).status_code == 404


async def test_pages_for_everybody_say_nothing_of_who_looks(running: RunningApp):
    author = await customer(running.shop)
    await written(running.shop, author)
    await deliver_all(running.shop)
    asha = await browsing(running, author)
    section = re.compile(r'(?s)<section class="reviews".*?</section>')
    csrf = re.compile(r'value="[^"]*"')
    seen = [section.search(await browser.text(ONE)) for browser in (asha, shopper_browser(running))]
    assert seen[0]
    assert seen[1]
    assert csrf.sub("", seen[0][0]) == csrf.sub("", seen[1][0])


async def test_an_order_leads_to_reviews_of_what_is_in_it(running: RunningApp, guest: Browser):
    author = await customer(running.shop)
    order = await ordered(running.shop, author)
    asha = await browsing(running, author)
    assert f"/reviews/order/{order.id}" in await asha.text(f"/account/orders/{order.id}")
    page = await asha.text(f"/reviews/order/{order.id}")
    assert WRITE in page
    assert "Review what you bought" in await asha.text("/account/reviews")
    await asha.post(WRITE, FORM)
    assert (await only(running)).verified
    assert "Change your review" in await asha.text(f"/reviews/order/{order.id}")
    assert (await guest.get(f"/reviews/order/{order.id}")).status_code == 303
    assert (await guest.get(f"/reviews/order/{order.id}?token=x")).status_code == 404
    waiting = await ordered(running.shop, author, "TWO", "shipped")
    assert "/reviews/order/" not in await asha.text(f"/account/orders/{waiting.id}")
    assert "Nothing to review yet" in await asha.text(f"/reviews/order/{waiting.id}")


async def test_a_guest_reviews_by_the_link_of_the_order(running: RunningApp, guest: Browser):
    order = await ordered(running.shop, None)
    token = order_token(running.shop, order.id)
    page = await guest.text(f"/reviews/order/{order.id}?token={token}")
    link = re.search(r'href="(/reviews/write/[^"]+)"', page)
    assert link
    path = link[1].replace("&amp;", "&")
    assert "Send your review" in await guest.text(path)
    answer = await guest.post(path, FORM)
    assert answer.status_code == 303
    assert "We are reading it" in await guest.text(answer.headers["Location"])
    review = await only(running)
    assert (review.verified, review.customer_id) == (True, "")
    query = path.partition("?")[2]
    assert (await shopper_browser(running).post(f"/reviews/{review.id}/delete")).status_code == 404
    assert (await guest.post(f"/reviews/{review.id}/delete?{query}")).status_code == 303
    await deliver_all(running.shop)
    assert await running.shop.repository(ReviewRepository).count({}) == 0


async def test_who_did_not_buy_is_told_what_to_do(running: RunningApp):
    await save_settings(running.shop, "reviews", {"unverified": False})
    asha = await browsing(running, await customer(running.shop))
    answer = await asha.get(WRITE)
    assert answer.status_code == 403
    assert "Only buyers can review this" in await answer.get_data(as_text=True)
    assert (await asha.post(WRITE, FORM)).status_code == 403


async def test_staff_decide_on_many_after_they_have_seen_what_happens(running: RunningApp):
    made = [await written(running.shop, await customer(running.shop, f"P{n} Rao"), shown=False) for n in range(3)]
    staff = await staff_browser(running)
    assert "Reviews to read" in await staff.text("/admin")
    page = await staff.text("/admin/reviews?q=gives")
    keys = re.findall(r'name="ids" value="([^"]+)"', page)
    assert len(keys) == 3
    await moderate(running.shop, made[0], State.REJECTED)
    client = staff.client
    answer = await client.post(
        "/admin/reviews/bulk",
        data="&".join(["action=publish", "tab=pending", *(f"ids={key.replace(':', '%3A')}" for key in keys)]),
        headers={**SAME_SITE, "Content-Type": "application/x-www-form-urlencoded"},
    )
    html = await answer.get_data(as_text=True)
    assert "2 can be changed" in words(html)
    assert "changed since you read it" in html
    ids = re.search(r'name="ids" value="([^"]*)"', html)
    assert ids
    answer = await staff.post("/admin/reviews/bulk/run", {"action": "publish", "ids": ids[1]})
    assert answer.status_code == 303
    assert "2 reviews are shown" in await staff.text("/admin/reviews")
    await deliver_all(running.shop)
    assert (await rating(running.shop))[1] == 2
    answer = await staff.post("/admin/reviews/bulk/run", {"action": "publish", "ids": ids[1]})
    assert (await rating(running.shop))[1] == 2, "sent twice it is done once"
    warehouse = await staff_browser(running, "warehouse")
    assert (await warehouse.get("/admin/reviews")).status_code == 403
    assert "Reviews to read" not in await warehouse.text("/admin")


async def test_a_stale_decision_is_refused_and_a_reply_is_not_lost(running: RunningApp):
    review = await written(running.shop, await customer(running.shop), shown=False)
    staff = await staff_browser(running)
    path = f"/admin/reviews/{review.id}"
    await staff.post(f"{path}/decide", {"action": "reject", "reason": "spam", "version": "7"})
    assert (await only(running)).state is State.PENDING
    assert "Look at it again" in await staff.text(path)
    assert (await staff.post(f"{path}/decide", {"action": "reject", "version": "1"})).status_code == 422
    answer = await staff.post(f"{path}/reply", {"reply": "Long thoughts", "version": "7"})
    assert answer.status_code == 409
    assert "Long thoughts" in await answer.get_data(as_text=True)
    assert (await staff.post(f"{path}/reply", {"reply": "x" * 2001, "version": "1"})).status_code == 422
    assert (await staff.post(f"{path}/delete", {"version": "1"})).status_code == 303
    assert (await staff.get(path)).status_code == 404


async def test_buyers_who_agreed_to_news_are_asked_once(running: RunningApp, postbox: Postbox, clock: FixedClock):
    shop = running.shop
    await save_settings(shop, "reviews", {"ask_after_days": 7})
    agreed = await customer(shop, "Asha Rao", agrees=["marketing"])
    silent = await customer(shop, "Ravi Das")
    staff = await staff_program(running)
    orders = [await ordered(shop, author, status="shipped") for author in (agreed, silent, None)]
    for order in orders:
        status, answer = await staff.patch(f"/orders/{order.id}/status", {"status": "delivered"})
        assert status == 200, answer
    await deliver_all(shop)
    assert await ask_buyers(shop) == 0, "not before its time"
    clock.forward(timedelta(days=8))
    postbox.failing = True
    with pytest.raises(ConnectionError):
        await ask_buyers(shop)
    postbox.failing = False
    clock.forward(timedelta(minutes=3))
    for _ in range(2):
        await ask_buyers(shop)
    letters = postbox.about("reviews/how_was_it")
    assert [letter.to_email for letter in letters] == [order.email for order in orders[:1]]
    link = re.search(r"/reviews/order/\S+", letters[0].text)
    assert link
    assert "Kurta ONE" in await shopper_browser(running).text(link[0])


async def test_switched_off_pages_are_as_if_nobody_had_written(running: RunningApp, guest: Browser):
    await written(running.shop, await customer(running.shop))
    await deliver_all(running.shop)
    await disable_plugin(running.shop, "reviews")
    html = await guest.text(ONE)
    assert "aggregateRating" not in html
    assert 'id="reviews"' not in html
    assert (await guest.get(LIST)).status_code == 404
    assert "out of 5" not in await guest.text("/products")
    await enable_plugin(running.shop, "reviews")
    assert "aggregateRating" in await guest.text(ONE)


async def test_pages_speak_hindi(running: RunningApp, guest: Browser):
    await written(running.shop, await customer(running.shop))
    await deliver_all(running.shop)
    await guest.get("/?lang=hi")
    for path in (ONE, LIST):
        html = await guest.text(path)
        assert "समीक्षा" in html
        assert "Helpful" not in html


async def test_a_demo_shop_has_reviews_and_asking_again_adds_none(running: RunningApp):
    for _ in range(2):
        await write_reviews(running.shop)
        assert await running.shop.repository(ReviewRepository).count({}) == 14
    assert (await rating(running.shop))[1] == 6
    assert (await product(running.shop)).rating_average > 2
