"""Staff say: a parcel that was to be paid at the door came back unpaid."""

from __future__ import annotations

from quart import Blueprint, Response

from spoeq_core.sdk import Conflict, current_actor, current_shop, flash, message, record, see_other, staff
from spoeq_gst.invoices import credit_returned

PERMISSION = "gst.manage"

blueprint = Blueprint("gst_returned", __name__)


@blueprint.post("/gst/orders/<order_id>/returned")
@staff(PERMISSION)
async def credit(order_id: str) -> Response:
    """Credit what was invoiced of it."""
    shop, actor = current_shop(), await current_actor()
    back = see_other(f"/admin/orders/{order_id}")
    try:
        papers = await credit_returned(shop, order_id)
    except Conflict as error:
        return flash(back, error.message, "warn")
    note = papers[-1].number
    await record(shop, "gst.credited", f"order:{order_id}", actor_id=actor.id, actor_name=actor.name)
    return flash(back, message("Credit note %(number)s is issued.", number=note))
