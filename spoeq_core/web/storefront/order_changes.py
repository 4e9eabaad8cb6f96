"""What shoppers do with a placed order, by its link or their account: take pieces out, cancel it, send it back."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

from quart import Blueprint, Response

from spoeq_core.kernel.errors import Conflict, Invalid
from spoeq_core.kernel.ids import is_id, new_id
from spoeq_core.kernel.messages import message
from spoeq_core.orders import service as orders
from spoeq_core.orders.editing import cancel_lines
from spoeq_core.orders.model import SHOPPER_MAY_CANCEL, Order, returnable
from spoeq_core.orders.shape import track_path
from spoeq_core.web.access import current_actor, public
from spoeq_core.web.answers import see_other
from spoeq_core.web.bodies import Form, query_text, read_form
from spoeq_core.web.context import current_shop
from spoeq_core.web.flash import flash

blueprint = Blueprint("pages_order_changes", __name__)

PIECES = "pieces-"
LONGEST_REASON = 500


@blueprint.post("/orders/<order_id>/cancel")
@public
async def cancel(order_id: str) -> Response:
    """Cancel the whole order."""
    form, order = await read_form(), await _order(order_id)
    reason = form.text("reason")[:LONGEST_REASON]
    return await _done(
        order,
        orders.cancel(current_shop(), order.id, actor="shopper", reason=reason, by_shopper=True),
        message("The order is cancelled."),
    )


@blueprint.post("/orders/<order_id>/cancel-lines")
@public
async def cancel_some(order_id: str) -> Response:
    """Take pieces out of it."""
    form, order = await read_form(), await _order(order_id)
    given = form.text("change_id")
    try:
        pieces = chosen_pieces(form)
    except Invalid as error:
        return _back(order, error.errors[0].message if error.errors else error.message, "danger")
    change = cancel_lines(
        current_shop(),
        order,
        pieces,
        change_id=given if is_id(given) else new_id(),
        actor="shopper",
        reason=form.text("reason")[:LONGEST_REASON],
        by_shopper=True,
    )
    return await _done(order, change, message("The items are taken out of your order."))


@blueprint.post("/orders/<order_id>/returns")
@public
async def send_back(order_id: str) -> Response:
    """Ask to send pieces back."""
    form, order = await read_form(), await _order(order_id)
    try:
        pieces = chosen_pieces(form)
    except Invalid as error:
        return _back(order, error.errors[0].message if error.errors else error.message, "danger")
    reason = form.text("reason")[:LONGEST_REASON]
    asked = orders.request_return(current_shop(), order.id, pieces, reason, actor="shopper")
    return await _done(order, asked, message("We have your wish to send this back and will answer by mail."))


def returning_view(order: Order) -> list[dict[str, Any]]:
    """The pieces that may be sent back."""
    left = returnable(order)
    return [{"id": line.id, "name": line.name, "left": left[line.id]} for line in order.lines if line.id in left]


def cancelling_view(order: Order) -> dict[str, Any] | None:
    """What may be cancelled on a page of the order, and the id under which it is done once; None where nothing."""
    if order.status not in SHOPPER_MAY_CANCEL or order.shipments:
        return None
    lines = [{"id": line.id, "name": line.name, "left": line.quantity} for line in order.lines]
    some = len(lines) > 1 or lines[0]["left"] != 1
    return {"id": new_id(), "lines": lines if some else []}


def chosen_pieces(form: Form) -> dict[str, int]:
    """Pieces by line id.

    Raises:
        Invalid: none are chosen, or a number is none.
    """
    found = {
        name.removeprefix(PIECES): form.integer(name)
        for name in form
        if name.startswith(PIECES) and form.text(name) not in {"", "0"}
    }
    if not found:
        raise Invalid.field("items", "Choose how many pieces of which item.", "empty")
    return found


async def _done(order: Order, change: Awaitable[Order], words: str) -> Response:
    try:
        await change
    except Invalid as error:
        return _back(order, error.errors[0].message if error.errors else error.message, "danger")
    except Conflict as error:
        return _back(order, str(error), "danger")
    return _back(order, words)


def _back(order: Order, words: str, kind: Any = "ok") -> Response:
    return flash(see_other(track_path(current_shop(), order)), words, kind)


async def _order(order_id: str) -> Order:
    actor = await current_actor()
    customer_id = actor.id if actor.kind == "customer" else None
    return await orders.order_for(current_shop(), order_id, customer_id=customer_id, token=query_text("token"))
