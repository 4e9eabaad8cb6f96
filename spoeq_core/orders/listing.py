"""Lists of orders, newest first, a page at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from spoeq_core.extensions.service import part_query
from spoeq_core.identity.addresses import phones_meant
from spoeq_core.kernel.errors import Invalid
from spoeq_core.kernel.ids import is_id
from spoeq_core.kernel.mongo import Document, beginning, where
from spoeq_core.orders.documents import VOID, OrderRepository
from spoeq_core.orders.model import Order, OrderStatus
from spoeq_core.shop import Shop

MAX_PAGE = 100
NOT_SOLD = (VOID, OrderStatus.CANCELLED.value, OrderStatus.PENDING_PAYMENT.value)


@dataclass(frozen=True, slots=True)
class OrderPage:
    """Some orders, and the cursor of the next ones; empty at the end."""

    items: tuple[Order, ...]
    next: str = ""


@dataclass(frozen=True, slots=True)
class Basket:
    """Which products were bought together, and nothing of who bought them.

    Attributes:
        order_id: Of the order.
        product_ids: Each product once.
        placed_at: When, UTC.
        status: Where it is.
    """

    order_id: str
    product_ids: tuple[str, ...]
    placed_at: datetime
    status: OrderStatus

    @property
    def counts(self) -> bool:
        """Whether it is a sale: paid or accepted, and not cancelled."""
        return self.status not in {OrderStatus.PENDING_PAYMENT, OrderStatus.CANCELLED}


@dataclass(frozen=True, slots=True)
class Purchases:
    """What a customer has bought so far.

    Attributes:
        orders: How many orders, without those that are cancelled or still wait for their money.
        spent: What these came to in the shop's present currency, less what was given back; minor units.
        last_at: When the last of them was placed, UTC.
        business: Whether any of them was billed to a GSTIN.
    """

    orders: int = 0
    spent: int = 0
    last_at: datetime | None = None
    business: bool = False


async def purchases_of(shop: Shop, customer_id: str) -> Purchases:
    """What a customer has bought so far; one command."""
    ours = {"$eq": ["$currency", shop.profile.currency]}
    left = {"$subtract": ["$grand_total", {"$ifNull": ["$refunded", 0]}]}
    sums: Document = {
        "_id": None,
        "orders": {"$sum": 1},
        "spent": {"$sum": {"$cond": [ours, left, 0]}},
        "last_at": {"$max": "$placed_at"},
        "gstin": {"$max": "$billing_address.gstin"},
    }
    query = {"customer_id": customer_id, "status": {"$nin": list(NOT_SOLD)}}
    rows = shop.repository(OrderRepository).collection.aggregate([{"$match": query}, {"$group": sums}])
    async for row in rows:
        return Purchases(row["orders"], row["spent"], row["last_at"], bool(row["gstin"]))
    return Purchases()


async def orders_with(
    shop: Shop, model: type[BaseModel], values: Mapping[str, Any], *, limit: int = 100
) -> list[Order]:
    """The newest orders with which the plugin that registered the model keeps these values; fields with an index.

    Raises:
        ConfigurationError: no enabled plugin registered the model for orders, or a field has no index.
    """
    query = part_query(shop, "order", model, values)
    return await shop.repository(OrderRepository).find(query, sort=[("_id", -1)], limit=limit)


async def has_ordered(
    shop: Shop,
    *,
    customer_id: str | None = None,
    email: str | None = None,
    phone: str | None = None,
    other_than: str = "",
) -> bool:
    """Whether somebody whom any of these names placed an order, besides that one; one command."""
    names = {"customer_id": customer_id, "email": email, "phone": phone}
    known = [{name: value} for name, value in names.items() if value]
    if not known:
        return False
    query = {"$or": known, "number": {"$exists": True}, "_id": {"$ne": other_than}, "status": {"$ne": VOID}}
    return await shop.repository(OrderRepository).find_one(query) is not None


async def list_orders(
    shop: Shop,
    *,
    customer_id: str | None = None,
    status: OrderStatus | None = None,
    q: str = "",
    cursor: str = "",
    limit: int = 25,
) -> OrderPage:
    """Orders, newest first.

    Args:
        shop: The shop.
        customer_id: Only this customer's.
        status: Only in this status.
        q: Part of what staff know: an order number or its beginning, an e-mail address, or a phone number.
        cursor: The `next` of the page before.
        limit: How many, at most 100.

    Raises:
        Invalid: the cursor is none of ours.
    """
    if cursor and not is_id(cursor):
        raise Invalid.field("cursor", "This is not a cursor that a list of orders gave.", "cursor")
    query: Document = {**where(customer_id=customer_id, status=status.value if status else None), **search(q)}
    if cursor:
        query["_id"] = {"$lt": cursor}
    size = max(1, min(limit, MAX_PAGE))
    found = await shop.repository(OrderRepository).find(query, sort=[("_id", -1)], limit=size + 1)
    return OrderPage(tuple(found[:size]), found[size - 1].id if len(found) > size else "")


async def counts_by_status(shop: Shop) -> dict[OrderStatus, int]:
    """How many orders are in each status."""
    rows = shop.repository(OrderRepository).collection.aggregate([{"$group": {"_id": "$status", "count": {"$sum": 1}}}])
    known = set(OrderStatus)
    return {OrderStatus(row["_id"]): row["count"] async for row in rows if row["_id"] in known}


async def pieces_sold(shop: Shop, since: str, until: str) -> dict[str, int]:
    """Pieces by product of the orders whose ids lie after `since` and not after `until`, cancelled ones left out."""
    query = {"_id": {"$gt": since, "$lte": until}, "status": {"$nin": [VOID, OrderStatus.CANCELLED.value]}}
    sums: dict[str, int] = {}
    rows = shop.repository(OrderRepository).collection.find(query, {"lines.product_id": 1, "lines.quantity": 1})
    async for raw in rows:
        for line in raw["lines"]:
            sums[line["product_id"]] = sums.get(line["product_id"], 0) + line["quantity"]
    return sums


async def baskets(shop: Shop, ids: Sequence[str] = (), *, after: str = "", limit: int = 200) -> list[Basket]:
    """What was bought in these orders; without ids, in the orders after one, oldest first. One command."""
    query: Document = {"_id": {"$in": list(ids)} if ids else {"$gt": after}, "status": {"$ne": VOID}}
    found = shop.repository(OrderRepository).collection.find(
        query, {"status": 1, "placed_at": 1, "lines.product_id": 1}
    )
    return [
        Basket(
            raw["_id"],
            tuple(dict.fromkeys(line["product_id"] for line in raw["lines"])),
            raw["placed_at"],
            OrderStatus(raw["status"]),
        )
        async for raw in found.sort([("_id", 1)]).limit(len(ids) or limit)
    ]


def search(q: str) -> Document:
    """The condition that a text stands for: an e-mail address, a phone number, or a number or its beginning."""
    text = q.strip()[:100]
    if not text:
        return {}
    if "@" in text:
        return {"email": text.casefold()}
    if phones := phones_meant(text):
        return {"phone": {"$in": phones}}
    return {"number": beginning(text.upper())}
