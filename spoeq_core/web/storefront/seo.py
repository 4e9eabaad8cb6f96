"""What search engines ask for: robots.txt, the sitemap's index and its parts."""

from __future__ import annotations

from quart import Blueprint, Response, request

from spoeq_core.kernel.errors import NotFound
from spoeq_core.sitemaps.model import Sitemap, index_xml
from spoeq_core.sitemaps.service import base_of, current_sitemap, read_part
from spoeq_core.web.access import public
from spoeq_core.web.context import current_shop

blueprint = Blueprint("pages_seo", __name__)

XML = "application/xml; charset=utf-8"
A_WHILE = "public, max-age=3600"
PRIVATE_PLACES = (
    "/cart",
    "/account",
    "/orders",
    "/login",
    "/register",
    "/forgot-password",
    "/reset-password",
    "/admin",
    "/api/",
)
FILTERS = ("f.", "brand=", "price_min=", "price_max=", "rating_min=", "in_stock=", "sort=")
"""Parameters that show the same things again: their pages are not to be crawled."""


@blueprint.get("/robots.txt")
@public
async def robots() -> Response:
    """What crawlers may look at; nothing of a shop that is not in production yet but can be reached from outside."""
    shop = current_shop()
    if shop.settings.env == "staging":
        rules = ["Disallow: /"]
    else:
        rules = [f"Disallow: {path}" for path in PRIVATE_PLACES]
        rules += [f"Disallow: /*{sign}{name}" for name in FILTERS for sign in "?&"]
    lines = ["User-agent: *", *rules, "", f"Sitemap: {base_of(shop)}/sitemap.xml", ""]
    return Response("\n".join(lines), content_type="text/plain; charset=utf-8", headers={"Cache-Control": A_WHILE})


@blueprint.get("/sitemap.xml")
@public
async def index() -> Response:
    """The index of the sitemap."""
    found = await current_sitemap(current_shop())
    return _answer(found, index_xml(found.base_url, found.parts))


@blueprint.get("/sitemaps/<name>")
@public
async def part(name: str) -> Response:
    """A part of the sitemap."""
    shop = current_shop()
    found = await current_sitemap(shop)
    wanted = found.part(name)
    content = await read_part(shop, wanted) if wanted else None
    if content is None:
        raise NotFound("The sitemap has no such part.", hint="See /sitemap.xml for those it has.")
    return _answer(found, content)


def _answer(found: Sitemap, content: bytes) -> Response:
    headers = {"Cache-Control": A_WHILE, "ETag": f'"{found.build}"'}
    if request.if_none_match.contains_weak(found.build):
        return Response("", status=304, headers=headers)
    return Response(content, content_type=XML, headers=headers)
