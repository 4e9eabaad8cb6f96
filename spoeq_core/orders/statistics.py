"""Sales by day, as the start page shows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from spoeq_core.orders.documents import OrderRepository
from spoeq_core.orders.finding import ids_of_days
from spoeq_core.orders.listing import NOT_SOLD
from spoeq_core.shop import Shop


@dataclass(frozen=True, slots=True)
class DaySales:
    """A day's orders: how many, and what they come to in minor units."""

    day: date
    orders: int = 0
    total: int = 0


async def sales_by_day(shop: Shop, first: date, days: int) -> list[DaySales]:
    """Each of these days in the shop's time zone, whether something was sold on it or not.

    Counted are orders in the shop's present currency that are neither cancelled nor still waiting for their money,
    by the day on which they were placed, tax and delivery included. One command.
    """
    last = first + timedelta(days=days - 1)
    query = {
        "_id": ids_of_days(shop, first, last),
        "status": {"$nin": list(NOT_SOLD)},
        "currency": shop.profile.currency,
    }
    day = {"$dateToString": {"format": "%Y-%m-%d", "date": "$placed_at", "timezone": shop.profile.timezone}}
    rows = shop.repository(OrderRepository).collection.aggregate(
        [{"$match": query}, {"$group": {"_id": day, "orders": {"$sum": 1}, "total": {"$sum": "$grand_total"}}}]
    )
    found = {row["_id"]: DaySales(date.fromisoformat(row["_id"]), row["orders"], row["total"]) async for row in rows}
    wanted = [first + timedelta(days=number) for number in range(days)]
    return [found.get(day.isoformat(), DaySales(day)) for day in wanted]
