"""Staff pages: changing a placed order: first what it comes to in money and stock, then, once looked at, the change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from quart import Blueprint, Response

from spoeq_core.audit.service import record
from spoeq_core.hooks.caller import HookError
from spoeq_core.identity.addresses import FIELDS, parse_address
from spoeq_core.identity.model import Address
from spoeq_core.kernel.errors import Conflict, FieldError, Invalid
from spoeq_core.kernel.ids import is_id, new_id
from spoeq_core.kernel.messages import message
from spoeq_core.orders import service as orders
from spoeq_core.orders.editing import edit_order, plan_edit, shipping_choices
from spoeq_core.orders.model import Order, OrderEdit, check_edit
from spoeq_core.web.access import current_actor, staff
from spoeq_core.web.answers import see_other
from spoeq_core.web.bodies import Faults, Form, form_state, read_form
from spoeq_core.web.common import page
from spoeq_core.web.context import current_shop
from spoeq_core.web.flash import flash
from spoeq_core.web.formats import format_amount
from spoeq_core.web.languages import translate
from spoeq_core.web.theming import render
from spoeq_core.web.views.edits import edit_view
from spoeq_core.web.views.orders import order_view

blueprint = Blueprint("admin_order_edit", __name__)

PATH = "/admin/orders"
PIECES = "pieces-"
FIELDS_OF = {"added": "add_sku", "shipping_address": "postal_code"}


@blueprint.get("/orders/<order_id>/edit")
@staff("orders.manage")
async def show(order_id: str) -> Response:
    """The form with the order as it is."""
    order = await orders.order_for(current_shop(), order_id, staff=True)
    return await _page(order, {}, ())


@blueprint.post("/orders/<order_id>/edit")
@staff("orders.manage")
async def change(order_id: str) -> Response:
    """Say what it would come to; with `sure`, do it."""
    shop, form, actor = current_shop(), await read_form(), await current_actor()
    order = await orders.order_for(shop, order_id, staff=True)
    given = form.text("change_id")
    change_id = given if is_id(given) else new_id()
    try:
        wish = _wish(order, form)
        if not form.flag("sure"):
            planned = await plan_edit(shop, order, wish, change_id=change_id, actor=actor.name)
            return await _page(order, form.as_dict(), (), plan=await edit_view(shop, planned), planned=planned)
        changed = await edit_order(
            shop,
            order.id,
            wish,
            change_id=change_id,
            actor=actor.name,
            version=None if any(it.id == change_id for it in order.changes) else form.integer("version"),
            expected_total=form.integer("expected_total"),
        )
    except Invalid as error:
        return await _page(order, form.as_dict(), _at_fields(error.errors), status=422)
    except (Conflict, HookError) as error:
        return await _page(order, form.as_dict(), (FieldError("", str(error), "conflict"),), status=409)
    by = {"actor_id": actor.id, "actor_name": actor.name}
    await record(shop, "order.edited", f"order:{order.id}", detail={"total": changed.grand_total}, **by)
    return flash(see_other(f"{PATH}/{order.id}"), "The order is changed and the shopper is told.")


def _wish(order: Order, form: Form) -> OrderEdit:
    """What the form asks for: only what is not as it is.

    Raises:
        Invalid: a number or a field of the address cannot be read.
    """
    faults, quantities = Faults(), {}
    for line in order.lines:
        pieces = faults.of(lambda line=line: form.integer(f"{PIECES}{line.id}", line.quantity), line.quantity)  # type: ignore[misc]
        if pieces != line.quantity:
            quantities[line.id] = pieces
    added = {}
    if sku := form.text("add_sku"):
        added[sku] = faults.of(lambda: form.integer("add_pieces", 1), 1)
    address = faults.of(lambda: _address(order, form), None)
    method = form.text("shipping_method")
    faults.raise_if_any()
    return OrderEdit(
        form.text("reason")[:500], quantities, added, address, "" if method == order.shipping.id else method
    )


def _address(order: Order, form: Form) -> Address | None:
    before = asdict(order.shipping_address)
    typed = {name: form.text(name, before.get(name, "")) for name in FIELDS}
    if all(typed[name] == before.get(name, "") for name in FIELDS):
        return None
    return parse_address(typed, "")


def _at_fields(errors: Sequence[FieldError]) -> list[FieldError]:
    """The errors at the fields of this form."""
    found = []
    for it in errors:
        name = FIELDS_OF.get(it.field) or it.field.rpartition(".")[2] or it.field
        found.append(FieldError(name, it.message, it.code))
    return found


async def _page(
    order: Order,
    typed: dict[str, str],
    errors: Sequence[FieldError],
    *,
    status: int = 200,
    plan: dict[str, Any] | None = None,
    planned: Order | None = None,
) -> Response:
    shop = current_shop()
    try:
        check_edit(order, OrderEdit(quantities={line.id: line.quantity for line in order.lines}))
        closed = ""
    except Conflict as error:
        closed = f"{translate(error.message)} {translate(error.hint)}"
    options = [] if closed or order.shipments else await shipping_choices(shop, order)
    return await render(
        "admin",
        "pages/order_edit.html",
        status=status,
        page=page(message("Change order %(number)s", number=order.number)),
        order=order_view(shop, order, staff=True),
        closed=closed,
        has_left=bool(order.shipments),
        methods=[
            {"value": it.id, "label": f"{translate(it.label)} · {format_amount(it.price, order.currency)}"}
            for it in options
        ],
        address=asdict(order.shipping_address),
        plan=plan,
        after=order_view(shop, planned, staff=True) if planned else None,
        change_id=plan["id"] if plan else "",
        form=form_state(typed, errors),
        back_url=f"{PATH}/{order.id}",
    )
