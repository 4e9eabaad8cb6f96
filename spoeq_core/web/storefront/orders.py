"""Pages of placed orders: confirmation, tracking, a customer's own."""

from __future__ import annotations

from typing import Any

from quart import Blueprint, Response, request

from spoeq_core.kernel.errors import FieldError, NotFound
from spoeq_core.orders.listing import list_orders
from spoeq_core.orders.model import Order
from spoeq_core.orders.service import order_for, track
from spoeq_core.orders.shape import track_path
from spoeq_core.orders.tokens import order_id_of
from spoeq_core.shop import Shop
from spoeq_core.web.access import current_actor, public, signed_in
from spoeq_core.web.answers import see_other
from spoeq_core.web.bodies import form_state, query_text
from spoeq_core.web.common import page
from spoeq_core.web.context import current_shop
from spoeq_core.web.security import client_address, limit
from spoeq_core.web.storefront.filters import link
from spoeq_core.web.theming import render
from spoeq_core.web.views.orders import order_view, shipment_views, tracking_steps

blueprint = Blueprint("pages_orders", __name__)

PER_PAGE = 20


@blueprint.get("/orders/<order_id>/confirmation")
@public
async def confirmation(order_id: str) -> Response:
    """The order as it was placed; may be reloaded."""
    shop = current_shop()
    order = await _order(order_id)
    return await render(
        "storefront",
        "pages/confirmation.html",
        page=page(f"Order {order.number}", noindex=True),
        order=_view(shop, order),
    )


@blueprint.get("/track")
@public
async def find() -> Response:
    """A form for number and contact; with both given, the way to the order."""
    shop = current_shop()
    number, contact = query_text("number", longest=40), query_text("contact", longest=254)
    if not number and not contact:
        return await _track_form({}, ())
    await limit(shop, "track", client_address(), 20, 60)
    try:
        order = await track(shop, number, contact)
    except NotFound as error:
        typed = {"number": number, "contact": contact}
        return await _track_form(typed, [FieldError("number", str(error), "not_found")], 404)
    return see_other(track_path(shop, order))


@blueprint.get("/track/<number>")
@public
async def tracking(number: str) -> Response:
    """Where the order is."""
    shop = current_shop()
    token = request.args.get("token", "")
    order = await order_for(shop, order_id_of(shop, token), token=token)
    if order.number != number:
        raise NotFound("There is no such order.", hint="Open the link of your confirmation mail.")
    return await render(
        "storefront",
        "pages/tracking.html",
        page=page(f"Order {order.number}", noindex=True),
        order=_view(shop, order),
        steps=tracking_steps(order),
        shipments=shipment_views(order),
        form=form_state(),
    )


@blueprint.get("/account/orders")
@signed_in
async def mine() -> Response:
    """The customer's orders, newest first."""
    shop = current_shop()
    actor = await current_actor()
    found = await list_orders(shop, customer_id=actor.id, cursor=query_text("cursor"), limit=PER_PAGE)
    return await render(
        "storefront",
        "pages/orders.html",
        page=page("Your orders", noindex=True),
        orders=[_view(shop, order) for order in found.items],
        next_url=link("/account/orders", {"cursor": found.next}) if found.next else "",
    )


@blueprint.get("/account/orders/<order_id>")
@signed_in
async def one_of_mine(order_id: str) -> Response:
    """One of the customer's orders."""
    shop = current_shop()
    order = await order_for(shop, order_id, customer_id=(await current_actor()).id)
    return await render(
        "storefront", "pages/order.html", page=page(f"Order {order.number}", noindex=True), order=_view(shop, order)
    )


async def _order(order_id: str) -> Order:
    actor = await current_actor()
    customer_id = actor.id if actor.kind == "customer" else None
    return await order_for(current_shop(), order_id, customer_id=customer_id, token=request.args.get("token", ""))


async def _track_form(
    typed: dict[str, str], errors: list[FieldError] | tuple[FieldError, ...], status: int = 200
) -> Response:
    return await render(
        "storefront",
        "pages/tracking.html",
        status=status,
        page=page("Track an order"),
        order=None,
        steps=[],
        shipments=[],
        form=form_state(typed, errors),
    )


def _view(shop: Shop, order: Order) -> dict[str, Any]:
    return {
        **order_view(shop, order),
        "track_url": track_path(shop, order),
        "url": f"/account/orders/{order.id}",
    }
