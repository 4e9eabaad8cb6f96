"""Small pages: the menu for those without a script, and light or dark."""

from __future__ import annotations

from quart import Blueprint, Response, request

from spoeq_core.web.access import public
from spoeq_core.web.answers import see_other
from spoeq_core.web.bodies import read_form
from spoeq_core.web.common import page
from spoeq_core.web.context import current_shop
from spoeq_core.web.cookies import SCHEME_COOKIE, SCHEMES
from spoeq_core.web.kept import kept
from spoeq_core.web.theming import render

blueprint = Blueprint("pages_small", __name__)

YEAR = 365 * 24 * 3600


@blueprint.get("/menu")
@public
@kept()
async def menu() -> Response:
    """Every category on a page."""
    return await render("storefront", "pages/menu.html", page=page("Menu", canonical="/menu"))


@blueprint.post("/scheme")
@public
async def scheme() -> Response:
    """Light, dark, or as the device wants it."""
    form = await read_form()
    chosen = form.text("scheme")
    back = request.headers.get("Referer", "/")
    base = request.host_url.rstrip("/")
    response = see_other(back.removeprefix(base) if back.startswith(f"{base}/") else "/")
    if chosen in SCHEMES:
        secure = current_shop().settings.secure_cookies
        response.set_cookie(SCHEME_COOKIE, chosen, max_age=YEAR, samesite="Lax", secure=secure, httponly=True)
    else:
        response.delete_cookie(SCHEME_COOKIE)
    return response
