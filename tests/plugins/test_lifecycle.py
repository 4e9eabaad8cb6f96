"""Plugins come and go on a running shop: in every process, whoever decides at the same moment."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from pydantic import BaseModel, Field, SecretStr
from quart import Blueprint, Response

from spoeq_core.boot import open_shop, prepare, schedules, subscribers
from spoeq_core.hooks import app as app_hooks
from spoeq_core.hooks.caller import HookError
from spoeq_core.hooks.contributions import MenuEntry, Routes
from spoeq_core.kernel.errors import ConfigurationError, Invalid, NotFound
from spoeq_core.kernel.settings import Settings
from spoeq_core.kernel.tasks import Schedule
from spoeq_core.local import use_shop
from spoeq_core.orders.events import OrderPlaced
from spoeq_core.plugins.discovery import Discovery, Quarantined
from spoeq_core.plugins.lifecycle import (
    configuration_of,
    disable_plugin,
    enable_plugin,
    installed_plugins,
    order_plugins,
    save_settings,
)
from spoeq_core.shop import Shop
from spoeq_core.testing.clients import RunningApp, app_with
from spoeq_core.testing.shops import discovery_of, test_settings as settings_for
from spoeq_core.testing.visitors import shopper_browser, staff_browser, staff_program
from spoeq_core.web.access import public
from spoeq_core.web.views.plugins import settings_view
from tests.shopping import plugin

SECRET = "tamarind and jaggery"
OTHER = "kokum and curry leaf"


class Keys(BaseModel):
    """Settings with secrets at every depth."""

    label: str = Field("Pay", max_length=20)
    key: SecretStr = SecretStr("")
    older: list[SecretStr] = []
    count: int = Field(1, ge=1)


def bell(name: str = "bell") -> ModuleType:
    """A plugin that is seen everywhere a plugin can be."""
    pages = Blueprint(f"{name}_pages", name)

    @pages.get(f"/{name}")
    @public
    async def ring() -> Response:
        return Response("ding")

    async def on_placed(_shop: Shop, _event: OrderPlaced, _delivery: object) -> None:
        return None

    async def tick(_shop: Shop) -> None:
        return None

    return plugin(
        name,
        register_settings=lambda: Keys if name == "bell" else None,
        register_routes=lambda: Routes(pages=pages),
        register_menu=lambda: [MenuEntry(name.title(), f"/admin/{name}", "orders.view")],
        register_subscribers=lambda: {OrderPlaced: on_placed},
        register_schedules=lambda: [Schedule(f"{name}.tick", 60, tick)],
    )


@asynccontextmanager
async def process(settings: Settings, *modules: ModuleType) -> AsyncIterator[Shop]:
    """One more process of the shop."""
    async with open_shop(prepare(settings, discovery_of(*modules))) as shop:
        yield shop


async def seen(shop: Shop, wanted: Any) -> None:
    """Wait until a process has heard of a change."""
    heard = asyncio.Event()
    configuration_of(shop).listeners.append(heard.set)
    async with asyncio.timeout(60):
        while not wanted():
            await heard.wait()
            heard.clear()


@pytest.fixture
async def app(servers: tuple[str, str], tmp_path: Path) -> AsyncIterator[RunningApp]:
    async with app_with(bell(), servers=servers, data_dir=tmp_path) as running:
        yield running


@pytest.fixture
def settings(servers: tuple[str, str], tmp_path: Path) -> Settings:
    return settings_for(servers, tmp_path, plugin_poll_seconds=0.02)


async def test_all_of_a_plugin_goes_and_comes_back(app: RunningApp):
    shop, guest, staff = app.shop, shopper_browser(app), await staff_browser(app)

    async def visible() -> dict[str, bool]:
        return {
            "route": (await guest.get("/bell")).status_code == HTTPStatus.OK,
            "menu": 'href="/admin/bell"' in await staff.text("/admin"),
            "subscriber": any(one.plugin == "bell" for one in subscribers(shop.hooks)),
            "schedule": any(one.name == "bell.tick" for one in schedules(shop.hooks)),
        }

    assert set((await visible()).values()) == {True}
    await disable_plugin(shop, "bell")
    assert set((await visible()).values()) == {False}
    assert (await guest.get("/bell")).status_code == HTTPStatus.NOT_FOUND
    await enable_plugin(shop, "bell")
    assert set((await visible()).values()) == {True}


async def test_an_enabled_plugins_route_is_not_shadowed_by_a_disabled_ones(servers: tuple[str, str], tmp_path: Path):
    def answering(name: str) -> ModuleType:
        pages = Blueprint(f"{name}_pages", name)

        @pages.get("/offers")
        @public
        async def offers() -> Response:
            return Response(name)

        return plugin(name, register_routes=lambda: Routes(pages=pages))

    async with app_with(answering("alpha"), answering("beta"), servers=servers, data_dir=tmp_path) as app:
        guest = shopper_browser(app)
        assert await guest.text("/offers") == "alpha"
        await disable_plugin(app.shop, "alpha")
        assert await guest.text("/offers") == "beta"


async def test_every_process_hears_of_it(settings: Settings):
    async with process(settings, bell()) as one, process(settings, bell()) as other:
        try:
            await enable_plugin(one, "bell")
            await seen(other, lambda: "bell" in other.hooks.enabled)
            await save_settings(one, "bell", {"label": "Ring"})
            await seen(other, lambda: other.plugin_settings(Keys).label == "Ring")
            await disable_plugin(other, "bell")
            await seen(one, lambda: "bell" not in one.hooks.enabled)
        finally:
            await one.mongo.client.drop_database(settings.mongodb_database)


async def test_what_redis_was_not_told_is_found_in_the_database(settings: Settings):
    async with process(settings, bell()) as one, process(settings, bell()) as other:
        try:
            states = configuration_of(one).states
            await states.change(lambda state: state.model_copy(update={"enabled": ["bell"]}))
            await seen(other, lambda: "bell" in other.hooks.enabled)
        finally:
            await one.mongo.client.drop_database(settings.mongodb_database)


async def test_changes_of_the_same_moment_all_stay(settings: Settings):
    modules = [plugin(f"p{number}") for number in range(6)]
    async with process(settings, *modules) as one, process(settings, *modules) as other:
        try:
            await asyncio.gather(
                *(enable_plugin(shop, f"p{n}") for n, shop in enumerate([one, other] * 3)),
                save_settings(one, "core", {"name": "Neel"}),
                save_settings(other, "core", {"tagline": "Blue"}),
            )
            state = await configuration_of(one).states.read()
            assert state.enabled == [f"p{number}" for number in range(6)]
            assert (state.settings["core"]["name"], state.settings["core"]["tagline"]) == ("Neel", "Blue")
        finally:
            await one.mongo.client.drop_database(settings.mongodb_database)


async def test_what_was_read_before_a_change_is_not_put_in_force_after_it(
    servers: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    async with process(settings_for(servers, tmp_path), bell()) as shop:
        configuration, read, go = configuration_of(shop), asyncio.Event(), asyncio.Event()
        records = configuration.records.all

        async def late() -> Any:
            found = await records()
            if not read.is_set():
                read.set()
                await go.wait()
            return found

        monkeypatch.setattr(configuration.records, "all", late)
        try:
            refreshing = asyncio.create_task(configuration.refresh())
            await read.wait()
            enabling = asyncio.create_task(enable_plugin(shop, "bell"))
            while (await configuration.states.read()).enabled != ["bell"]:  # noqa: ASYNC110 - what holds is no event
                await asyncio.sleep(0.01)
            await asyncio.wait({enabling}, timeout=0.3)  # it may be through before the other, or have to wait
            go.set()
            await asyncio.gather(refreshing, enabling)
            assert shop.hooks.enabled == {"bell"}
        finally:
            await shop.mongo.client.drop_database(shop.settings.mongodb_database)


async def test_a_new_shop_starts_with_what_says_so(settings: Settings):
    chosen, shy = plugin("chosen"), plugin("shy")
    chosen.manifest = type(chosen.manifest)("chosen", "Chosen", "x", default_enabled=True)  # type: ignore[attr-defined]
    async with process(settings, chosen, shy) as shop:
        try:
            assert shop.hooks.enabled == {"chosen"}
            await disable_plugin(shop, "chosen")
            async with process(settings, chosen, shy) as later:
                assert later.hooks.enabled == frozenset(), "the merchant's choice stays"
        finally:
            await shop.mongo.client.drop_database(settings.mongodb_database)


async def test_a_plugin_may_refuse_or_fail_while_it_is_enabled_and_stays_off(settings: Settings):
    asked: list[str] = []

    def preparing(name: str, error: Exception | None) -> ModuleType:
        async def plugin_enabling(plugin: str) -> bool:
            asked.append(f"{name} of {plugin}")
            if error:
                raise error
            return True

        return plugin(name, plugin_enabling=plugin_enabling)

    modules = preparing("ready", None), preparing("strict", ConfigurationError("No key.")), preparing("torn", OSError())
    async with process(settings, *modules) as shop:
        try:
            await enable_plugin(shop, "ready")
            with pytest.raises(ConfigurationError, match="No key"):
                await enable_plugin(shop, "strict")
            with pytest.raises(HookError, match="torn"):
                await enable_plugin(shop, "torn")
            assert shop.hooks.enabled == {"ready"}
            assert asked == ["ready of ready", "strict of strict", "torn of torn"], "only the one that it is about"
        finally:
            await shop.mongo.client.drop_database(settings.mongodb_database)


async def test_the_merchants_order_wins_and_lasts(settings: Settings):
    modules = plugin("alpha"), bell("beta"), bell("gamma")
    async with process(settings, *modules) as shop:
        try:
            for name in installed_plugins(shop):
                await enable_plugin(shop, name)
            await order_plugins(shop, ["gamma"])
            assert [part.plugin for part in shop.hooks.parts(app_hooks.register_menu)] == ["gamma", "beta"]
            async with process(settings, *modules) as later:
                assert [part.plugin for part in later.hooks.parts(app_hooks.register_menu)] == ["gamma", "beta"]
            with pytest.raises(NotFound):
                await order_plugins(shop, ["delta"])
            with pytest.raises(Invalid):
                await order_plugins(shop, ["beta", "beta"])
        finally:
            await shop.mongo.client.drop_database(settings.mongodb_database)


async def test_what_is_not_there_or_set_aside_cannot_be_enabled(settings: Settings):
    discovery = Discovery((), (Quarantined("torn", "ImportError: no module"),))
    async with open_shop(prepare(settings, discovery)) as shop:
        try:
            with pytest.raises(NotFound) as missing:
                await enable_plugin(shop, "nothing")
            assert "pip install spoeq-nothing" in missing.value.hint
            with pytest.raises(ConfigurationError, match="no module"):
                await enable_plugin(shop, "torn")
        finally:
            await shop.mongo.client.drop_database(settings.mongodb_database)


async def test_what_was_set_aside_or_left_out_can_be_switched_off_and_stays_off(settings: Settings):
    whole = discovery_of(plugin("bell"), plugin("horn"))
    torn = Discovery((), (Quarantined("bell", "ImportError: no module"), Quarantined("new", "ImportError: no module")))
    async with open_shop(prepare(settings, whole)) as shop:
        try:
            await enable_plugin(shop, "bell")
            await enable_plugin(shop, "horn")
            for broken, name in ((torn, "bell"), (torn, "new"), (Discovery(), "horn")):
                async with open_shop(prepare(settings, broken)) as without:
                    await disable_plugin(without, name)
                    with pytest.raises(NotFound):
                        await disable_plugin(without, "nothing")
            await configuration_of(shop).refresh()
            assert shop.hooks.enabled == frozenset()
            state = await configuration_of(shop).states.read()
            assert (state.enabled, state.known) == ([], ["bell", "horn", "new"])
        finally:
            await shop.mongo.client.drop_database(settings.mongodb_database)


async def test_safe_mode_is_said_to_staff_and_holds_for_commands(servers: tuple[str, str], tmp_path: Path):
    async with app_with(servers=servers, data_dir=tmp_path, safe_mode=True) as running:
        shown = await (await staff_browser(running, "admin")).text("/admin/plugins")
        assert "The shop runs in safe mode: no plugin is started." in shown
        assert "No plugins installed" not in shown
        assert await use_shop(running.shop.settings, _names_of_plugins) == []
        normal = running.shop.settings.model_copy(update={"safe_mode": False})
        assert "email" in await use_shop(normal, _names_of_plugins)


async def _names_of_plugins(shop: Shop) -> list[str]:
    return installed_plugins(shop)


# -- settings -------------------------------------------------------------------------------------------------------


async def test_secrets_are_sealed_at_rest_and_never_shown(app: RunningApp):
    shop = app.shop
    await save_settings(shop, "bell", {"key": SECRET, "older": [OTHER], "label": "Ring"})
    raw = str(await shop.mongo.collection("plugin_state").find_one({"_id": "state"}))
    assert SECRET not in raw
    assert OTHER not in raw
    values = shop.plugin_settings(Keys)
    assert (values.key.get_secret_value(), values.older[0].get_secret_value()) == (SECRET, OTHER)
    await configuration_of(shop).refresh()
    assert shop.plugin_settings(Keys).key.get_secret_value() == SECRET
    program, browser = await staff_program(app, "admin"), await staff_browser(app, "admin")
    _, read = await program.get("/admin/plugins/bell/settings")
    shown = str(read) + await browser.text("/admin/plugins/bell") + str(settings_view(values))
    assert SECRET not in shown
    assert OTHER not in shown
    assert read["values"]["key"] == {"set": True}


async def test_a_secret_stays_unless_it_is_entered_again_or_cleared(app: RunningApp):
    shop = app.shop
    program = await staff_program(app, "admin")
    await save_settings(shop, "bell", {"key": SECRET})
    for same in ({"label": "A"}, {"key": ""}, {"key": {"set": True}}):
        status, _ = await program.patch("/admin/plugins/bell/settings", same)
        assert status == HTTPStatus.OK
        assert shop.plugin_settings(Keys).key.get_secret_value() == SECRET, same
    await program.patch("/admin/plugins/bell/settings", {"key": OTHER})
    assert shop.plugin_settings(Keys).key.get_secret_value() == OTHER
    await program.patch("/admin/plugins/bell/settings", {"key": None})
    assert shop.plugin_settings(Keys).key.get_secret_value() == ""


async def test_refused_settings_name_the_fields_and_change_nothing(app: RunningApp):
    program = await staff_program(app, "admin")
    status, problem = await program.patch("/admin/plugins/bell/settings", {"count": 0, "label": "x" * 30})
    assert status == HTTPStatus.UNPROCESSABLE_ENTITY
    assert {error["field"] for error in problem["errors"]} == {"count", "label"}
    assert app.shop.plugin_settings(Keys) == Keys()
    status, _ = await program.patch("/admin/plugins/nothing/settings", {})
    assert status == HTTPStatus.NOT_FOUND


async def test_stored_settings_that_no_longer_fit_are_named_without_their_values(
    app: RunningApp, caplog: pytest.LogCaptureFixture
):
    shop = app.shop
    await save_settings(shop, "bell", {"key": SECRET})
    configuration = configuration_of(shop)
    state = await configuration.states.read()
    broken = {**state.settings["bell"], "count": -7, "label": SECRET}
    await configuration.states.write(state.model_copy(update={"settings": {"bell": broken}}))
    await configuration.refresh()
    assert shop.plugin_settings(Keys) == Keys()
    assert set(configuration.errors["bell"].replace(";", ":").split(":")) >= {"count"}
    page = await (await staff_browser(app, "admin")).text("/admin/plugins/bell")
    assert "Enter 1 or more." in page
    assert SECRET not in page + caplog.text


async def test_another_key_than_the_shop_was_made_with_is_said(settings: Settings):
    async with process(settings, bell()) as shop:
        await save_settings(shop, "bell", {"key": SECRET})
        rekeyed = settings.model_copy(update={"secret_key": "another secret of thirty-two letters"})
        try:
            async with process(rekeyed, bell()) as later:
                assert later.plugin_settings(Keys) == Keys()
                assert "SPOEQ_SECRET_KEY" in configuration_of(later).errors["bell"]
        finally:
            await shop.mongo.client.drop_database(settings.mongodb_database)


async def test_only_who_manages_plugins_switches_them(app: RunningApp):
    clerk = await staff_program(app, "support")
    for path in ("/admin/plugins/bell/disable", "/admin/plugins/bell/enable"):
        status, _ = await clerk.post(path)
        assert status == HTTPStatus.FORBIDDEN
    assert "bell" in app.shop.hooks.enabled
