"""The stylesheet, the module and the drawings: tokens that can be read, budgets that are kept."""

import gzip
import tomllib
from pathlib import Path

import pytest


@pytest.fixture
def css(storefront, stylesheet):
    return stylesheet(storefront.folder / "static/storefront.css")


def test_stylesheet_is_plain_enough_for_old_phones(css):
    assert css.faults() == []
    assert css.rules.split(";")[0].strip() == "@layer reset, base, components, plugin, theme"


def test_both_ways_into_the_dark_are_the_same(css):
    first, second = css.darks
    assert first == second
    assert {name for name in css.light if name.startswith("c-") and "photo" not in name} == set(first)


def test_colours_can_be_read(css, too_faint):
    assert too_faint(css.light) == []
    assert too_faint({**css.light, **css.darks[0]}) == []


@pytest.mark.parametrize(("name", "kilobytes"), [("storefront.css", 15), ("storefront.js", 8), ("icons.svg", 8)])
def test_weight(storefront, name, kilobytes):
    assert len(gzip.compress((storefront.folder / "static" / name).read_bytes())) <= kilobytes * 1024


def test_theme_says_who_it_is(storefront):
    told = tomllib.loads((storefront.folder / "theme.toml").read_text())
    assert (told["name"], told["face"], told["api"]) == ("storefront", "storefront", 1)


@pytest.mark.parametrize("name", ["macros/ui.html", "macros/forms.html"])
def test_what_both_faces_share_is_the_same(storefront, admin, name):
    one, other = (Path(theme.folder / "templates" / name).read_text() for theme in (storefront, admin))
    assert one == other
