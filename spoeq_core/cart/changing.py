"""How a cart is found and changed: read, decided purely, stored if nobody else was faster."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace

from spoeq_core.cart.contents import Contents, with_notices
from spoeq_core.cart.documents import GUEST_LIFE, CartRepository, first_cart_id, next_cart_id
from spoeq_core.cart.model import Cart, CartStatus
from spoeq_core.cart.properties import taken_by
from spoeq_core.inventory.service import Sellable, sellable, sellable_beside
from spoeq_core.kernel.errors import Conflict, StaleAggregate
from spoeq_core.kernel.ids import new_id
from spoeq_core.shop import Shop

ATTEMPTS = 6
"""How often a change is tried again when another request changed the cart meanwhile."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose cart is meant: a signed-in customer's own, or else the guest's that a verified token names."""

    cart_id: str | None = None
    customer_id: str | None = None


async def find_cart(shop: Shop, owner: Owner) -> Cart:
    """The owner's open cart, or a fresh one of version 0 that is not stored until something lies in it."""
    repository = shop.repository(CartRepository)
    now = shop.clock.now()
    if owner.customer_id:
        latest = await repository.latest_of(owner.customer_id)
        if latest is not None and latest.status is CartStatus.OPEN and not is_foreign(shop, latest):
            return latest
        key = first_cart_id(owner.customer_id) if latest is None else next_cart_id(latest)
        return Cart(key, shop.profile.currency, owner.customer_id, version=0, created_at=now)
    found = await repository.find_by_id(owner.cart_id) if owner.cart_id else None
    if found is not None and is_open_guest_cart(shop, found):
        return found
    return Cart(new_id(), shop.profile.currency, version=0, created_at=now)


async def contents_of(shop: Shop, cart: Cart, *, also: Collection[str] = ()) -> Contents:
    """A cart with what its lines are today, and other SKUs too if asked."""
    skus = {line.sku for line in cart.lines} | set(also)
    return _with_notices(shop, cart, await sellable(shop, sorted(skus)))


async def newest_contents(shop: Shop, owner: Owner) -> Contents | None:
    """The owner's newest cart, open or placed, with what its lines are today, read by one command; None without one.

    One of another currency than the shop's is no cart to order: nobody is shown it any more.
    """
    repository = shop.repository(CartRepository)
    steps = repository.rows_of(owner.cart_id, owner.customer_id)
    rows, found = await sellable_beside(shop, repository.collection, steps, "lines.sku")
    cart = repository.from_rows(rows)
    if cart is None or cart.customer_id != owner.customer_id or is_foreign(shop, cart):
        return None
    return _with_notices(shop, cart, found)


def _with_notices(shop: Shop, cart: Cart, found: Mapping[str, Sellable]) -> Contents:
    return with_notices(cart, found, taken_by(shop, (each.product for each in found.values())), shop.clock.now())


async def change_cart(
    shop: Shop, owner: Owner, change: Callable[[Contents], Cart], *, also: Collection[str] = ()
) -> Contents:
    """Load, change and store the cart; again from the start if another request was faster."""
    for attempt in range(ATTEMPTS):
        contents = await contents_of(shop, await find_cart(shop, owner), also=also)
        changed = change(contents)
        try:
            stored = await _store(shop, contents, changed)
        except Conflict as error:
            if not isinstance(error, StaleAggregate) and error.code != "duplicate":
                raise
            await asyncio.sleep(0 if attempt == 0 else 0.01 * attempt)
            continue
        return replace(contents, cart=stored)
    raise StaleAggregate("The cart is being changed by many requests at once.", hint="Try again.")


async def _store(shop: Shop, contents: Contents, changed: Cart) -> Cart:
    if changed == contents.cart:
        return changed
    now = shop.clock.now()
    removed = changed.removed if changed.removed != contents.cart.removed else None
    lines = tuple(contents.seen(line) for line in changed.lines)
    cart = replace(changed, lines=lines, removed=removed, updated_at=now)
    repository = shop.repository(CartRepository)
    if cart.version == 0:
        return await repository.insert(replace(cart, version=1))
    return await repository.save(cart, only_if={"status": CartStatus.OPEN.value})


def is_open_guest_cart(shop: Shop, cart: Cart) -> bool:
    """Whether a guest may go on with it: nobody's, not placed, not expired, and in the shop's currency of today."""
    expired = cart.updated_at is not None and cart.updated_at + GUEST_LIFE < shop.clock.now()
    mine = cart.customer_id is None and not is_foreign(shop, cart)
    return mine and cart.status is CartStatus.OPEN and not expired


def is_foreign(shop: Shop, cart: Cart) -> bool:
    """Whether it is open and of another currency than the shop's of today: its numbers are not what they were."""
    return cart.status is CartStatus.OPEN and cart.currency != shop.profile.currency
