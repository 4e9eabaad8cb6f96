"""The JSON contract: reading, writing, deciding, voting."""

from __future__ import annotations

from typing import Any

import pytest

from spoeq_core.plugins.lifecycle import disable_plugin, enable_plugin, save_settings
from spoeq_core.testing.clients import RunningApp
from spoeq_core.testing.shops import deliver_all
from spoeq_core.testing.visitors import Program, shopper_program, staff_program
from spoeq_reviews.limits import WRITES
from spoeq_reviews.model import LONGEST_BODY

from .conftest import GOOD, customer, ordered, product, signed_in, written

HINDI = {"rating": 4, "title": "बहुत बढ़िया 🙂", "body": "कपड़ा मुलायम है।\n\nरंग पक्का है।"}


@pytest.fixture
async def path(running: RunningApp) -> str:
    return f"/products/{(await product(running.shop)).id}/reviews"


@pytest.fixture
async def asha(running: RunningApp) -> Program:
    return await signed_in(running, await customer(running.shop))


async def test_from_the_first_word_to_the_stars(running: RunningApp, path: str, asha: Program):
    staff, guest = await staff_program(running, "support"), shopper_program(running)
    status, review = await asha.post(path, HINDI)
    assert status == 201
    assert {name: review[name] for name in ("author", "status", "verified", "rating", "title", "body", "version")} == {
        **HINDI,
        "author": "Asha R.",
        "status": "pending",
        "verified": False,
        "version": 1,
    }
    assert (await guest.get(path))[1] == {"items": [], "total": 0, "page": 1, "per_page": 10}
    status, again = await asha.post(path, GOOD)
    assert (status, again["code"]) == (409, "already_reviewed")
    assert (await asha.get("/me/reviews"))[1]["items"] == [review]
    queue = (await staff.get("/reviews?status=pending"))[1]
    assert [item["id"] for item in queue["items"]] == [review["id"]]
    status, decided = await staff.post(f"/reviews/{review['id']}/moderate", {"status": "published", "reply": "धन्यवाद!"})
    assert (status, decided["status"], decided["reply"]["body"]) == (200, "published", "धन्यवाद!")
    await deliver_all(running.shop)
    shown = (await guest.get(f"{path}?stars=4&sort=helpful"))[1]
    assert [item["title"] for item in shown["items"]] == [HINDI["title"]]
    assert not {"status", "customer_id", "version"} & set(shown["items"][0])
    assert (await guest.get(f"{path}?stars=5"))[1]["total"] == 0
    _, found = await guest.get("/products/kurta-one")
    assert found["rating"] == {"average": 4.0, "count": 1, "stars": [0, 0, 0, 1, 0]}
    status, entries = await (await staff_program(running, "admin")).get(
        f"/admin/audit-log?target=review:{review['id']}"
    )
    assert [entry["action"] for entry in entries["items"]] == ["review.published"]


async def test_its_author_changes_and_deletes_it_and_nobody_else(running: RunningApp, path: str, asha: Program):
    ravi = await signed_in(running, await customer(running.shop, "Ravi Das"))
    _, review = await asha.post(path, GOOD)
    mine = f"/reviews/{review['id']}"
    assert (await ravi.patch(mine, {"rating": 1}))[0] == 404
    assert (await ravi.delete(mine))[0] == 404
    status, changed = await asha.patch(mine, {"rating": 3}, {"If-Match": '"1"'})
    assert (status, changed["rating"], changed["title"]) == (200, 3, GOOD["title"])
    status, problem = await asha.patch(mine, {"rating": 2}, {"If-Match": '"1"'})
    assert (status, problem["code"]) == (409, "stale")
    assert (await asha.delete(mine))[0] == 204
    assert (await asha.delete(mine))[0] == 404
    assert (await asha.post(path, GOOD))[0] == 201, "written anew"
    staff = await staff_program(running)
    assert (await staff.delete(mine))[0] == 204
    warehouse = await staff_program(running, "warehouse")
    assert (await warehouse.delete(mine))[0] == 403


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({**GOOD, "rating": 0}, "rating"),
        ({**GOOD, "rating": 6}, "rating"),
        ({**GOOD, "rating": "5"}, "rating"),
        ({**GOOD, "title": "  "}, "title"),
        ({**GOOD, "body": "x" * 10_240}, "body"),
        ({**GOOD, "body": "\u0000\u202e"}, "body"),
        ({**GOOD, "verified": True}, "verified"),
        ({"rating": 5}, "title"),
    ],
)
async def test_what_is_no_review_is_refused_at_its_field(path: str, asha: Program, body: dict[str, Any], field: str):
    status, problem = await asha.post(path, body)
    assert status == 422
    assert field in [error["field"] for error in problem["errors"]]


async def test_the_longest_review_is_kept_whole(path: str, asha: Program):
    status, review = await asha.post(path, {**GOOD, "body": "🙂" * LONGEST_BODY})
    assert (status, len(review["body"])) == (201, LONGEST_BODY)


async def test_who_may_what(running: RunningApp, path: str, asha: Program):
    guest, staff = shopper_program(running), await staff_program(running, "warehouse")
    review = await written(running.shop, await customer(running.shop, "Ravi Das"))
    decide = f"/reviews/{review.id}/moderate"
    for program, status in [(guest, 401), (staff, 403), (asha, 403)]:
        assert (await program.post(decide, {"status": "rejected"}))[0] == status
        assert (await program.get("/reviews"))[0] == status
    assert (await guest.post(path, GOOD))[0] == 401
    assert (await staff.post(path, GOOD))[0] == 403
    assert (await asha.post("/products/nothing/reviews", GOOD))[0] == 404
    assert (await guest.get("/products/nothing/reviews"))[0] == 404
    for query in ("sort=best", "stars=9", "per_page=101", "page=0"):
        assert (await guest.get(f"{path}?{query}"))[0] == 422, query
    status, problem = await (await staff_program(running)).get("/reviews?status=deleted")
    assert (status, problem["errors"][0]["field"]) == (422, "status")


async def test_votes_and_reports(running: RunningApp, asha: Program):
    ravi = await customer(running.shop, "Ravi Das")
    review = await written(running.shop, ravi)
    helpful, report = f"/reviews/{review.id}/helpful", f"/reviews/{review.id}/report"
    for _ in range(2):
        assert (await asha.post(helpful))[1] == {"id": review.id, "helpful": 1}
        assert (await asha.post(report, {"reason": "spam"}))[0] == 202
    assert (await asha.delete(helpful))[1] == {"id": review.id, "helpful": 0}
    status, problem = await (await signed_in(running, ravi)).post(helpful)
    assert (status, problem["code"]) == (403, "own_review")
    assert (await asha.post(report, {"reason": "boring"}))[0] == 422
    staff = await staff_program(running)
    reported = (await staff.get("/reviews?status=reported"))[1]["items"]
    assert [(item["reports"], item["reported_as"]) for item in reported] == [(1, {"spam": 1})]


async def test_reviews_of_buyers_only(running: RunningApp, path: str):
    await save_settings(running.shop, "reviews", {"unverified": False})
    author = await customer(running.shop)
    asha = await signed_in(running, author)
    status, problem = await asha.post(path, GOOD)
    assert (status, problem["code"]) == (403, "not_bought")
    await ordered(running.shop, author)
    status, review = await asha.post(path, GOOD)
    assert (status, review["verified"]) == (201, True)


async def test_a_flood_is_stopped(path: str, asha: Program):
    _, review = await asha.post(path, GOOD)
    for _ in range(WRITES - 1):
        assert (await asha.patch(f"/reviews/{review['id']}", {"rating": 4}))[0] == 200
    assert (await asha.patch(f"/reviews/{review['id']}", {"rating": 4}))[0] == 429


async def test_switched_off_nothing_of_it_is_left_and_on_again_all_is_back(running: RunningApp, path: str):
    await written(running.shop, await customer(running.shop))
    await deliver_all(running.shop)
    guest = shopper_program(running)
    assert (await guest.get("/products?rating_min=4"))[1]["total"] == 1
    await disable_plugin(running.shop, "reviews")
    assert (await guest.get(path))[0] == 404
    assert (await guest.get("/products/kurta-one"))[1]["rating"]["count"] == 0
    assert (await guest.get("/products?rating_min=4"))[1]["total"] == 0
    await enable_plugin(running.shop, "reviews")
    assert (await guest.get("/products/kurta-one"))[1]["rating"]["count"] == 1
    assert (await guest.get(path))[1]["total"] == 1
