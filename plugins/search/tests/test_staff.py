"""What shoppers see of a mended question, what staff see of the index, over HTTP."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path

import pytest

import spoeq_search.plugin
from spoeq_core.audit.service import find_entries
from spoeq_core.catalog import service as catalog
from spoeq_core.plugins.lifecycle import save_settings
from spoeq_core.testing.clients import RunningApp, app_with
from spoeq_core.testing.visitors import shopper_browser, shopper_program, staff_browser
from spoeq_search.files import folder_of
from spoeq_search.following import follow
from spoeq_search.service import behind
from tests.catalog.builders import kurta, simple

MEANT = "Nothing for “khurta”. Showing “kurta”."
LITERAL = "/search?literal=1&q=khurta"
PAGE = "/admin/search-index"


@pytest.fixture
async def running(servers: tuple[str, str], tmp_path: Path) -> AsyncIterator[RunningApp]:
    async with app_with(spoeq_search.plugin, servers=servers, data_dir=tmp_path) as app:
        await catalog.create_product(app.shop, kurta("A", name="Indigo Kurta"))
        await catalog.create_product(app.shop, simple("Brass Diya", "B-1"))
        await catalog.create_category(app.shop, {"name": "Kurtas"})
        await follow(app.shop)
        yield app


async def test_a_page_says_what_it_searched_for_instead(running: RunningApp):
    shopper = shopper_browser(running)
    page = unescape(await shopper.text("/search?q=khurta"))
    assert MEANT in page
    assert f'href="{LITERAL}"' in page
    assert "Indigo Kurta" in page
    literal = unescape(await shopper.text(LITERAL))
    assert "Nothing found for “khurta”" in literal
    assert "Showing" not in literal
    right = unescape(await shopper.text("/search?q=kurta"))
    assert "Indigo Kurta" in right
    assert "Showing" not in right


async def test_it_is_told_how_many_changes_wait_for_the_index(running: RunningApp):
    assert await behind(running.shop) == 0
    await catalog.create_product(running.shop, simple("Clay Lamp", "LAMP"))
    assert await behind(running.shop) == 1
    await follow(running.shop)
    assert await behind(running.shop) == 0


async def test_filters_and_orders_keep_words_that_are_meant_literally(running: RunningApp):
    page = await shopper_browser(running).text("/search?q=kurta&literal=1")
    assert len(re.findall(r'<input type="hidden" name="literal" value="1">', page)) == 2


async def test_it_is_said_in_hindi_too(running: RunningApp):
    await save_settings(running.shop, "core", {"languages": ["en", "hi"]})
    shopper = shopper_browser(running)
    await shopper.get("/?lang=hi")
    page = unescape(await shopper.text("/search?q=khurta"))
    assert "“khurta” के लिए कुछ नहीं मिला। “kurta” के नतीजे दिखाए जा रहे हैं।" in page


async def test_programs_are_told_and_may_insist(running: RunningApp):
    api = shopper_program(running)
    status, found = await api.get("/products?q=khurta")
    assert (status, found["corrected"], found["total"]) == (200, "kurta", 1)
    status, found = await api.get("/products?q=khurta&literal=1")
    assert (status, found["corrected"], found["total"]) == (200, None, 0)
    status, found = await api.get("/search/suggest?q=khurta")
    assert [(item["kind"], item["label"]) for item in found["items"]] == [
        ("category", "Kurtas"),
        ("product", "Indigo Kurta"),
    ]


async def test_suggestions_are_of_what_was_meant(running: RunningApp):
    page = await shopper_browser(running).text("/search/suggest?q=khurta")
    assert "Indigo Kurta" in page
    assert "/category/kurtas" in page


async def test_staff_see_the_index_and_ask_for_another(running: RunningApp):
    staff = await staff_browser(running, "admin")
    page = await staff.text(PAGE)
    assert "In use" in page
    assert f'href="{PAGE}"' in await staff.text("/admin")
    answer = await staff.post(f"{PAGE}/rebuild", {})
    assert (answer.status_code, answer.headers["Location"]) == (303, PAGE)
    assert "Being built" in await staff.text(PAGE)
    (entry,) = [it for it in await find_entries(running.shop) if it.action == "search.rebuild"]
    assert entry.target == "plugin:search"
    before = folder_of(running.shop).current()
    await follow(running.shop)
    assert folder_of(running.shop).current() != before
    assert "Being built" not in await staff.text(PAGE)


async def test_others_may_not(running: RunningApp):
    for role in ("support", "warehouse"):
        member = await staff_browser(running, role)
        assert (await member.get(PAGE)).status_code == 403
        assert (await member.post(f"{PAGE}/rebuild", {})).status_code == 403
    assert not folder_of(running.shop).wants_new()


async def test_readiness_says_what_is_wrong_and_lists_answer_all_the_same(running: RunningApp):
    answer = await (await running.client.get("/readyz")).get_json()
    assert answer["checks"]["plugin.search"] == "ok"
    folder = folder_of(running.shop)
    folder.note_trouble("OSError: no space left")
    answer = await (await running.client.get("/readyz")).get_json()
    assert answer["checks"]["plugin.search"] == "no index could be built: OSError: no space left"
    staff = await staff_browser(running, "admin")
    assert "no space left" in await staff.text(PAGE)
    assert "Indigo Kurta" in await shopper_browser(running).text("/products")


async def test_lists_that_are_kept_follow_the_index(running: RunningApp):
    shopper = shopper_browser(running)
    product = await catalog.product_by_id_or_slug(running.shop, "brass-diya")
    assert "Brass Diya" in await shopper.text("/search?q=diya")
    await catalog.update_product(running.shop, product.id, {"name": "Paper Lantern"})
    assert "Paper Lantern" not in await shopper.text("/search?q=lantern"), "kept before the index has it"
    await follow(running.shop)
    assert "Paper Lantern" in await shopper.text("/search?q=lantern")
    assert "Paper Lantern" not in await shopper.text("/search?q=diya")
