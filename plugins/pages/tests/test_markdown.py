"""Markdown: what it becomes, what is put into it, and what never gets through."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from spoeq_pages.markdown import facts_in, to_html, to_text

FACTS = {"legal_name": "Neel *Handmade* <Pvt>", "email": "care@neel.example", "phone": "+91 80 4000", "address": ""}


def html(text: str, **options: int) -> str:
    return str(to_html(text, FACTS, **options)).strip()


def test_it_knows_paragraphs_lists_tables_and_links():
    made = html("One **two**\n\n- a\n- b\n\n| x | y |\n|---|---|\n| 1 | 2 |\n\n[ship](/pages/shipping) ~~no~~")
    assert "<p>One <strong>two</strong></p>" in made
    assert "<li>a</li>" in made
    assert "<td>2</td>" in made
    assert '<a href="/pages/shipping" rel="noopener noreferrer">ship</a>' in made
    assert "<s>no</s>" in made


@pytest.mark.parametrize(
    ("text", "top", "tags"),
    [
        ("# A\n\n## B", 2, ["<h2>A</h2>", "<h3>B</h3>"]),
        ("## A\n\n### B", 2, ["<h2>A</h2>", "<h3>B</h3>"]),
        ("### A", 2, ["<h3>A</h3>"]),
        ("# A", 4, ["<h4>A</h4>"]),
        ("# A\n\n###### F", 4, ["<h4>A</h4>", "<h6>F</h6>"]),
        ("A\n===", 2, ["<h2>A</h2>"]),
    ],
)
def test_headings_stand_below_the_pages_own(text: str, top: int, tags: list[str]):
    made = html(text, top=top)
    for tag in tags:
        assert tag in made
    assert "<h1" not in made


def test_tables_scroll_in_a_frame_and_keep_their_alignment():
    made = html("| a | b |\n|---|--:|\n| 1 | 2 |\n\n<table onclick=x><tr><td>raw</td></tr></table>")
    assert made.count('<div class="prose__table" tabindex="0"><table>') == made.count("</table></div>") == 2
    assert '<td align="right">2</td>' in made
    assert "style" not in made


def test_facts_are_put_in_as_text_and_never_as_markup():
    assert html("By {legal_name}.") == "<p>By Neel *Handmade* &lt;Pvt&gt;.</p>"
    assert html("Write to {email}") == (
        '<p>Write to <a href="mailto:care@neel.example" rel="noopener noreferrer">care@neel.example</a></p>'
    )
    assert 'href="tel:+91804000"' in html("**Call {phone}**")
    assert html("At {address}, {nobody_knows}") == "<p>At –, {nobody_knows}</p>"
    assert html("`{email}`") == "<p><code>{email}</code></p>", "code shows what it says"
    assert html("[{email}](/help)").count("<a ") == 1, "no link inside a link"
    assert facts_in("{email} {a} {B} {}") == {"email", "a"}


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<ScRiPt src=//evil.example></sCrIpT>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt&colon;alert(1))",
        "<a href='javascript:alert(1)'>x</a>",
        "<a href='java\nscript:alert(1)'>x</a>",
        "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
        "[x](vbscript:alert(1))",
        "<img src=x onerror=alert(1)>",
        "![x](https://evil.example/pixel.gif)",
        "![x](//evil.example/pixel.gif)",
        "![x](/media/../api/v1/me)",
        "<iframe src='https://evil.example'></iframe>",
        "<form action='https://evil.example'><input name=card><button>Pay</button></form>",
        "<style>body{display:none}</style>",
        "<p style='position:fixed' class='buybar' id='main' onclick='alert(1)'>x</p>",
        "<svg onload=alert(1)><script>alert(1)</script></svg>",
        "<math><mtext></p><script>alert(1)</script>",
        "<details ontoggle=alert(1) open><summary>x</summary></details>",
        "<base href='https://evil.example'><meta http-equiv=refresh content=0>",
        "<!-- --!><script>alert(1)</script> -->",
        "<noscript><p title='</noscript><script>alert(1)</script>'>",
    ],
)
def test_nothing_that_runs_loads_or_imitates_gets_through(text: str):
    made = html(text).lower()
    for sign in ("<script", "<iframe", "<style", "<form", "<input", "<button", "<svg", "<base", "<meta", "<math"):
        assert sign not in made
    for sign in (
        'href="javascript',
        'href="data',
        'href="vbscript',
        " on",
        "style=",
        "class=",
        "id=",
        'src="https',
        'src="//',
    ):
        assert sign not in made.replace("&lt;", "")
    assert "evil.example/pixel" not in made
    assert "/media/.." not in made


def test_pictures_of_the_shop_are_shown():
    assert html("![A loom](/media/pages/loom.jpeg)") == (
        '<p><img src="/media/pages/loom.jpeg" alt="A loom" loading="lazy"></p>'
    )


@given(st.text(max_size=400))
def test_whatever_is_typed_becomes_harmless_html(text: str):
    made = html(text).lower()
    assert "<script" not in made
    assert "<h1" not in made


def test_a_huge_text_is_rendered():
    assert len(html("* a\n" * 20_000)) > 200_000
    assert html("> " * 5_000 + "deep")


def test_the_words_of_a_page_are_separate():
    assert to_text(to_html("# Title\n\nOne\n\n- two\n- three & <b>four</b>", FACTS)) == "Title One two three & four"
