"""The gallery: every macro of a theme in every state, for whoever works on one. Not in production."""

from __future__ import annotations

from typing import Any

from quart import Blueprint, Response, request

from spoeq_core.kernel.errors import NotFound
from spoeq_core.web.access import staff
from spoeq_core.web.bodies import form_state
from spoeq_core.web.common import page
from spoeq_core.web.context import current_shop
from spoeq_core.web.cookies import SCHEMES
from spoeq_core.web.themes.installed import FACES
from spoeq_core.web.theming import render

blueprint = Blueprint("admin_gallery", __name__)


@blueprint.get("/gallery")
@staff("dashboard.view")
async def admin_gallery() -> Response:
    """The admin's macros."""
    return await _gallery("admin")


@blueprint.get("/gallery/<face>")
@staff("dashboard.view")
async def gallery(face: str) -> Response:
    """A face's macros; `?scheme=light` or `dark` shows them so."""
    return await _gallery(face)


async def _gallery(name: str) -> Response:
    face = next((each for each in FACES if each == name), None)
    if face is None or current_shop().settings.env != "dev":
        raise NotFound("There is nothing at this address.")
    scheme = request.args.get("scheme", "")
    chosen: dict[str, Any] = {"scheme": scheme} if scheme in SCHEMES else {}
    return await render(face, "pages/gallery.html", page=page("Gallery", noindex=True), form=form_state(), **chosen)
