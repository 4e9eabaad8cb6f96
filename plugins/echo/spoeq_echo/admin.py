"""Staff: a parcel booked from the order's page, and its label."""

from __future__ import annotations

from typing import Final

from quart import Blueprint, Response

from spoeq_core.sdk import (
    Conflict,
    Fragment,
    Shop,
    current_actor,
    current_shop,
    flash,
    message,
    order_for,
    see_other,
    staff,
)
from spoeq_echo import carrier
from spoeq_echo.documents import Consignments

PERMISSION: Final = "echo.ship"
SLOT: Final = "admin.order.side"

blueprint = Blueprint("echo_admin", __name__)


@blueprint.post("/echo/orders/<order_id>/book")
@staff(PERMISSION)
async def book(order_id: str) -> Response:
    """Book what is left of the order."""
    shop, actor = current_shop(), await current_actor()
    order = await order_for(shop, order_id, staff=True)
    here = see_other(f"/admin/orders/{order.id}")
    try:
        parcel = await carrier.book(shop, order, actor.name)
    except Conflict as error:
        return flash(here, error.message, "danger")
    return flash(here, message("The parcel %(number)s is booked.", number=parcel.id))


@blueprint.get("/echo/labels/<number>")
@staff(PERMISSION)
async def label(number: str) -> Response:
    """The label, to print."""
    label = await carrier.EchoCarrier().label(current_shop(), number)
    return Response(label.content, mimetype=label.media_type)


async def fragment(shop: Shop, order_id: str) -> Fragment:
    """The parcels of an order, and the button that books one."""
    order = await order_for(shop, order_id, staff=True)
    parcels = await shop.repository(Consignments).of_order(order.id)
    data = {"order_id": order.id, "numbers": [it.id for it in parcels], "left": bool(order.unshipped())}
    return Fragment("echo/order.html", data, weight=40)
