"""JSON: what staff do with orders: statuses and parcels."""

from __future__ import annotations

from pydantic import Field
from quart import Blueprint, Response

from spoeq_core.orders import service as orders
from spoeq_core.orders.model import OrderStatus
from spoeq_core.orders.service import Parcel
from spoeq_core.web.access import current_actor, staff
from spoeq_core.web.api.orders import TAGS, status_named
from spoeq_core.web.api.shapes.orders import OrderShape
from spoeq_core.web.api.shopping import Quantity, Text, wanted_version
from spoeq_core.web.bodies import Body, json_response, read_body
from spoeq_core.web.context import current_shop
from spoeq_core.web.openapi import IF_MATCH, operation
from spoeq_core.web.views.orders import order_view

blueprint = Blueprint("api_order_steps", __name__)

PACKING = frozenset({OrderStatus.PROCESSING, OrderStatus.SHIPPED, OrderStatus.DELIVERED})
"""Steps that need `orders.fulfil`; the others need `orders.manage`."""


class StatusChange(Body):
    """The next status."""

    status: Text
    note: str = Field("", max_length=500)


class ParcelItem(Body):
    """Pieces of a line."""

    id: Text
    quantity: Quantity


class NewShipment(Body):
    """A parcel; without items it holds all that is left, without `location` it leaves from the first that has it."""

    items: list[ParcelItem] = Field(default_factory=list, max_length=500)
    carrier: Text = ""
    awb: Text = ""
    tracking_url: str = Field("", max_length=500, pattern=r"^(https?://\S+)?$")
    note: str = Field("", max_length=500)
    location: str = Field("", max_length=20)


@blueprint.patch("/orders/<order_id>/status")
@staff("orders.view")
@operation(
    "Take an order to its next status",
    tags=TAGS,
    request=StatusChange,
    headers=[IF_MATCH],
    responses={200: OrderShape, 404: None},
)
async def change_status(order_id: str) -> Response:
    """Take the order a step further; If-Match refuses a version that is not the one seen."""
    shop, actor, body = current_shop(), await current_actor(), await read_body(StatusChange)
    status = status_named(body.status)
    actor.require("orders.fulfil" if status in PACKING else "orders.manage")
    order = await orders.order_for(shop, order_id, staff=True)
    changed = await orders.change_status(
        shop, order.id, status, actor=actor.name, note=body.note, version=wanted_version()
    )
    return json_response(order_view(shop, changed, staff=True))


@blueprint.post("/orders/<order_id>/shipments")
@staff("orders.fulfil")
@operation(
    "Send a parcel",
    tags=TAGS,
    request=NewShipment,
    headers=[IF_MATCH],
    responses={201: OrderShape, 404: None},
)
async def ship(order_id: str) -> Response:
    """Record a parcel, of all that is left or of some pieces."""
    shop, actor, body = current_shop(), await current_actor(), await read_body(NewShipment)
    items: dict[str, int] = {}
    for item in body.items:
        items[item.id] = items.get(item.id, 0) + item.quantity
    order = await orders.order_for(shop, order_id, staff=True)
    parcel = Parcel(items, body.carrier, body.awb, body.tracking_url, body.note, body.location)
    changed = await orders.add_shipment(shop, order.id, parcel, actor=actor.name, version=wanted_version())
    return json_response(order_view(shop, changed, staff=True), 201)
