"""What a theme may declare as a setting, and which values a setting takes."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from spoeq_core.web.themes.settings import MOST, TYPES, Setting, parse_settings
from spoeq_core.web.themes.values import checked, clean, for_templates, read_values, typed

ONE = {"id": "a", "type": "text"}


def setting(kind: str, **more: object) -> Setting:
    options = (("warm", "Warm"), ("cold", "Cold")) if kind == "select" else ()
    return Setting("x", kind, "X", **{"options": options, **more})


def test_each_type_has_an_empty_value():
    for kind in TYPES:
        checked(setting(kind), None)


@pytest.mark.parametrize(
    ("item", "says"),
    [
        ("text", "must be an object"),
        ({"type": "text"}, '"id" must be a word'),
        ({"id": "a-b", "type": "text"}, '"id" must be a word'),
        ({"id": "a", "type": "colour"}, "there are color, font"),
        ({"id": "a", "type": "text", "css": "--a"}, "can be a CSS property"),
        ({"id": "a", "type": "color", "css": "a;b"}, "is written --name"),
        ({"id": "a", "type": "color", "scheme": "dusk"}, "there are light, dark"),
        ({"id": "a", "type": "select"}, "without options"),
        ({"id": "a", "type": "select", "options": ["x;}body{"]}, "plain text"),
        ({"id": "a", "type": "range", "min": "0"}, "is no number"),
        ({"id": "a", "type": "range", "unit": "px;"}, "unit is"),
        ({"id": "a", "type": "color", "mix": {"--b": ["--c"]}}, "must be [other property, share]"),
        ({"id": "a", "type": "color", "mix": {"--b": ["--c", 2]}}, "from 0 to 1"),
        ({"id": "a", "type": "text", "colour": "#fff"}, "which no setting has"),
    ],
)
def test_a_setting_that_cannot_be_is_named_and_left_out(item: object, says: str):
    settings, (problem,) = parse_settings([item, {"id": "good", "type": "bool"}], "mine/settings.json")
    assert list(settings) == ["good"]
    assert says in problem.message
    assert problem.where == "mine/settings.json, setting 1"


def test_a_theme_has_at_most_thirty_settings_each_once():
    settings, problems = parse_settings([{"id": f"s{n}", "type": "bool"} for n in range(MOST + 2)], "x")
    assert len(settings) == MOST == 30
    assert len(problems) == 2
    assert "twice" in parse_settings([ONE, ONE], "x")[1][0].message
    assert parse_settings({"a": 1}, "x")[0] == {}


@pytest.mark.parametrize(
    ("kind", "value", "kept"),
    [
        ("color", "#abc", "#AABBCC"),
        ("color", " #1f4172 ", "#1F4172"),
        ("font", "serif", "serif"),
        ("range", "12.5", 12.5),
        ("select", "cold", "cold"),
        ("bool", "on", True),
        ("bool", "", False),
        ("text", " a\0b ", "ab"),
        ("richtext", "One\n\nTwo", "<p>One</p><p>Two</p>"),
        ("richtext", "<p onclick='x'>a<script>alert(1)</script></p>", "<p>a</p>"),
        ("url", "/products?sort=newest", "/products?sort=newest"),
        ("url", "https://example.com/", "https://example.com/"),
        ("menu", "New | /new\n\nA | B | /ab", [{"name": "New", "url": "/new"}, {"name": "A | B", "url": "/ab"}]),
        ("product", "chanderi-saree", "chanderi-saree"),
        ("collection", "", ""),
        ("image", "", None),
    ],
)
def test_a_value_is_kept_as_it_is_used(kind: str, value: object, kept: object):
    found = checked(setting(kind), value)
    assert found == kept
    assert checked(setting(kind), found) == kept, "what is kept can be read again"
    assert checked(setting(kind), typed(setting(kind), found)) == kept, "and what a form shows"


@pytest.mark.parametrize(
    ("kind", "value", "says"),
    [
        ("color", "red", "like #1F4172"),
        ("color", "#12345", "like #1F4172"),
        ("color", "#fff;}body{display:none", "like #1F4172"),
        ("font", "Comic Sans", "There is no font"),
        ("range", "101", "from 0 to 100"),
        ("range", "NaN", "from 0 to 100"),
        ("range", "a", "Enter a number"),
        ("select", "hot", "There is no choice"),
        ("bool", "maybe", "yes or no"),
        ("text", "x" * 201, "At most 200"),
        ("text", 5, "Enter text"),
        ("richtext", "x" * 10_001, "At most 10000"),
        ("url", "javascript:alert(1)", "https://"),
        ("url", "//evil.example", "https://"),
        ("url", "/a b", "https://"),
        ("menu", "New /new", "Words | /address"),
        ("menu", "\n".join(f"{n} | /{n}" for n in range(13)), "At most 12"),
        ("menu", "x | javascript:alert(1)", "https://"),
        ("product", "../etc", "last part of its address"),
        ("image", {"src": "data:image/png;base64,x"}, "https://"),
    ],
)
def test_a_value_that_cannot_be_is_refused_in_words(kind: str, value: object, says: str):
    with pytest.raises((TypeError, ValueError), match=says.replace("|", r"\|")):
        checked(setting(kind), value)


@given(st.text(max_size=200))
def test_rich_text_never_holds_a_script(text: str):
    html = clean(f"<p>{text}</p><img src=x onerror=alert(1)><a href='javascript:x'>a</a>")
    assert "<img" not in html
    assert "javascript:" not in html
    assert "<script" not in html.lower()


def test_a_stored_value_that_is_none_any_more_gives_way_to_the_default():
    settings, _ = parse_settings([{"id": "ink", "type": "color", "label": "Ink", "default": "#111111"}], "x")
    values, (problem,) = read_values(settings, {"ink": "blue", "gone": 1}, "mine")
    assert values == {"ink": "#111111"}
    assert str(problem) == "mine, Ink: 'blue' is not used: Enter a colour like #1F4172."


def test_a_broken_default_gives_way_to_something_that_works():
    settings, _ = parse_settings([{"id": "ink", "type": "color", "default": "blue"}], "x")
    values, problems = read_values(settings, {}, "mine")
    assert values["ink"].startswith("#")
    assert len(problems) == 1


def test_rich_text_is_markup_and_text_is_not():
    settings = {"a": setting("richtext"), "b": setting("text")}
    values, _ = read_values(settings, {"a": "<b>x</b>", "b": "<b>x</b>"}, "x")
    shown = for_templates(settings, values)
    assert hasattr(shown["a"], "__html__")
    assert not hasattr(shown["b"], "__html__")
