"""The staff's forms: create, edit, preview, publish, conflicts, and what is refused."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from urllib.parse import urlencode

import pytest

from spoeq_core.plugins.lifecycle import disable_plugin, save_settings
from spoeq_core.testing.clients import RunningApp
from spoeq_core.testing.visitors import Browser, shopper_browser, staff_browser
from spoeq_pages.model import Changes
from spoeq_pages.service import create_page, delete_page, get_page, get_question, update_page

FORM = {
    "title": "Wholesale",
    "slug": "",
    "body": "## Terms\r\n\r\nFrom **50** pieces.",
    "description": "",
    "place": "company",
    "position": "5",
}


async def text_of(answer: Any) -> str:
    return str(await answer.get_data(as_text=True))


async def created(staff: Browser, **fields: str) -> str:
    """The id of a page made through the form."""
    answer = await staff.post("/admin/pages/new", {**FORM, **fields})
    assert answer.status_code == 303, await text_of(answer)
    return answer.headers["Location"].rpartition("/")[2]


async def test_a_page_is_written_previewed_published_and_withdrawn(running: RunningApp, staff: Browser):
    shopper = shopper_browser(running)
    page_id = await created(staff)
    stored = await get_page(running.shop, page_id)
    assert (stored.slug, stored.body, stored.published) == ("wholesale", "## Terms\n\nFrom **50** pieces.", False)
    assert (await shopper.get("/pages/wholesale")).status_code == 404
    form = {**FORM, "slug": "wholesale"}
    seen = await text_of(await staff.post("/admin/pages/preview", {**form, "title": "Typed <b>only</b>"}))
    assert "<h1>Typed &lt;b&gt;only&lt;/b&gt;</h1>" in seen
    assert "Preview: nothing is saved yet" in seen
    assert '<meta name="robots" content="noindex">' in seen
    assert (await get_page(running.shop, page_id)).version == 1
    answer = await staff.post(f"/admin/pages/{page_id}", {**form, "do": "publish"})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/admin/pages/{page_id}")
    assert "shown in the shop" in await staff.text(f"/admin/pages/{page_id}")
    assert "From <strong>50</strong> pieces." in await shopper.text("/pages/wholesale")
    await staff.post(f"/admin/pages/{page_id}", {**form, "do": "withdraw"})
    assert (await shopper.get("/pages/wholesale")).status_code == 404


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"title": "x" * 300}, "title", "At most 150 characters; these are 300."),
        ({"title": ""}, "title", "Enter a title."),
        ({"slug": "Not A Slug"}, "slug", "Use small letters"),
        ({"slug": "shipping"}, "slug", "Another page has this address."),
        ({"title": "मेला", "slug": ""}, "slug", "Use small letters"),
        ({"body": "x" * 100_001}, "body", "At most 100,000 characters"),
        ({"body": "", "do": "publish"}, "body", "Write the text before you publish it."),
        ({"position": "1.5"}, "position", "Enter a whole number."),
        ({"position": "-1"}, "position", "From 0 to 999."),
        ({"position": "9" * 30}, "position", "Enter a whole number."),
        ({"place": "everywhere"}, "place", "Choose where it is linked."),
    ],
)
async def test_bad_input_is_told_at_its_field_and_kept(
    running: RunningApp, staff: Browser, change: dict[str, str], field: str, words: str
):
    typed = {**FORM, **change}
    answer = await staff.post("/admin/pages/new", typed)
    html = await text_of(answer)
    assert answer.status_code == 422
    assert f'href="#f-{field}"' in html, "the summary leads to it"
    assert words in html
    if field != "body":
        assert "From **50** pieces." in html, "what was typed is kept"


async def test_a_body_beyond_every_limit_is_refused(running: RunningApp, staff: Browser):
    answer = await staff.post("/admin/pages/new", {**FORM, "body": "x" * 2_000_000})
    assert answer.status_code == 413


async def base_of(staff: Browser, path: str) -> str:
    return base_in(await staff.text(path))


def base_in(html: str) -> str:
    found = re.search(r'name="base" value="([^"]*)"', html)
    assert found
    return unescape(found[1])


async def test_two_at_once_choose_where_both_changed_the_same(running: RunningApp, staff: Browser):
    page_id = await created(staff)
    path = f"/admin/pages/{page_id}"
    mine = {**FORM, "slug": "wholesale", "base": await base_of(staff, path), "body": "Mine."}
    stored = await get_page(running.shop, page_id)
    await update_page(running.shop, stored, Changes("Wholesale and <export>", "wholesale", "Theirs.\n\nWhole."))
    answer = await staff.post(path, mine)
    html = await text_of(answer)
    assert answer.status_code == 409
    assert "Somebody else saved this meanwhile" in html
    assert "Wholesale and &lt;export&gt;" in html
    assert "Theirs." in html
    assert re.search(r"<textarea[^>]*>\s*Mine\.</textarea>", html), "what was typed is kept"
    assert (await get_page(running.shop, page_id)).body == "Theirs.\n\nWhole."
    again = {**mine, "title": "Wholesale and <export>", "base": base_in(html)}
    assert (await staff.post(path, {**again, "take-body": "mine"})).status_code == 303
    found = await get_page(running.shop, page_id)
    assert (found.title, found.body) == ("Wholesale and <export>", "Mine.")


async def test_what_only_the_other_changed_is_taken_over(running: RunningApp, staff: Browser):
    page_id = await created(staff)
    path = f"/admin/pages/{page_id}"
    mine = {**FORM, "slug": "wholesale", "base": await base_of(staff, path), "position": "9"}
    stored = await get_page(running.shop, page_id)
    await update_page(running.shop, stored, Changes(stored.title, "wholesale", "Theirs.", "", stored.place, 5))
    assert (await staff.post(path, mine)).status_code == 303
    found = await get_page(running.shop, page_id)
    assert (found.body, found.position) == ("Theirs.", 9)


@pytest.mark.parametrize("path", ["/admin/pages/new", "/admin/questions/new"])
async def test_all_that_is_wrong_is_told_at_once(staff: Browser, path: str):
    wrong = {"title": "", "topic": "", "question": "", "slug": "Not A Slug", "place": "everywhere", "position": "x"}
    html = await text_of(await staff.post(path, wrong))
    expected = ["title", "slug", "place"] if "pages" in path else ["topic", "question"]
    for field in [*expected, "position"]:
        assert f'href="#f-{field}"' in html
        assert f'id="f-{field}-error"' in html


async def test_what_was_typed_survives_a_deletion(running: RunningApp, staff: Browser):
    page_id = await created(staff)
    await delete_page(running.shop, page_id)
    answer = await staff.post(f"/admin/pages/{page_id}", FORM)
    html = await text_of(answer)
    assert answer.status_code == 409
    assert "deleted this meanwhile" in html
    assert 'action="/admin/pages/new"' in html
    assert "From **50** pieces." in html


async def test_several_are_published_at_once_and_the_others_named(running: RunningApp, staff: Browser):
    await save_settings(running.shop, "core", {"return_days": 0})
    ids = ["draft-shipping", "draft-returns", "draft-about", "nothing", "draft-about"]
    answer = await staff.client.post(
        "/admin/pages/publish",
        data=urlencode({"do": "publish", "id": ids}, doseq=True),
        headers={"Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"},
    )
    assert answer.status_code == 303
    html = await staff.text("/admin/pages")
    assert "Published: 2." in html
    assert "Returns and refunds: The text uses what Settings does not say yet: Days for returns." in html
    assert (await get_page(running.shop, "draft-about")).published
    assert not (await get_page(running.shop, "draft-returns")).published
    await staff.post("/admin/pages/publish", {"do": "withdraw", "id": "draft-about"})
    assert "Withdrawn: 1." in await staff.text("/admin/pages")
    await staff.post("/admin/pages/publish", {"do": "publish"})
    assert "Nothing is changed. Choose some by their boxes first." in await staff.text("/admin/pages")


async def test_pages_are_searched_and_filtered(running: RunningApp, staff: Browser):
    await create_page(running.shop, Changes("A (b) c", "", "Loom .* weight", published=True))
    assert "A (b) c" in await staff.text("/admin/pages?q=(B)")
    assert "A (b) c" in await staff.text("/admin/pages?q=loom+.*")
    html = await staff.text("/admin/pages?q=m+.*+w")
    assert "1 page" in html, "signs are no pattern"
    assert "No page holds" in await staff.text("/admin/pages?q=zebra")
    html = await staff.text("/admin/pages?state=published")
    assert re.search(r'state=published" aria-current="page"', html)
    assert 'name="state" value="published"' in html, "a search stays in the view"
    assert "A (b) c" in html
    assert "Shipping" not in html
    html = await staff.text("/admin/pages?state=drafts")
    assert "Shipping" in html
    assert "A (b) c" not in html
    assert (await staff.get("/admin/pages?page=0")).status_code == 422


async def test_questions_are_written_published_and_deleted(running: RunningApp, staff: Browser):
    shopper = shopper_browser(running)
    form = {"topic": "Payment", "question": "Which cards?", "answer": "All.", "position": "33"}
    assert (await staff.post("/admin/questions/new", {**form, "do": "publish"})).status_code == 303
    assert "Which cards?" in await shopper.text("/help")
    found = re.search(r'/admin/questions/([0-9A-Z]{26})"', await staff.text("/admin/questions?q=which"))
    assert found
    path = f"/admin/questions/{found[1]}"
    bad = await staff.post(path, {**form, "question": ""})
    assert bad.status_code == 422
    old = await base_of(staff, path)
    await staff.post(path, {**form, "answer": "Theirs."})
    stale = await staff.post(path, {**form, "answer": "Mine.", "base": old})
    assert stale.status_code == 409
    assert "Somebody else saved this meanwhile" in await text_of(stale)
    assert (await staff.post(path, {**form, "answer": "Most."})).status_code == 303
    assert (await get_question(running.shop, found[1])).answer == "Most."
    assert "Most." in await shopper.text("/help"), "it stays published"
    await staff.post("/admin/questions/publish", {"do": "withdraw", "id": found[1]})
    assert "Which cards?" not in await shopper.text("/help")
    assert (await staff.post(f"{path}/delete")).status_code == 303
    assert (await staff.get(path)).status_code == 404
    gone = await staff.post(path, form)
    assert gone.status_code == 409
    assert 'action="/admin/questions/new"' in await text_of(gone)


async def test_deleting_is_noted_with_who_did_it(running: RunningApp, staff: Browser):
    page_id = await created(staff)
    assert (await staff.post(f"/admin/pages/{page_id}/delete")).status_code == 303
    assert (await staff.get(f"/admin/pages/{page_id}")).status_code == 404
    assert (await staff.post(f"/admin/pages/{page_id}/delete")).status_code == 404
    entries = await running.shop.mongo.collection("audit_log").find({"target": f"page:{page_id}"}).to_list(None)
    assert {entry["action"] for entry in entries} == {"page.created", "page.deleted"}
    assert {entry["actor_name"] for entry in entries} == {"Staff"}


@pytest.mark.parametrize("path", ["/admin/pages", "/admin/pages/new", "/admin/questions", "/admin/questions/new"])
async def test_only_who_may_write_pages_sees_them(running: RunningApp, path: str):
    assert (await (await staff_browser(running, "warehouse")).get(path)).status_code == 403
    assert (await shopper_browser(running).get(path)).status_code == 303
    staff = await staff_browser(running)
    assert (await staff.get(path)).status_code == 200
    await disable_plugin(running.shop, "pages")
    assert (await staff.get(path)).status_code == 404
    assert 'href="/admin/pages"' not in await staff.text("/admin/orders")


async def test_nobody_publishes_from_another_site(running: RunningApp, staff: Browser):
    answer = await staff.client.post(
        "/admin/pages/publish",
        form={"do": "publish", "id": "draft-about"},
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert answer.status_code == 403
    assert not (await get_page(running.shop, "draft-about")).published
