"""Pages: what they add to the shop, at a glance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from odmantic import Model
from pydantic import BaseModel

from spoeq_core.sdk import Fragment, HeadTag, Manifest, MenuEntry, Permission, Routes, Shop, SitemapEntry, hookimpl
from spoeq_pages import admin, pages
from spoeq_pages.documents import MarkDocument, PageDocument, QuestionDocument
from spoeq_pages.drafting import bring_drafts
from spoeq_pages.model import Place, links_in
from spoeq_pages.service import help_topics, published_links
from spoeq_pages.settings import PagesSettings
from spoeq_pages.showing import HELP

SLOTS: Mapping[str, tuple[Place, str]] = {
    "help.topics": (Place.HELP, "pages_plugin/topics.html"),
    "footer.columns": (Place.COMPANY, "pages_plugin/column.html"),
    "footer.legal": (Place.LEGAL, "pages_plugin/legal.html"),
}
"""Which pages are linked in a slot, and how."""

manifest = Manifest(
    name="pages",
    title="Pages and help",
    description="Pages that staff write (policies, about, contact), and a help page with frequent questions.",
    slots=tuple(SLOTS),
)


@hookimpl
def register_settings() -> type[BaseModel]:
    """When somebody answers, and verification codes."""
    return PagesSettings


@hookimpl
def register_documents() -> Sequence[type[Model]]:
    """Where pages and questions are kept."""
    return [PageDocument, QuestionDocument, MarkDocument]


@hookimpl
def register_permissions() -> Sequence[Permission]:
    """Writing pages."""
    return [Permission(admin.PERMISSION, "Write and publish pages", frozenset({"staff"}))]


@hookimpl
def register_menu() -> Sequence[MenuEntry]:
    """Pages and questions in the admin's navigation."""
    return [
        MenuEntry("Pages", admin.PAGES, admin.PERMISSION, "Shop", "layers", 60),
        MenuEntry("Questions", admin.QUESTIONS, admin.PERMISSION, "Shop", "info", 61),
    ]


@hookimpl
def register_routes() -> Routes:
    """What shoppers read, and where staff write it."""
    return Routes(pages=pages.blueprint, admin=admin.blueprint)


@hookimpl
async def plugin_enabling(shop: Shop, plugin: str) -> bool | None:
    """Bring the drafts when the plugin is first enabled."""
    if plugin != manifest.name:
        return None
    await bring_drafts(shop)
    return True


@hookimpl
async def page_fragments(shop: Shop, slot: str) -> Sequence[Fragment] | None:
    """Links in the footer and in the list of help topics."""
    if slot not in SLOTS:
        return None
    place, template = SLOTS[slot]
    links = links_in(await published_links(shop), place)
    return [Fragment(template, {"links": links}, weight=20)] if links or place is Place.HELP else None


@hookimpl
async def head_tags(shop: Shop, page: Mapping[str, Any]) -> Sequence[HeadTag] | None:
    """The codes by which search engines know whose shop this is; they look for them on the first page."""
    if page["kind"] != "home":
        return None
    settings = shop.plugin_settings(PagesSettings)
    codes = {
        "google-site-verification": settings.google_code,
        "msvalidate.01": settings.bing_code,
        "facebook-domain-verification": settings.facebook_code,
    }
    return [HeadTag("meta", {"name": name, "content": code}) for name, code in codes.items() if code]


@hookimpl
async def sitemap_entries(shop: Shop) -> Sequence[SitemapEntry]:
    """The published pages, and the help page."""
    found = [SitemapEntry(link.url, link.updated_at) for link in await published_links(shop)]
    answered = [question.updated_at for topic in await help_topics(shop) for question in topic.questions]
    changed_at = max((moment for moment in answered if moment), default=None)
    return [SitemapEntry(HELP, changed_at), *sorted(found, key=lambda entry: entry.path)]
