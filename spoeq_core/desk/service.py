"""Keeping, listing and removing saved views."""

from __future__ import annotations

from spoeq_core.desk.documents import SavedViewRepository
from spoeq_core.desk.model import LONGEST_NAME, LONGEST_QUERY, MOST_VIEWS, SavedView
from spoeq_core.kernel.errors import Forbidden, Invalid
from spoeq_core.kernel.ids import new_id
from spoeq_core.kernel.messages import message
from spoeq_core.shop import Shop


async def views_of(shop: Shop, board: str, staff_id: str) -> list[SavedView]:
    """Somebody's own views of a list, and those that others share, in the order they were made."""
    query = {"board": board, "$or": [{"owner_id": staff_id}, {"shared": True}]}
    return await shop.repository(SavedViewRepository).find(query, sort=[("_id", 1)], limit=10 * MOST_VIEWS)


async def save_view(
    shop: Shop, board: str, *, name: str, query: str, owner_id: str, owner_name: str, shared: bool
) -> SavedView:
    """Keep a list's address under a name; a view of one's own with the same name is replaced.

    Raises:
        Invalid: there is no name, or there are too many views.
    """
    title = " ".join(name.split())
    if not 0 < len(title) <= LONGEST_NAME:
        raise Invalid.field(
            "view_name", message("Give the view a name of 1 to %(most)s characters.", most=LONGEST_NAME), "length"
        )
    if len(query) > LONGEST_QUERY:
        raise Invalid.field("view_name", "This list is narrowed by too much to be kept.", "length")
    views = shop.repository(SavedViewRepository)
    mine = await views.find({"board": board, "owner_id": owner_id})
    same = [view for view in mine if view.name.casefold() == title.casefold()]
    if len(mine) - len(same) >= MOST_VIEWS:
        raise Invalid.field(
            "view_name", message("You keep %(most)s views already. Remove one first.", most=MOST_VIEWS), "too_many"
        )
    view = SavedView(new_id(), board, title, query, owner_id, owner_name, shop.clock.now(), shared)
    stored = await views.insert(view)
    for old in same:
        await views.delete(old.id)
    return stored


async def delete_view(shop: Shop, view_id: str, *, staff_id: str, any_owner: bool = False) -> SavedView:
    """Remove a view of one's own, or with `any_owner` anybody's; what it was.

    Raises:
        NotFound: there is none.
        Forbidden: it is somebody else's.
    """
    views = shop.repository(SavedViewRepository)
    view = await views.get(view_id)
    if view.owner_id != staff_id and not any_owner:
        raise Forbidden(
            "This view is somebody else's.",
            hint=message("Ask %(owner_name)s to remove it.", owner_name=view.owner_name),
        )
    await views.delete(view_id)
    return view
