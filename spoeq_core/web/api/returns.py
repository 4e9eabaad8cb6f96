"""JSON: goods that come back: asked for by whoever bought them, answered, received and inspected by staff."""

from __future__ import annotations

from pydantic import Field
from quart import Blueprint, Response

from spoeq_core.orders import service as orders
from spoeq_core.web.access import current_actor, public, staff
from spoeq_core.web.api.orders import TAGS, TOKEN, readable_order
from spoeq_core.web.api.shapes.orders import OrderShape
from spoeq_core.web.api.shopping import LinePieces, by_line, wanted_version
from spoeq_core.web.bodies import Body, json_response, read_body
from spoeq_core.web.context import current_shop
from spoeq_core.web.openapi import IF_MATCH, operation
from spoeq_core.web.views.orders import order_view

blueprint = Blueprint("api_returns", __name__)


class NewReturn(Body):
    """What the buyer wants to send back, and why."""

    items: list[LinePieces] = Field(min_length=1, max_length=500)
    reason: str = Field("", max_length=500)


class ReturnAnswer(Body):
    """Whether the pieces may come back; a refusal says why. The buyer reads the note."""

    approve: bool
    note: str = Field("", max_length=500)


class Receipt(Body):
    """Which pieces came; all that were asked for if none are named."""

    items: list[LinePieces] = Field(default_factory=list, max_length=500)
    note: str = Field("", max_length=500)


class Inspection(Body):
    """Which received pieces go on the shelf of `location`, or of where they were sent from; the others are damaged."""

    restock: list[LinePieces] = Field(default_factory=list, max_length=500)
    note: str = Field("", max_length=500)
    location: str = Field("", max_length=20)


@blueprint.post("/orders/<order_id>/returns")
@public
@operation(
    "Ask to send goods back",
    tags=TAGS,
    request=NewReturn,
    query=TOKEN,
    responses={201: OrderShape, 404: None, 409: None},
)
async def ask_to_return(order_id: str) -> Response:
    """Note that pieces are to come back; stock follows when staff have inspected them, money by a refund."""
    shop, actor, body = current_shop(), await current_actor(), await read_body(NewReturn)
    order, by_staff = await readable_order(order_id), actor.may("orders.manage")
    name = actor.name if by_staff else "shopper"
    changed = await orders.request_return(shop, order.id, by_line(body.items), body.reason, actor=name)
    return json_response(order_view(shop, changed, staff=by_staff), 201)


@blueprint.post("/orders/<order_id>/returns/<return_id>/answer")
@staff("orders.manage")
@operation(
    "Approve or refuse a return",
    tags=TAGS,
    request=ReturnAnswer,
    headers=[IF_MATCH],
    responses={200: OrderShape, 404: None, 409: None},
)
async def answer(order_id: str, return_id: str) -> Response:
    """Tell the buyer whether the pieces may come back."""
    shop, actor, body = current_shop(), await current_actor(), await read_body(ReturnAnswer)
    order = await orders.order_for(shop, order_id, staff=True)
    changed = await orders.answer_return(
        shop, order.id, return_id, approve=body.approve, actor=actor.name, note=body.note, version=wanted_version()
    )
    return json_response(order_view(shop, changed, staff=True))


@blueprint.post("/orders/<order_id>/returns/<return_id>/receive")
@staff("orders.fulfil")
@operation(
    "Note that the goods of a return have come",
    tags=TAGS,
    request=Receipt,
    headers=[IF_MATCH],
    responses={200: OrderShape, 404: None, 409: None},
)
async def receive(order_id: str, return_id: str) -> Response:
    """The pieces are in the house; nothing is on the shelf before it was inspected."""
    shop, actor, body = current_shop(), await current_actor(), await read_body(Receipt)
    order = await orders.order_for(shop, order_id, staff=True)
    changed = await orders.receive_return(
        shop, order.id, return_id, by_line(body.items), actor=actor.name, note=body.note, version=wanted_version()
    )
    return json_response(order_view(shop, changed, staff=True))


@blueprint.post("/orders/<order_id>/returns/<return_id>/inspect")
@staff("orders.fulfil")
@operation(
    "Say which returned goods go on the shelf again",
    tags=TAGS,
    request=Inspection,
    headers=[IF_MATCH],
    responses={200: OrderShape, 404: None, 409: None},
)
async def inspect(order_id: str, return_id: str) -> Response:
    """What is good is stocked again, once; the rest is damaged. Money is given back by a refund."""
    shop, actor, body = current_shop(), await current_actor(), await read_body(Inspection)
    order = await orders.order_for(shop, order_id, staff=True)
    said = {"actor": actor.name, "note": body.note, "location": body.location}
    changed = await orders.inspect_return(
        shop, order.id, return_id, by_line(body.restock), version=wanted_version(), **said
    )
    return json_response(order_view(shop, changed, staff=True))
