"""Staff pages: orders, what comes next for each, and the start page."""

from __future__ import annotations

from typing import Any

from quart import Blueprint, Response

from spoeq_core.inventory.service import list_stock
from spoeq_core.kernel.errors import Conflict, Invalid
from spoeq_core.kernel.outbox import DeadLetters
from spoeq_core.orders import service as orders
from spoeq_core.orders.listing import counts_by_status, list_orders
from spoeq_core.orders.model import Order, OrderStatus
from spoeq_core.orders.service import Parcel
from spoeq_core.shop import Shop
from spoeq_core.web.access import Actor, current_actor, staff
from spoeq_core.web.answers import see_other
from spoeq_core.web.bodies import Form, form_state, query_text, read_form
from spoeq_core.web.common import page
from spoeq_core.web.context import current_shop
from spoeq_core.web.flash import flash
from spoeq_core.web.storefront.filters import link
from spoeq_core.web.theming import render
from spoeq_core.web.views.orders import order_row, order_view, shipment_views, timeline_view, trace_view

blueprint = Blueprint("admin_orders", __name__)

PATH = "/admin/orders"
PER_PAGE = 50
VIEWS: tuple[tuple[str, OrderStatus | None], ...] = (
    ("All", None),
    ("To pack", OrderStatus.CONFIRMED),
    ("Packing", OrderStatus.PROCESSING),
    ("Waiting for payment", OrderStatus.PENDING_PAYMENT),
    ("On the way", OrderStatus.SHIPPED),
    ("Delivered", OrderStatus.DELIVERED),
    ("Cancelled", OrderStatus.CANCELLED),
)
WORDS = {
    OrderStatus.CONFIRMED: "Confirm",
    OrderStatus.PROCESSING: "Start packing",
    OrderStatus.SHIPPED: "Mark as shipped",
    OrderStatus.DELIVERED: "Mark as delivered",
    OrderStatus.COMPLETED: "Complete",
    OrderStatus.CANCELLED: "Cancel order",
}
PACKING = frozenset({OrderStatus.PROCESSING, OrderStatus.SHIPPED, OrderStatus.DELIVERED})
"""Steps that need `orders.fulfil`; the others need `orders.manage`."""


@blueprint.get("")
@staff("dashboard.view")
async def dashboard() -> Response:
    """What needs doing, and the latest orders."""
    shop, actor = current_shop(), await current_actor()
    recent = await list_orders(shop, limit=8) if actor.may("orders.view") else None
    return await render(
        "admin",
        "pages/dashboard.html",
        page=page("Today"),
        cards=await _cards(shop, actor),
        recent_orders=[order_row(order) for order in recent.items] if recent else [],
    )


@blueprint.get("/orders")
@staff("orders.view")
async def index() -> Response:
    """Orders, newest first."""
    shop = current_shop()
    status, q = _status(query_text("status")), query_text("q")
    found = await list_orders(shop, status=status, q=q, cursor=query_text("cursor"), limit=PER_PAGE)
    counts = await counts_by_status(shop)
    views = [
        {
            "label": label,
            "url": link(PATH, {"status": view.value if view else ""}),
            "active": view is status,
            "count": counts.get(view, 0) if view else None,
        }
        for label, view in VIEWS
    ]
    kept = {"status": status.value if status else "", "q": q, "cursor": found.next}
    return await render(
        "admin",
        "pages/orders.html",
        page=page("Orders"),
        orders=[order_row(order) for order in found.items],
        views=views,
        q=q,
        next_url=link(PATH, kept) if found.next else "",
    )


@blueprint.get("/orders/<order_id>")
@staff("orders.view")
async def show(order_id: str) -> Response:
    """An order with its prices, parcels and timeline."""
    return await _page(order_id, Invalid(""), {})


@blueprint.post("/orders/<order_id>/status")
@staff("orders.view")
async def change_status(order_id: str) -> Response:
    """Take the order a step further."""
    form = await read_form()
    actor = await current_actor()
    status = _status(form.text("status"))
    if status is None:
        raise Invalid.field("status", "Choose the next step.", "enum")
    actor.require("orders.fulfil" if status in PACKING else "orders.manage")
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
    """Record a parcel of all that is left."""
    form = await read_form()
    actor = await current_actor()
    parcel = Parcel(
        carrier=form.text("carrier")[:80],
        awb=form.text("awb")[:80],
        tracking_url=_web_address(form.text("tracking_url")),
    )
    return await _changed(
        order_id,
        form,
        orders.add_shipment(current_shop(), order_id, parcel, actor=actor.name, version=_version(form)),
        "The parcel is recorded and the shopper is told.",
    )


@blueprint.post("/orders/<order_id>/notes")
@staff("orders.manage")
async def add_note(order_id: str) -> Response:
    """Write a note that only staff see."""
    form = await read_form()
    actor = await current_actor()
    if form.text("note"):
        await orders.add_note(current_shop(), order_id, form.text("note")[:2000], actor=actor.name)
    return see_other(f"{PATH}/{order_id}#timeline")


async def _changed(order_id: str, form: Form, change: Any, words: str) -> Response:
    try:
        await change
    except Invalid as error:
        return await _page(order_id, error, form.as_dict(), 422)
    except Conflict as error:
        return flash(see_other(f"{PATH}/{order_id}"), str(error), "danger")
    return flash(see_other(f"{PATH}/{order_id}"), words)


async def _page(order_id: str, error: Invalid, typed: dict[str, str], status: int = 200) -> Response:
    shop, actor = current_shop(), await current_actor()
    order = await orders.order_for(shop, order_id, staff=True)
    return await render(
        "admin",
        "pages/order.html",
        status=status,
        page=page(f"Order {order.number}"),
        order=order_view(shop, order, staff=True),
        actions=_actions(order, actor),
        trace=trace_view(order),
        timeline=timeline_view(order),
        shipments=shipment_views(order),
        form=form_state(typed, error.errors),
    )


def _actions(order: Order, actor: Actor) -> list[dict[str, Any]]:
    allowed = [
        status
        for status in order.next_statuses()
        if actor.may("orders.fulfil" if status in PACKING else "orders.manage")
    ]
    forward = [status for status in allowed if status is not OrderStatus.CANCELLED]
    return [
        {"status": status.value, "label": WORDS[status], "primary": bool(forward) and status is forward[0]}
        for status in allowed
        if status in WORDS
    ]


async def _cards(shop: Shop, actor: Actor) -> list[dict[str, Any]]:
    cards: list[dict[str, Any]] = []
    if actor.may("orders.view"):
        counts = await counts_by_status(shop)
        cards += [
            {"label": label, "value": counts.get(status, 0), "url": link(PATH, {"status": status.value}), "kind": kind}
            for label, status, kind in (
                ("Orders to pack", OrderStatus.CONFIRMED, "todo"),
                ("Being packed", OrderStatus.PROCESSING, "todo"),
                ("Waiting for payment", OrderStatus.PENDING_PAYMENT, "info"),
            )
        ]
    if actor.may("inventory.view"):
        low = await list_stock(shop, low=True, per_page=1)
        cards.append({"label": "SKUs running low", "value": low.total, "url": "/admin/inventory?low=1", "kind": "warn"})
    if actor.may("dead_letters.manage"):
        letters = await DeadLetters(shop.mongo, shop.clock).find()
        if letters:
            cards.append(
                {"label": "Failed deliveries", "value": len(letters), "url": "/admin/dead-letters", "kind": "danger"}
            )
    return cards


def _status(text: str) -> OrderStatus | None:
    try:
        return OrderStatus(text) if text else None
    except ValueError:
        raise Invalid.field("status", "There is no such status.", "enum") from None


def _version(form: Form) -> int | None:
    return form.integer("version") if form.text("version") else None


def _web_address(text: str) -> str:
    if text and not text.startswith(("https://", "http://")):
        raise Invalid.field("tracking_url", "Enter a web address, as in https://courier.example/AWB.", "url")
    return text[:500]
