"""Sending parcels: the goods leave the stock under a claim that names the parcel, then the order says so.

Two packers cannot send the same pieces: stock gives them to one. A crash in between leaves the claim: whoever finds it
makes sure that the order never says so any more, by writing to it, and then puts the goods back on the shelf.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from spoeq_core.inventory import service as inventory
from spoeq_core.inventory.model import HoldMissing, NoGoods
from spoeq_core.kernel.errors import NotFound, StaleAggregate
from spoeq_core.kernel.ids import new_id
from spoeq_core.orders import model
from spoeq_core.orders.changing import ATTEMPTS, Change, change_order
from spoeq_core.orders.claims import claims_of
from spoeq_core.orders.documents import OrderRepository
from spoeq_core.orders.events import OrderShipped
from spoeq_core.orders.model import Order, Shipment, TimelineEntry
from spoeq_core.shop import Shop

PARCEL = "order-parcel"
KEEP = timedelta(days=30)
UNDONE = "parcel_undone"


@dataclass(frozen=True, slots=True)
class Parcel:
    """What staff say of a shipment: pieces by line id, all that is left if empty.

    `location` is the code of the place that it leaves from; if empty, the first one that has all of it.
    """

    items: Mapping[str, int] = field(default_factory=dict)
    carrier: str = ""
    awb: str = ""
    tracking_url: str = ""
    note: str = ""
    location: str = ""


async def add_shipment(shop: Shop, order_id: str, parcel: Parcel, *, actor: str, version: int | None = None) -> Order:
    """Send a parcel.

    Raises:
        NotAllowed, Invalid: it cannot be shipped, or not like this.
        NoGoods: some of it is not there.
        StaleAggregate: the order is not of that version any more.
    """
    orders = shop.repository(OrderRepository)
    for _ in range(ATTEMPTS):
        order = await orders.get(order_id)
        if version is not None and order.version != version:
            break
        items = dict(parcel.items) or order.unshipped()
        place = await inventory.place_to_pack(shop, by_sku(order, items), parcel.location)
        shipment = Shipment(
            new_id(), items, shop.clock.now(), parcel.carrier, parcel.awb, parcel.tracking_url, location=place
        )
        after = model.with_shipment(order, shipment, actor=actor, note=parcel.note)
        try:
            return await _send(shop, order, after, shipment)
        except StaleAggregate:
            continue
    raise StaleAggregate(
        "This order was changed by somebody else in the meantime.", hint="Reload it and repeat the change."
    )


async def heal_parcels(shop: Shop, before: datetime) -> int:
    """Put back the goods of parcels that nobody finished; how many there were."""
    claims, healed = claims_of(shop), 0
    for claim in await claims.collection.find({"kind": PARCEL, "at": {"$lte": before}}).to_list(None):
        shipment_id = str(claim["_id"]).partition(":")[2]
        order = await change_order(shop, claim["order_id"], partial(_barred, shop, shipment_id))
        if not _sent(order, shipment_id):
            await inventory.unship(shop, order.id, claim["quantities"], shipment_id=shipment_id)
            healed += 1
        await _forget(shop, shipment_id)
    return healed


def by_sku(order: Order, items: Mapping[str, int]) -> dict[str, int]:
    """Pieces by SKU of pieces by line."""
    pieces: dict[str, int] = {}
    for line in order.lines:
        if line.id in items:
            pieces[line.sku] = pieces.get(line.sku, 0) + items[line.id]
    return pieces


def sent_from(order: Order, items: Mapping[str, int]) -> str:
    """The code of the place that the last parcel with such a line left from; empty if none did."""
    sent = (shipment.location for shipment in reversed(order.shipments) if shipment.items.keys() & items.keys())
    return next(sent, "")


async def _send(shop: Shop, before: Order, after: Order, shipment: Shipment) -> Order:
    """Take the goods, then store the order. Goods that it does not hold are taken by the event, once it does."""
    pieces = by_sku(before, shipment.items)
    await _claim(shop, before.id, shipment.id, pieces)
    try:
        with suppress(HoldMissing, NotFound):
            await inventory.ship(shop, before.id, pieces, shipment_id=shipment.id, location=shipment.location)
        event = OrderShipped(order_id=before.id, shipment_id=shipment.id)
        stored = await shop.repository(OrderRepository).save(after, event, only_if={"customer_id": before.customer_id})
    except (NoGoods, StaleAggregate):
        await inventory.unship(shop, before.id, pieces, shipment_id=shipment.id)
        await _forget(shop, shipment.id)
        raise
    await _forget(shop, shipment.id)
    return stored


def _barred(shop: Shop, shipment_id: str, order: Order) -> Change:
    """The order written to, so that a parcel that was packed from its older version can never be stored."""
    if _sent(order, shipment_id) or any(it.kind == UNDONE and it.note == shipment_id for it in order.timeline):
        return order, ()
    entry = TimelineEntry(shop.clock.now(), UNDONE, "A parcel was not finished and is undone", "system", shipment_id)
    return model.told(order, entry), ()


def _sent(order: Order, shipment_id: str) -> bool:
    return any(shipment.id == shipment_id for shipment in order.shipments)


async def _claim(shop: Shop, order_id: str, shipment_id: str, pieces: Mapping[str, int]) -> None:
    now = shop.clock.now()
    claim = {"_id": f"{PARCEL}:{shipment_id}", "kind": PARCEL, "at": now, "expires_at": now + KEEP}
    await claims_of(shop).take([{**claim, "order_id": order_id, "quantities": dict(pieces)}])


async def _forget(shop: Shop, shipment_id: str) -> None:
    await claims_of(shop).collection.delete_one({"_id": f"{PARCEL}:{shipment_id}"})
