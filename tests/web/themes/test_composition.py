"""Pages made of sections: read robustly, arranged without losing anything."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, strategies as st

from spoeq_core.kernel.errors import Conflict, Invalid, NotFound
from spoeq_core.web.themes import composition as pages
from spoeq_core.web.themes.choices import Choices, undone, with_page

PAGE, _ = pages.parse_composition(
    {
        "sections": [
            {"type": "hero"},
            {"id": "row", "type": "products", "settings": {"count": 4}},
            {"type": "trust", "blocks": [{"type": "point"}, {"type": "@slot:home.sections"}, {"type": "point"}]},
        ]
    },
    "x",
)


def ids(page: pages.Composition) -> list[str]:
    return [section.id for section in page]


def test_sections_and_blocks_get_ids_of_their_own():
    assert ids(PAGE) == ["hero", "row", "trust"]
    assert [block.id for block in PAGE[2].blocks] == ["point", "home_sections", "point-2"]
    assert [block.slot for block in PAGE[2].blocks] == ["", "home.sections", ""]


def test_a_page_is_the_same_after_json():
    stored = json.loads(json.dumps(pages.to_data(PAGE)))
    assert pages.parse_composition(stored, "x") == (PAGE, [])


@pytest.mark.parametrize(
    "data", [None, [], {}, {"sections": 5}, {"sections": [5, {"type": "../up"}, {"type": "A"}]}, {"section": []}]
)
def test_what_is_no_page_is_named(data: object):
    found, problems = pages.parse_composition(data, "mine/home.json")
    assert found == ()
    assert problems
    assert all(problem.where.startswith("mine/home.json") for problem in problems)


def test_a_block_that_is_none_is_named_and_the_others_stay():
    data = {"sections": [{"type": "trust", "blocks": [{"type": "point"}, {"type": "@slot:"}, "x"], "settings": []}]}
    (section,), problems = pages.parse_composition(data, "x")
    assert len(section.blocks) == 1
    assert len(problems) == 2


def test_sections_are_added_moved_changed_and_removed():
    more = pages.add_section(PAGE, "text", ["point"])
    new = more[-1]
    assert (new.type, [block.type for block in new.blocks]) == ("text", ["point"])
    assert ids(pages.move_section(more, new.id, -1)) == ["hero", "row", new.id, "trust"]
    assert ids(pages.remove_section(more, "hero")) == ["row", "trust", new.id]
    assert pages.section_of(pages.set_section(more, "row", {"count": 6}), "row").settings == {"count": 6}


def test_blocks_are_added_moved_changed_and_removed():
    more = pages.add_block(PAGE, "trust", "@slot:home.sections")
    assert len(more[2].blocks) == 4
    assert [b.id for b in pages.move_block(PAGE, "trust", "point", 1)[2].blocks] == [
        "home_sections",
        "point",
        "point-2",
    ]
    assert [b.id for b in pages.remove_block(PAGE, "trust", "point")[2].blocks] == ["home_sections", "point-2"]
    assert pages.set_block(PAGE, "trust", "point", {"title": "A"})[2].blocks[0].settings == {"title": "A"}


def test_nothing_leaves_the_page_by_moving_too_far():
    assert pages.move_section(PAGE, "hero", -1) == PAGE
    assert pages.move_section(PAGE, "trust", 1) == PAGE


@given(st.lists(st.tuples(st.sampled_from(["hero", "row", "trust"]), st.sampled_from([-1, 1])), max_size=12))
def test_moving_keeps_every_section(moves: list[tuple[str, int]]):
    page = PAGE
    for section, by in moves:
        page = pages.move_section(page, section, by)
    assert sorted(ids(page)) == ["hero", "row", "trust"]


def test_a_section_that_is_gone_and_a_page_that_is_full_are_said():
    with pytest.raises(NotFound):
        pages.move_section(PAGE, "gone", 1)
    with pytest.raises(Invalid):
        pages.add_block(PAGE, "trust", "../x")
    full = PAGE
    for _ in range(pages.MOST_SECTIONS - len(PAGE)):
        full = pages.add_section(full, "text")
    with pytest.raises(Conflict, match="at most 25"):
        pages.add_section(full, "text")


def test_each_change_of_a_page_can_be_taken_back_and_so_can_the_reset():
    start = Choices()
    first = with_page(start, "home", PAGE)
    second = with_page(first, "home", PAGE[:1])
    reset = with_page(second, "home", None)
    assert reset.pages == {}
    assert undone(reset, "home").compositions()["home"] == PAGE[:1]
    assert undone(undone(reset, "home"), "home").compositions()["home"] == PAGE
    assert undone(undone(undone(reset, "home"), "home"), "home").pages == {}
    with pytest.raises(Conflict, match="nothing to undo"):
        undone(start, "home")
