"""A segment of customers: chosen by hand, or by a rule about what they have bought."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from spoeq_core.sdk import MAX_AMOUNT, Customer, FieldError, Purchases, message

CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
LONGEST_NAME = 60
MOST_ORDERS = 10_000
MOST_DAYS = 3650


class Rule(StrEnum):
    """How customers come into a segment."""

    HAND = "hand"
    ORDERS = "orders"
    SPENT = "spent"
    RECENT = "recent"
    QUIET = "quiet"
    BUSINESS = "business"


DAYS: Final = frozenset({Rule.RECENT, Rule.QUIET})
COUNTED: Final = DAYS | {Rule.ORDERS}
"""Rules that have a number."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Some customers.

    Attributes:
        id: Its code: each is given once.
        name: For staff.
        rule: How customers come into it.
        serial: Under which its members are kept: a code that is given again begins with none.
        number: Of orders at least, or of days since the last one, as the rule says.
        amount: What was spent at least, minor units of `currency`.
    """

    id: str
    name: str
    rule: Rule = Rule.HAND
    serial: str = ""
    number: int = 0
    amount: int = 0
    currency: str = ""
    version: int = 1
    created_at: datetime | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What a rule looks at: the customer, what they have bought, the shop's currency and the time."""

    customer: Customer
    purchases: Purchases
    currency: str
    at: datetime


def holds(segment: Segment, facts: Facts) -> bool:
    """Whether a customer is in a segment by its rule. Who never bought is neither recent nor quiet."""
    return _RULES[segment.rule](segment, facts)


def _recent(segment: Segment, facts: Facts) -> bool:
    last = facts.purchases.last_at
    return last is not None and facts.at - last <= timedelta(days=segment.number)


def _quiet(segment: Segment, facts: Facts) -> bool:
    return facts.purchases.last_at is not None and not _recent(segment, facts)


def _spent(segment: Segment, facts: Facts) -> bool:
    return segment.currency == facts.currency and facts.purchases.spent >= segment.amount


def _business(segment: Segment, facts: Facts) -> bool:
    del segment
    return facts.purchases.business or any(saved.address.gstin for saved in facts.customer.addresses)


_RULES: Final[Mapping[Rule, Callable[[Segment, Facts], bool]]] = {
    Rule.HAND: lambda segment, facts: False,
    Rule.ORDERS: lambda segment, facts: facts.purchases.orders >= segment.number,
    Rule.SPENT: _spent,
    Rule.RECENT: _recent,
    Rule.QUIET: _quiet,
    Rule.BUSINESS: _business,
}


def problems_of(segment: Segment) -> list[FieldError]:
    """Everything that is wrong with a segment, field by field."""
    return list(_problems(segment))


def _problems(segment: Segment) -> Iterator[FieldError]:
    if not segment.name:
        yield FieldError("name", "Say what it is called, as in Regular customers.", "missing")
    elif len(segment.name) > LONGEST_NAME:
        yield FieldError("name", message("At most %(n)s characters.", n=LONGEST_NAME), "too_long")
    if not CODE.fullmatch(segment.id):
        told = message("Use 1 to 40 lower case letters, digits, - and _, beginning with a letter or digit.")
        yield FieldError("code", told, "pattern")
    if segment.rule is Rule.ORDERS and not 1 <= segment.number <= MOST_ORDERS:
        yield FieldError("number", message("Enter 1 to %(n)s orders.", n=MOST_ORDERS), "out_of_range")
    if segment.rule in DAYS and not 1 <= segment.number <= MOST_DAYS:
        yield FieldError("number", message("Enter 1 to %(n)s days.", n=MOST_DAYS), "out_of_range")
    if segment.rule is Rule.SPENT and not 0 < segment.amount <= MAX_AMOUNT:
        yield FieldError("amount", "The amount must be above zero.", "out_of_range")
