"""Addresses of routes that several apps and maps have."""

from __future__ import annotations

from typing import Any

from spoeq_core.web.routing import ShopApp, ShopRule


def app_with(path: str, **options: Any) -> ShopApp:
    """An app with one route, `thing`."""
    app = ShopApp("spoeq_core.web", static_folder=None)
    app.add_url_rule(path, "thing", lambda: "", **options)
    return app


def address(app: ShopApp, **values: object) -> str:
    return app.enabled_map().bind("shop.test").build("thing", values)


def builder(app: ShopApp) -> object:
    (rule,) = app.enabled_map().iter_rules()
    assert isinstance(rule, ShopRule)
    return rule._build.__func__  # type: ignore[attr-defined]


def test_a_routes_builder_is_compiled_once_for_all_apps_and_maps():
    first, second = (app_with("/things/<name>/parts/<int:number>") for _ in range(2))
    assert builder(first) is builder(second)
    for app in (first, second):
        assert address(app, name="a b", number=3, page=2) == "/things/a%20b/parts/3?page=2"


def test_routes_that_differ_only_in_a_converter_write_it_each_in_its_own_way():
    plain, padded = app_with("/lots/<int:number>"), app_with("/lots/<int(fixed_digits=4):number>")
    assert (address(plain, number=7), address(padded, number=7)) == ("/lots/7", "/lots/0007")


def test_a_route_with_a_default_keeps_it_to_itself():
    first, second = (app_with("/pages/<name>", defaults={"name": name}) for name in ("home", "help"))
    assert (address(first), address(second)) == ("/pages/home", "/pages/help")
