"""Staff page: what is to be wrapped."""

from __future__ import annotations

from quart import Blueprint, Response

from spoeq_core.sdk import (
    NotFound,
    current_actor,
    current_shop,
    flash,
    page,
    read_form,
    record,
    render,
    see_other,
    staff,
)
from spoeq_gift_wrap.documents import WrapRepository
from spoeq_gift_wrap.model import PAPERS

PATH = "/admin/gift-wrap"
PERMISSION = "gift_wrap.manage"
LONGEST_ID = 40

blueprint = Blueprint("gift_wrap_admin", __name__)


@blueprint.get("/gift-wrap")
@staff(PERMISSION)
async def index() -> Response:
    """The orders to wrap, the oldest first."""
    rows = await current_shop().repository(WrapRepository).waiting()
    return await render("admin", "gift_wrap/list.html", page=page("Gift wrap"), rows=rows, papers=dict(PAPERS))


@blueprint.post("/gift-wrap")
@staff(PERMISSION)
async def wrapped() -> Response:
    """One is done."""
    shop, actor = current_shop(), await current_actor()
    order_id = (await read_form()).text("order")[:LONGEST_ID]
    if not await shop.repository(WrapRepository).done(order_id):
        raise NotFound("This order is not to be wrapped.", hint="It may have been cancelled: look at the list again.")
    await record(shop, "gift_wrap.done", f"order:{order_id}", actor_id=actor.id, actor_name=actor.name)
    return flash(see_other(PATH), "Wrapped.")
