"""What a theme must have, and how its mistakes are named."""

from __future__ import annotations

import re
import sys
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest

from spoeq_core.kernel.errors import ConfigurationError
from spoeq_core.notifications.rendering import TEMPLATES as MAILS
from spoeq_core.plugins.discovery import InstalledPlugin, discover
from spoeq_core.web.slots import ADMIN, STOREFRONT
from spoeq_core.web.templating import build_environment
from spoeq_core.web.themes import CORE, Theme, Themes, discover_themes, package_root
from spoeq_core.web.themes.contract import missing_slots, plugin_faults, required, template_faults
from spoeq_core.web.themes.design import read_design
from spoeq_core.web.themes.installed import API, FACES, read_themes
from spoeq_core.web.themes.palette import too_faint
from spoeq_core.web.theming import Theming

INSTALLED = discover_themes()
ROOTS = [INSTALLED.active(face, face) for face in FACES]
WEB = Path(CORE).parent


def theming_of(*themes: Theme) -> Theming:
    every = {theme.name: theme for theme in (*ROOTS, *themes)}
    return Theming(Themes(every), ())


@pytest.mark.parametrize("theme", ROOTS, ids=lambda theme: theme.name)
def test_the_themes_of_this_repository_keep_the_contract(theme: Theme):
    report = theming_of().check(theme)
    assert report.errors == ()
    assert report.warnings == ()


@pytest.mark.parametrize("theme", ROOTS, ids=lambda theme: theme.name)
def test_their_colours_can_be_read(theme: Theme):
    design = read_design([theme], {})
    assert too_faint(design.settings, design.palette, design.defaults) == []


def test_each_slot_is_printed():
    storefront, admin = ROOTS
    of_plugins = {"offers.above_list"}  # a plugin's own page prints it
    assert missing_slots([storefront], list(STOREFRONT)) == list(of_plugins)
    assert missing_slots([admin], list(ADMIN)) == []
    assert missing_slots([storefront], ["nobody.prints_this"]) == ["nobody.prints_this"]


@pytest.mark.parametrize("face", FACES)
def test_required_are_the_pages_that_the_core_draws(face: str):
    drawn = {
        name
        for path in WEB.rglob("*.py")
        for name in re.findall(rf'"{face}",\s*"(pages/[\w/]+\.html)"', path.read_text("utf-8"))
    }
    assert drawn - {"pages/gallery.html"} - set(required(INSTALLED, face)) == set()


def test_a_theme_for_another_api_is_refused_and_the_default_is_shown(write_theme: Any):
    newer = write_theme("newer", api=API + 1, extends="storefront")
    themes = theming_of(newer).themes
    assert "theme api 2; this SPOEQ has 1" in theming_of(newer).check(newer).errors[0]
    assert themes.active("storefront", "newer").name == "storefront"


@pytest.mark.parametrize(
    ("name", "toml", "says"),
    [
        ("child", {"extends": "nobody"}, "nobody, which is not installed"),
        ("child", {"extends": "admin"}, "a theme of the admin"),
        ("child", {"extends": "child"}, "child extends child, which extends it"),
    ],
)
def test_a_family_that_cannot_be_is_named(write_theme: Any, name: str, toml: dict[str, str], says: str):
    child = write_theme(name, **toml)
    assert says in theming_of(child).check(child).errors[0]


def test_a_theme_without_pages_is_told_which_are_missing(write_theme: Any):
    lone = write_theme("lone", {"templates/layout/base.html": "x"})
    errors = theming_of(lone).check(lone).errors
    assert len(errors) == len(required(INSTALLED, "storefront")) - 1
    assert "the template pages/cart.html is missing, here and in its parents" in errors


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{% block %}", "cannot be read"),
        ('{% extends "pages/home.html" %}', 'extends itself; write {% extends "parent/pages/home.html" %}'),
        ('{% include "partials/gone.html" %}', "names partials/gone.html, which is nowhere"),
        ('{% import "macros/ui.html" as ui %}{{ ui.buttn("x") }}', "ui.buttn, which macros/ui.html does not define"),
    ],
)
def test_mistakes_in_a_template_are_named(write_theme: Any, text: str, says: str):
    child = write_theme("child", {"templates/pages/home.html": text}, extends="storefront")
    (error,) = theming_of(child).check(child).errors
    assert says in error
    assert "pages/home.html" in error


def test_broken_settings_and_pages_are_named_and_the_parents_used(write_theme: Any):
    files = {
        "settings.json": '{"settings": [{"id": "accent", "type": "colour"}, {"id": "mine", "type": "bool"}]}',
        "composition/home.json": "{",
        "templates/sections/hero.json": "[]",
    }
    child = write_theme("child", files, extends="storefront")
    theming = theming_of(child)
    design = theming.design(child)
    report = theming.check(child)
    assert report.errors == ()
    assert [warning.split(":")[0] for warning in report.warnings] == [
        "child/settings.json, setting 1",
        "child/hero.json",
        "child/home.json",
    ]
    assert design.settings["accent"].type == "color"
    assert design.settings["mine"].type == "bool"
    assert design.pages == theming.design(ROOTS[0]).pages
    assert design.sections["hero"].heading


def test_a_childs_setting_wins_and_is_printed(write_theme: Any):
    item = '{"id": "accent", "type": "color", "default": "#112233", "css": "--c-accent", "scheme": "light"}'
    child = write_theme("child", {"settings.json": f'{{"settings": [{item}]}}'}, extends="storefront")
    design = theming_of(child).design(child)
    assert design.defaults["accent"] == "#112233" != design.shipped["accent"]


@pytest.mark.parametrize(
    ("toml", "says"),
    [("face = 1", "face is 1"), ('face = "admin"\napi = "1"', "api is '1'"), ("face =", "cannot be read")],
)
def test_a_theme_that_cannot_be_read_is_set_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, toml: str, says: str
):
    package = tmp_path / "a_broken_theme"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "theme.toml").write_text(toml)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "a_broken_theme", raising=False)
    themes = read_themes([EntryPoint("broken", "a_broken_theme", "spoeq.themes")])
    assert says in themes.broken["broken"]
    with pytest.raises(ConfigurationError, match="No admin theme is installed"):
        themes.active("admin", "broken")


def plugins() -> list[InstalledPlugin]:
    return list(discover(strict=True).plugins)


def test_the_templates_of_each_plugin_can_be_drawn_by_some_face_of_each_theme():
    roots = {plugin.name: package_root(plugin.module) for plugin in plugins()}
    found = []
    for theme in ROOTS:
        folders = [theme.templates, *(root / "templates" for root in roots.values()), CORE, MAILS]
        found.append(set(plugin_faults(roots, build_environment(folders, {}))))
    assert found[0] & found[1] == set(), "what is wrong under both faces is wrong"


def test_a_plugin_whose_page_a_child_breaks_is_named(write_theme: Any, tmp_path: Path):
    page = tmp_path / "plug/templates/plug/page.html"
    page.parent.mkdir(parents=True)
    page.write_text('{% import "macros/ui.html" as ui %}{{ ui.button("x") }}')
    child = write_theme("child", {"templates/macros/ui.html": "{% macro icon() %}{% endmacro %}"}, extends="storefront")
    theming = theming_of(child)
    theming._plugin_roots = {"plug": tmp_path / "plug"}
    assert any(
        warning == "plugin plug: the template plug/page.html uses ui.button, which macros/ui.html does not define"
        for warning in theming.check(child).warnings
    )


def test_a_mistake_is_found_only_where_it_is(write_theme: Any):
    environment = theming_of().environment(ROOTS[0])
    good = '{% import "macros/ui.html" as ui %}{{ ui.button("a") }}{% include name %}{% include "x" ignore missing %}'
    assert list(template_faults("a.html", good, environment)) == []


def test_a_file_of_macros_is_read_once_however_often_they_are_called(write_theme: Any, monkeypatch: pytest.MonkeyPatch):
    macros = "{% macro button(x) %}{{ x }}, once{% endmacro %}"
    theme = write_theme("lean", {"templates/macros/ui.html": macros})
    environment = theming_of(theme).environment(theme)
    read = []
    parsing = environment.parse
    monkeypatch.setattr(environment, "parse", lambda source, *names: read.append(source) or parsing(source, *names))
    page = '{% import "macros/ui.html" as ui %}' + '{{ ui.button("a") }}{{ ui.gone("a") }}' * 9
    faults = list(template_faults("a.html", page, environment))
    assert faults == ["the template a.html uses ui.gone, which macros/ui.html does not define"] * 9
    assert read == [page, macros]
