"""What the pretended gateway and carrier know, and how they sign what they say: the decisions."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from spoeq_core.sdk import Failed, Pending, Settled, message

SIGNATURE = "x-echo-signature"
DECLINED = message("The bank declined the payment.")
SLOW = timedelta(seconds=10)
"""How long a bank takes that does not answer at once."""
LATE = timedelta(minutes=2)
"""How long after the payment a late webhook comes."""


class Choice(StrEnum):
    """What whoever stands at the gateway's page lets happen."""

    PAY = "pay"
    DECLINE = "decline"
    SLOW = "slow"
    TWICE = "twice"
    LATE = "late"
    CLOSED = "closed"


CHOICES: Mapping[Choice, tuple[str, str]] = {
    Choice.PAY: (message("Pay"), message("You come back to the shop, and the webhook is sent at the same time.")),
    Choice.DECLINE: (message("Decline"), message("You come back without having paid, and can try again.")),
    Choice.SLOW: (
        message("Pay, with a slow bank"),
        message("You come back while the payment is pending; ten seconds later it is there, and the webhook says so."),
    ),
    Choice.TWICE: (
        message("Pay, and say it twice"),
        message("As a gateway does that has lost the shop's answer: one payment, two webhooks, another event too."),
    ),
    Choice.LATE: (message("Pay, and say it late"), message("The webhook comes two minutes after you have come back.")),
    Choice.CLOSED: (message("Pay, and close the window"), message("You do not come back: only the webhook tells.")),
}
"""What stands on each button, and what pressing it does."""
DELAYS: Mapping[Choice, tuple[timedelta, ...]] = {Choice.SLOW: (SLOW,), Choice.LATE: (LATE,)}
AT_ONCE = (timedelta(0),)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A try to pay; one that is good holds the money from `good_at` on."""

    id: str
    good: bool
    good_at: datetime


@dataclass(frozen=True, slots=True)
class Session:
    """What the gateway was asked to take, and what it took and gave back. Amounts are minor units."""

    id: str
    order_id: str
    number: str
    amount: int
    currency: str
    return_url: str
    attempts: tuple[Attempt, ...] = ()
    given_back: Mapping[str, int] | None = None
    closed: bool = False
    version: int = 1

    @property
    def payment(self) -> Attempt | None:
        """The attempt that took the money, or is about to."""
        return next((attempt for attempt in self.attempts if attempt.good), None)

    def outcome(self, payment_id: str, now: datetime) -> Settled | Pending | Failed:
        """What has become of an attempt."""
        attempt = next((attempt for attempt in self.attempts if attempt.id == payment_id), None)
        if attempt is None:
            return Pending()
        if not attempt.good:
            return Failed(DECLINED)
        return Settled(attempt.id, self.amount, self.currency) if attempt.good_at <= now else Pending(attempt.id)


@dataclass(frozen=True, slots=True)
class Call:
    """A webhook that is to be sent.

    Attributes:
        id: Of this one sending.
        path: Where to.
        body: What is sent; a repetition has the same body.
        due_at: Not before then.
        tries: How often it was tried.
    """

    id: str
    path: str
    body: str
    due_at: datetime
    tries: int = 0
    version: int = 1


@dataclass(frozen=True, slots=True)
class Been:
    """Where a parcel came, and when."""

    step: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Consignment:
    """A parcel that was booked, and where it has been; its id is the number on its label."""

    id: str
    order_id: str
    number: str
    to: str
    events: tuple[Been, ...] = ()
    version: int = 1


class Step(StrEnum):
    """Where a parcel may come."""

    PICKED_UP = "picked_up"
    OUT_FOR_DELIVERY = "out_for_delivery"
    DELIVERED = "delivered"


STEPS: Mapping[str, str] = {
    "booked": message("Booked"),
    Step.PICKED_UP: message("Picked up"),
    Step.OUT_FOR_DELIVERY: message("Out for delivery"),
    Step.DELIVERED: message("Delivered"),
}


def signature(secret: bytes, signed: bytes) -> str:
    """HMAC-SHA256, in hex."""
    return hmac.new(secret, signed, hashlib.sha256).hexdigest()


def is_signed(secret: bytes, signed: bytes, given: str) -> bool:
    """Whether that is the signature; any text may be given."""
    return hmac.compare_digest(signature(secret, signed).encode(), given.encode("utf-8", "surrogatepass"))


def returned(secret: bytes, session: Session, payment_id: str) -> dict[str, str]:
    """The fields with which a shopper comes back: the payment, signed together with what the shop asked for."""
    return {"payment_id": payment_id, "signature": signature(secret, f"{session.id}|{payment_id}".encode())}


def payment_event(event_id: str, session: Session, attempt: Attempt) -> str:
    """The body of a webhook about an attempt."""
    payment = {"id": attempt.id, "session": session.id, "amount": session.amount, "currency": session.currency}
    kind = "payment.captured" if attempt.good else "payment.failed"
    return json.dumps({"id": event_id, "type": kind, "order_id": session.order_id, "payment": payment})


def read_event(body: bytes) -> Mapping[str, Any]:
    """A webhook's body; empty where it is none."""
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) and isinstance(found.get("id"), str) else {}
