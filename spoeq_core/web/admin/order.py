"""Staff pages: an order, what comes next for it, its money, parcels and history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from quart import Blueprint, Response

from spoeq_core.audit.service import record
from spoeq_core.inventory.model import HOME
from spoeq_core.inventory.service import stock_of, waiting_for
from spoeq_core.kernel.errors import Conflict, Forbidden, Invalid
from spoeq_core.kernel.ids import is_id, new_id
from spoeq_core.kernel.messages import message
from spoeq_core.orders import service as orders
from spoeq_core.orders.model import Order, OrderStatus
from spoeq_core.orders.service import Parcel
from spoeq_core.web.access import Actor, current_actor, staff
from spoeq_core.web.admin.extension_form import (
    at_fields,
    extension_panel,
    filled_in,
    merged_extensions,
    note_extensions,
)
from spoeq_core.web.admin.lists import back_to
from spoeq_core.web.admin.locations import lying_views, place_views
from spoeq_core.web.admin.merging import BothChanged, Difference
from spoeq_core.web.admin.refunding import outcome_words, read_wish, refund_cap, refund_view, refundable_view
from spoeq_core.web.admin.returning import returns_view
from spoeq_core.web.answers import see_other
from spoeq_core.web.bodies import Form, form_state, read_form
from spoeq_core.web.common import page
from spoeq_core.web.context import current_shop
from spoeq_core.web.flash import flash
from spoeq_core.web.theming import render
from spoeq_core.web.views.ledger import ledger_view
from spoeq_core.web.views.orders import order_view, shipment_views, timeline_view, trace_view

blueprint = Blueprint("admin_order", __name__)

PATH = "/admin/orders"
STEPS = frozenset(OrderStatus) - {OrderStatus.PENDING_PAYMENT, OrderStatus.CONFIRMED}
PACKING = frozenset({OrderStatus.PROCESSING, OrderStatus.SHIPPED, OrderStatus.DELIVERED})
"""Steps that need `orders.fulfil`; the others need `orders.manage`."""


@blueprint.get("/orders/<order_id>")
@staff("orders.view")
async def show(order_id: str) -> Response:
    """An order with its prices, money, parcels and timeline."""
    return await _page(order_id, Invalid(""), {})


@blueprint.post("/orders/<order_id>/status")
@staff("orders.view")
async def change_status(order_id: str) -> Response:
    """Take the order a step further."""
    form = await read_form()
    actor = await current_actor()
    status = _status(form.text("status"))
    actor.require(needed(status))
    return await _changed(
        order_id,
        form,
        orders.change_status(
            current_shop(), order_id, status, actor=actor.name, note=form.text("note")[:500], version=_version(form)
        ),
        f"The order is {status.value}.",
    )


@blueprint.post("/orders/<order_id>/shipments")
@staff("orders.fulfil")
async def add_shipment(order_id: str) -> Response:
    """Record a parcel: the pieces that were chosen, or all that is left."""
    form = await read_form()
    actor = await current_actor()
    try:
        parcel = _parcel(form)
    except Invalid as error:
        return await _page(order_id, error, form.as_dict(), 422)
    return await _changed(
        order_id,
        form,
        orders.add_shipment(current_shop(), order_id, parcel, actor=actor.name, version=_version(form)),
        "The parcel is recorded and the shopper is told.",
    )


@blueprint.post("/orders/<order_id>/refunds")
@staff("orders.refund")
async def give_back(order_id: str) -> Response:
    """Give money back: first the arithmetic, then, when it was looked at, the money."""
    shop, form, actor = current_shop(), await read_form(), await current_actor()
    order = await orders.order_for(shop, order_id, staff=True)
    cap, given = refund_cap(shop, actor), form.text("refund_id")
    if given and order.refund(given) is not None:
        return flash(see_other(f"{PATH}/{order_id}#payment"), *outcome_words(order, given))
    try:
        wish = read_wish(shop, form)
        sums = refund_view(order, wish, cap)
        if not form.flag("sure"):
            return await _page(order_id, Invalid(""), form.as_dict(), refund={**sums, "id": new_id()})
        changed = await orders.refund(
            shop, order.id, wish, actor=actor.name, refund_id=given if is_id(given) else "", cap=cap
        )
    except Invalid as error:
        return await _page(order_id, error, form.as_dict(), 422)
    except (Conflict, Forbidden) as error:
        return flash(see_other(f"{PATH}/{order_id}#refund"), str(error), "danger")
    detail = {"amount": sums["amount"]["amount"], "reason": wish.reason}
    by = {"actor_id": actor.id, "actor_name": actor.name}
    await record(shop, "order.refunded", f"order:{order.id}", **by, detail=detail)
    return flash(see_other(f"{PATH}/{order_id}#payment"), *outcome_words(changed, given))


@blueprint.post("/orders/<order_id>/notes")
@staff("orders.manage")
async def add_note(order_id: str) -> Response:
    """Write a note that only staff see."""
    form = await read_form()
    actor = await current_actor()
    if form.text("note"):
        await orders.add_note(current_shop(), order_id, form.text("note")[:2000], actor=actor.name)
    return see_other(f"{PATH}/{order_id}#timeline")


@blueprint.post("/orders/<order_id>/extensions")
@staff("orders.manage")
async def save_extensions(order_id: str) -> Response:
    """Store what plugins keep with the order."""
    shop, form, actor = current_shop(), await read_form(), await current_actor()
    before = (await orders.order_for(shop, order_id, staff=True)).ext
    try:
        after = await orders.change_extensions(shop, order_id, lambda ext: merged_extensions(shop, "order", form, ext))
    except BothChanged as error:
        return await _page(order_id, Invalid(""), error.taken_over(form), 409, found=error.found)
    except Invalid as error:
        refused = Invalid(error.message, errors=at_fields(shop, "order", error.errors))
        return await _page(order_id, refused, form.as_dict(), 422)
    except Conflict as error:
        return flash(see_other(f"{PATH}/{order_id}#extensions"), str(error), "danger")
    await note_extensions(shop, actor, "order", order_id, before, after.ext)
    return flash(see_other(f"{PATH}/{order_id}#extensions"), "Saved.")


def needed(status: OrderStatus) -> str:
    """The permission that a step needs."""
    return "orders.fulfil" if status in PACKING else "orders.manage"


async def _changed(order_id: str, form: Form, change: Any, words: str) -> Response:
    try:
        await change
    except Invalid as error:
        return await _page(order_id, error, form.as_dict(), 422)
    except Conflict as error:
        return flash(see_other(f"{PATH}/{order_id}"), str(error), "danger")
    return flash(see_other(f"{PATH}/{order_id}"), words)


async def _page(
    order_id: str,
    error: Invalid,
    typed: dict[str, str],
    status: int = 200,
    refund: dict[str, Any] | None = None,
    found: Sequence[Difference] = (),
) -> Response:
    shop, actor = current_shop(), await current_actor()
    order = await orders.order_for(shop, order_id, staff=True)
    form, places = form_state(typed, error.errors), await place_views()
    return await render(
        "admin",
        "pages/order.html",
        status=status,
        page=page(message("Order %(number)s", number=order.number)),
        order=order_view(shop, order, staff=True),
        actions=_actions(order, actor),
        ledger=ledger_view(order),
        refund=refund,
        refundable=refundable_view(order),
        returns=returns_view(order),
        unshipped=await _unshipped(order, places),
        trace=trace_view(order),
        timeline=list(reversed(timeline_view(order))),
        shipments=_parcels(order, places),
        locations=places,
        line_extensions={line.id: filled_in(shop, "cart_line", line.ext) for line in order.lines},
        extensions=extension_panel(shop, "order", order.ext, form, found),
        form=form,
        back_url=back_to(PATH),
    )


async def _unshipped(order: Order, places: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The lines with pieces still to pack, how many of those have yet to come, and what lies where.

    The first line is served first.
    """
    shop, skus = current_shop(), order.promised()
    awaited = await waiting_for(shop, order.id, skus)
    stocks = await stock_of(shop, skus) if len(places) > 1 else {}
    found = []
    for line in reversed(order.lines):
        if left := line.quantity - line.shipped:
            waits = min(left, awaited.get(line.sku, 0))
            awaited[line.sku] = awaited.get(line.sku, 0) - waits
            lying = lying_views(stocks[line.sku], places) if line.sku in stocks else []
            row = {"id": line.id, "name": line.name, "sku": line.sku, "left": left, "waits": waits}
            found.append({**row, "lying": [it for it in lying if it["pieces"]]})
    return found[::-1]


def _parcels(order: Order, places: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The parcels, with the place that each left from where there are several."""
    names = {place["code"]: place["label"] for place in places} if len(places) > 1 else {}
    views = zip(shipment_views(order), order.shipments, strict=True)
    return [{**view, "place": names.get(sent.location or HOME, sent.location if names else "")} for view, sent in views]


def _actions(order: Order, actor: Actor) -> list[dict[str, Any]]:
    allowed = [status for status in order.next_statuses() if status in STEPS and actor.may(needed(status))]
    forward = [status for status in allowed if status is not OrderStatus.CANCELLED]
    return [{"status": status.value, "primary": bool(forward) and status is forward[0]} for status in allowed]


def _parcel(form: Form) -> Parcel:
    items: dict[str, int] = {}
    for name in form:
        line_id = name.removeprefix("pieces-")
        if line_id != name and form.text(name) not in {"", "0"}:
            items[line_id] = form.integer(name)
    if not items and any(name.startswith("pieces-") for name in form):
        raise Invalid.field("items", "A parcel must hold something.", "empty")
    return Parcel(
        items=items,
        carrier=form.text("carrier")[:80],
        awb=form.text("awb")[:80],
        tracking_url=_web_address(form.text("tracking_url")),
        location=form.text("location"),
    )


def _status(text: str) -> OrderStatus:
    try:
        return OrderStatus(text)
    except ValueError:
        raise Invalid.field("status", "Choose the next step.", "enum") from None


def _version(form: Form) -> int | None:
    return form.integer("version") if form.text("version") else None


def _web_address(text: str) -> str:
    if text and not text.startswith(("https://", "http://")):
        raise Invalid.field("tracking_url", "Enter a web address, as in https://courier.example/AWB.", "url")
    return text[:500]
