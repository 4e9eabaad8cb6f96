"""What shoppers read."""

from __future__ import annotations

from quart import Blueprint, Response

from spoeq_core.sdk import current_shop, kept, public
from spoeq_pages.service import page_at
from spoeq_pages.showing import article, help_page

blueprint = Blueprint("pages_pages", __name__)

MOVED = 301


@blueprint.get("/pages/<slug>")
@public
@kept()
async def show(slug: str) -> Response:
    """A published page; one that has moved says where to."""
    shop = current_shop()
    found = await page_at(shop, slug)
    if found.slug != slug:
        return Response("", status=MOVED, headers={"Location": f"/pages/{found.slug}"})
    return await article(shop, found)


@blueprint.get("/help")
@public
@kept()
async def help_index() -> Response:
    """Questions, contacts, and who hears complaints."""
    return await help_page(current_shop())
