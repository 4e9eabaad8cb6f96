"""The macros that themes offer, and the gallery that shows each of them."""

from __future__ import annotations

import pytest
from jinja2 import nodes

from spoeq_core.web.themes import Theme, discover_themes
from spoeq_core.web.themes.contract import MACROS, macros_of
from spoeq_core.web.themes.installed import FACES, Face
from spoeq_core.web.theming import Theming

THEMING = Theming(discover_themes(), ())
FILES = ("macros/ui.html", "macros/forms.html", "macros/commerce.html", "macros/admin.html")


def theme_of(face: Face) -> Theme:
    return THEMING.themes.active(face, face)


def defined(face: Face) -> set[str]:
    theme = theme_of(face)
    files = [name for name in FILES if (theme.templates / name).is_file()]
    return set().union(*(macros_of(name, THEMING.environment(theme)) for name in files))


def shown(face: Face) -> set[str]:
    theme = theme_of(face)
    source = (theme.templates / "pages/gallery.html").read_text("utf-8")
    calls = THEMING.environment(theme).parse(source).find_all(nodes.Call)
    named = {call.node.attr for call in calls if isinstance(call.node, nodes.Getattr)}
    return named | {"toast"}  # the layout's, on every page


@pytest.mark.parametrize("face", FACES)
def test_each_face_has_the_macros_that_are_promised(face: Face):
    assert set(MACROS[face]) - defined(face) == set()


@pytest.mark.parametrize("face", FACES)
def test_the_gallery_shows_each_of_them(face: Face):
    assert set(MACROS[face]) - shown(face) == set()


def test_every_macro_of_the_design_is_in_some_face():
    design = (
        "price unit_price stars badge button icon field select radios checkbox quantity pin_check error_summary "
        "picture product_card grid breadcrumb pagination chips facet filter_bar data_table bulk_bar save_bar accordion "
        "timeline progress toast banner dialog empty skeleton chart json_ld"
    )
    assert set(design.split()) - set(MACROS["storefront"]) - set(MACROS["admin"]) == set()
