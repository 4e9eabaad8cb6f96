"""The audit that the pages' tests rely on sees what it is there to see."""

import pytest

GOOD = '<h1>Tea</h1><label for="q">Find</label><input id="q"><p>Good</p>'


@pytest.mark.parametrize(
    ("markup", "problem"),
    [
        ('<p style="color:red">x</p>', "inline style on <p>"),
        ("<style>p{}</style>", "inline style on <style>"),
        ("<script>alert(1)</script>", "inline script"),
        ('<p onclick="x()">x</p>', "inline handler onclick on <p>"),
        ('<img src="a.png">', "<img a.png> without alt, width or height"),
        ("<form><form></form></form>", "a form inside a form"),
        ("<a href='/'><button>x</button></a>", "<button> inside <a>"),
        ("<p><div></div></p>", "a <div> inside a <p> or <span>"),
        ('<input id="bare">', "no label for input#bare"),
        ('<p id="q"></p>', "id 'q' is there twice"),
        ('<a href="#gone">x</a>', "#gone leads nowhere"),
        ("<h1>Another</h1>", "2 h1"),
        ("<section>", "<section> is left open"),
        ("<b><i></b></i>", "</b> closes <i>"),
    ],
)
def test_it_sees(audit, markup, problem):
    assert problem in audit(GOOD + markup)


def test_it_is_content_with_good_markup(audit):
    assert audit(GOOD + '<script type="application/ld+json">{}</script>') == []


def test_contrast_is_computed_as_wcag_does(too_faint, stylesheet, storefront):
    tokens = stylesheet(storefront.folder / "static/storefront.css").light
    assert too_faint({**tokens, "c-muted": "#999"}) == [
        "muted on bg: 2.73 < 4.5",
        "muted on surface: 2.85 < 4.5",
        "muted on sunken: 2.46 < 4.5",
    ]
