"""Staff page: how the index is, and a new one."""

from __future__ import annotations

from quart import Blueprint, Response

from spoeq_core.sdk import current_actor, current_shop, flash, page, record, render, see_other, staff
from spoeq_search.service import ask_for_new, status

PATH = "/admin/search-index"
PERMISSION = "search.manage"
SHOWN = 20

blueprint = Blueprint("search_admin", __name__)


@blueprint.get("/search-index")
@staff(PERMISSION)
async def index() -> Response:
    """How the index is."""
    found = await status(current_shop())
    return await render(
        "admin", "search_index/status.html", page=page("Search"), index=found, refused=found.refused[:SHOWN]
    )


@blueprint.post("/search-index/rebuild")
@staff(PERMISSION)
async def rebuild() -> Response:
    """Ask the worker for a new index."""
    shop, actor = current_shop(), await current_actor()
    ask_for_new(shop)
    await record(shop, "search.rebuild", "plugin:search", actor_id=actor.id, actor_name=actor.name)
    return flash(see_other(PATH), "A new index is being built. Until it is there, the old one or the database answers.")
