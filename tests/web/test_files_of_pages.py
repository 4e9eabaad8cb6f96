"""Pages follow the files that they are made by, while somebody works on them."""

from __future__ import annotations

from pathlib import Path

from spoeq_core.kernel.cache import TagCache
from spoeq_core.web.kept.templates import Files


def edition(folder: Path) -> str:
    """Which state of the folder's files pages are of."""
    cache = TagCache("redis://127.0.0.1:1/0", "files")
    Files([folder], change=True).begin_edition(cache)
    return cache.edition


def test_another_template_makes_other_pages_and_what_is_no_part_of_them_does_not(tmp_path: Path):
    (tmp_path / "cart").mkdir()
    page = tmp_path / "cart" / "page.html"
    page.write_text("<p>")
    first = edition(tmp_path)
    (tmp_path / "notes.txt").write_text("to do")
    assert edition(tmp_path) == first
    (tmp_path / "cart" / "more.html").write_text("<p>")
    assert edition(tmp_path) != first


def test_a_file_that_is_gone_when_it_is_looked_at_breaks_no_page(tmp_path: Path):
    (tmp_path / "page.html").write_text("<p>")
    first = edition(tmp_path)
    (tmp_path / ".#page.html").symlink_to("meera@host.4711")  # as an editor locks what is being changed
    assert edition(tmp_path) == first
