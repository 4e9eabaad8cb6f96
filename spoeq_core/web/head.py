"""What a page says of itself in its head: to browsers, to search engines, to those who show a link to it."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from markupsafe import Markup, escape

from spoeq_core.hooks import storefront as questions
from spoeq_core.hooks.contributions import HeadTag
from spoeq_core.shop import Shop
from spoeq_core.web.addresses import absolute
from spoeq_core.web.context import current_shop

log = logging.getLogger(__name__)

LONGEST_DESCRIPTION = 160
KINDS: Mapping[str, str] = {"product": "product", "article": "article"}
"""Open Graph's word for a kind of page; every other one is a `website`."""
ATTRIBUTES: Mapping[str, frozenset[str]] = {
    "meta": frozenset({"name", "property", "content", "media"}),
    "link": frozenset({"rel", "href", "hreflang", "type", "title", "media"}),
}
RELATIONS = frozenset({"alternate", "author", "help", "license", "me", "privacy-policy", "terms-of-service"})
"""Links that tell and load nothing."""


def excerpt(text: str, longest: int = LONGEST_DESCRIPTION) -> str:
    """The beginning of a text on one line, cut between words."""
    line = " ".join(text.split())
    if len(line) <= longest:
        return line
    cut = line[:longest]
    return f"{cut.rpartition(' ')[0].rstrip(' ,;:–-') or cut[:-1]}…"


def open_graph(shop: Shop, about: Mapping[str, Any], image: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    """Properties and contents for whoever shows a link to the page; `image` as `image_view` made it."""
    found = [
        ("og:site_name", shop.profile.name),
        ("og:type", KINDS.get(about["kind"], "website")),
        ("og:title", about["title"]),
        ("og:description", about["description"]),
        ("og:url", about["canonical"]),
        ("og:locale", shop.profile.locale),
    ]
    if image and image["src"]:
        found += [
            ("og:image", absolute(shop, image["src"])),
            *_size(image),
            ("og:image:alt", image["alt"]),
        ]
    return [(name, text) for name, text in found if text]


def _size(image: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The size of the file that is shown, which is smaller than what was uploaded."""
    widths = [int(width) for width in re.findall(r" (\d+)w", image["srcset"])]
    if not widths or not image["width"]:
        return []
    width = max(widths)
    height = round(image["height"] * width / image["width"])
    return [("og:image:width", str(width)), ("og:image:height", str(height))]


async def head_tags(about: Mapping[str, Any]) -> Markup:
    """What the plugins add to the head of a page; what they may not is left out, and logged."""
    shop = current_shop()
    answers = await shop.hooks.collect(questions.head_tags, shop=shop, page=about)
    tags: list[Markup] = []
    for answer in answers:
        for tag in answer.value:
            if is_harmless(tag):
                tags.append(_written(tag))
            else:
                log.warning("plugin %s may not put %r into a page's head", answer.plugin, tag)
    return Markup("\n").join(tags)


def is_harmless(tag: HeadTag) -> bool:
    """Whether a tag only tells something, and loads, runs or redirects nothing."""
    allowed = ATTRIBUTES.get(tag.name, frozenset())
    if not tag.attributes or not allowed.issuperset(tag.attributes):
        return False
    if tag.name == "meta":
        return bool({"name", "property"} & tag.attributes.keys()) and "content" in tag.attributes
    relations = set(tag.attributes.get("rel", "").split())
    target = urlsplit(tag.attributes.get("href", ""))
    return bool(relations) and relations <= RELATIONS and target.scheme in {"", "http", "https"}


def _written(tag: HeadTag) -> Markup:
    attributes = Markup(" ").join(
        Markup('{}="{}"').format(name, re.sub(r"\s+", " ", value)) for name, value in tag.attributes.items()
    )
    return Markup("<{} {}>").format(escape(tag.name), attributes)
