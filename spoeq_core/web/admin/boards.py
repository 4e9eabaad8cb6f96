"""Staff pages: views of lists, kept under a name."""

from __future__ import annotations

from quart import Blueprint, Response

from spoeq_core.desk.service import delete_view, save_view
from spoeq_core.kernel.errors import Invalid, NotFound
from spoeq_core.kernel.messages import message
from spoeq_core.web.access import Actor, current_actor, staff
from spoeq_core.web.admin.lists import query_of, read_query
from spoeq_core.web.answers import see_other
from spoeq_core.web.bodies import read_form
from spoeq_core.web.context import current_shop
from spoeq_core.web.flash import Undo, flash

blueprint = Blueprint("admin_boards", __name__)

BOARDS = {
    "orders": (
        "orders.view",
        ("status", "payment", "fulfilment", "since", "until", "pin", "flagged", "q", "sort", "cols"),
    ),
    "products": ("catalog.view", ("status", "q", "sort")),
}
"""The lists that have views: what staff need to see each, and what its address may hold."""


@blueprint.post("/views/<board>")
@staff("dashboard.view")
async def keep(board: str) -> Response:
    """Keep the list as it is now."""
    names = await _names(board)
    form, actor = await read_form(), await current_actor()
    query = query_of(read_query(form.text("query"), names))
    back = see_other(f"/admin/{board}?{query}" if query else f"/admin/{board}")
    try:
        view = await save_view(
            current_shop(),
            board,
            name=form.text("view_name"),
            query=query,
            owner_id=actor.id,
            owner_name=actor.name,
            shared=form.flag("shared"),
        )
    except Invalid as error:
        return flash(back, error.message, "danger")
    return flash(
        back, message("View %(name)s is kept.", name=view.name), undo=Undo(f"/admin/views/{board}/{view.id}/delete")
    )


@blueprint.post("/views/<board>/<view_id>/delete")
@staff("dashboard.view")
async def remove(board: str, view_id: str) -> Response:
    """Remove a view."""
    await _names(board)
    actor: Actor = await current_actor()
    view = await delete_view(current_shop(), view_id, staff_id=actor.id, any_owner=actor.may("settings.manage"))
    again = {"view_name": view.name, "query": view.query, "shared": "1" if view.shared else ""}
    return flash(
        see_other(f"/admin/{board}"),
        message("View %(name)s is removed.", name=view.name),
        undo=Undo(f"/admin/views/{board}", again),
    )


async def _names(board: str) -> tuple[str, ...]:
    if board not in BOARDS:
        raise NotFound(message("There is no list “%(board)s” with views.", board=board))
    permission, names = BOARDS[board]
    (await current_actor()).require(permission)
    return names
