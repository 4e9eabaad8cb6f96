"""Placing an order: one road, each step of which may be repeated, lost or overtaken without harm.

    claims (key, number, places under quotas) → cart open → placed → stock → benefits → order

The order's id is made before the first step, everything is taken under it, and it belongs to this one attempt. A
crash leaves things taken under an id that is no order: the next request with the same key, or the reconciler, voids
the id, which makes sure that it never becomes one even if the attempt was only slow, and gives everything back (see
`orders.documents`). So a retry never shares an id with what it retries. The money is asked for after the order is
stored, outside of all this.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace

from spoeq_core.cart.contents import Contents
from spoeq_core.cart.documents import CartRepository
from spoeq_core.cart.model import CartStatus
from spoeq_core.cart.service import Owner, newest_contents
from spoeq_core.checkout.attempts import (
    LEASE,
    Attempt,
    StartOver,
    by_key,
    is_placed,
    key_document,
    of_placed_cart,
    share,
)
from spoeq_core.checkout.building import build_order, fingerprint
from spoeq_core.checkout.fields import words_of
from spoeq_core.checkout.model import InProgress, PlaceRequest, Quota
from spoeq_core.checkout.places import hint_places
from spoeq_core.checkout.quotas import claim_place, likely_places, place_claim, refuse_alone
from spoeq_core.checkout.quoting import buyer_of, quote_contents
from spoeq_core.checkout.refusals import cart_is_empty, refuse, refused
from spoeq_core.checkout.undoing import undo
from spoeq_core.hooks import checkout as questions
from spoeq_core.inventory import service as inventory
from spoeq_core.kernel.errors import Conflict, SpoeqError, StaleAggregate, Unavailable
from spoeq_core.kernel.events import Event
from spoeq_core.kernel.ids import new_id, new_number
from spoeq_core.kernel.messages import message
from spoeq_core.kernel.mongo import Document
from spoeq_core.orders.claims import KEY, NUMBER, claims_of, key_claim, number_claim
from spoeq_core.orders.documents import OrderRepository
from spoeq_core.orders.events import OrderPaid, OrderPlaced
from spoeq_core.orders.model import Order
from spoeq_core.payments.model import PaymentStatus
from spoeq_core.shop import Shop

log = logging.getLogger(__name__)

DEADLINE = 20.0
"""Seconds a placement may take; what it left then is healed like a crash."""
RESTARTS = 5


class KeyTaken(Exception):
    """The idempotency key is in use."""


class Overtaken(Exception):
    """The cart is not the one that was priced any more: changed, or placed by another request."""


async def place(shop: Shop, owner: Owner, request: PlaceRequest, key: str = "") -> Order:
    """The stored order; the same one again for the same key and body, and for a cart that is placed already.

    Whoever asked may go away: the placement is finished all the same.

    Raises:
        Invalid: something is missing or not possible; the errors name the fields.
        OutOfStock: fewer pieces are left than the cart wants.
        CartChanged: the total is not the expected one; carries the new quote.
        IdempotencyMismatch: the key was used with another body.
        InProgress: the same order is being placed right now.
        HookError: a plugin failed at money or stock: the order is refused.
    """
    work = asyncio.ensure_future(_within_deadline(shop, owner, request, key))
    work.add_done_callback(lambda done: done.cancelled() or done.exception())
    return await asyncio.shield(work)


async def _within_deadline(shop: Shop, owner: Owner, request: PlaceRequest, key: str) -> Order:
    try:
        async with asyncio.timeout(DEADLINE):
            return await _place(shop, owner, request, key)
    except TimeoutError:
        raise Unavailable(
            message("Placing an order took longer than %(deadline)s seconds.", deadline=f"{DEADLINE:.0f}"),
            hint="Send the same request again.",
        ) from None


async def _place(shop: Shop, owner: Owner, request: PlaceRequest, key: str) -> Order:
    for _ in range(RESTARTS):
        if (contents := await newest_contents(shop, owner)) is None:
            raise cart_is_empty()
        cart = contents.cart
        name = key or f"{cart.id}:{cart.version}:{fingerprint(request)[:16]}"
        attempt = Attempt(shop, owner, cart, request, key_claim(owner.customer_id or cart.id, name), new_id())
        try:
            if cart.status is CartStatus.PLACED:
                return await by_key(attempt) or await of_placed_cart(shop, cart)
            return await _fresh(attempt, contents)
        except StartOver:
            continue
    raise InProgress("This cart is being changed and ordered at the same time.", hint="Try again.")


async def _fresh(attempt: Attempt, contents: Contents) -> Order:
    shop, request = attempt.shop, attempt.request
    buyer = await buyer_of(shop, attempt.owner, request.choices, request.email)
    quote = await quote_contents(shop, contents, request.choices, buyer)
    try:
        refuse(quote, request.expected_total)
        number = new_number(shop.profile.order_prefix)
        words = words_of(shop, quote.priced.cart.fields)
        order = build_order(quote, request, words, order_id=attempt.order_id, number=number, at=shop.clock.now())
        quotas = await _quotas(shop, order)
    except SpoeqError:
        # What is refused now may have been accepted before: the same key is answered as it was then, the same cart
        # with the order that another request makes of it.
        if (known := await by_key(attempt)) is not None:
            return known
        if await is_placed(attempt):
            raise StartOver from None
        raise
    return await _take(attempt, order, quotas)


async def _quotas(shop: Shop, order: Order) -> list[Quota]:
    answers = await shop.hooks.collect(questions.order_quotas, shop=shop, order=order)
    quotas = [quota for answer in answers for quota in answer.value]
    refuse_alone(quotas)
    return quotas


async def _take(attempt: Attempt, order: Order, quotas: Sequence[Quota]) -> Order:
    """Take everything, then store the order. A refusal gives all of it back; a fault leaves it to be healed."""
    shop = attempt.shop
    try:
        order = await _claim(attempt, order, quotas)
        await _mark_placed(attempt)
        await inventory.reserve(shop, order.id, order.quantities())
        if problems := await shop.hooks.collect(questions.claim_benefits, shop=shop, order=order):
            raise refused([problem.value for problem in problems])
        return await _store(shop, order)
    except KeyTaken:
        if (known := await by_key(attempt)) is not None:
            return known
        raise StartOver from None
    except Overtaken:
        await _give_back(attempt)
        raise StartOver from None
    except (SpoeqError, StartOver) as refusal:
        await _give_back(attempt)
        await share(attempt, refusal)
        raise
    except BaseException:
        await _abandon(attempt)
        raise


async def _claim(attempt: Attempt, order: Order, quotas: Sequence[Quota]) -> Order:
    """Claim key, number and likely places in one command; what is taken there is looked for one by one.

    Raises:
        KeyTaken: another request uses the key; nothing was claimed.
        QuotaUsedUp: no place is left.
    """
    at = attempt.shop.clock.now()
    number: Document = {"_id": number_claim(order.number), "kind": NUMBER, "at": at, "order_id": order.id}
    likely = await likely_places(attempt.shop, quotas)
    places = [place_claim(quota, likely[quota.key], order.id, at) for quota in quotas]
    wanted = [key_document(attempt, at), number, *places]
    while wanted:
        taken = await claims_of(attempt.shop).take(wanted)
        if taken is None:
            break
        if wanted[taken]["kind"] == KEY:
            raise KeyTaken
        if wanted[taken]["kind"] == NUMBER:
            order = replace(order, number=new_number(attempt.shop.profile.order_prefix))
            wanted = [{**number, "_id": number_claim(order.number)}, *wanted[taken + 1 :]]
        else:
            likely.pop(wanted[taken]["quota"], None)
            await claim_place(attempt.shop, quotas[places.index(wanted[taken])], order.id)
            wanted = wanted[taken + 1 :]
    await hint_places(attempt.shop, likely)
    return order


async def _mark_placed(attempt: Attempt) -> None:
    """Place the cart that was priced, and no other.

    Raises:
        Overtaken: it was changed or placed meanwhile.
    """
    now = attempt.shop.clock.now()
    placed = replace(attempt.cart, status=CartStatus.PLACED, order_id=attempt.order_id, updated_at=now)
    try:
        await attempt.shop.repository(CartRepository).save(placed, only_if={"status": CartStatus.OPEN.value})
    except StaleAggregate:
        raise Overtaken from None


async def _store(shop: Shop, order: Order) -> Order:
    """Store the order with its first events.

    Raises:
        StartOver: its id was voided, because this took too long.
    """
    orders = shop.repository(OrderRepository)
    events: list[Event] = [OrderPlaced(order_id=order.id, number=order.number)]
    if order.payment_status is PaymentStatus.PAID:
        events.append(OrderPaid(order_id=order.id, amount=0))
    try:
        return await orders.insert(order, *events)
    except Conflict:
        stored = await orders.find_by_id(order.id)
        if stored is None:
            raise StartOver from None
        return stored


async def _give_back(attempt: Attempt) -> None:
    """Undo a refused placement; what fails here is repeated by the reconciler."""
    try:
        await undo(attempt.shop, attempt.void)
    except Exception:
        log.exception("order id %s could not be undone now; the reconciler will", attempt.order_id)


async def _abandon(attempt: Attempt) -> None:
    """Let a retry end this attempt at once instead of after the lease."""
    try:
        async with asyncio.timeout(1):
            over = attempt.shop.clock.now() - LEASE
            await claims_of(attempt.shop).abandon(attempt.claim_id, attempt.order_id, over)
    except Exception:
        log.warning("order id %s waits for its lease to end", attempt.order_id)
