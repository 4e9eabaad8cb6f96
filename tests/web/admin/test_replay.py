"""Staff try a plugin on past orders before they switch it on, and settings before they save them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from spoeq_core.checkout.replaying import REPLAY
from spoeq_core.jobs.documents import JobRepository
from spoeq_core.jobs.service import run_jobs
from spoeq_core.plugins.lifecycle import disable_plugin
from spoeq_core.testing.clients import RunningApp, app_with
from spoeq_core.testing.visitors import Browser, staff_browser
from tests.checkout.test_replaying import Settings, tenth
from tests.shopping import buy, delivery, door, guest, letters, stock_up

PATH = "/admin/plugins/tenth/replay"


@pytest.fixture
async def app(servers: tuple[str, str], tmp_path: Path) -> AsyncIterator[RunningApp]:
    plugins = delivery(), door(), letters(), tenth()
    async with app_with(*plugins, servers=servers, data_dir=tmp_path) as running:
        await disable_plugin(running.shop, "tenth")
        await stock_up(running.shop)
        await buy(running.shop, await guest(running.shop))
        yield running


@pytest.fixture
async def admin(app: RunningApp) -> Browser:
    return await staff_browser(app, "admin")


async def test_a_plugin_that_is_off_is_tried_from_its_page(app: RunningApp, admin: Browser) -> None:
    assert f'href="{PATH}"' in await admin.text("/admin/plugins/tenth")
    assert PATH not in await admin.text("/admin/plugins/letters")
    answer = await admin.post(PATH, {"orders": "100"})
    address = answer.headers["Location"]
    assert "You can leave this page" in await admin.text(address)
    await run_jobs(app.shop, [REPLAY])
    html = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", await admin.text(address)))
    assert "All buyers together would have paid ₹129.90 less" in html
    assert "₹1,377.00 ₹1,247.10" in html
    assert "For everybody" in html


async def test_settings_are_tried_before_they_are_saved(app: RunningApp, admin: Browser) -> None:
    answer = await admin.post(PATH, {"settings": "1", "percent": "50"})
    await run_jobs(app.shop, [REPLAY])
    html = await admin.text(answer.headers["Location"])
    assert "As it is set now, and as it would be set" in html
    assert "₹519.60 less" in html
    assert app.shop.plugin_settings(Settings).percent == 10
    refused = await admin.post(PATH, {"settings": "1", "percent": "101"})
    assert refused.status_code == 422
    assert 'value="101"' in await refused.get_data(as_text=True)


@pytest.mark.parametrize("typed", ["0", "5001", "-1", "many", "9" * 40])
async def test_a_wrong_number_of_orders_is_refused_and_kept(app: RunningApp, admin: Browser, typed: str) -> None:
    refused = await admin.post(PATH, {"orders": typed})
    assert refused.status_code == 422
    assert f'value="{typed}"' in await refused.get_data(as_text=True)
    assert await app.shop.repository(JobRepository).count({}) == 0


async def test_who_may_not_set_plugins_tries_none(app: RunningApp) -> None:
    support = await staff_browser(app, "support")
    assert (await support.get(PATH)).status_code == 403
    assert (await support.post(PATH, {"orders": "1"})).status_code == 403
