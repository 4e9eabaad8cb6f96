"""How the check knows a template in a page, and where its override says that it was drawn."""

from __future__ import annotations

import pytest

from spoeq_core.testing.check.child import mark, marked
from spoeq_core.testing.check.overriding import parts_of, shows


@pytest.mark.parametrize(
    ("source", "parts"),
    [
        ("<p class='a'>{{ x }}</p>", ["<p class='a'>", "</p>"]),
        ("{# why #}<i>\n  <b>", ["<i> <b>"]),
        ("<i>{% if x %}<b>{% if y %}<u>{% endif %}{% else %}<s>{% endif %}</i>", ["<i>", "</i>"]),
        ("<i>{% for x in y %}<b>{% endfor %}{% macro m() %}<u>{% endmacro %}", ["<i>"]),
        ("{% block main %}<i>{% endblock %}", ["<i>"]),
        ("<i>{% if x", ["<i>{% if x"]),
    ],
)
def test_what_stands_in_each_page_is_told_from_what_stands_in_some(source: str, parts: list[str]) -> None:
    assert parts_of(source) == parts


def test_a_page_shows_them_in_their_order() -> None:
    assert shows("<i> one <b> two <i>", ["<i>", "<b>", "<i>"])
    assert not shows("<i> one <b>", ["<b>", "<i>"])
    assert not shows("<i> one", ["<i>", "<i>"])


def test_an_override_says_so_wherever_it_is_drawn() -> None:
    said = mark("x/a.html")
    assert marked("x/a.html", "<p>") == f"{said}<p>"
    page = '{% extends "layout/base.html" %}{% block main %}<p>{% endblock %}'
    assert marked("x/a.html", page) == page.replace("<p>", f"{said}<p>")
    macros = "{% macro m(x) -%}<p>{% endmacro %}"
    assert marked("x/a.html", macros) == macros.replace("<p>", f"{said}<p>")
