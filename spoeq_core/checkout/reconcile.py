"""Heals what crashes left: placements that nobody finishes, and things taken under ids that are no order."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ulid import ULID

from spoeq_core.cart.documents import CartRepository
from spoeq_core.cart.model import CartStatus
from spoeq_core.checkout.attempts import LEASE, void_of
from spoeq_core.checkout.undoing import undo
from spoeq_core.hooks.caller import HookError
from spoeq_core.inventory import service as inventory
from spoeq_core.kernel.ids import is_id
from spoeq_core.kernel.mongo import Document
from spoeq_core.kernel.redis import REDIS_ERRORS
from spoeq_core.orders.claims import claims_of
from spoeq_core.orders.documents import OrderRepository, Void
from spoeq_core.orders.editing import heal_changes
from spoeq_core.orders.packing import heal_parcels
from spoeq_core.shop import Shop

log = logging.getLogger(__name__)

OLD_ENOUGH = 2 * LEASE
LATE_STEPS = timedelta(hours=1)
"""So long after an id was voided a placement that is still alive may take something under it."""
LONGEST_LOOK_BACK = timedelta(days=2)

BATCH = 500


@dataclass(frozen=True, slots=True)
class Healed:
    """What a run gave back: what nobody finished, and carts and holds without a placement.

    `names` counts the orders that staff find by their buyer's name since then.
    """

    placements: int = 0
    carts: int = 0
    holds: int = 0
    changes: int = 0
    parcels: int = 0
    names: int = 0


async def heal(shop: Shop, older_than: timedelta = OLD_ENOUGH) -> Healed:
    """Void the placements that have been silent for so long, and give back what was taken for them.

    Each key is looked at once it is old enough; where the last run got to is kept in Redis, and found again by looking
    back two days. Ids voided in the last hour are undone once more, for whatever a slow placement took since.
    """
    before = shop.clock.now() - older_than
    placements = await _void_dead(shop, await claims_of(shop).stale_keys(await _looked_until(shop), before))
    for void in await shop.repository(OrderRepository).voided(shop.clock.now() - LATE_STEPS):
        await _undo(shop, void)
    changes, parcels = await heal_changes(shop, before), await heal_parcels(shop, before)
    await _remember(shop, before)
    return Healed(placements, changes=changes, parcels=parcels)


async def heal_everything(shop: Shop, older_than: timedelta = OLD_ENOUGH) -> Healed:
    """The same over the whole database, and all carts and stock holds too, whether anything remembers them or not."""
    before = shop.clock.now() - older_than
    claims = await claims_of(shop).stale_keys(datetime.fromtimestamp(0, UTC), before)
    placements = await _void_dead(shop, claims)
    changes, parcels = await heal_changes(shop, before), await heal_parcels(shop, before)
    carts, holds = await _reopen_carts(shop, before), await _release_orphans(shop, before)
    return Healed(placements, carts, holds, changes, parcels, await _name_orders(shop))


async def _name_orders(shop: Shop) -> int:
    named = 0
    while found := await shop.repository(OrderRepository).name_some(BATCH):
        named += found
    return named


async def forget_expired(shop: Shop) -> None:
    """Remove what has expired, for databases that do not do so by themselves."""
    now = shop.clock.now()
    carts, orders = shop.repository(CartRepository), shop.repository(OrderRepository)
    for collection in (carts.collection, orders.collection, claims_of(shop).collection):
        await collection.delete_many({"expires_at": {"$lt": now}})


async def _void_dead(shop: Shop, claims: Sequence[Document]) -> int:
    """Void the claims' order ids that are no order; one that moves again meanwhile is left to itself."""
    healed = 0
    for first in range(0, len(claims), BATCH):
        batch = claims[first : first + BATCH]
        stored = await shop.repository(OrderRepository).existing(claim["order_id"] for claim in batch)
        for claim in batch:
            if claim["order_id"] not in stored and await claims_of(shop).seize(claim):
                healed += await _undo(shop, void_of(claim))
    return healed


async def _undo(shop: Shop, void: Void) -> bool:
    """Undo one; if a plugin cannot now, its claim is young again and comes up at a later run."""
    try:
        undone = await undo(shop, void)
    except HookError:
        log.exception("order id %s could not be undone yet", void.order_id)
        return False
    if undone:
        log.info("order id %s is void, and all that was taken for it given back", void.order_id)
    return undone


async def _reopen_carts(shop: Shop, before: datetime) -> int:
    """Carts that were placed as an order which is not there."""
    carts, orders = shop.repository(CartRepository), shop.repository(OrderRepository)
    healed = 0
    async for cart in carts.stream({"status": CartStatus.PLACED.value, "updated_at": {"$lte": before}}):
        order_id = cart.order_id or ""
        if await orders.find_by_id(order_id) is None:
            healed += await undo(shop, Void(order_id, cart.id, cart.customer_id, cart.quantities()))
    return healed


async def _release_orphans(shop: Shop, before: datetime) -> int:
    """Holds under ids that are no order, and those of cancelled orders whose release was lost."""
    healed = 0
    for order_id, pieces in (await inventory.open_holds(shop)).items():
        order = await shop.repository(OrderRepository).find_by_id(order_id)
        if not _made_before(order_id, before) or (order is not None and order.promised()):
            continue
        if order is not None:
            await inventory.release(shop, order_id, pieces)
        elif not await _undo(shop, Void(order_id, "", None, pieces)):
            continue
        healed += 1
    return healed


def _made_before(order_id: str, moment: datetime) -> bool:
    """Whether an order's id is older than that; ids tell when they were made."""
    return not is_id(order_id) or ULID.from_str(order_id).datetime <= moment


async def _looked_until(shop: Shop) -> datetime:
    earliest = shop.clock.now() - LONGEST_LOOK_BACK
    try:
        known = await shop.redis.get(shop.key("healed"))
    except REDIS_ERRORS:
        return earliest
    return max(earliest, datetime.fromtimestamp(float(known), UTC)) if known else earliest


async def _remember(shop: Shop, until: datetime) -> None:
    try:
        await shop.redis.set(shop.key("healed"), str(until.timestamp()))
    except REDIS_ERRORS:
        log.warning("Redis is down; the next run of the reconciler looks back further")
