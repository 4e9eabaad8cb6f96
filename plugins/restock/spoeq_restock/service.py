"""Asking to be told, telling, and no longer wanting to be told."""

from __future__ import annotations

import asyncio
from enum import StrEnum
from urllib.parse import urlencode

from spoeq_core.sdk import (
    NotFound,
    Recipient,
    Sellable,
    Shop,
    Variant,
    message,
    new_id,
    parse_email,
    sellable,
    send_message,
)
from spoeq_restock.documents import WaitingRepository
from spoeq_restock.model import KEPT, Queue, Waiting, can_be_asked_for, can_be_bought, digest, request_id

PURPOSE = "restock"
TEMPLATE = "restock/back_in_stock"
AT_ONCE = 50
"""So many are written to for one SKU in one go; the schedule goes on with the others."""
MOST_QUEUES = 100
SIDE_BY_SIDE = 5


class Answer(StrEnum):
    """What becomes of a request."""

    WAITING = "waiting"
    IN_STOCK = "in_stock"


async def find(shop: Shop, sku: str) -> Sellable:
    """What is asked for.

    Raises:
        NotFound: no such SKU is sold.
    """
    found = (await sellable(shop, [sku])).get(sku)
    if found is None or not can_be_asked_for(found):
        raise NotFound(message("There is no SKU %(sku)s.", sku=sku), code="unknown_sku")
    return found


async def ask(shop: Shop, wanted: Sellable, email: str, language: str) -> Answer:
    """Note that somebody wants to be told; the answer is the same whether they have asked before.

    What comes back between the page and the request is found by looking at the stock after the request is stored:
    either the worker sees the request, or this sees the stock.

    Raises:
        Invalid: it is no e-mail address.
    """
    address, sku = parse_email(email), wanted.variant.sku
    now, requests = shop.clock.now(), shop.repository(WaitingRepository)
    request = Waiting(
        id=request_id(sku, address),
        serial=new_id(),
        sku=sku,
        product_id=wanted.product.id,
        who=digest(address),
        email=address,
        language=language,
        asked_at=now,
        expires_at=now + KEPT,
        claimed_until=now,
    )
    is_new = await requests.add(request)
    if not can_be_bought((await sellable(shop, [sku])).get(sku)):
        return Answer.WAITING
    if is_new:
        await requests.done(request)
    return Answer.IN_STOCK


async def tell_waiting(shop: Shop, sku: str) -> int:
    """Write to those who have waited longest for a SKU, if it can be bought; to how many.

    Each is claimed before it is written to, and forgotten after. Who is claimed by a worker that died is written to
    when its claim has lapsed, under the same key, by which a channel knows what it has sent already.

    Raises:
        Exception: a message could not be sent; those that could, have gone out.
    """
    requests = shop.repository(WaitingRepository)
    queue = await requests.queue(sku, AT_ONCE)
    found = (await sellable(shop, [sku])).get(sku) if queue else None
    if found is None or not can_be_bought(found):
        return 0
    turns, product = asyncio.Semaphore(SIDE_BY_SIDE), found

    async def one(request: Waiting) -> bool:
        async with turns:
            return await _tell(shop, requests, request, product)

    results = await asyncio.gather(*(one(request) for request in queue), return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return sum(map(bool, results))


async def tell_everybody(shop: Shop) -> None:
    """Write to those who still wait for what can be bought: long queues, and what a crash or a pause left over."""
    for queue in (await shop.repository(WaitingRepository).queues())[:MOST_QUEUES]:
        await tell_waiting(shop, queue.sku)


async def queues(shop: Shop) -> list[tuple[Queue, Sellable | None]]:
    """How many wait for what, the most first, with what it is now."""
    found = (await shop.repository(WaitingRepository).queues())[:MOST_QUEUES]
    known = await sellable(shop, [queue.sku for queue in found])
    return [(queue, known.get(queue.sku)) for queue in found]


def stop_token(shop: Shop, who: str) -> str:
    """What an unsubscribe link proves itself with."""
    return shop.keyring.sign(PURPOSE, who)


def who_stops(shop: Shop, token: str) -> str | None:
    """Whose unsubscribe link it is; None if it is not ours."""
    return shop.keyring.unsign(PURPOSE, token)


async def stop(shop: Shop, who: str) -> None:
    """Forget all that somebody waits for."""
    await shop.repository(WaitingRepository).forget(who)


def path_of(slug: str, variant: Variant) -> str:
    """The page of a product with that variant chosen."""
    chosen = urlencode({f"opt.{name}": value for name, value in variant.options.items()})
    return f"/product/{slug}" + (f"?{chosen}" if chosen else "")


async def _tell(shop: Shop, requests: WaitingRepository, request: Waiting, found: Sellable) -> bool:
    if not await requests.claim(request):
        return False
    context = {
        "product": found.product.name,
        "options": dict(found.variant.options),
        "path": path_of(found.product.slug, found.variant),
        "stop": f"/restock/stop?{urlencode({'token': stop_token(shop, request.who)})}",
    }
    try:
        await send_message(
            shop, f"restock:{request.serial}", Recipient(request.email), TEMPLATE, context, language=request.language
        )
    except BaseException:  # also when cut off: the next attempt need not wait for the claim to lapse
        await requests.give_back(request)
        raise
    await requests.done(request)
    return True
