"""What two plugins claim both is named with both, and what follows from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest
from odmantic import Field, Model
from quart import Blueprint, Response

from spoeq_core.hooks.contributions import MenuEntry, Permission, Routes
from spoeq_core.kernel.errors import ConfigurationError
from spoeq_core.plugins.conflicts import ClaimedTwice, conflicts_of
from spoeq_core.plugins.discovery import discover
from spoeq_core.plugins.lifecycle import disable_plugin
from spoeq_core.plugins.loading import load_hooks
from spoeq_core.testing.clients import app_with
from spoeq_core.testing.shops import discovery_of
from spoeq_core.testing.visitors import staff_browser, staff_program
from spoeq_core.web.access import public
from tests.shopping import plugin


class NoteDocument(Model):
    model_config = {"collection": "notes"}  # noqa: RUF012 - odmantic copies it

    id: str = Field(primary_field=True)


def notes(name: str, folder: Path) -> ModuleType:
    def register_permissions() -> Sequence[Permission]:
        return [Permission("notes.view", "See notes"), Permission(f"{name}.manage", "Change notes")]

    def register_menu() -> Sequence[MenuEntry]:
        return [MenuEntry("Notes", "/admin/notes", "notes.view")]

    def register_documents() -> Sequence[type[Model]]:
        return [NoteDocument]

    made = plugin(
        name,
        register_permissions=register_permissions,
        register_menu=register_menu,
        register_documents=register_documents,
    )
    package = folder / name
    (package / "templates" / "notes").mkdir(parents=True)
    (package / "templates" / "notes" / "list.html").write_text("", "utf-8")
    made.__file__ = str(package / "plugin.py")
    return made


def claimed(*plugins: ModuleType) -> list[ClaimedTwice]:
    hooks, discovery = load_hooks(discovery_of(*plugins), lambda *_: None, strict=True)
    ours = {plugin.manifest.name for plugin in plugins}
    return [one for one in conflicts_of(hooks, discovery) if ours.intersection(one.plugins)]


def test_what_two_claim_is_named_with_both(tmp_path: Path) -> None:
    found = claimed(notes("first", tmp_path), notes("second", tmp_path))
    assert {(one.what, one.name) for one in found} == {
        ("permission", "notes.view"),
        ("menu link", "/admin/notes"),
        ("collection", "notes"),
        ("template", "notes/list.html"),
    }
    assert {one.plugins for one in found} == {("first", "second")}
    assert all(one.meaning for one in found)


def test_routes_slots_and_lanes_that_two_claim_are_named():
    def offering(name: str, variable: str) -> ModuleType:
        pages, api = Blueprint(f"{name}_pages", name), Blueprint(f"{name}_api", name)

        @pages.get(f"/offers/<{variable}>")
        @public
        async def offers(**_: str) -> Response:
            return Response(name)

        @api.post("/offers")
        @public
        async def add() -> Response:
            return Response(name)

        module = plugin(name, register_routes=lambda: Routes(pages=pages, api=api))
        claims = ("slot:product.price", "lane:coupon")
        module.manifest = replace(module.manifest, claims=claims)  # type: ignore[attr-defined]
        return module

    found = claimed(offering("first", "id"), offering("second", "ulid:key"))
    assert {(one.what, one.name) for one in found} == {
        ("route", "GET /offers/<>"),
        ("route", "POST /api/v1/offers"),
        ("slot", "product.price"),
        ("lane", "coupon"),
    }
    assert found[0].said.startswith("lane coupon: first, second. Each has promotions that win alone")


def test_a_claim_that_means_nothing_is_refused():
    module = plugin("first")
    module.manifest = replace(module.manifest, claims=("everything",))  # type: ignore[attr-defined]
    with pytest.raises(ConfigurationError, match="claims 'everything'"):
        claimed(module)


async def test_staff_are_asked_before_one_is_switched_on_that_claims_what_another_has(
    servers: tuple[str, str], tmp_path: Path
):
    modules = notes("first", tmp_path), notes("second", tmp_path)
    async with app_with(*modules, servers=servers, data_dir=tmp_path) as app:
        await disable_plugin(app.shop, "second")
        browser, program = await staff_browser(app, "admin"), await staff_program(app, "admin")
        await browser.post("/admin/plugins/second/enable")
        assert app.shop.hooks.enabled == {"first"}, "it is asked first"
        page = await browser.text("/admin/plugins/second")
        assert "Switch on anyway" in page
        assert "notes.view" in page
        await browser.post("/admin/plugins/second/enable", {"anyway": "1"})
        assert app.shop.hooks.enabled == {"first", "second"}
        _, told = await program.post("/admin/plugins/second/enable")
        assert any("collection notes: first, second" in warning for warning in told["warnings"])


def test_one_alone_has_no_conflict(tmp_path: Path) -> None:
    assert claimed(notes("first", tmp_path)) == []


def test_two_that_know_tax_rates_are_named():
    async def tax_rates() -> None:
        return None

    (found,) = claimed(plugin("levy", tax_rates=tax_rates), plugin("vat", tax_rates=tax_rates))
    assert (found.what, found.plugins) == ("tax", ("levy", "vat"))


def test_the_plugins_of_this_repository_have_none_but_that_each_country_has_its_tax() -> None:
    hooks, discovery = load_hooks(discover(), lambda *_: None, strict=True)
    assert [(one.what, one.plugins) for one in conflicts_of(hooks, discovery)] == [("tax", ("flat_tax", "gst"))]
