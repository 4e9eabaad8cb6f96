"""Whether orders, carts, money and stock agree: what `spoeq doctor` asks. Reads the whole database, changes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from spoeq_core.cart.documents import CartRepository
from spoeq_core.cart.model import CartStatus
from spoeq_core.checkout.attempts import LEASE
from spoeq_core.inventory import service as inventory
from spoeq_core.kernel.outbox import RECORDS
from spoeq_core.orders.claims import NUMBER, PAYMENT, claims_of, number_claim
from spoeq_core.orders.documents import VOID, OrderRepository
from spoeq_core.orders.events import OrderCancelled, OrderEdited, OrderShipped
from spoeq_core.orders.model import REFUND_DUE, Order
from spoeq_core.shop import Shop

LOOKS = 4
STOCK_FOLLOWS = [event.__name__ for event in (OrderShipped, OrderCancelled, OrderEdited)]
PAUSE = 0.5
"""Seconds between two looks at what seems wrong: in a running shop it may only be under way."""


@dataclass(frozen=True, slots=True)
class Violation:
    """Something that must not be: what about (`order 01J…`), and what is wrong."""

    subject: str
    problem: str

    def __str__(self) -> str:
        return f"{self.subject}: {self.problem}"


async def check(shop: Shop, *, quiet_for: timedelta = 2 * LEASE, looks: int = LOOKS) -> list[Violation]:
    """Every violation of the laws of orders and stock.

    Args:
        shop: The shop; it may be running. What seems wrong is looked at again a few times before it is told.
        quiet_for: Placements younger than that are left out, as they may be under way.
        looks: How often something must seem wrong before it is told.
    """
    found = await _look(shop, quiet_for)
    for _ in range(looks - 1):
        if not found:
            break
        await asyncio.sleep(PAUSE)
        again = set(await _look(shop, quiet_for))
        found = [violation for violation in found if violation in again]
    return found


async def _look(shop: Shop, quiet_for: timedelta) -> list[Violation]:
    found = [Violation(f"stock {it.sku}", it.problem) for it in await inventory.check_invariants(shop)]
    holds = await inventory.open_holds(shop)
    async for order in shop.repository(OrderRepository).stream({}):
        held = holds.pop(order.id, {})
        if held != order.promised() and not await _is_being_told(shop, order):
            problem = f"is {order.status} and must hold {order.promised()} in stock, but holds {held}"
            found.append(Violation(f"order {order.number}", problem))
        found.extend(Violation(f"order {order.number}", problem) for problem in faults(order))
    found.extend([it async for it in _holds_without_order(shop, holds, quiet_for)])
    for look in (_carts_without_order, _twice, _numbers, _unnamed, _money_without_order):
        found.extend([it async for it in look(shop, quiet_for)])
    return found


def faults(order: Order) -> Iterator[str]:
    """Where an order by itself breaks its laws."""
    return (problem for rule, problem in _RULES if not rule(order))


async def _is_being_told(shop: Shop, order: Order) -> bool:
    """Whether an event that moves its stock is still on its way. One whose delivery was given up is not."""
    waiting = {"_id": order.id, "pending_events.type": {"$in": STOCK_FOLLOWS}}
    retried = {"source.id": order.id, "type": {"$in": STOCK_FOLLOWS}, "due": {"$type": "date"}}
    orders = shop.repository(OrderRepository).collection
    return bool(await orders.find_one(waiting, {"_id": 1}) or await shop.mongo.collection(RECORDS).find_one(retried))


def _shipped_as_parcelled(order: Order) -> bool:
    parcelled: dict[str, int] = {}
    for shipment in order.shipments:
        for line_id, pieces in shipment.items.items():
            parcelled[line_id] = parcelled.get(line_id, 0) + pieces
    return all(line.shipped == parcelled.get(line.id, 0) <= line.quantity for line in order.lines)


def _priced_as_sold(order: Order) -> bool:
    sold = {line.id: (line.quantity, line.total) for line in order.lines}
    return sold == {it["line"]["id"]: (it["line"]["quantity"], it["total"]) for it in order.priced["lines"]}


_RULES: tuple[tuple[Callable[[Order], bool], str], ...] = (
    (lambda order: order.grand_total == order.priced["totals"]["grand_total"], "its total is not its frozen price"),
    (lambda order: order.paid >= 0, "less than nothing was paid"),
    (lambda order: not order.overpaid or REFUND_DUE in order.flags, "more was paid than it costs, and nobody is told"),
    (_priced_as_sold, "its lines are not those of its frozen price"),
    (lambda order: 0 <= order.refunded <= order.paid, "more was given back than was paid"),
    (
        lambda order: order.paid == sum(payment.amount for payment in order.payments if payment.accepted),
        "what was paid is not the sum of its payments",
    ),
    (_shipped_as_parcelled, "what was shipped is not what its parcels hold"),
)


async def _holds_without_order(
    shop: Shop, holds: Mapping[str, Mapping[str, int]], quiet_for: timedelta
) -> AsyncIterator[Violation]:
    """Stock that is held for nobody, and not by a placement under way."""
    since = shop.clock.now() - quiet_for
    for order_id, pieces in holds.items():
        claims = await claims_of(shop).of_order(order_id, NUMBER)
        if not any(claim["at"] > since for claim in claims):
            yield Violation(f"order id {order_id}", f"is no order, but stock holds {dict(pieces)} for it")


async def _carts_without_order(shop: Shop, quiet_for: timedelta) -> AsyncIterator[Violation]:
    before = shop.clock.now() - quiet_for
    carts = shop.repository(CartRepository).stream({"status": CartStatus.PLACED.value, "updated_at": {"$lte": before}})
    placed = {cart.order_id or "": cart.id async for cart in carts}
    stored = await shop.repository(OrderRepository).existing(placed) if placed else set()
    for order_id, cart_id in placed.items():
        if order_id not in stored:
            yield Violation(f"cart {cart_id}", f"is placed as order id {order_id}, which is no order")


async def _twice(shop: Shop, _quiet_for: timedelta) -> AsyncIterator[Violation]:
    for name in ("cart_id", "number"):
        rows = shop.repository(OrderRepository).collection.aggregate(
            [
                {"$match": {"status": {"$ne": VOID}}},
                {"$group": {"_id": f"${name}", "count": {"$sum": 1}}},
                {"$match": {"count": {"$gt": 1}}},
            ]
        )
        async for row in rows:
            yield Violation(f"{name} {row['_id']}", f"is in {row['count']} orders")


async def _numbers(shop: Shop, _quiet_for: timedelta) -> AsyncIterator[Violation]:
    claimed = {raw["_id"]: raw["order_id"] async for raw in claims_of(shop).collection.find({"kind": NUMBER})}
    orders = shop.repository(OrderRepository).collection.find({"status": {"$ne": VOID}}, {"number": 1})
    async for raw in orders:
        if claimed.get(number_claim(raw["number"])) != raw["_id"]:
            yield Violation(f"order {raw['number']}", "has not claimed its number")


async def _unnamed(shop: Shop, _quiet_for: timedelta) -> AsyncIterator[Violation]:
    if count := await shop.repository(OrderRepository).unnamed():
        yield Violation("orders", f"{count} from before this version are not found by name (spoeq doctor --heal)")


async def _money_without_order(shop: Shop, quiet_for: timedelta) -> AsyncIterator[Violation]:
    """Payments that were claimed for an order which does not know them."""
    before = shop.clock.now() - quiet_for
    orders = shop.repository(OrderRepository)
    async for claim in claims_of(shop).collection.find({"kind": PAYMENT, "at": {"$lte": before}}):
        order = await orders.find_by_id(claim["order_id"])
        known = {f"{PAYMENT}:{it.provider}:{it.payment_id}" for it in order.payments} if order else set()
        if claim["_id"] not in known:
            yield Violation(claim["_id"], f"paid {claim['amount']} for order id {claim['order_id']}, which has it not")
