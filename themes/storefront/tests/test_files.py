"""The stylesheet, the module and the drawings: tokens that can be read, budgets that are kept."""

import gzip
import re
import tomllib
from pathlib import Path

import pytest

MOST_REQUESTS = 7


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


@pytest.mark.parametrize(("name", "kilobytes"), [("storefront.css", 18), ("icons.svg", 8)])
def test_weight(storefront, name, kilobytes):
    assert packed(storefront, name) <= kilobytes * 1024


@pytest.mark.parametrize(
    ("case", "kilobytes"), [("home", 15), ("listing", 15), ("product", 20), ("cart", 20), ("checkout", 20)]
)
async def test_a_page_loads_few_and_light_files(storefront, cases, case, kilobytes):
    html = await storefront.render(*cases[case])
    files = set(re.findall(r'(?:src|href)="/static/([\w./-]+)\?', html))
    scripts = [name for name in files if name.endswith(".js")]
    assert sum(packed(storefront, name) for name in scripts) <= kilobytes * 1024
    assert len(files) + len(["the page itself"]) <= MOST_REQUESTS


def test_modules_do_not_need_each_other(storefront):
    for module in (storefront.folder / "static").glob("*.js"):
        assert not re.search(r"^(import|export)\b", module.read_text(), re.MULTILINE), module.name


def packed(storefront, name):
    return len(gzip.compress((storefront.folder / "static" / name).read_bytes()))


def test_theme_says_who_it_is(storefront):
    told = tomllib.loads((storefront.folder / "theme.toml").read_text())
    assert (told["name"], told["face"], told["api"]) == ("storefront", "storefront", 1)


@pytest.mark.parametrize("name", ["macros/ui.html", "macros/forms.html"])
def test_what_both_faces_share_is_the_same(storefront, admin, name):
    one, other = (Path(theme.folder / "templates" / name).read_text() for theme in (storefront, admin))
    assert one == other
