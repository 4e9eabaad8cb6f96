"""Static files: addressed by their content, packed once, and both follow a file that is saved again."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest

from spoeq_core.web.themes import Themes
from spoeq_core.web.theming import Theming

from .conftest import WriteTheme


@pytest.fixture
def theming(write_theme: WriteTheme) -> Theming:
    theme = write_theme("monsoon", {"static/a.css": "a { color: red }", "templates/layout/base.html": ""})
    return Theming(Themes({"monsoon": theme}), (), reload=True)


def save(path: Path, text: str) -> None:
    """As an editor does, also within the clock tick of the last time."""
    before = path.stat().st_mtime_ns
    path.write_text(text)
    os.utime(path, ns=(before + 1, before + 1))


def test_an_address_and_what_is_sent_follow_the_file(theming: Theming):
    path = theming.static_file("monsoon", "a.css")
    assert path is not None
    first = theming.static_url("monsoon", "a.css")
    assert theming.static_url("monsoon", "a.css") == first
    assert gzip.decompress(theming.themes.packed(path)) == b"a { color: red }"
    save(path, "a { color: tan }")
    assert theming.static_url("monsoon", "a.css") != first
    assert gzip.decompress(theming.themes.packed(path)) == b"a { color: tan }"


def test_what_is_not_changed_is_packed_once(theming: Theming):
    path = theming.static_file("monsoon", "a.css")
    assert path is not None
    assert theming.themes.packed(path) is theming.themes.packed(path)


def test_a_file_that_is_not_there_has_no_digest(theming: Theming, tmp_path: Path):
    assert theming.themes.digest(tmp_path / "gone.css") == ""
    assert theming.themes.digest(tmp_path) == ""
