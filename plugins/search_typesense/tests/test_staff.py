"""What staff see of the index, and what shoppers see of a mended question, over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path

import pytest

import spoeq_search_typesense.plugin
from spoeq_core.audit.service import find_entries
from spoeq_core.catalog import service as catalog
from spoeq_core.plugins.lifecycle import save_settings
from spoeq_core.testing.clients import RunningApp, app_with
from spoeq_core.testing.visitors import shopper_browser, staff_browser
from spoeq_search_typesense.client import server_of
from spoeq_search_typesense.following import follow
from spoeq_search_typesense.service import status
from tests.catalog.builders import simple

from .conftest import KEY, NOBODY, Server

PAGE = "/admin/search-typesense"


@pytest.fixture
async def running(servers: tuple[str, str], tmp_path: Path) -> AsyncIterator[RunningApp]:
    async with app_with(spoeq_search_typesense.plugin, servers=servers, data_dir=tmp_path) as app:
        await catalog.create_product(app.shop, simple("Brass Diya", "B-1"))
        yield app


async def named(app: RunningApp, typesense: Server) -> None:
    prefix = app.shop.settings.mongodb_database.removeprefix("test_")[-30:]
    await save_settings(app.shop, "search_typesense", {"nodes": [typesense.url], "api_key": KEY, "prefix": prefix})


async def test_without_a_server_the_page_says_what_to_do(running: RunningApp):
    page = unescape(await (await staff_browser(running, "admin")).text(PAGE))
    assert "Name your Typesense server and its key" in page
    assert "Rebuild" not in page


async def test_staff_see_the_index_and_ask_for_another(running: RunningApp, typesense: Server):
    await named(running, typesense)
    staff = await staff_browser(running, "admin")
    assert "Not in use" in await staff.text(PAGE)
    await follow(running.shop)
    page = await staff.text(PAGE)
    assert "In use" in page
    assert KEY not in page
    assert unescape(await shopper_browser(running).text("/search?q=diyya")).count("Brass Diya")
    before = await status(running.shop)
    assert (await staff.post(f"{PAGE}/rebuild", {})).status_code == 303
    assert "Being built" in await staff.text(PAGE)
    await follow(running.shop)
    after = await status(running.shop)
    assert after.answers
    assert before.built_at != after.built_at
    entries = await find_entries(running.shop)
    assert "search_typesense.rebuild" in {entry.action for entry in entries}
    server = server_of(running.shop)
    assert server is not None
    await server.close()


async def test_others_may_not(running: RunningApp):
    for role in ("support", "warehouse"):
        member = await staff_browser(running, role)
        assert (await member.get(PAGE)).status_code == 403
        assert (await member.post(f"{PAGE}/rebuild", {})).status_code == 403


async def test_readiness_says_what_is_wrong_and_lists_answer_all_the_same(running: RunningApp):
    await save_settings(running.shop, "search_typesense", {"nodes": [NOBODY]})
    answer = await (await running.client.get("/readyz")).get_json()
    assert "ConnectError" in answer["checks"]["plugin.search_typesense"]
    await follow(running.shop)
    assert "ConnectError" in await (await staff_browser(running, "admin")).text(PAGE)
    assert "Brass Diya" in await shopper_browser(running).text("/products")
