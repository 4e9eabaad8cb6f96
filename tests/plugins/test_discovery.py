"""Discovery: entry points loaded, checked and ordered; what is faulty is set aside, or refused where none may be."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from spoeq_core.app import create_app
from spoeq_core.boot import prepare
from spoeq_core.kernel.errors import ConfigurationError
from spoeq_core.plugins.discovery import Discovery, as_plugin, discover, in_order, without_circles
from spoeq_core.testing.shops import discovery_of, test_settings as settings_for
from spoeq_core.web.context import EXTENSION
from tests.shopping import AtTheDoor, plugin

from .distributions import Install

LOCAL = ("mongodb://127.0.0.1:1", "redis://127.0.0.1:1")


def names(discovery: Discovery) -> set[str]:
    return {one.name for one in discovery.plugins}


def aside(discovery: Discovery) -> dict[str, str]:
    return {one.name: one.error for one in discovery.quarantined}


def started(tmp_path: Path, discovery: Discovery, **settings: Any) -> Discovery:
    """What is left after boot."""
    return prepare(settings_for(LOCAL, tmp_path, **settings), discovery).discovery


def test_plugins_are_found_by_their_entry_points(installing: Install):
    installing("banner")
    found = discover()
    (banner,) = [one for one in found.plugins if one.name == "banner"]
    assert (banner.version, banner.manifest.title) == ("1.2", "Banner")
    assert list(names(found)) != [], "beside those of this repository"


def test_one_that_cannot_be_imported_is_set_aside_with_its_traceback(installing: Install):
    installing("torn", "import nothing_of_that_name")
    installing("whole")
    found = discover()
    assert "whole" in names(found)
    (torn,) = [one for one in found.quarantined if one.name == "torn"]
    assert "nothing_of_that_name" in torn.error
    assert "Traceback" in torn.details
    assert "plugin.py" in torn.details
    with pytest.raises(ModuleNotFoundError):
        discover(strict=True)


def test_one_that_would_end_the_process_is_set_aside(installing: Install, tmp_path: Path):
    installing("quits", "raise SystemExit('no key, no shop')")
    installing("leaves", "@hookimpl\ndef register_menu():\n    raise SystemExit(3)")
    installing("whole")
    left = started(tmp_path, discover())
    assert "whole" in names(left)
    assert "no key, no shop" in aside(left)["quits"]
    assert aside(left)["leaves"] == "SystemExit: 3"


def test_safe_mode_loads_none(installing: Install):
    installing("torn", "raise SystemExit('never imported')")
    assert discover(safe_mode=True) == Discovery()


def test_one_that_needs_another_version_is_set_aside_with_the_mend(installing: Install):
    installing("future", needs="SPOEQ>=99")
    installing("optional", needs="spoeq>=0.1")
    found = discover()
    assert "needs spoeq>=99, this is spoeq 0." in aside(found)["future"]
    assert "pip install --upgrade spoeq-future spoeq" in aside(found)["future"]
    assert "optional" in names(found)


def test_one_of_another_name_than_its_entry_point_is_set_aside(installing: Install):
    installing("mask", head='from spoeq_core.sdk import Manifest\nmanifest = Manifest("face", "Face", "x")\n')
    installing("bare", head="")
    found = discover()
    assert "loads a plugin named 'face'" in aside(found)["mask"]
    assert "has no manifest" in aside(found)["bare"]


def test_of_two_distributions_with_a_plugin_of_one_name_the_second_is_set_aside(installing: Install, tmp_path: Path):
    installing("bell")
    head = 'from spoeq_core.sdk import Manifest\nmanifest = Manifest("bell", "Bell", "x")\n'
    installing("gong", as_name="bell", head=head)
    found = discover()
    assert [one.module.__name__ for one in found.plugins if one.name == "bell"] == ["spoeq_bell.plugin"]
    assert "spoeq-bell and spoeq-gong both bring a plugin named 'bell'" in aside(found)["spoeq-gong"]
    assert "pip uninstall spoeq-gong" in aside(found)["spoeq-gong"]
    assert "bell" in names(started(tmp_path, found))


def test_an_entry_point_that_is_no_plugin_is_set_aside(installing: Install):
    installing("number", head="manifest = 42\n")
    assert "has no manifest" in aside(discover())["number"]


FAULTS = {
    "typo": "@hookimpl\nasync def price_adjustmets(cart):\n    return []",
    "colour": "@hookimpl\ndef pricing_facts(cart):\n    return {}",
    "raises": "@hookimpl\ndef register_menu():\n    raise RuntimeError('no menu today')",
    "settings": """
        from pydantic import BaseModel
        class Needy(BaseModel):
            api_key: str
        @hookimpl
        def register_settings():
            return Needy
    """,
    "owner": """
        from pydantic import BaseModel
        from spoeq_core.sdk import Extension
        class Note(BaseModel):
            text: str = ""
        @hookimpl
        def register_extensions():
            return [Extension("shop", Note)]
    """,
}


@pytest.mark.parametrize("name", FAULTS)
def test_one_that_cannot_boot_is_set_aside_and_the_others_start(name: str, installing: Install, tmp_path: Path):
    installing(name, FAULTS[name])
    installing("whole")
    left = started(tmp_path, discover())
    assert "whole" in names(left)
    assert name not in names(left)
    assert name in aside(left)
    with pytest.raises((ConfigurationError, RuntimeError)):
        started(tmp_path, discover(), strict_plugins=True)


def test_the_fault_is_named(installing: Install, tmp_path: Path):
    for name, code in FAULTS.items():
        installing(name, code)
    told = aside(started(tmp_path, discover()))
    for name, words in {
        "typo": "price_adjustmets",
        "colour": "wrong colour",
        "raises": "no menu today",
        "settings": "api_key",
        "owner": "Note extends 'shop', which is not supported",
    }.items():
        assert words in told[name], name


def test_the_second_payment_provider_of_a_name_is_set_aside(tmp_path: Path):
    def register_payment_providers() -> list[AtTheDoor]:
        return [AtTheDoor()]

    both = [plugin(name, register_payment_providers=register_payment_providers) for name in ("second", "first")]
    left = started(tmp_path, discovery_of(*both))
    assert names(left) == {"first"}
    assert "'first' and 'second' both bring a payment provider named 'door'" in aside(left)["second"]


def test_plugins_that_contradict_each_other_are_set_aside():
    def wanting(name: str, *before: str) -> Any:
        module = plugin(name)
        module.manifest = replace(module.manifest, before=before)  # type: ignore[attr-defined]
        return as_plugin(module)

    three = [wanting("a", "b"), wanting("b", "a"), wanting("c", "a")]
    rest, circle = without_circles(three, strict=False)
    assert [one.name for one in rest] == ["c"]
    assert {one.name for one in circle} == {"a", "b"}
    assert "in a circle" in circle[0].error
    with pytest.raises(ConfigurationError, match="circle"):
        without_circles(three, strict=True)
    assert [one.name for one in in_order([wanting("z", "a"), wanting("a"), wanting("m", "gone")])] == ["m", "z", "a"]


async def test_routes_that_cannot_be_mounted_set_the_plugin_aside(
    servers: tuple[str, str], tmp_path: Path, installing: Install
):
    installing(
        "clash",
        """
        from quart import Blueprint
        from spoeq_core.sdk import Routes, public
        pages = Blueprint("clash_pages", __name__)
        @hookimpl
        def register_routes():
            return Routes(pages=pages, admin=pages)
        """,
    )
    installing("torn", "import nothing_of_that_name")
    app = create_app(settings_for(servers, tmp_path), discovery=discover())
    async with app.test_app():
        shop = app.extensions[EXTENSION]
        try:
            assert (await app.test_client().get("/")).status_code == HTTPStatus.OK
            quarantined = {one.name for one in shop.configuration.quarantined}
            assert {"clash", "torn"} <= quarantined
        finally:
            await shop.mongo.client.drop_database(shop.settings.mongodb_database)
