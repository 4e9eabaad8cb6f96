"""Staff page: how the index is, and a new one."""

from __future__ import annotations

from quart import Blueprint, Response

from spoeq_core.sdk import current_actor, current_shop, flash, page, record, render, see_other, staff
from spoeq_search_typesense.service import ask_for_new, status

PATH = "/admin/search-typesense"
PERMISSION = "search_typesense.manage"
SHOWN = 20

blueprint = Blueprint("search_typesense_admin", __name__)


@blueprint.get("/search-typesense")
@staff(PERMISSION)
async def index() -> Response:
    """How the index is."""
    found = await status(current_shop())
    refused = list(found.refused.items())[:SHOWN]
    title = page("Search on Typesense")
    return await render("admin", "search_typesense/status.html", page=title, index=found, refused=refused)


@blueprint.post("/search-typesense/rebuild")
@staff(PERMISSION)
async def rebuild() -> Response:
    """Ask the worker for a new index."""
    shop, actor = current_shop(), await current_actor()
    await ask_for_new(shop)
    await record(shop, "search_typesense.rebuild", "plugin:search_typesense", actor_id=actor.id, actor_name=actor.name)
    return flash(see_other(PATH), "A new index is being built. The old one answers until it is there.")
