"""The pretended carrier: what it asks for a parcel, its booking, its label, and where the parcel has come."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from markupsafe import Markup

from spoeq_core.sdk import (
    Conflict,
    Label,
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
from spoeq_echo.gateway import secret_of
from spoeq_echo.model import SIGNATURE, Been, Call, Consignment, Step, is_signed, read_event

WEBHOOK: Final = "/api/v1/shipping/webhook/echo"
CARRIER: Final = "Echo"
BASE: Final = 4900
EXPRESS: Final = 14900
PER_HALF_KILO: Final = 1500
HALF_KILO: Final = 500


class EchoCarrier:
    """Books, labels and tells."""

    name = "echo"

    async def book(self, shop: Shop, order: Order, actor: str) -> str:
        """What is left, as one parcel."""
        return (await book(shop, order, actor)).id

    async def label(self, shop: Shop, number: str) -> Label:
        """A drawing."""
        return Label(drawing(await find(shop, number)).encode(), "image/svg+xml")

    async def hear(self, shop: Shop, body: bytes, headers: Mapping[str, str]) -> bool:
        """What Echo has signed."""
        if not is_signed(secret_of(shop), body, headers.get(SIGNATURE, "")):
            return False
        await heard(shop, read_event(body))
        return True


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


async def heard(shop: Shop, event: Mapping[str, Any]) -> None:
    """What the carrier says of a parcel: only that it was delivered moves the order, once."""
    parcel = await find(shop, str(event.get("number", "")))
    order = await order_for(shop, parcel.order_id, staff=True)
    if event.get("step") == Step.DELIVERED and order.status is OrderStatus.SHIPPED:
        try:
            await change_status(shop, order.id, OrderStatus.DELIVERED, actor=CARRIER)
        except Conflict:  # the same message at the same moment was faster
            if (await order_for(shop, order.id, staff=True)).status is OrderStatus.SHIPPED:
                raise


def drawing(parcel: Consignment) -> str:
    """What is stuck onto the parcel: an SVG of 100 × 60 mm, its text escaped."""
    svg = Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" width="100mm" height="60mm" viewBox="0 0 100 60" '
        'font-family="sans-serif"><rect x="1" y="1" width="98" height="58" fill="#fff" stroke="#000"/>'
        '<text x="6" y="14" font-size="8">ECHO</text><text x="6" y="28" font-size="6">{number}</text>'
        '<text x="6" y="40" font-size="4">{to}</text><text x="6" y="50" font-size="4">{order}</text></svg>'
    )
    return str(svg.format(number=parcel.id, to=parcel.to, order=parcel.number))
