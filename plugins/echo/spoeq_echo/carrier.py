"""The pretended carrier: what it asks for a parcel, its booking, its label, and where the parcel has come."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from markupsafe import Markup

from spoeq_core.sdk import (
    Conflict,
    NotFound,
    Order,
    OrderStatus,
    Parcel,
    PricingCart,
    ShippingOption,
    Shop,
    add_shipment,
    change_status,
    message,
    new_id,
    order_for,
)
from spoeq_echo.documents import Calls, Consignments
from spoeq_echo.model import Been, Call, Consignment, Step

WEBHOOK: Final = "/api/v1/echo/tracking"
CARRIER: Final = "Echo"
BASE: Final = 4900
EXPRESS: Final = 14900
PER_HALF_KILO: Final = 1500
HALF_KILO: Final = 500


def rates(shop: Shop, cart: PricingCart) -> list[ShippingOption]:
    """Two ways, each dearer with the weight."""
    if cart.destination is None or cart.destination.country != "IN":
        return []
    today = cart.at.astimezone(ZoneInfo(shop.profile.timezone)).date()
    weight = sum(line.weight_g * line.quantity for line in cart.lines)
    more = weight // HALF_KILO * PER_HALF_KILO

    def way(key: str, label: str, price: int, days: tuple[int, int]) -> ShippingOption:
        first, last = (today + timedelta(days=each) for each in days)
        return ShippingOption(key, label, price + more, first, last, CARRIER)

    return [
        way("standard", message("Echo standard (a test)"), BASE, (3, 5)),
        way("express", message("Echo express (a test)"), EXPRESS, (1, 2)),
    ]


async def book(shop: Shop, order: Order, actor: str) -> Consignment:
    """Book what is left of an order as one parcel; the order says that it has left.

    Raises:
        Conflict: the order cannot be sent now (`NotAllowed`).
    """
    number = f"ECHO{new_id()[-10:]}"
    to = f"{order.shipping_address.name}, {order.shipping_address.city} {order.shipping_address.postal_code}"
    booked = Consignment(number, order.id, order.number, to, (Been("booked", shop.clock.now()),))
    await shop.repository(Consignments).insert(booked)
    url = f"{shop.settings.base_url.rstrip('/')}/echo/track/{number}"
    try:
        await add_shipment(shop, order.id, Parcel(carrier=CARRIER, awb=number, tracking_url=url), actor=actor)
    except Conflict:
        await shop.repository(Consignments).delete(number)
        raise
    return booked


async def find(shop: Shop, number: str) -> Consignment:
    """A parcel by the number on its label.

    Raises:
        NotFound: there is none.
    """
    found = await shop.repository(Consignments).find_by_id(number)
    if found is None:
        raise NotFound("Echo carries no parcel of this number.", hint="Compare it with the label.")
    return found


async def move(shop: Shop, parcel: Consignment, step: Step) -> None:
    """Let a parcel come somewhere; the shop hears of it by webhook."""
    now = shop.clock.now()
    if await shop.repository(Consignments).reach(parcel.id, step, now):
        body = json.dumps({"id": new_id(), "number": parcel.id, "step": step})
        await shop.repository(Calls).insert(Call(new_id(), WEBHOOK, body, now))


async def heard(shop: Shop, event: dict[str, Any]) -> None:
    """What the carrier says of a parcel: only that it was delivered moves the order, once."""
    parcel = await find(shop, str(event.get("number", "")))
    order = await order_for(shop, parcel.order_id, staff=True)
    if event.get("step") == Step.DELIVERED and order.status is OrderStatus.SHIPPED:
        await change_status(shop, order.id, OrderStatus.DELIVERED, actor=CARRIER)


def label(parcel: Consignment) -> str:
    """What is stuck onto the parcel: an SVG of 100 × 60 mm, its text escaped."""
    drawing = Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" width="100mm" height="60mm" viewBox="0 0 100 60" '
        'font-family="sans-serif"><rect x="1" y="1" width="98" height="58" fill="#fff" stroke="#000"/>'
        '<text x="6" y="14" font-size="8">ECHO</text><text x="6" y="28" font-size="6">{number}</text>'
        '<text x="6" y="40" font-size="4">{to}</text><text x="6" y="50" font-size="4">{order}</text></svg>'
    )
    return str(drawing.format(number=parcel.id, to=parcel.to, order=parcel.number))
