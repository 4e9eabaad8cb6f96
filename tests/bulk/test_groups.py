"""Which rows are one product."""

from __future__ import annotations

from spoeq_core.bulk.model.groups import Group, grouped, parts
from spoeq_core.bulk.model.sheet import read_sheet

KNOWN = ("sku", "slug", "name", "price")


def groups(text: str, **owners: str) -> list[Group]:
    found = grouped(read_sheet(text.encode(), KNOWN), owners)
    lines = sorted(row.line for group in found for row in group.rows)
    assert lines == [row.line for row in read_sheet(text.encode(), KNOWN).rows]
    return found


def shape(found: list[Group]) -> dict[str, list[str]]:
    return {group.key: [row.sku for row in group.rows] for group in found}


def errors(found: list[Group]) -> list[tuple[int, str]]:
    return [(error.line, error.column) for group in found for error in group.errors]


def test_rows_below_a_product_belong_to_it_with_empty_or_repeated_cells() -> None:
    found = groups("sku,slug,name\nA,one,One\nB,,\nC,one,One\nD,,One\nE,two,Two\nF,,\n")
    assert shape(found) == {"one": ["A", "B", "C", "D"], "two": ["E", "F"]}
    assert errors(found) == []


def test_without_slugs_a_name_begins_a_product() -> None:
    found = groups("sku,name\nA,One\nB,\nC,One\nD,Two\n")
    assert shape(found) == {"line:2": ["A", "B", "C"], "line:5": ["D"]}


def test_a_list_of_skus_goes_by_the_products_that_have_them() -> None:
    found = groups("sku,price\nA,1\nX,1\nB,1\nNEW,1\n", A="one", B="one", X="two")
    assert shape(found) == {"one": ["A", "B"], "two": ["X"], "line:5": ["NEW"]}
    assert errors(found) == [(5, "sku")]
    assert found[0].head is None


def test_a_new_sku_below_a_name_joins_the_product_of_its_neighbours() -> None:
    assert shape(groups("sku,name\nA,One\nB,\n", A="one")) == {"one": ["A", "B"]}


def test_a_sku_of_another_product_cannot_move() -> None:
    found = groups("sku,slug\nA,one\nX,\n", X="two")
    assert errors(found) == [(3, "sku")]
    assert errors(groups("sku,slug\nX,one\n", X="two")) == [(2, "slug")]


def test_both_rows_of_a_double_sku_are_refused() -> None:
    found = groups("sku,slug\nA,one\nA,two\n")
    assert errors(found) == [(2, "sku"), (3, "sku")]
    assert "line 3" in found[0].errors[0].message


def test_rows_below_one_that_cannot_be_used_do_not_join_the_product_above() -> None:
    found = groups("sku,slug,name\nA,one,One\nB,two,Two,too,many\nC,,\n")
    assert shape(found) == {"one": ["A"], "line:3": ["B", "C"]}
    assert errors(found) == [(3, ""), (4, "sku")]


def test_a_missing_sku_is_named() -> None:
    assert errors(groups("sku,slug\nA,one\n,one\n")) == [(3, "sku")]


def test_parts_hold_whole_groups_and_come_back_from_storage() -> None:
    found = groups("sku,slug\nA,one\nB,\nC,\nD,two\nE,three\n")
    cut = [[group.key for group in part] for part in parts(found, 2)]
    assert cut == [["one"], ["two", "three"]]
    assert [Group.from_json(group.as_json()) for group in found] == found
