"""Markdown to HTML that is safe to show: rendered by markdown-it-py, facts of the shop put in, cleaned by nh3."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from typing import Final

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

FACT: Final = re.compile(r"\{([a-z_]+)\}")
UNKNOWN: Final = "–"
LINKS: Final[Mapping[str, str]] = {"email": "mailto:", "phone": "tel:"}
"""Facts that are links wherever they stand, and what their address begins with."""
LOWEST_HEADING: Final = 6
TAGS: Final = frozenset(
    [
        "a",
        "abbr",
        "b",
        "blockquote",
        "br",
        "code",
        "dd",
        "del",
        "details",
        "dl",
        "dt",
        "em",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "i",
        "img",
        "kbd",
        "li",
        "mark",
        "ol",
        "p",
        "pre",
        "s",
        "small",
        "strong",
        "sub",
        "summary",
        "sup",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "tr",
        "u",
        "ul",
    ]
)
ATTRIBUTES: Final[Mapping[str, frozenset[str]]] = {
    "a": frozenset({"href", "title"}),
    "abbr": frozenset({"title"}),
    "details": frozenset({"open"}),
    "img": frozenset({"src", "alt", "title", "width", "height"}),
    "ol": frozenset({"start"}),
    "td": frozenset({"align"}),
    "th": frozenset({"align", "scope"}),
}
SCHEMES: Final = frozenset({"http", "https", "mailto", "tel"})
OWN_FILES: Final = ("/media/", "/static/")
"""The content security policy shows no other pictures."""


def to_html(text: str, facts: Mapping[str, str], *, top: int = 2) -> Markup:
    """The text as HTML.

    Args:
        text: CommonMark with tables and strikethrough; HTML in it is kept as far as it is harmless.
        facts: What `{name}` stands for; unknown names stay as they are, facts without a value become a dash.
        top: The level of its highest headings: the page has its own above them.
    """
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    tokens = parser.parse(text)
    _lower_headings(tokens, top)
    for token in tokens:
        if token.children:
            token.children = list(_with_facts(token.children, facts))
        _align(token)
    rendered = cleaned(parser.renderer.render(tokens, parser.options, {}))
    return Markup(_with_scrolling_tables(rendered))  # noqa: S704 - cleaned


def cleaned(markup: str) -> str:
    """HTML without anything that runs, loads from elsewhere, or imitates the shop's own controls."""
    return nh3.clean(
        markup,
        tags=set(TAGS),
        clean_content_tags={"script", "style", "template", "iframe", "object", "svg", "math", "noscript"},
        attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
        attribute_filter=_own_pictures,
        url_schemes=set(SCHEMES),
        link_rel="noopener noreferrer",
        set_tag_attribute_values={"img": {"loading": "lazy"}},
    )


def to_text(markup: str) -> str:
    """The words of some HTML on one line."""
    spaced = re.sub(r"<(/?(?:p|li|h\d|td|th|br|div)\b)", r" <\1", str(markup))
    return " ".join(html.unescape(nh3.clean(spaced, tags=set())).split())


def facts_in(text: str) -> set[str]:
    """The names of facts that a text uses."""
    return set(FACT.findall(text))


def _own_pictures(tag: str, name: str, value: str) -> str | None:
    if tag == "img" and name == "src" and not (value.startswith(OWN_FILES) and ".." not in value):
        return None
    return value


def _with_scrolling_tables(markup: str) -> str:
    """Tables in frames that scroll on narrow screens, by keyboard too; cleaned ones have no attributes."""
    framed = markup.replace("<table>", '<div class="prose__table" tabindex="0"><table>')
    return framed.replace("</table>", "</table></div>")


def _align(token: Token) -> None:
    """Say a column's alignment without a style, which the content security policy forbids."""
    style = str(token.attrs.pop("style", "")) if token.type in {"th_open", "td_open"} else ""
    if style:
        token.attrs["align"] = style.removeprefix("text-align:")


def _lower_headings(tokens: list[Token], top: int) -> None:
    headings = [token for token in tokens if token.type in {"heading_open", "heading_close"}]
    highest = min((int(token.tag[1]) for token in headings), default=top)
    step = max(0, top - highest)
    for token in headings:
        token.tag = f"h{min(LOWEST_HEADING, int(token.tag[1]) + step)}"


def _with_facts(tokens: list[Token], facts: Mapping[str, str]) -> Iterator[Token]:
    inside_link = 0
    for token in tokens:
        if token.type in {"link_open", "link_close"}:
            inside_link += token.nesting
        if token.type == "text" and "{" in token.content:
            yield from _filled(token.content, facts, linked=not inside_link)
        else:
            yield token


def _filled(text: str, facts: Mapping[str, str], *, linked: bool) -> Iterator[Token]:
    at = 0
    for match in FACT.finditer(text):
        name = match[1]
        if name not in facts:
            continue
        yield _text(text[at : match.start()])
        at = match.end()
        value = facts[name]
        if value and linked and name in LINKS:
            href = LINKS[name] + value.replace(" ", "")
            yield Token("link_open", "a", 1, attrs={"href": href})
            yield _text(value)
            yield Token("link_close", "a", -1)
        else:
            yield _text(value or UNKNOWN)
    yield _text(text[at:])


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)
