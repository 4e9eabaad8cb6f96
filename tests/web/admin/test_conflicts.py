"""Two people of the staff at the settings of one plugin: both sides are kept, or shown to choose from."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path

import pytest
from pydantic import BaseModel, Field, SecretStr

from spoeq_core.kernel.clock import FixedClock
from spoeq_core.plugins.documents import PluginStateDocument
from spoeq_core.plugins.lifecycle import configuration_of
from spoeq_core.testing.clients import RunningApp, app_with
from spoeq_core.testing.visitors import Browser, staff_browser
from tests.shopping import plugin

PATH = "/admin/plugins/parcels"


class Parcels(BaseModel):
    """Settings of every kind."""

    depot: str = Field("Jaipur", title="Depot")
    speed: int = Field(3, title="Speed", ge=1)
    fragile: bool = Field(True, title="Fragile")
    pins: list[str] = Field(["110001", "400001"], title="PIN codes")
    secret: SecretStr = Field(SecretStr(""), title="Secret")


@pytest.fixture
async def app(servers: tuple[str, str], tmp_path: Path, clock: FixedClock) -> AsyncIterator[RunningApp]:
    parcels = plugin("parcels", register_settings=lambda: Parcels)
    async with app_with(parcels, servers=servers, data_dir=tmp_path, clock=clock) as running:
        yield running


@pytest.fixture
async def other(app: RunningApp) -> Browser:
    return await staff_browser(app, "admin")


def opened(html: str, path: str = PATH) -> dict[str, str]:
    """What the form sends when nothing is touched."""
    form = html[html.index(f'action="{path}" novalidate') :]
    form = form[: form.index("</form>")]
    found: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        given = {name: unescape(value) for name, value in re.findall(r'([a-z_]+)="([^"]*)"', tag)}
        if given.get("type") != "checkbox" or " checked" in tag:
            found[given["name"]] = given.get("value", "")
    for name, text in re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>\n(.*?)</textarea>', form, re.DOTALL):
        found[name] = unescape(text).strip()
    return found


async def test_different_settings_of_a_plugin_are_both_kept(app: RunningApp, admin: Browser, other: Browser) -> None:
    mine, theirs = opened(await admin.text(PATH)), opened(await other.text(PATH))
    assert (mine["depot"], mine["speed"], mine["fragile"]) == ("Jaipur", "3", "1")
    theirs.pop("fragile")
    assert (await other.post(PATH, {**theirs, "pins": "560001", "secret": "theirs"})).status_code == 303
    assert (await admin.post(PATH, {**mine, "depot": "Pune"})).status_code == 303
    kept = app.shop.plugin_settings(Parcels)
    assert (kept.depot, kept.pins, kept.fragile) == ("Pune", ["560001"], False)
    assert kept.secret.get_secret_value() == "theirs"


async def test_the_same_setting_is_shown_twice_and_chosen(app: RunningApp, admin: Browser, other: Browser) -> None:
    mine, theirs = opened(await admin.text(PATH)), opened(await other.text(PATH))
    await other.post(PATH, {**theirs, "depot": "Kochi", "pins": "560001\n560002", "speed": "9"})
    mine.pop("fragile")
    answer = await admin.post(PATH, {**mine, "depot": "Pune", "pins": "700001"})
    html = await answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert re.findall(r'name="take-(\w+)" value="theirs"', html) == ["depot", "pins"]
    assert "Kochi" in html
    again = opened(html)
    assert (again["depot"], again["pins"], again["speed"]) == ("Pune", "700001", "9")
    assert "fragile" not in again, "what was unticked stays so"
    answer = await admin.post(PATH, {**again, "take-depot": "theirs", "take-pins": "mine", "speed": "0"})
    assert answer.status_code == 422
    assert (await admin.post(PATH, {**again, "take-depot": "theirs", "take-pins": "mine"})).status_code == 303
    kept = app.shop.plugin_settings(Parcels)
    assert (kept.depot, kept.pins, kept.speed, kept.fragile) == ("Kochi", ["700001"], 9, False)


async def test_what_another_process_saved_a_moment_ago_is_not_overwritten(app: RunningApp, admin: Browser) -> None:
    """This process has not heard of it yet: the page shows the old values, and must not take them for new ones."""

    def elsewhere(state: PluginStateDocument) -> PluginStateDocument:
        stored = {"core": {"name": "Theirs"}, "parcels": {"depot": "Kochi"}}
        return state.model_copy(update={"settings": stored})

    await configuration_of(app.shop).states.change(elsewhere)
    mine = opened(await admin.text(PATH))
    shop = opened(await admin.text("/admin/settings"), "/admin/settings")
    assert mine["depot"] == "Jaipur"
    assert (await admin.post(PATH, {**mine, "speed": "5"})).status_code == 303
    kept = app.shop.plugin_settings(Parcels)
    assert (kept.depot, kept.speed) == ("Kochi", 5)
    answer = await admin.post("/admin/settings", {**shop, "email": "shop@example.in"})
    assert answer.status_code == 303, await answer.get_data(as_text=True)
    assert (app.shop.profile.name, app.shop.profile.email) == ("Theirs", "shop@example.in")
