"""Staff edit zones in the browser: two at once lose nothing, every fault is named, nothing typed is lost."""

from __future__ import annotations

import asyncio
import html as markup
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

import spoeq_flat_rate.plugin
from spoeq_core.testing.clients import RunningApp, app_with
from spoeq_core.testing.visitors import Browser, staff_browser
from spoeq_flat_rate.service import delete_zone, find_zone, update_zone

INDIA = "/admin/shipping-zones/india"


@pytest.fixture
async def running(servers: tuple[str, str], tmp_path: Path) -> AsyncIterator[RunningApp]:
    async with app_with(spoeq_flat_rate.plugin, servers=servers, data_dir=tmp_path) as app:
        yield app


@pytest.fixture
async def staff(running: RunningApp) -> Browser:
    return await staff_browser(running)


async def opened(staff: Browser, path: str = INDIA) -> dict[str, str]:
    """The form's fields as they stand in the browser."""
    html = await staff.text(path)
    html = html[html.index('id="zone"') :]
    fields = dict(re.findall(r'<input[^>]*? name="(\w+)"[^>]*? value="([^"]*)"', html))
    fields |= dict(re.findall(r'<textarea[^>]*? name="(\w+)"[^>]*>\n?([^<]*)</textarea>', html))
    if not re.search(r'name="cod"[^>]* checked', html):
        fields.pop("cod", None)
    return {name: markup.unescape(value) for name, value in fields.items()}


async def test_what_only_the_other_changed_is_taken_over(running: RunningApp, staff: Browser):
    mine, theirs = await opened(staff), await opened(staff)
    assert (await staff.post(INDIA, {**theirs, "min_days": "2", "cod": ""})).status_code == 303
    assert (await staff.post(INDIA, {**mine, "label": "By road"})).status_code == 303
    zone = find_zone(running.shop, "india")
    assert (zone.label, zone.min_days, zone.cod) == ("By road", 2, False)


async def test_what_both_changed_is_chosen_field_by_field(running: RunningApp, staff: Browser):
    mine, theirs = await opened(staff), await opened(staff)
    await staff.post(INDIA, {**theirs, "label": "By air", "max_days": "5"})
    answer = await staff.post(INDIA, {**mine, "label": "By road", "max_days": "9"})
    html = str(await answer.get_data(as_text=True))
    assert answer.status_code == 409
    assert "Somebody else saved this meanwhile" in html
    assert find_zone(running.shop, "india").label == "By air"
    again = {**mine, "base": await base_of(html), "label": "By road", "max_days": "9", "take-max_days": "theirs"}
    assert (await staff.post(INDIA, {**again, "take-label": "mine"})).status_code == 303
    zone = find_zone(running.shop, "india")
    assert (zone.label, zone.max_days) == ("By road", 5)


async def base_of(html: str) -> str:
    found = re.search(r'name="base" value="([^"]*)"', html)
    assert found
    return markup.unescape(found[1])


async def test_two_zones_changed_at_once_are_both_stored(running: RunningApp, staff: Browser):
    zone = find_zone(running.shop, "india").model_dump()
    names = [f"Zone {number}" for number in range(6)]
    form = await opened(staff)
    await asyncio.gather(*(staff.post("/admin/shipping-zones/new", {**form, "name": name}) for name in names))
    ids = [f"zone-{number}" for number in range(6)]
    await asyncio.gather(
        *(update_zone(running.shop, one, lambda stored: {**stored.model_dump(), "label": "New"}) for one in ids),
        delete_zone(running.shop, "india"),
    )
    assert [find_zone(running.shop, one).label for one in ids] == ["New"] * 6
    assert zone["name"] not in [find_zone(running.shop, one).name for one in ids]


async def test_a_zone_that_is_gone_keeps_what_was_typed(running: RunningApp, staff: Browser):
    form = await opened(staff)
    await delete_zone(running.shop, "india")
    answer = await staff.post(INDIA, {**form, "label": "By elephant"})
    html = str(await answer.get_data(as_text=True))
    assert answer.status_code == 409
    assert 'action="/admin/shipping-zones/new"' in html
    assert "By elephant" in html


async def test_every_fault_is_named_at_once(staff: Browser):
    wrong = {"rates": "heavy: much", "min_order": "x", "free_above": "y", "min_days": "a", "max_days": "b"}
    answer = await staff.post("/admin/shipping-zones/new", wrong)
    html = str(await answer.get_data(as_text=True))
    assert answer.status_code == 422
    assert set(re.findall(r'<a href="#f-(\w+)">', html)) == {*wrong, "name", "label"}
