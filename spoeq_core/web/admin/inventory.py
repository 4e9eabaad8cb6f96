"""Staff pages: stock."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

from quart import Blueprint, Response

from spoeq_core.identity import service as identity
from spoeq_core.inventory import service as inventory
from spoeq_core.inventory.model import HOME, LONGEST_NOTE, Movement, Reason, Stock, waiting
from spoeq_core.kernel.errors import Conflict, FieldError, Invalid
from spoeq_core.kernel.ids import derived_id, is_id, new_id
from spoeq_core.kernel.messages import message
from spoeq_core.orders.documents import OrderRepository
from spoeq_core.web.access import current_actor, staff
from spoeq_core.web.admin.lists import back_to
from spoeq_core.web.admin.locations import lying_views, place_views
from spoeq_core.web.answers import see_other
from spoeq_core.web.bodies import Faults, Form, form_state, query_flag, query_int, query_text, read_form
from spoeq_core.web.common import page
from spoeq_core.web.context import current_shop
from spoeq_core.web.flash import Undo, flash
from spoeq_core.web.storefront.filters import link
from spoeq_core.web.theming import render

blueprint = Blueprint("admin_inventory", __name__)

PATH = "/admin/inventory"
PER_PAGE = 50
MOST_WAITING = 20
REASONS = {
    "received": message("Goods received"),
    "counted": message("Counted"),
    "damaged": message("Damaged"),
    "lost": message("Lost or stolen"),
    "returned": message("Came back"),
    "correction": message("Correction"),
}
"""Why stock changes, as staff choose it, and as the log says it."""


@blueprint.get("/inventory")
@staff("inventory.view")
async def index() -> Response:
    """All stock, or what runs low."""
    number, q, low = query_int("page", 1, minimum=1), query_text("q"), query_flag("low")
    places, at = await place_views(), query_text("location")
    at = at if at in {place["code"] for place in places} else ""
    found = await inventory.list_stock(current_shop(), text=q, low=low, location=at, page=number, per_page=PER_PAGE)
    kept = {"q": q, "low": "1" if low else "", "location": at}
    more = number * PER_PAGE < found.total
    return await render(
        "admin",
        "pages/inventory.html",
        reasons=list(REASONS),
        form_id=new_id(),
        page=page("Inventory"),
        items=[_item(stock, places) for stock in found.items],
        locations=places,
        location=at,
        q=q,
        low=low,
        next_url=link(PATH, {**kept, "page": str(number + 1)}) if more else "",
        prev_url=link(PATH, {**kept, "page": str(number - 1)}) if number > 1 else "",
    )


@blueprint.get("/inventory/<sku>")
@staff("inventory.view")
async def show(sku: str) -> Response:
    """A SKU with its movements."""
    return await _stock(sku, {}, ())


@blueprint.post("/inventory/<sku>")
@staff("inventory.manage")
async def adjust(sku: str) -> Response:
    """Book a change, once per form."""
    form, actor = await read_form(), await current_actor()
    try:
        faults = Faults()
        delta, reason = faults.of(lambda: form.integer("delta"), 0), faults.of(lambda: _reason(form), "")
        faults.raise_if_any()
        place = form.text("location") or HOME
        how = {"location": place, "adjustment_id": _once(form, sku, delta, reason, place)}
        stock = await inventory.adjust(current_shop(), sku, delta, reason, actor.id, **how)
    except Invalid as error:
        return await _stock(sku, form.as_dict(), error.errors, 422)
    except Conflict as error:
        return await _stock(sku, form.as_dict(), [FieldError("delta", str(error), error.code)], 409)
    back = back_to(PATH) if form.flag("stay") else f"{PATH}/{sku}"
    again = {"delta": str(-delta), "reason": "correction", "note": "Undone", "location": place, "form_id": new_id()}
    undo = Undo(f"{PATH}/{sku}", {**again, **_stay(form)})
    return flash(
        see_other(back),
        message("%(sku)s: %(have)s on hand, %(free)s available.", sku=sku, have=stock.on_hand, free=stock.available),
        undo=undo,
    )


@blueprint.post("/inventory/<sku>/transfer")
@staff("inventory.manage")
async def transfer(sku: str) -> Response:
    """Carry pieces from one place to another, once per form."""
    form, actor = await read_form(), await current_actor()
    source, target = form.text("source"), form.text("target")
    try:
        pieces = form.integer("pieces")
        stock = await inventory.transfer(
            current_shop(),
            sku,
            pieces,
            source=source,
            target=target,
            transfer_id=_once(form, sku, pieces, source, target),
            actor=actor.id,
            note=form.text("about"),
        )
    except Invalid as error:
        renamed = [FieldError("about" if it.field == "note" else it.field, it.message, it.code) for it in error.errors]
        return await _stock(sku, form.as_dict(), renamed, 422)
    except Conflict as error:
        return await _stock(sku, form.as_dict(), [FieldError("pieces", str(error), error.code)], 409)
    back = {"source": target, "target": source, "pieces": str(pieces), "form_id": new_id(), "about": "Undone"}
    place = next(it["label"] for it in await place_views() if it["code"] == target)
    words = message("%(place)s: %(pieces)s pieces of %(sku)s now.", place=place, pieces=stock.at(target), sku=sku)
    return flash(see_other(f"{PATH}/{sku}"), words, undo=Undo(f"{PATH}/{sku}/transfer", back))


def _once(form: Form, *said: object) -> str:
    """What such a form books: the same when it is sent twice, another when other figures stand in it."""
    given = form.text("form_id")
    return derived_id(":".join(map(str, (given, *said)))) if is_id(given) else new_id()


def _stay(form: Form) -> dict[str, str]:
    return {"stay": "1"} if form.flag("stay") else {}


def _reason(form: Form) -> str:
    """The reason that was chosen, with the note; a note alone will do.

    Raises:
        Invalid: neither is there.
    """
    chosen = REASONS.get(form.text("reason"), form.text("reason"))
    words = ": ".join(part for part in (chosen, form.text("note")) if part)
    if not words:
        raise Invalid.field("reason", "Say why the stock changes.", "missing")
    return words[:LONGEST_NOTE]


async def _stock(
    sku: str, typed: dict[str, str], errors: list[FieldError] | tuple[FieldError, ...], status: int = 200
) -> Response:
    shop = current_shop()
    stock, places = await inventory.get_stock(shop, sku), await place_views()
    names = {place["code"]: place["label"] for place in places}
    rows, following = await inventory.log_of(shop, sku, query_text("cursor") or None)
    people = await identity.staff_names(shop, [row.actor for row in rows if is_id(row.actor)])
    return await render(
        "admin",
        "pages/stock.html",
        status=status,
        reasons=list(REASONS),
        back_url=back_to(PATH),
        page=page(message("Stock of %(sku)s", sku=sku)),
        item=_item(stock, places),
        locations=places,
        form_id=new_id(),
        waiting=await _waiting(stock),
        log=[_movement(row, names, people) for row in rows],
        next_url=link(f"{PATH}/{sku}", {"cursor": following}) if following else "",
        form=form_state(typed, errors),
    )


async def _waiting(stock: Stock) -> list[dict[str, Any]]:
    """The orders that wait for goods, the oldest first."""
    pieces = dict(itertools.islice(waiting(stock).items(), MOST_WAITING))
    found = await current_shop().repository(OrderRepository).find({"_id": {"$in": list(pieces)}}) if pieces else []
    numbers = {order.id: order.number for order in found}
    return [{"id": key, "number": numbers[key], "pieces": n} for key, n in pieces.items() if key in numbers]


def _item(stock: Stock, places: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "sku": stock.sku,
        "name": stock.name,
        "on_hand": stock.on_hand,
        "reserved": stock.reserved,
        "available": stock.available,
        "backordered": stock.backordered,
        "backorder_limit": stock.backorder_limit,
        "product_id": "" if stock.retired else stock.product_id,
        "threshold": stock.threshold,
        "lying": lying_views(stock, places),
        "away": stock.away,
    }


def _movement(row: Movement, names: Mapping[str, str], people: Mapping[str, str]) -> dict[str, Any]:
    change = row.delta or -row.reserved_delta
    ref = "" if row.reason in {Reason.ADJUSTMENT, Reason.TRANSFER} else row.ref
    return {
        "at": row.at,
        "delta": change,
        "reason": row.reason.value,
        "note": row.note,
        "ref": ref,
        "ref_url": f"/admin/orders/{ref}" if is_id(ref) else "",
        "actor": people.get(row.actor, row.actor),
        "place": names.get(row.location, row.location) if row.delta else "",
    }
