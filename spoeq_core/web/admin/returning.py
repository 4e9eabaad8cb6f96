"""Goods that come back, on staff's page of an order: the next step of each return."""

from __future__ import annotations

from typing import Any

from quart import Blueprint, Response

from spoeq_core.kernel.errors import Conflict, Invalid
from spoeq_core.orders import service as orders
from spoeq_core.orders.model import RETURN_LABELS, Order, Return, ReturnStatus
from spoeq_core.web.access import current_actor, staff
from spoeq_core.web.answers import see_other
from spoeq_core.web.bodies import Form, read_form
from spoeq_core.web.context import current_shop
from spoeq_core.web.flash import flash
from spoeq_core.web.languages import translate

blueprint = Blueprint("admin_returning", __name__)

PIECES = "back-"
NEEDED = {
    "approve": "orders.manage",
    "refuse": "orders.manage",
    "receive": "orders.fulfil",
    "inspect": "orders.fulfil",
}
"""The steps, and the permission that each needs."""


@blueprint.post("/orders/<order_id>/returns/<return_id>")
@staff("orders.view")
async def take_step(order_id: str, return_id: str) -> Response:
    """Approve or refuse, receive, or inspect."""
    form, actor = await read_form(), await current_actor()
    name = form.text("step")
    target = f"/admin/orders/{order_id}#returns"
    try:
        if name not in NEEDED:
            raise Invalid.field("step", "Choose the next step.", "enum")
        actor.require(NEEDED[name])
        await _step(name, order_id, return_id, form, actor.name)
    except Invalid as error:
        return flash(see_other(target), error.errors[0].message if error.errors else error.message, "danger")
    except Conflict as error:
        return flash(see_other(target), str(error), "danger")
    return flash(see_other(target), "The return is updated.")


async def _step(name: str, order_id: str, return_id: str, form: Form, actor: str) -> Order:
    shop, note = current_shop(), form.text("note")[:500]
    if name in {"approve", "refuse"}:
        approve = name == "approve"
        return await orders.answer_return(shop, order_id, return_id, approve=approve, actor=actor, note=note)
    pieces = {field.removeprefix(PIECES): form.integer(field, 0) for field in form if field.startswith(PIECES)}
    if name == "inspect":
        place = form.text("location")
        return await orders.inspect_return(shop, order_id, return_id, pieces, actor=actor, note=note, location=place)
    if not any(pieces.values()):
        raise Invalid.field("items", "Say which pieces have come.", "empty")
    return await orders.receive_return(shop, order_id, return_id, pieces, actor=actor, note=note)


def returns_view(order: Order) -> list[dict[str, Any]]:
    """The returns of an order, newest first, each with what can be done next."""
    return [_view(order, wanted) for wanted in reversed(order.returns)]


def _view(order: Order, wanted: Return) -> dict[str, Any]:
    pieces = wanted.received if wanted.status in {ReturnStatus.RECEIVED, ReturnStatus.INSPECTED} else wanted.items
    return {
        "id": wanted.id,
        "at": wanted.at,
        "status": wanted.status.value,
        "label": translate(RETURN_LABELS[wanted.status]),
        "reason": wanted.reason,
        "note": wanted.note,
        "by": wanted.actor,
        "lines": [
            {
                "id": line_id,
                "name": line.name,
                "sku": line.sku,
                "pieces": count,
                "restocked": wanted.restocked.get(line_id, 0),
                "damaged": wanted.damaged.get(line_id, 0),
            }
            for line_id, count in pieces.items()
            if (line := order.line(line_id)) is not None
        ],
    }
