"""What orders keep of people: which orders are somebody's, their copy of them, and how they are made anonymous."""

from __future__ import annotations

from collections.abc import AsyncIterator

from spoeq_core.audit.documents import EntryRepository
from spoeq_core.extensions.service import impersonal, personal
from spoeq_core.hooks.contributions import Person, PersonalData, Row
from spoeq_core.kernel.messages import message
from spoeq_core.kernel.mongo import Document
from spoeq_core.orders.changing import change_order
from spoeq_core.orders.claims import KEY, claims_of
from spoeq_core.orders.documents import OrderRepository
from spoeq_core.orders.model import Order
from spoeq_core.orders.model.personal import ERASED, anonymised, unfinished
from spoeq_core.orders.shape import order_shape
from spoeq_core.shop import Shop


async def orders_of(shop: Shop, person: Person, **only: object) -> AsyncIterator[Order]:
    """Somebody's orders, oldest first: those of the account, and where they are theirs a guest's with its address."""
    async for order in shop.repository(OrderRepository).stream({**_theirs(person), **only}, sort=[("_id", 1)]):
        yield order


async def unfinished_orders(shop: Shop, person: Person) -> list[tuple[Order, str]]:
    """Those of somebody's orders for which the shop still needs to know them, and why."""
    now = shop.clock.now()
    waiting = {"timeline.kind": {"$ne": ERASED}}
    return [(order, why) async for order in orders_of(shop, person, **waiting) if (why := unfinished(order, now))]


async def _export(shop: Shop, person: Person) -> AsyncIterator[Row]:
    async for order in orders_of(shop, person):
        lines = {line.id: personal(shop, "cart_line", line.ext) for line in order.lines}
        plugins = {"order": personal(shop, "order", order.ext), **lines}
        yield {**order_shape(order), "plugins": {owner: kept for owner, kept in plugins.items() if kept}}


async def _erase(shop: Shop, person: Person) -> None:
    """Each order by itself, finished ones only: what was placed meanwhile is not of what was to be erased."""
    now = shop.clock.now()
    waiting = {"timeline.kind": {"$ne": ERASED}}
    ids = [order.id async for order in orders_of(shop, person, **waiting) if not unfinished(order, now)]
    entries = shop.repository(EntryRepository).collection
    for order_id in ids:
        written = {"target": f"order:{order_id}", "action": "order.extended"}
        await entries.update_many(written, {"$set": {"detail": {}}})
        await change_order(
            shop,
            order_id,
            lambda order: (anonymised(order, now, lambda target, ext: impersonal(shop, target, ext)), ()),
        )


async def _forget_keys(shop: Shop, person: Person) -> None:
    """The idempotency keys of the account; those of a guest's cart end by themselves."""
    if person.customer_id:
        await claims_of(shop).collection.delete_many({"kind": KEY, "customer_id": person.customer_id})


def _theirs(person: Person) -> Document:
    mine: list[Document] = [{"customer_id": person.customer_id}] if person.customer_id else []
    if person.by_email and person.email:
        mine.append({"email": person.email, "customer_id": None})
    return {"$or": mine} if mine else {"_id": {"$in": []}}


PERSONAL_DATA: tuple[PersonalData, ...] = (
    PersonalData(
        "orders",
        message("Orders"),
        "contact",
        "anonymised",
        message(
            "Name, address, phone, e-mail, notes and texts on products are taken out. Number, products, amounts, "
            "payment references, state, country and GSTIN stay: tax law asks for them for six years."
        ),
        _export,
        _erase,
    ),
    PersonalData(
        "claims",
        message("Keys that keep an order from being placed twice"),
        "contact",
        "deleted",
        message("Kept for 30 days at most; counts of uses hold digests only."),
        erase=_forget_keys,
    ),
    PersonalData(
        "gateway_messages",
        message("Messages of payment gateways"),
        "contact",
        "kept",
        message(
            "What a gateway writes is deleted as soon as the order has followed it, within seconds; that it wrote is "
            "forgotten after 30 days. One that could not be taken in stays until then, for staff to look at."
        ),
    ),
)
