"""The pretended gateway's side: its sessions and payments. Other providers ask theirs over the network."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from spoeq_core.sdk import Order, Shop, StaleAggregate, new_id, return_url
from spoeq_echo.documents import Calls, Sessions
from spoeq_echo.model import AT_ONCE, DELAYS, SLOW, Attempt, Call, Choice, Session, payment_event

WEBHOOK: Final = "/api/v1/payments/webhook/echo"
ATTEMPTS = 20


def secret_of(shop: Shop) -> bytes:
    """What shop and gateway have agreed on; of a real one it is a setting (`SecretStr`)."""
    return shop.keyring.derive("echo")


async def begin(shop: Shop, order: Order) -> Session:
    """The session for what an order owes: the same however often it is begun; another one for a later difference."""
    key = f"echo_{order.id}_{order.paid}_{order.due}"
    address = return_url(shop, order)
    return await shop.repository(Sessions).begin(
        Session(key, order.id, order.number, order.due, order.currency, address)
    )


async def choose(shop: Shop, session: Session, choice: Choice) -> Attempt | None:
    """Let that happen, webhooks included; None if the session takes no money any more."""
    now = shop.clock.now()
    attempt = Attempt(f"echo_pay_{new_id()}", choice is not Choice.DECLINE, _good_at(choice, now))
    if not await shop.repository(Sessions).add(session.id, attempt):
        return None
    body = payment_event(new_id(), session, attempt)
    bodies = [body, body, payment_event(new_id(), session, attempt)] if choice is Choice.TWICE else [body]
    for delay in DELAYS.get(choice, AT_ONCE):
        for said in bodies:
            await shop.repository(Calls).insert(Call(new_id(), WEBHOOK, said, now + delay))
    return attempt


async def give_back(shop: Shop, session_id: str, amount: int, key: str) -> bool:
    """Give back so much, once for a key; False if that were more than was taken."""
    sessions = shop.repository(Sessions)
    for _ in range(ATTEMPTS):
        session = await sessions.get(session_id)
        given = dict(session.given_back or {})
        if key in given:
            return True
        if session.payment is None or sum(given.values()) + amount > session.amount:
            return False
        try:
            await sessions.save(replace(session, given_back={**given, key: amount}))
        except StaleAggregate:
            continue
        return True
    raise StaleAggregate("The session changes too fast.", hint="Try again.")


def _good_at(choice: Choice, now: datetime) -> datetime:
    return now + SLOW if choice is Choice.SLOW else now
