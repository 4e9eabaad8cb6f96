"""Files as programs write them, and as accidents leave them."""

from __future__ import annotations

import codecs
import contextlib

import pytest
from hypothesis import given, strategies as st

from spoeq_core.bulk.model.sheet import LONGEST_CELL, Sheet, read_sheet
from spoeq_core.bulk.model.text import as_meant, harmless, join_list, join_pairs, split_list, split_pairs
from spoeq_core.kernel.errors import Invalid

KNOWN = ("sku", "slug", "name", "price", "net_quantity", "stock")
TEXT = "sku,name,price\nKUR-1,Kūrta – नीला,1299\nKUR-2,Saree,2999\n"


def read(content: bytes | str) -> Sheet:
    return read_sheet(content.encode() if isinstance(content, str) else content, KNOWN)


def refused(content: bytes | str) -> str:
    with pytest.raises(Invalid) as caught:
        read(content)
    assert caught.value.errors[0].field == "file"
    return str(caught.value)


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        codecs.BOM_UTF8 + TEXT.encode(),
        TEXT.encode("utf-16"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
        TEXT.encode("utf-32"),
        TEXT.replace("\n", "\r\n").encode(),
        TEXT.replace("\n", "\r").encode(),
    ],
    ids=["utf-8", "bom", "utf-16", "utf-16-be", "le-no-bom", "be-no-bom", "utf-32", "crlf", "cr"],
)
def test_unicode_is_recognised(content: bytes) -> None:
    sheet = read(content)
    assert [row.cell("name") for row in sheet.rows] == ["Kūrta – नीला", "Saree"]
    assert [row.line for row in sheet.rows] == [2, 3]
    assert sheet.notes == ()


def test_windows_1252_is_guessed_and_said() -> None:
    sheet = read("sku,name\nCUP-1,Café “grand”\n".encode("cp1252"))
    assert sheet.rows[0].cell("name") == "Café “grand”"
    assert len(sheet.notes) == 1
    assert "Windows-1252" in sheet.notes[0]
    assert "Café “grand”" in sheet.notes[0]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (codecs.BOM_UTF8 + b"\r\n  \n", "empty"),
        (b"PK\x03\x04" + b"x" * 50, "workbook"),
        (b"\xd0\xcf\x11\xe0rest", "workbook"),
        (b"\x1f\x8brest", "compressed"),
        (b"%PDF-1.7", "PDF"),
        (b"sku,name\nA,\x81\x8d\n", "line 2"),
        ("sku,name\nA,नीला".encode()[:-1], "cut off"),
        (TEXT.encode("utf-16")[:-1], "cut off"),
        (codecs.BOM_UTF8 + b"sku,name\nA,b\nB,caf\xe9 au lait\n", "line 3"),
        (b"sku,name\nA,one\nB,tw\x00o\n" * 400, "NUL"),
    ],
)
def test_what_is_no_text_is_refused_with_what_to_do(content: bytes, words: str) -> None:
    assert words in refused(content)


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_separators_are_found_by_the_header(mark: str) -> None:
    sheet = read(f'sku{mark}"net quantity"{mark}Price\nA{mark}"1 kg, or so; | more"{mark}1,299\n'.replace("1,299", "9"))
    assert sheet.columns == ("sku", "net_quantity", "price")
    assert sheet.rows[0].cells == {"sku": "A", "net_quantity": "1 kg, or so; | more", "price": "9"}


def test_excels_separator_line_is_obeyed_and_counted() -> None:
    sheet = read("sep=;\nsku;price\nA;1,5\n")
    assert sheet.rows[0].line == 3
    assert sheet.rows[0].cells == {"sku": "A", "price": "1,5"}


def test_cells_over_several_lines_keep_the_count_of_lines() -> None:
    sheet = read('sku,name\n\nA,"one\r\ntwo\r\n"\n,\nB,"say ""hi"""\n')
    assert [(row.line, row.cell("name")) for row in sheet.rows] == [(3, "one\ntwo"), (7, 'say "hi"')]


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("name,price", "“sku” is missing"),
        ("sku,prise", "Did you mean “price”?"),
        ("sku,colour of roof", "no column “colour_of_roof”"),
        ("sku,price,PRICE", "“price” stands 2 times"),
        ("sku,,price", "Column 2 has no name"),
        (",".join(["sku", *["name"] * 300]), "301 columns"),
    ],
)
def test_headers_that_cannot_be_used(header: str, words: str) -> None:
    assert words in refused(f"{header}\n{'x,' * header.count(',')}x\n")


def test_empty_columns_at_the_end_are_no_columns() -> None:
    assert read("sku,price,,\nA,9,,\n").columns == ("sku", "price")


def test_a_header_alone_is_no_file() -> None:
    assert "no rows" in refused("sku,name\n")


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ('sku,name\nA,fine\nB,"open\nC,more\n', "line 3"),
        ('sku,name\nA,"12" plate"\nB,x\n', "line 2"),
        ('sku,name\nA,"open\nB,"x"\n', "line 2"),
        ('sku,name\nA,"' + "x" * 200_000 + "\n", "line 2"),
    ],
)
def test_quotes_that_do_not_fit_name_the_line_they_open_in(content: str, line: str) -> None:
    message = refused(content)
    assert line in message
    assert "quote" in message


def test_rows_that_are_too_long_are_named_and_keep_their_place() -> None:
    sheet = read(f"sku,name\nA,one,two\nB,ok\nC,{'x' * (LONGEST_CELL + 1)}\n")
    assert [(row.line, bool(row.problem)) for row in sheet.rows] == [(2, True), (3, False), (4, True)]
    assert "quotes" in sheet.rows[0].problem


def test_short_rows_say_nothing_of_what_they_do_not_reach() -> None:
    assert read("sku,name,price\nA,one\nB,two,9\n").rows[0].cells == {"sku": "A", "name": "one"}


def test_a_file_that_was_cut_off_is_named_at_its_last_row() -> None:
    sheet = read("sku,name,price\nA,one,9\nB,tw")
    assert "cut off" in sheet.rows[1].problem
    assert sheet.rows[0].problem == ""
    whole = read("sku,name,price\nA,one,9\nB,two,1")
    assert [row.problem for row in whole.rows] == ["", ""]
    assert "whole" in whole.notes[0]


@pytest.mark.parametrize("cell", ["=1+1", "+91 80", "-5", "@sum", "\tx", "\rx", "\nx", "＝1", "'=1", "''=1"])  # noqa: RUF001
def test_formulas_are_made_harmless_and_come_back(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"
    assert as_meant(harmless(cell)) == cell


@given(st.text())
def test_every_cell_comes_back_and_none_is_a_formula(cell: str) -> None:
    assert as_meant(harmless(cell)) == cell
    assert not harmless(cell).startswith(("=", "+", "-", "@", "\t", "\r"))


@given(st.lists(st.text(min_size=1).map(lambda text: " ".join(text.split())).filter(bool)))
def test_lists_come_back(items: list[str]) -> None:
    assert split_list(join_list(items)) == items


def test_pairs_come_back_and_say_what_is_wrong() -> None:
    pairs = {"Fabric": "Cotton = 100 %", "Care": "Hand | wash", "Path": "a\\b"}
    assert split_pairs(join_pairs(pairs)) == pairs
    with pytest.raises(ValueError, match="has no “=”"):
        split_pairs("Size=M | Blue")
    with pytest.raises(ValueError, match="stands twice"):
        split_pairs("Size=M | Size=L")


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    with contextlib.suppress(Invalid):
        read_sheet(content, KNOWN)
