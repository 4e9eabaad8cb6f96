"""What plugins add to the shop's pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from spoeq_core.hooks.caller import hookspec, policy

if TYPE_CHECKING:
    from spoeq_core.hooks.contributions import Fragment, HeadTag, SitemapEntry
    from spoeq_core.shop import Shop


@hookspec
@policy(timeout=0.25, on_error="skip")
async def page_fragments(shop: Shop, slot: str, page: Mapping[str, Any]) -> Sequence[Fragment] | None:
    """Fragments for a named slot of a storefront page; `page` holds what the template passed to the slot.

    Return templates with data, not HTML. A slot of a list (`card.badges`, `card.below_price`) is asked once, with all
    its products as `page["rows"]`; each fragment names its row: `Fragment(…, item=row["id"])`. An error or a late
    answer leaves the page without the fragment.
    """


@hookspec
@policy(timeout=0.25, on_error="skip")
async def head_tags(shop: Shop, page: Mapping[str, Any]) -> Sequence[HeadTag] | None:
    """Tags for the head of a storefront page; `page` is what the page says of itself (title, canonical, kind …).

    A `<meta>` has `name` or `property`, and `content`; a `<link>` has `rel`, `href` and what belongs to them. Other
    attributes, and links that load something into the page (style sheets, scripts, icons), are left out.

    Example:
        >>> @hookimpl
        ... async def head_tags(shop: Shop) -> Sequence[HeadTag]:
        ...     return [HeadTag("meta", {"name": "google-site-verification", "content": "4f7c…"})]
    """


@hookspec
@policy(timeout=30.0, on_error="skip")
async def sitemap_entries(shop: Shop) -> Sequence[SitemapEntry] | None:
    """The plugin's pages that search engines shall find; asked by the worker when it builds the sitemap.

    Pages that answer 404, 301 or `noindex` do not belong there. An error leaves the plugin's pages out until the next
    build.
    """
