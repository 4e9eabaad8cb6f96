"""What shoppers and search engines see of pages and questions."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from spoeq_core.kernel.errors import Invalid
from spoeq_core.plugins.lifecycle import disable_plugin, enable_plugin, save_settings
from spoeq_core.testing.clients import RunningApp
from spoeq_core.testing.visitors import Browser
from spoeq_pages.model import Changes, Page, Place, Question
from spoeq_pages.service import (
    create_page,
    create_question,
    delete_page,
    get_page,
    help_topics,
    list_pages,
    list_questions,
    publish_page,
    update_page,
)
from tests.shopping import CommandCounter


async def published(running: RunningApp, title: str = "Our looms", **fields: Any) -> Page:
    changes = Changes(**{"title": title, "slug": "", "body": f"All about {title}.", "published": True, **fields})
    return await create_page(running.shop, changes)


def data_of(html: str) -> dict[str, Any]:
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    return {item["@type"]: item for item in map(json.loads, found)}


async def test_a_published_page_is_shown_with_its_head(running: RunningApp, shopper: Browser):
    await published(running, body="# Looms\n\nCall **{phone}**. <script>alert(1)</script>")
    html = await shopper.text("/pages/our-looms")
    assert html.count("<h1") == 1
    assert "<h1>Our looms</h1>" in html
    assert "<h2>Looms</h2>" in html
    assert "+91 80 4000 1234</a></strong>" in html
    assert "alert(1)" not in html
    assert '<link rel="canonical" href="http://127.0.0.1:8000/pages/our-looms">' in html
    assert '<meta name="description" content="Looms Call +91 80 4000 1234.">' in html
    assert '<meta property="og:type" content="article">' in html
    assert data_of(html)["BreadcrumbList"]["itemListElement"][-1]["name"] == "Our looms"
    assert "Last changed on 23 Nov 2026" in html


@pytest.mark.parametrize("path", ["/pages/never", "/pages/shipping", "/pages/..", "/pages/%00", "/pages/" + "x" * 500])
async def test_drafts_and_unknown_pages_are_not_there(running: RunningApp, shopper: Browser, path: str):
    assert (await list_pages(running.shop, q="shipping"))[1], "there is a draft of it"
    assert (await shopper.get(path)).status_code == 404


async def test_a_page_that_moved_leads_to_its_new_address(running: RunningApp, shopper: Browser):
    page = await published(running)
    moved = await update_page(running.shop, page, Changes("Our looms", "looms", page.body, published=True))
    answer = await shopper.get("/pages/our-looms")
    assert (answer.status_code, answer.headers["Location"]) == (301, "/pages/looms")
    await published(running, "Our looms")
    assert "All about Our looms" in await shopper.text("/pages/our-looms"), "another page may take the old address"
    await publish_page(running.shop, moved, published=False)
    assert (await shopper.get("/pages/looms")).status_code == 404


async def test_what_is_withdrawn_or_deleted_leads_nowhere(running: RunningApp, shopper: Browser):
    page = await published(running)
    moved = await update_page(running.shop, page, Changes("x", "looms", "y", published=True))
    await publish_page(running.shop, moved, published=False)
    assert (await shopper.get("/pages/our-looms")).status_code == 404
    await delete_page(running.shop, page.id)
    assert (await shopper.get("/pages/looms")).status_code == 404


async def test_links_stand_in_their_places(running: RunningApp, shopper: Browser):
    await published(running, "Delivery", place=Place.HELP)
    await published(running, "Our story", place=Place.COMPANY)
    await published(running, "Rules", place=Place.LEGAL)
    await published(running, "Hidden", place=Place.NONE)
    html = await shopper.text("/")
    footer = html[html.index("<footer") :]
    for title, slug in (("Delivery", "delivery"), ("Our story", "our-story"), ("Rules", "rules")):
        assert f'<a href="/pages/{slug}">{title}</a>' in footer
    assert '<a href="/help">' in footer
    assert "Hidden" not in html
    assert '<h2 class="footer__title">Neel &amp; Co.</h2>' in footer


async def test_empty_places_leave_nothing(running: RunningApp, shopper: Browser):
    html = await shopper.text("/")
    assert '<h2 class="footer__title">Neel &amp; Co.</h2>' not in html, "drafts make no column"
    await disable_plugin(running.shop, "pages")
    html = await shopper.text("/")
    assert '"/help"' not in html
    assert (await shopper.get("/help")).status_code == 404
    assert (await shopper.get("/pages/shipping")).status_code == 404


async def test_links_are_read_once_until_a_page_changes(running: RunningApp, shopper: Browser, counter: CommandCounter):
    page = await published(running, "Our story", place=Place.COMPANY)
    await shopper.text("/menu")
    counter.clear()
    await shopper.text("/products")
    assert "find pages" not in counter.commands
    await publish_page(running.shop, page, published=False)
    counter.clear()
    await shopper.text("/menu")
    assert counter.commands.count("find pages") == 1, "three places, one question"


async def test_what_is_done_here_shows_at_once(running: RunningApp, shopper: Browser):
    page = await published(running, "Our story", place=Place.COMPANY)
    assert "Our story" in await shopper.text("/menu")
    page = await publish_page(running.shop, page, published=False)
    assert "Our story" not in await shopper.text("/menu")
    await publish_page(running.shop, page)
    assert "Our story" in await shopper.text("/menu")
    await delete_page(running.shop, page.id)
    assert "Our story" not in await shopper.text("/menu")


async def test_the_help_page_answers_and_says_who_hears_complaints(running: RunningApp, shopper: Browser):
    for name in ("draft-when", "draft-cod"):
        await publish_question(running, name)
    await create_question(running.shop, Question("", "Payment", "</script>?", "Yes & <b>no</b>.", published=True))
    html = await shopper.text("/help")
    assert html.count("<h1") == 1
    assert re.search(r"<details[^>]*>\s*<summary[^>]*>When will my order arrive\?", html), "works without a script"
    assert "Is cash on delivery available?" in html
    assert "How do I return something?" not in html, "it is a draft"
    assert "Meera Nair" in html
    assert "48 hours" in html
    assert "1 month" in html
    assert "care@neel.example" in html
    assert "Monday to Saturday" in html
    asked = data_of(html)["FAQPage"]["mainEntity"]
    assert [item["name"] for item in asked] == [
        "When will my order arrive?",
        "Is cash on delivery available?",
        "</script>?",
    ]
    assert asked[2]["acceptedAnswer"]["text"].strip() == "<p>Yes &amp; <b>no</b>.</p>"


async def test_a_shop_that_says_nothing_of_itself_still_helps(running: RunningApp, shopper: Browser):
    blank = dict.fromkeys(("legal_name", "address", "email", "phone", "grievance_officer"), "")
    await save_settings(running.shop, "core", blank)
    html = await shopper.text("/help")
    assert "FAQPage" not in data_of(html)
    assert "Grievance officer" not in html
    assert "48 hours" in html


async def test_a_page_is_not_published_with_holes_in_it(running: RunningApp, shopper: Browser):
    await save_settings(running.shop, "core", {"phone": "", "return_days": 0})
    draft = await get_page(running.shop, "draft-returns")
    with pytest.raises(Invalid) as refused:
        await publish_page(running.shop, draft)
    (error,) = refused.value.errors
    assert error.field == "body"
    assert "Contact phone, Days for returns" in error.message


async def test_the_sitemap_has_what_is_published(running: RunningApp, shopper: Browser):
    await published(running)
    await create_question(running.shop, Question("", "Payment", "Which cards?", "All.", published=True))
    answer = await shopper.get("/sitemaps/plugin-pages-1.xml")
    text = await answer.get_data(as_text=True)
    assert "<loc>http://127.0.0.1:8000/help</loc><lastmod>2026-11-23T06:30:00Z</lastmod>" in text
    assert "/pages/our-looms</loc><lastmod>2026-11-23T06:30:00Z</lastmod>" in text
    assert "/pages/shipping" not in text


async def test_search_engines_find_their_codes_on_the_first_page(running: RunningApp, shopper: Browser):
    await save_settings(running.shop, "pages", {"google_code": "abc-123_="})
    tag = '<meta name="google-site-verification" content="abc-123_=">'
    assert tag in await shopper.text("/")
    assert tag not in await shopper.text("/help")
    with pytest.raises(Invalid):
        await save_settings(running.shop, "pages", {"google_code": '"><script>'})


# -- drafts ------------------------------------------------------------------------------------------------------------


async def test_the_drafts_can_all_be_published(running: RunningApp, shopper: Browser):
    drafts, total = await list_pages(running.shop)
    assert total == 6
    assert not any(page.published for page in drafts)
    for draft in drafts:
        await publish_page(running.shop, draft)
    for topic in await list_questions(running.shop):
        for question in topic.questions:
            await publish_question(running, question.id)
    assert len(await help_topics(running.shop)) == 4
    pages = {page.slug: await shopper.text(f"/pages/{page.slug}") for page in drafts}
    everything = "".join([*pages.values(), await shopper.text("/help")])
    assert "{" not in re.sub(r"<script.*?</script>", "", everything, flags=re.DOTALL), "every fact is known"
    inner = {path for path in re.findall(r'href="(/[^"#?]*)', everything) if not path.startswith(("/static", "/media"))}
    for path in sorted(inner):
        assert (await shopper.get(path)).status_code in {200, 303}, path


async def test_what_staff_deleted_does_not_come_back(running: RunningApp):
    await delete_page(running.shop, "draft-about")
    await disable_plugin(running.shop, "pages")
    await enable_plugin(running.shop, "pages")
    assert {page.id for page in (await list_pages(running.shop))[0]} == {
        f"draft-{name}" for name in ("shipping", "returns", "contact", "privacy", "terms")
    }


async def test_a_crash_while_drafting_is_made_good(running: RunningApp):
    await running.shop.mongo.collection("pages_marks").delete_many({})
    await running.shop.mongo.collection("pages").delete_one({"_id": "draft-terms"})
    await running.shop.mongo.collection("pages_questions").delete_one({"_id": "draft-cod"})
    await disable_plugin(running.shop, "pages")
    await enable_plugin(running.shop, "pages")
    assert (await list_pages(running.shop))[1] == 6
    assert sum(len(topic.questions) for topic in await list_questions(running.shop)) == 11


async def publish_question(running: RunningApp, question_id: str) -> None:
    await running.shop.mongo.collection("pages_questions").update_one(
        {"_id": question_id}, {"$set": {"published": True}}
    )
