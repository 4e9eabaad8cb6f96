"""Settings as CSS, and colours that can be read."""

from __future__ import annotations

import re

import pytest

from spoeq_core.web.themes.colours import contrast, mix, normal
from spoeq_core.web.themes.palette import digest, parse_palette, stylesheet, too_faint
from spoeq_core.web.themes.settings import parse_settings
from spoeq_core.web.themes.values import read_values

DECLARED = [
    {"id": "bg", "type": "color", "label": "Page", "default": "#FFFFFF", "css": "--c-bg", "scheme": "light"},
    {"id": "ink", "type": "color", "label": "Ink", "default": "#1F4172", "css": "--c-ink", "scheme": "light",
     "mix": {"--c-soft": ["--c-bg", 0.9]}},
    {"id": "bg_dark", "type": "color", "label": "Page", "default": "#111111", "css": "--c-bg", "scheme": "dark"},
    {"id": "ink_dark", "type": "color", "label": "Ink", "default": "#EEEEEE", "css": "--c-ink", "scheme": "dark"},
    {"id": "font", "type": "font", "default": "sans", "css": "--font"},
    {"id": "corner", "type": "range", "default": 8, "max": 20, "unit": "px", "css": "--r"},
]  # fmt: skip
SETTINGS, _ = parse_settings(DECLARED, "x")
SHIPPED, _ = read_values(SETTINGS, {}, "x")
PALETTE, _ = parse_palette(
    {"pairs": [["--c-ink", "--c-bg"], ["--c-muted", "--c-bg"], ["--c-ink", "--c-soft"], ["--c-gone", "--c-bg"]],
     "fixed": {"light": {"--c-muted": "#555555"}, "dark": {"--c-muted": "#AAAAAA"}}},
    "x",
)  # fmt: skip


def sheet(**chosen: object) -> str:
    values, problems = read_values(SETTINGS, chosen, "x")
    assert problems == []
    return stylesheet(SETTINGS, values, SHIPPED)


def test_contrast_is_that_of_wcag():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.478, abs=0.001)
    assert contrast("#FFFFFF", "#777777") == contrast("#777777", "#FFFFFF")


def test_colours_are_mixed_and_written_one_way():
    assert mix("#000000", "#FFFFFF", 0.5) == "#808080"
    assert (normal("#abc"), normal("abc"), normal("#abcd")) == ("#AABBCC", None, None)


def test_what_nobody_changed_needs_no_sheet():
    assert sheet() == ""
    assert sheet(corner=8, ink="#1f4172") == ""


def test_only_what_was_changed_is_printed():
    assert sheet(corner=0) == ":root{--r:0px;}\n"
    assert sheet(font="serif").startswith(':root{--font:"Iowan Old Style"')


def test_the_colours_of_the_night_reach_device_and_choice_alike():
    text = sheet(ink_dark="#FFFFFF")
    assert text.count("{--c-ink:#FFFFFF;}") == 2
    assert '@media (prefers-color-scheme:dark){:root:not([data-scheme="light"])' in text
    assert ':root[data-scheme="dark"]' in text


def test_a_mixed_colour_follows_both_that_it_is_made_of():
    assert "--c-soft:" in sheet(ink="#000000")
    assert "--c-soft:" in sheet(bg="#FFFFF0")
    assert "--c-soft:" not in sheet(ink_dark="#FFFFFF")


def test_a_setting_that_the_style_sheet_does_not_know_is_always_printed():
    values, _ = read_values(SETTINGS, {}, "x")
    shipped = {name: value for name, value in SHIPPED.items() if name != "corner"}
    assert stylesheet(SETTINGS, values, shipped) == ":root{--r:8px;}\n"


def test_the_address_of_a_sheet_is_that_of_its_content():
    assert digest(sheet(corner=1)) == digest(sheet(corner=1)) != digest(sheet(corner=2))


def test_colours_as_shipped_can_be_read():
    assert too_faint(SETTINGS, PALETTE, SHIPPED) == []


def test_a_pair_that_cannot_be_read_is_named_with_its_ratio():
    values, _ = read_values(SETTINGS, {"ink": "#AAAAAA"}, "x")
    first, *_ = too_faint(SETTINGS, PALETTE, values)
    assert first.setting == "ink"
    assert re.fullmatch(
        r"Ink #AAAAAA on Page #FFFFFF \(light\): 2\.32 to 1; 4\.5 to 1 is needed to be read\.", first.message
    )


def test_a_new_ground_is_checked_against_colours_that_nobody_can_change():
    values, _ = read_values(SETTINGS, {"bg": "#777777", "ink": "#000000"}, "x")
    first, *_ = too_faint(SETTINGS, PALETTE, values)
    assert (first.setting, first.message[:29]) == ("bg", "muted #555555 on Page #777777")


def test_wrong_pairs_and_colours_are_named():
    data = {
        "pairs": [["ink", "--c-bg"], ["--a"], ["--a", "--b"]],
        "fixed": {"dusk": {"--a": "#fff"}, "dark": {"--b": "red"}},
    }
    palette, problems = parse_palette(data, "mine")
    assert palette.pairs == (("--a", "--b"),)
    assert palette.fixed == {}
    assert len(problems) == 4
