"""One attempt to place a cart, and what became of the attempts before it: an order, nothing, or still under way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from spoeq_core.cart.documents import CartRepository
from spoeq_core.cart.model import Cart, CartStatus
from spoeq_core.cart.service import Owner
from spoeq_core.checkout.building import fingerprint
from spoeq_core.checkout.model import IdempotencyMismatch, InProgress, PlaceRequest, QuotaUsedUp
from spoeq_core.checkout.undoing import undo
from spoeq_core.kernel.mongo import Document
from spoeq_core.orders.claims import KEEP_KEYS, KEY, claims_of
from spoeq_core.orders.documents import OrderRepository, Void
from spoeq_core.orders.model import Order
from spoeq_core.shop import Shop

LEASE = timedelta(seconds=30)
"""How long a placement is left alone before another request of the same key may end it."""


class StartOver(Exception):
    """The world changed under this attempt, and nothing is taken for it any more: try from the beginning."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to place one cart, under an order id of its own. `claim_id` is the idempotency key's claim."""

    shop: Shop
    owner: Owner
    cart: Cart
    request: PlaceRequest
    claim_id: str
    order_id: str

    @property
    def void(self) -> Void:
        """What would have to be given back."""
        return Void(self.order_id, self.cart.id, self.cart.customer_id, self.cart.quantities())


def key_document(attempt: Attempt, at: datetime) -> Document:
    """The claim of an attempt's idempotency key, with all that whoever ends the attempt must know."""
    return {
        "_id": attempt.claim_id,
        "kind": KEY,
        "at": at,
        "expires_at": at + KEEP_KEYS,
        "order_id": attempt.order_id,
        "cart_id": attempt.cart.id,
        "customer_id": attempt.cart.customer_id,
        "body": fingerprint(attempt.request),
        "quantities": attempt.cart.quantities(),
    }


async def by_key(attempt: Attempt) -> Order | None:
    """What became of this key: its order, or None if it was never used.

    Raises:
        IdempotencyMismatch, InProgress: it is used for something else, or right now.
        StartOver: whatever used it is dead, and given back.
    """
    claim = await claims_of(attempt.shop).find(attempt.claim_id)
    if claim is None:
        return None
    if claim["body"] != fingerprint(attempt.request):
        raise IdempotencyMismatch(
            "This Idempotency-Key was used with another body.", hint="Use a new key for another order."
        )
    return await of_claim(attempt.shop, claim)


async def of_placed_cart(shop: Shop, cart: Cart) -> Order:
    """The order that another request, with another key, made of this cart."""
    order_id = cart.order_id or ""
    for claim in await claims_of(shop).of_order(order_id, KEY):
        return await of_claim(shop, claim)
    if (order := await shop.repository(OrderRepository).find_by_id(order_id)) is not None:
        return order
    await undo(shop, Void(order_id, cart.id, cart.customer_id, cart.quantities()))
    raise StartOver


async def is_placed(attempt: Attempt) -> bool:
    """Whether another request has placed the attempt's cart by now."""
    cart = await attempt.shop.repository(CartRepository).find_by_id(attempt.cart.id)
    return cart is not None and cart.status is CartStatus.PLACED


async def share(attempt: Attempt, refusal: Exception) -> None:
    """See whether what was refused to an attempt is had by another at the same cart: it is enough for both.

    Raises:
        StartOver: another has a place under the quota that is full.
    """
    if isinstance(refusal, QuotaUsedUp):
        claims = claims_of(attempt.shop)
        others = await claims.of_cart(attempt.owner.customer_id or attempt.cart.id, attempt.cart.id)
        if await claims.holds(others, refusal.quota.key):
            raise StartOver from None


async def of_claim(shop: Shop, claim: Document) -> Order:
    """The order of a key's claim; an attempt that is dead, or as good as dead, is ended."""
    orders, order_id = shop.repository(OrderRepository), str(claim["order_id"])
    if (order := await orders.find_by_id(order_id)) is not None:
        return order
    young = claim["at"] + LEASE > shop.clock.now()
    if not await orders.is_void(order_id) and (young or not await claims_of(shop).seize(claim)):
        raise InProgress("This order is being placed right now.", hint="Wait a moment, then send it again.")
    if not await undo(shop, void_of(claim)):
        return await orders.get(order_id)
    raise StartOver


def void_of(claim: Document) -> Void:
    """What would have to be given back for a key's claim."""
    return Void(claim["order_id"], claim["cart_id"], claim["customer_id"], claim["quantities"] or {})
