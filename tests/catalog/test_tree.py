"""The category tree as a value."""

from __future__ import annotations

from spoeq_core.catalog.model import Categories, Category, tree

WOMEN = Category("W", "women", "Women", position=2)
KURTAS = Category("K", "kurtas", "Kurtas", parent_id="W", position=1)
SAREES = Category("S", "sarees", "Sarees", parent_id="W", position=1)
SILK = Category("SS", "silk-sarees", "Silk sarees", parent_id="S")
HOME = Category("H", "home", "Home", position=1)
ALL = (WOMEN, KURTAS, SAREES, SILK, HOME)


def test_the_tree_is_in_order_of_position_then_name():
    home, women = tree(ALL)
    assert (home.category.id, women.category.id) == ("H", "W")
    assert [child.category.id for child in women.children] == ["K", "S"]
    assert [child.category.id for child in women.children[1].children] == ["SS"]


def test_paths_are_derived_from_the_parents():
    known = Categories(ALL)
    silk = known.find("silk-sarees")
    assert silk is not None
    assert silk.path == ("W", "S", "SS")
    assert known.find("SS") == silk
    assert [category.slug for category in known.trail(silk)] == ["women", "sarees", "silk-sarees"]
    assert known.find("nothing") is None
    assert known.find(None) is None


def test_a_category_is_searched_with_all_below_it():
    known = Categories(ALL)
    assert sorted(known.with_descendants(known.find("women"))) == ["K", "S", "SS", "W"]
    assert known.with_descendants(known.find("kurtas")) == ["K"]


def test_ids_without_a_category_are_left_out():
    assert [category.id for category in Categories(ALL).of(["S", "gone", "H"])] == ["S", "H"]


def test_a_circle_is_seen_and_does_not_hang():
    known = Categories([Category("A", "a", "A", parent_id="B"), Category("B", "b", "B", parent_id="A"), HOME])
    assert not known.is_rooted(known.find("a"))
    assert known.is_rooted(known.find("home"))
    assert [node.category.id for node in tree(known.all())] == ["H"]
