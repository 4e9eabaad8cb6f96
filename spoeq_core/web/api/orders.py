"""JSON: orders, placed by shoppers and taken on by staff."""

from __future__ import annotations

from pydantic import Field
from quart import Blueprint, Response, request

from spoeq_core.checkout.model import CartChanged, PlaceRequest
from spoeq_core.checkout.service import pay, place_order
from spoeq_core.identity.addresses import parse_email
from spoeq_core.kernel.errors import FieldError, Invalid
from spoeq_core.orders import service as orders
from spoeq_core.orders.listing import list_orders
from spoeq_core.orders.model import Order, OrderStatus
from spoeq_core.web.access import Actor, current_actor, public, signed_in
from spoeq_core.web.api.checkout import api_quote
from spoeq_core.web.api.shapes.orders import OrderList, OrderShape, PlacedOrder, Timeline
from spoeq_core.web.api.shopping import (
    AddressBody,
    Amount,
    Text,
    amount_of,
    idempotency_key,
    wanted_version,
)
from spoeq_core.web.bodies import Body, json_response, query_int, query_text, read_body
from spoeq_core.web.carts import current_owner, forget_cart
from spoeq_core.web.context import current_shop
from spoeq_core.web.idempotency import once
from spoeq_core.web.openapi import (
    CART_TOKEN,
    CURSOR,
    IDEMPOTENCY_KEY,
    IF_MATCH,
    PER_PAGE,
    Content,
    Parameter,
    operation,
)
from spoeq_core.web.views.orders import order_view, placed_view

blueprint = Blueprint("api_orders", __name__)

TAGS = ("Orders",)
TOKEN = {"token": "From the confirmation"}


class NewOrder(Body):
    """An order for the cart. `expected_total` is the quote's `totals.grand_total`, or its minor units."""

    email: Text | None = None
    shipping_address: AddressBody
    billing_address: AddressBody | None = None
    shipping_method: Text
    payment_method: Text = ""
    expected_total: Amount
    fields: dict[Text, Text] = Field(default_factory=dict, max_length=40)


class Cancellation(Body):
    """Why."""

    reason: str = Field("", max_length=500)


@blueprint.post("/orders")
@public
@operation(
    "Place the cart",
    tags=TAGS,
    request=NewOrder,
    headers=[CART_TOKEN, IDEMPOTENCY_KEY],
    responses={201: PlacedOrder, 503: None},
)
async def create() -> Response:
    """Place the cart; with the same Idempotency-Key the same order again."""
    shop, key, body = current_shop(), idempotency_key(), await read_body(NewOrder)
    wanted = _wanted(body, await current_actor())
    try:
        placed = await place_order(shop, await current_owner(), wanted, key=key)
    except CartChanged as error:
        error.extra["quote"] = api_quote(error.quote)
        raise
    headers = {"Location": f"/api/v1/orders/{placed.order.id}"}
    return forget_cart(json_response(placed_view(shop, placed), 201, headers))


@blueprint.get("/orders")
@signed_in(staff_too=True)
@operation(
    "Orders, newest first: one's own, or all for staff",
    tags=TAGS,
    query={
        "status": Parameter("Only these", {"type": "string", "enum": list(OrderStatus)}),
        "q": "Staff: number, e-mail or phone",
        "cursor": CURSOR,
        "per_page": PER_PAGE,
    },
    responses={200: OrderList, 403: None},
)
async def index() -> Response:
    """One's own orders; staff see all."""
    shop, actor = current_shop(), await current_actor()
    if actor.kind == "staff":
        actor.require("orders.view")
    found = await list_orders(
        shop,
        customer_id=None if actor.kind == "staff" else actor.id,
        status=status_named(query_text("status")) if query_text("status") else None,
        q=query_text("q") if actor.kind == "staff" else "",
        cursor=query_text("cursor"),
        limit=query_int("per_page", 25, minimum=1, maximum=100),
    )
    items = [order_view(shop, order, staff=actor.kind == "staff") for order in found.items]
    return json_response({"items": items, "next": found.next or None})


@blueprint.get("/orders/<order_id>")
@public
@operation(
    "An order, for its owner, for staff, or by its token",
    tags=TAGS,
    query=TOKEN,
    responses={200: OrderShape, 404: None},
)
async def show(order_id: str) -> Response:
    """The order."""
    order, actor = await readable_order(order_id), await current_actor()
    view = order_view(current_shop(), order, staff=actor.may("orders.view"))
    return json_response(view, headers={"ETag": f'"{order.version}"', "Cache-Control": "private, no-store"})


@blueprint.get("/orders/<order_id>/events")
@public
@operation("What happened to an order", tags=TAGS, query=TOKEN, responses={200: Timeline, 404: None})
async def events(order_id: str) -> Response:
    """The order's timeline; shoppers see the public part of it."""
    order, actor = await readable_order(order_id), await current_actor()
    view = order_view(current_shop(), order, staff=actor.may("orders.view"))
    return json_response({"items": view["timeline"]}, headers={"Cache-Control": "private, no-store"})


@blueprint.post("/orders/<order_id>/pay")
@public
@operation(
    "Begin the payment again",
    tags=TAGS,
    query=TOKEN,
    headers=[IDEMPOTENCY_KEY],
    responses={200: PlacedOrder, 404: None},
)
async def begin_payment(order_id: str) -> Response:
    """The next step of the payment, after a failure or from another device."""
    shop, order = current_shop(), await readable_order(order_id)

    async def begin() -> Response:
        return json_response(placed_view(shop, await pay(shop, order)))

    return await once(shop, idempotency_key(), f"pay:{order.id}", begin)


@blueprint.post("/orders/<order_id>/cancel")
@public
@operation(
    "Cancel an order",
    tags=TAGS,
    request=Content(Cancellation, required=False),
    query=TOKEN,
    headers=[IF_MATCH],
    responses={200: OrderShape, 404: None},
)
async def cancel(order_id: str) -> Response:
    """Cancel: shoppers while it is not being packed, staff until it has left."""
    shop, actor = current_shop(), await current_actor()
    body = await read_body(Cancellation) if await request.get_data() else Cancellation()
    order = await readable_order(order_id)
    by_staff = actor.may("orders.manage")
    name = actor.name if by_staff else "shopper"
    changed = await orders.cancel(
        shop, order.id, actor=name, reason=body.reason, by_shopper=not by_staff, version=wanted_version()
    )
    return json_response(order_view(shop, changed, staff=by_staff))


async def readable_order(order_id: str) -> Order:
    """The order, if whoever asks may see it."""
    actor = await current_actor()
    return await orders.order_for(
        current_shop(),
        order_id,
        customer_id=actor.id if actor.kind == "customer" else None,
        token=query_text("token"),
        staff=actor.may("orders.view"),
    )


def _wanted(body: NewOrder, actor: Actor) -> PlaceRequest:
    """The order that the body asks for; all wrong fields are named at once."""
    errors: list[FieldError] = []
    parsed = []
    for name, given in (("shipping_address", body.shipping_address), ("billing_address", body.billing_address)):
        try:
            parsed.append(given.parsed(name) if given else None)
        except Invalid as error:
            errors.extend(error.errors)
    email = body.email or (actor.email if actor.kind == "customer" else "")
    try:
        email = parse_email(email)
    except Invalid as error:
        errors.extend(error.errors)
    if errors or parsed[0] is None:
        raise Invalid("Some fields are missing or wrong.", errors=errors)
    return PlaceRequest(
        email=email,
        shipping_address=parsed[0],
        billing_address=parsed[1],
        shipping_method=body.shipping_method,
        payment_method=body.payment_method,
        expected_total=amount_of(body.expected_total, current_shop(), "expected_total"),
        fields=body.fields,
    )


def status_named(text: str) -> OrderStatus:
    """The status of that name; raises `Invalid`."""
    try:
        return OrderStatus(text)
    except ValueError:
        known = ", ".join(OrderStatus)
        raise Invalid.field("status", f"There is no status {text!r}; there are {known}.", "enum") from None
