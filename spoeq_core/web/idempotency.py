"""The first answer again: what a request with an Idempotency-Key was answered, kept for whoever sends it twice.

The key is claimed by `_id` before anything happens. A refusal gives it free again, since nothing was done; an answer
stays for a day. Whoever finds a claim without an answer that is older than any request takes it over: what runs under
it must be safe to repeat for the same key.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import cast

from quart import Response, request

from spoeq_core.checkout.model import IdempotencyMismatch, InProgress
from spoeq_core.kernel.ids import fingerprint
from spoeq_core.kernel.mongo import Document
from spoeq_core.orders.claims import claims_of
from spoeq_core.shop import Shop

REQUEST = "request"
LEASE = timedelta(seconds=60)
KEEP = timedelta(days=1)
KEPT_HEADERS = ("Content-Type", "Location", "ETag", "Cache-Control")


async def once(shop: Shop, key: str, scope: str, run: Callable[[], Awaitable[Response]]) -> Response:
    """What `run` answers, or answered to this key before; simply what it answers if there is no key.

    Args:
        shop: The shop.
        key: The Idempotency-Key, or nothing.
        scope: What the key belongs to: the route, the order, and who asks.
        run: Does the work. Safe to repeat for the same key.

    Raises:
        IdempotencyMismatch: the key was used with another body.
        InProgress: it is being worked on right now.
    """
    if not key:
        return await run()
    claim_id, body = f"{REQUEST}:{scope}:{key}", fingerprint(str(await request.get_data(as_text=True)))
    known = await _claimed(shop, claim_id, body)
    if known is not None:
        return _again(known)
    claims = claims_of(shop)
    try:
        response = await run()
    except Exception:
        await claims.collection.delete_one({"_id": claim_id})
        raise
    answer = {
        "status": response.status_code,
        "body": await response.get_data(as_text=True),
        "headers": {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers},
    }
    await claims.collection.update_one({"_id": claim_id}, {"$set": {"answer": answer}})
    return response


async def _claimed(shop: Shop, claim_id: str, body: str) -> Document | None:
    """None once the key is claimed for this request, else the answer it had."""
    claims, now = claims_of(shop), shop.clock.now()
    fresh = {"_id": claim_id, "kind": REQUEST, "at": now, "expires_at": now + KEEP, "order_id": None, "body": body}
    if await claims.take([fresh]) is None:
        return None
    claim = await claims.find(claim_id)
    if claim is not None and claim["body"] != body:
        raise IdempotencyMismatch("This Idempotency-Key was used with another body.", hint="Use a new key.")
    if claim is not None and claim.get("answer"):
        return cast(Document, claim["answer"])
    if claim is None or claim["at"] + LEASE > now or not await claims.seize(claim):
        raise InProgress("This request is being worked on right now.", hint="Wait a moment, then send it again.")
    return None


def _again(answer: Document) -> Response:
    response = Response(answer["body"], status=answer["status"])
    response.headers.update(answer["headers"])
    return response
