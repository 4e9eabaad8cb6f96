"""How pages and the help page look to shoppers."""

from __future__ import annotations

from typing import Any

from quart import Response

from spoeq_core.sdk import Shop, breadcrumb_data, faq_data, page, render, translate
from spoeq_pages.facts import facts_of
from spoeq_pages.markdown import to_html, to_text
from spoeq_pages.model import Page, Place, Topic, links_in
from spoeq_pages.service import help_topics, published_links
from spoeq_pages.settings import PagesSettings

HELP = "/help"
BELOW_A_QUESTION = 4
"""The level of headings in an answer: it stands under the page's title and its topic."""


async def article(shop: Shop, shown: Page, *, preview: bool = False) -> Response:
    """A page of text."""
    content = to_html(shown.body, facts_of(shop))
    path = f"/pages/{shown.slug}"
    trail = [{"name": translate("Home"), "url": "/"}, {"name": shown.title, "url": path}]
    about = page(
        shown.title,
        shown.description or to_text(content),
        canonical=path,
        kind="article",
        noindex=preview,
        structured=[] if preview else [breadcrumb_data(shop, trail)],
    )
    return await render(
        "storefront",
        "pages_plugin/page.html",
        page=about,
        heading=shown.title,
        content=content,
        breadcrumb=trail,
        updated_at=shown.updated_at,
        preview=preview,
    )


async def help_page(shop: Shop) -> Response:
    """Contacts, questions by topic, and the pages that help."""
    topics = await help_topics(shop)
    shown = [_topic(shop, topic) for topic in topics]
    pairs = [(item["question"], str(item["answer"])) for topic in shown for item in topic["questions"]]
    trail = [{"name": translate("Home"), "url": "/"}, {"name": translate("Help"), "url": HELP}]
    names = ", ".join(topic.name for topic in topics)
    return await render(
        "storefront",
        "pages_plugin/help.html",
        page=page(
            "Help",
            f"{names}: answers, and how to reach {shop.profile.name}." if names else "",
            canonical=HELP,
            kind="help",
            structured=[breadcrumb_data(shop, trail), faq_data(pairs) if pairs else None],
        ),
        topics=shown,
        links=links_in(await published_links(shop), Place.HELP),
        breadcrumb=trail,
        support_hours=shop.plugin_settings(PagesSettings).support_hours,
    )


def _topic(shop: Shop, topic: Topic) -> dict[str, Any]:
    facts = facts_of(shop)
    return {
        "name": topic.name,
        "anchor": topic.anchor,
        "questions": [
            {"question": item.question, "answer": to_html(item.answer, facts, top=BELOW_A_QUESTION)}
            for item in topic.questions
        ],
    }
