"""A wish to be told when something can be bought again."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from spoeq_core.sdk import Sellable, normalise_email

KEPT = timedelta(days=90)
LEASE = timedelta(minutes=2)
"""How long a worker that claimed a request may take to send; after that another one may."""
OUT = "out"


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody who waits for a SKU.

    Attributes:
        id: Of the SKU and the address, so that whoever asks twice waits once.
        serial: Of this request: the message about it has this key, however often it is tried.
        who: Digest of the address, by which an unsubscribe link knows it.
        language: In which it was asked.
        expires_at: When it is forgotten if nothing comes back, UTC.
        claimed_until: Until when the worker that claimed it sends, UTC; the past if nobody does.
    """

    id: str
    serial: str
    sku: str
    product_id: str
    who: str
    email: str
    language: str
    asked_at: datetime
    expires_at: datetime
    claimed_until: datetime
    version: int = 1


@dataclass(frozen=True, slots=True)
class Queue:
    """How many wait for a SKU, and since when."""

    sku: str
    product_id: str
    waiting: int
    since: datetime


def digest(email: str) -> str:
    """What stands for an address: the same for all its spellings that reach one mailbox."""
    return hashlib.sha256(normalise_email(email).encode()).hexdigest()[:32]


def request_id(sku: str, email: str) -> str:
    """The id under which somebody waits for a SKU."""
    return f"{digest(email)}:{sku}"


def can_be_asked_for(found: Sellable | None) -> bool:
    """Whether shoppers see it at all."""
    return found is not None and found.product.status == "active"


def can_be_bought(found: Sellable | None) -> bool:
    """Whether a shopper can put it into the cart now."""
    return found is not None and can_be_asked_for(found) and found.stock.available > 0
