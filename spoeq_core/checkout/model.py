"""What stands between a cart and an order: problems, quotas, the quote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from spoeq_core.identity.model import Address
from spoeq_core.kernel.errors import Conflict, Invalid

if TYPE_CHECKING:
    from spoeq_core.checkout.quoting import Quote


@dataclass(frozen=True, slots=True)
class Choices:
    """What the shopper has chosen so far; empty where nothing yet. Billed is who is delivered to, unless it says.

    `fields` are answers to what plugins ask (`register_checkout_fields`).
    """

    shipping_address: Address | None = None
    shipping_method: str = ""
    payment_method: str = ""
    billing_address: Address | None = None
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PlaceRequest:
    """An order as the shopper asks for it.

    Attributes:
        expected_total: The grand total that was agreed to, minor units.
        fields: Answers to what plugins ask (`register_checkout_fields`).
    """

    email: str
    shipping_address: Address
    shipping_method: str
    payment_method: str
    expected_total: int
    billing_address: Address | None = None
    fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def choices(self) -> Choices:
        """The choices that its quote is made with."""
        return Choices(
            self.shipping_address, self.shipping_method, self.payment_method, self.billing_address, self.fields
        )


@dataclass(frozen=True, slots=True)
class Problem:
    """Why an order cannot be placed yet. `field` is the dotted path of what to mend, where there is one."""

    code: str
    message: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class Quota:
    """At most so many orders under one key ("cod phone +9198…, 2026-11-22", "coupon DIWALI10").

    The core claims one of `limit` numbered places by `_id` while it places the order, so the limit holds whatever
    runs in parallel; cancelling or expiry gives the place back. A place is `quota:<key>:<n>`, n with leading zeros: a
    likely one is tried with the order's other claims; if it is taken, one that was given back or the next is claimed.

    Attributes:
        key: What is counted.
        limit: Places there are; None for any number (then orders are only counted).
        message: Told to the shopper when none is left.
        code: Stable code of that refusal.
        amount: What this order adds to the sum, minor units.
        max_sum: The sum that the places may hold together, minor units; None is no limit. Sums are of all places, so
            keys with a sum should have few.
        expires_at: From when on the key is of no use and its places may be forgotten; the same for all its orders.
    """

    key: str
    limit: int | None
    message: str
    code: str = "quota_used_up"
    amount: int = 0
    max_sum: int | None = None
    expires_at: datetime | None = None


class InProgress(Conflict):
    """The same order is being placed right now."""

    code = "in_progress"


class CartChanged(Conflict):
    """The total is not the one the shopper agreed to; `quote` is the new one, which the edge puts into the answer."""

    code = "cart_changed"

    def __init__(self, quote: Quote) -> None:
        super().__init__("The total has changed since you saw it.", hint="Look at the new total and order again.")
        self.quote = quote


class IdempotencyMismatch(Invalid):
    """The key was used before with another body."""

    code = "idempotency_mismatch"


class QuotaUsedUp(Invalid):
    """No place is left under a quota."""

    def __init__(self, quota: Quota) -> None:
        super().__init__(quota.message, code=quota.code)
        self.quota = quota
