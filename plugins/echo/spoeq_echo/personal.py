"""What the carrier keeps of people: whose parcel it is."""

from __future__ import annotations

from collections.abc import AsyncIterator

from spoeq_core.sdk import Person, PersonalData, Row, Shop, orders_of
from spoeq_echo.documents import Consignments


async def _export(shop: Shop, person: Person) -> AsyncIterator[Row]:
    async for order in orders_of(shop, person):
        for parcel in await shop.repository(Consignments).of_order(order.id):
            yield {"number": parcel.id, "order": parcel.number, "to": parcel.to}


async def _erase(shop: Shop, person: Person) -> None:
    ids = [order.id async for order in orders_of(shop, person)]
    await shop.repository(Consignments).collection.update_many({"order_id": {"$in": ids}}, {"$set": {"to": ""}})


CONSIGNMENTS = PersonalData(
    "echo_consignments",
    "Parcels of Echo",
    "contact",
    "anonymised",
    "The name and the place are taken out; that a parcel was sent stays.",
    _export,
    _erase,
)
