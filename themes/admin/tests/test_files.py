"""The stylesheet, the module and the drawings: tokens that can be read, budgets that are kept."""

import gzip
import re
import tomllib

import pytest


@pytest.fixture
def css(admin, stylesheet):
    return stylesheet(admin.folder / "static/admin.css")


def test_stylesheet_is_plain_enough_for_old_phones(css):
    assert css.faults() == []
    assert css.rules.split(";")[0].strip() == "@layer reset, base, components, plugin, theme"


def test_both_ways_into_the_dark_are_the_same(css):
    first, second = css.darks
    assert first == second
    assert {name for name in css.light if name.startswith("c-")} == set(first)


def test_colours_can_be_read(css, too_faint):
    assert too_faint(css.light) == []
    assert too_faint({**css.light, **css.darks[0]}) == []


@pytest.mark.parametrize(
    ("name", "kilobytes"), [("admin.css", 20), ("admin.js", 8), ("palette.js", 2), ("keys.js", 2), ("icons.svg", 8)]
)
def test_weight(admin, name, kilobytes):
    assert len(gzip.compress((admin.folder / "static" / name).read_bytes())) <= kilobytes * 1024


def test_theme_says_who_it_is(admin):
    told = tomllib.loads((admin.folder / "theme.toml").read_text())
    assert (told["name"], told["face"], told["api"]) == ("admin", "admin", 1)


def test_all_scripts_together_keep_the_budget(admin):
    scripts = (admin.folder / "static").glob("*.js")
    assert sum(len(gzip.compress(script.read_bytes())) for script in scripts) <= 35 * 1024


async def test_every_page_keeps_the_budgets_of_weight_and_requests(admin, page_case):
    template, context = page_case
    html = await admin.render(template, context)
    if template == "pages/gallery.html":
        return
    assert len(gzip.compress(html.encode())) <= 40 * 1024
    parts = re.findall(r'<script[^>]* src="([^"]+)"|<link rel="(?:stylesheet|icon)" href="([^"]+)"', html)
    assert len(set(parts)) + 1 <= 9
