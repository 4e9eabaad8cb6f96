"""Pages of placed orders: confirmation, tracking, a customer's own."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from quart import Blueprint, Response, request

from spoeq_core.identity import service as identity
from spoeq_core.identity.model import Customer
from spoeq_core.kernel.errors import FieldError, Invalid, NotFound
from spoeq_core.kernel.messages import message
from spoeq_core.orders.listing import list_orders
from spoeq_core.orders.model import Order
from spoeq_core.orders.service import give_to_customer, order_for, track
from spoeq_core.orders.shape import track_path
from spoeq_core.orders.tokens import order_id_of, order_token
from spoeq_core.shop import Shop
from spoeq_core.web.access import current_actor, public, signed_in
from spoeq_core.web.answers import see_other
from spoeq_core.web.bodies import form_state, query_text
from spoeq_core.web.common import page
from spoeq_core.web.context import current_shop
from spoeq_core.web.flash import flash
from spoeq_core.web.security import client_address, limit
from spoeq_core.web.signing_in import limit_registrations, sign_in_browser
from spoeq_core.web.storefront.filters import link
from spoeq_core.web.storefront.order_changes import cancelling_view, returning_view
from spoeq_core.web.storefront.paying import paying_view
from spoeq_core.web.theming import render
from spoeq_core.web.views.orders import aftersales_view, order_view, shipment_views, tracking_steps

blueprint = Blueprint("pages_orders", __name__)

NEEDED_TO_TRACK = {
    "number": message("Enter the order number."),
    "contact": message("Enter the e-mail address or mobile number that you ordered with."),
}

PER_PAGE = 20
SIGN_IN = message("This e-mail address has an account already. Sign in to it instead.")


@blueprint.get("/orders/<order_id>/confirmation")
@public
async def confirmation(order_id: str) -> Response:
    """The order as it was placed; may be reloaded."""
    return await _confirmation(await _order(order_id), form_state())


@blueprint.post("/orders/<order_id>/account")
@public
async def open_account(order_id: str) -> Response:
    """Make an account of a guest's order: all that is missing is a password."""
    shop = current_shop()
    order = await order_for(shop, order_id, token=request.args.get("token", ""))
    target = f"/account/orders/{order.id}"
    if order.customer_id is not None:
        return see_other(target)
    await limit_registrations(shop)
    try:
        customer = await _customer_of(shop, order)
    except Invalid as error:
        errors = [FieldError("password", SIGN_IN if it.code == "taken" else it.message, it.code) for it in error.errors]
        return await _confirmation(order, form_state({}, errors), 422)
    await give_to_customer(shop, order.id, customer.id)
    response = await sign_in_browser(shop, see_other(target), customer)
    return flash(response, "Your account is ready, and this order is in it.")


@blueprint.get("/track")
@public
async def find() -> Response:
    """A form for number and contact; with both given, the way to the order, and with one, what is missing."""
    shop = current_shop()
    number, contact = query_text("number", longest=40), query_text("contact", longest=254)
    typed = {"number": number, "contact": contact}
    missing = [FieldError(name, words, "missing") for name, words in NEEDED_TO_TRACK.items() if not typed[name]]
    if missing:
        asked = any(name in request.args for name in typed)
        return await _track_form(typed, missing if asked else (), 422 if asked else 200)
    await limit(shop, "track", client_address(), 20, 60)
    try:
        order = await track(shop, number, contact)
    except NotFound as error:
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
        page=page(message("Order %(number)s", number=order.number), noindex=True),
        order=_view(shop, order),
        paying=paying_view(shop, order),
        steps=tracking_steps(order),
        aftersales=aftersales_view(order),
        shipments=shipment_views(order),
        cancelling=cancelling_view(order),
        returning=returning_view(order),
        token=token,
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
        "storefront",
        "pages/order.html",
        page=page(message("Order %(number)s", number=order.number), noindex=True),
        order=_view(shop, order),
        paying=paying_view(shop, order),
    )


async def _customer_of(shop: Shop, order: Order) -> Customer:
    """A new customer with what the order says of them, its address in their book."""
    # As it was typed: `Form` strips values, and a password may begin or end with a space.
    password = str((await request.form).get("password", ""))
    name, phone = order.shipping_address.name, order.shipping_address.phone
    customer = await identity.register_customer(shop, email=order.email, password=password, name=name, phone=phone)
    await identity.add_address(shop, customer.id, asdict(order.shipping_address))
    return customer


async def _confirmation(order: Order, form: dict[str, Any], status: int = 200) -> Response:
    shop = current_shop()
    guest = order.customer_id is None and (await current_actor()).kind != "customer"
    return await render(
        "storefront",
        "pages/confirmation.html",
        status,
        page=page(message("Order %(number)s", number=order.number), noindex=True),
        order=_view(shop, order),
        paying=paying_view(shop, order),
        account_url=f"/orders/{order.id}/account?token={order_token(shop, order.id)}" if guest else "",
        form=form,
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
        aftersales=[],
        shipments=[],
        form=form_state(typed, errors),
    )


def _view(shop: Shop, order: Order) -> dict[str, Any]:
    return {
        **order_view(shop, order),
        "track_url": track_path(shop, order),
        "url": f"/account/orders/{order.id}",
    }
