"""Staff's lists of orders: what they can be narrowed by, how many match, and which; newest first or oldest first."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ulid import ULID

from spoeq_core.kernel.errors import Invalid
from spoeq_core.kernel.ids import is_id
from spoeq_core.kernel.mongo import Document, beginning, where
from spoeq_core.orders.documents import VOID, OrderRepository, name_words
from spoeq_core.orders.listing import MAX_PAGE, OrderPage, search
from spoeq_core.orders.model import FulfilmentStatus, OrderStatus
from spoeq_core.orders.model.states import OPEN
from spoeq_core.payments.model import PaymentStatus
from spoeq_core.shop import Shop

MOST_COUNTED = 10_000
EARLIEST = date(2000, 1, 1)
LATEST = date(2199, 12, 31)
DIGIT = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """What a list of orders is narrowed by; all of it together.

    Attributes:
        since: The first day on which they were placed, in the shop's time zone.
        until: The last such day.
        pin: How the PIN code begins.
        flagged: Whether only those with something to be looked at.
        q: An order's number or its beginning, an e-mail address, a phone number, or how words of a name begin.
        oldest: Whether the oldest come first.
    """

    status: OrderStatus | None = None
    payment: PaymentStatus | None = None
    fulfilment: FulfilmentStatus | None = None
    since: date | None = None
    until: date | None = None
    pin: str = ""
    flagged: bool = False
    q: str = ""
    oldest: bool = False


@dataclass(frozen=True, slots=True)
class States:
    """Where an order is, in all three machines."""

    status: OrderStatus
    payment: PaymentStatus
    fulfilment: FulfilmentStatus


async def find_orders(shop: Shop, wanted: OrderFilter, *, cursor: str = "", limit: int = 50) -> OrderPage:
    """A page of the orders that match.

    Raises:
        Invalid: the cursor is none of ours.
    """
    if cursor and not is_id(cursor):
        raise Invalid.field("cursor", "This is not a cursor that a list of orders gave.", "cursor")
    query = _query(shop, wanted)
    if cursor:
        query = {"$and": [query, {"_id": {"$gt" if wanted.oldest else "$lt": cursor}}]}
    size = max(1, min(limit, MAX_PAGE))
    order = 1 if wanted.oldest else -1
    found = await shop.repository(OrderRepository).find(query, sort=[("_id", order)], limit=size + 1)
    return OrderPage(tuple(found[:size]), found[size - 1].id if len(found) > size else "")


async def count_orders(shop: Shop, wanted: OrderFilter, *, most: int = MOST_COUNTED) -> int:
    """How many match, `most` at most: a list of all that there have been costs no more than one of so many."""
    return await shop.repository(OrderRepository).count(_query(shop, wanted), most=most)


async def any_order(shop: Shop) -> bool:
    """Whether there has been an order."""
    return await shop.repository(OrderRepository).find_one({"number": {"$gt": ""}}) is not None


async def order_ids(shop: Shop, wanted: OrderFilter, *, limit: int) -> list[str]:
    """The ids of those that match, in the list's order."""
    query = {"status": {"$ne": VOID}, **_query(shop, wanted)}
    cursor = shop.repository(OrderRepository).collection.find(query, {"_id": 1})
    return [raw["_id"] async for raw in cursor.sort([("_id", 1 if wanted.oldest else -1)]).limit(limit)]


async def count_open(shop: Shop) -> Counter[States]:
    """Where the orders are that wait for something, and how many; one command that reads no other order."""
    key = {"status": "$status", "payment": "$payment_status", "fulfilment": "$fulfilment_status"}
    waiting = {"status": {"$in": sorted(OPEN)}}
    rows = shop.repository(OrderRepository).collection.aggregate(
        [{"$match": waiting}, {"$group": {"_id": key, "count": {"$sum": 1}}}]
    )
    found: Counter[States] = Counter()
    async for row in rows:
        at = row["_id"]
        states = States(OrderStatus(at["status"]), PaymentStatus(at["payment"]), FulfilmentStatus(at["fulfilment"]))
        found[states] += row["count"]
    return found


def matching(counts: Counter[States], wanted: OrderFilter) -> int:
    """How many of the counted orders are in the wanted states; other conditions are not looked at."""
    return sum(
        count
        for states, count in counts.items()
        if wanted.status in {None, states.status}
        and wanted.payment in {None, states.payment}
        and wanted.fulfilment in {None, states.fulfilment}
    )


def ids_of_days(shop: Shop, since: date | None, until: date | None) -> Document:
    """The range of ids that were made on these days in the shop's time zone, both included; ids tell their time."""
    found: Document = {}
    if since is not None:
        found["$gte"] = _first_id(shop, since)
    if until is not None:
        found["$lt"] = _first_id(shop, min(until, LATEST) + timedelta(days=1))
    return found


def _first_id(shop: Shop, day: date) -> str:
    midnight = datetime.combine(min(max(day, EARLIEST), LATEST), time(), ZoneInfo(shop.profile.timezone))
    made = str(ULID.from_datetime(midnight.astimezone(UTC)))
    return made[:10] + "0" * 16


def _query(shop: Shop, wanted: OrderFilter) -> Document:
    states = where(
        status=wanted.status and wanted.status.value,
        payment_status=wanted.payment and wanted.payment.value,
        fulfilment_status=wanted.fulfilment and wanted.fulfilment.value,
    )
    days = ids_of_days(shop, wanted.since, wanted.until)
    found: Document = {**states, **({"_id": days} if days else {}), **_text(wanted.q)}
    if wanted.pin:
        found["shipping_address.postal_code"] = beginning(wanted.pin)
    if wanted.flagged:
        found["flags"] = {"$gt": ""}
    return found


def _text(q: str) -> Document:
    """What the text may be; words without digits may be how those of a name begin as well."""
    found, words = search(q), name_words(q[:100])
    if "number" not in found or DIGIT.search(q) or not words:
        return found
    named = [{"names": {"$regex": f"^{re.escape(word)}"}} for word in words]
    return {"$or": [found, named[0] if len(named) == 1 else {"$and": named}]}
