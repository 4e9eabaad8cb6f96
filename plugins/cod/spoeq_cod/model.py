"""What cash on delivery costs, and when it is refused: the decisions."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from spoeq_core.sdk import Address

KEPT_DAYS = 3
"""So many days the places of a day are kept, for whoever is asked about them."""


def fee(amount: int, free_above: int | None, items_total: int) -> int:
    """What it costs, minor units; nothing from an order value on."""
    return 0 if free_above is not None and items_total >= free_above else amount


def is_excluded(postal_code: str, beginnings: Sequence[str]) -> bool:
    """Whether no cash is taken at a PIN: it, or a beginning of it, is listed."""
    return any(postal_code.startswith(beginning) for beginning in beginnings if beginning)


def day_of(moment: datetime, timezone: str) -> date:
    """The shop's calendar day."""
    return moment.astimezone(ZoneInfo(timezone)).date()


def forget_at(day: date, timezone: str) -> datetime:
    """From when on nobody needs to know any more how much cash somebody ordered on that day; UTC."""
    return datetime.combine(day + timedelta(days=1 + KEPT_DAYS), time(), ZoneInfo(timezone)).astimezone(UTC)


def persons(address: Address, phone: str) -> list[str]:
    """Under which names an order counts for its person: the phone and the place, as digests."""
    names = []
    digits = "".join(char for char in address.phone or phone if char.isdecimal())
    if digits:
        names.append(f"phone:{_digest(digits)}")
    place = "".join(char for char in f"{address.line1}{address.line2}".casefold() if char.isalnum())
    names.append(f"address:{_digest(f'{address.country}|{address.postal_code}|{place}')}")
    return names


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
