"""A coupon: a code, or a promotion that applies by itself, with what it gives and on what conditions."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from spoeq_core.sdk import Buyer, Phase, normalise_email


class CouponType(StrEnum):
    """What a coupon gives."""

    PERCENT = "percent"
    FIXED = "fixed"
    FREE_SHIPPING = "free_shipping"
    BUY_X_GET_Y = "buy_x_get_y"
    TIERED = "tiered"


class CouponState(StrEnum):
    """Where a coupon is in its life."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    SCHEDULED = "scheduled"
    EXPIRED = "expired"


class Lane(StrEnum):
    """The lane of the core's pricing that it runs in: of promotions the best is given, of coupons all are added."""

    PROMOTION = "promotion"
    COUPON = "coupon"


@dataclass(frozen=True, slots=True)
class Tier:
    """What is taken off from a value of the goods on: a percentage, or minor units."""

    value_from: int
    percent: Decimal = Decimal(0)
    amount: int = 0


@dataclass(frozen=True, slots=True)
class Coupon:
    """A code that gives something, or a promotion that gives it without one.

    Attributes:
        id: The folded code: one coupon a code, whatever its case.
        code: The same, as shoppers read it; a promotion without a code is named by it for staff only.
        type: What it gives.
        serial: Under which its uses are counted: a code that is given out again begins at none.
        currency: ISO 4217; what its amounts are in, and the only one it applies to.
        percent: For type percent, above 0 and at most 100.
        amount: For type fixed, minor units.
        buy: For type buy_x_get_y, so many pieces that are paid for,
        get: and so many of the cheapest that are free, again and again.
        tiers: For type tiered, ascending by value.
        max_discount: The most a percentage gives, minor units.
        min_order: Value of the goods that it is for, before discounts, from which it applies; minor units.
        max_uses: Orders it may be used in; None is any number.
        per_user_limit: Orders of one customer (by account, or else by e-mail and phone) it may be used in.
        start_at: From when on it applies, UTC.
        end_at: Until when it applies, exclusive, UTC.
        active: Whether staff let it be used.
        combinable: Whether its code may be used with other codes.
        shown: Whether it is an offer that all shoppers see, and not a code that somebody was given.
        description: A note for staff.
        automatic: Whether it applies by itself, without a code.
        title: What shoppers read beside the discount; empty for the code.
        lane: Where it meets others.
        priority: The greater wins among exclusive ones, and of equals.
        exclusive: Whether it wins alone: no other discount is given in its phase.
        products: Ids of products it is for; empty for any.
        categories: Ids of categories it is for, with all below them; empty for any.
        brands: Ids of brands it is for; empty for any.
        payment_methods: Ids of ways to pay it is for; empty for any.
        first_order: Whether it is for a customer's first order only.
        signed_in: Whether it is for customers with an account only.
        segments: Segments of customers it is for, as `<plugin>.<code>`, each of them enough; empty for anybody.
        single_use: Whether it is used by codes of its own, each once; its own code then gives nothing.
        batch: Of a single-use code, the coupon it belongs to. Never stored with a coupon.
    """

    id: str
    code: str
    type: CouponType
    serial: str = ""
    currency: str = ""
    percent: Decimal = Decimal(0)
    amount: int = 0
    buy: int = 0
    get: int = 0
    tiers: tuple[Tier, ...] = ()
    max_discount: int | None = None
    min_order: int = 0
    max_uses: int | None = None
    per_user_limit: int | None = None
    start_at: datetime | None = None
    end_at: datetime | None = None
    active: bool = True
    combinable: bool = False
    shown: bool = False
    description: str = ""
    automatic: bool = False
    title: str = ""
    lane: Lane = Lane.COUPON
    priority: int = 0
    exclusive: bool = False
    products: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    payment_methods: tuple[str, ...] = ()
    first_order: bool = False
    signed_in: bool = False
    segments: tuple[str, ...] = ()
    single_use: bool = False
    batch: str = ""
    version: int = 1
    created_at: datetime | None = None
    updated_at: datetime | None = None

    @property
    def phase(self) -> Phase:
        """The pricing phase in which it works."""
        if self.type is CouponType.FREE_SHIPPING:
            return Phase.SHIPPING
        return Phase.ITEM if self.type is CouponType.BUY_X_GET_Y else Phase.ORDER

    def state(self, at: datetime) -> CouponState:
        """Where it is in its life at that time."""
        if not self.active:
            return CouponState.INACTIVE
        if self.end_at is not None and at >= self.end_at:
            return CouponState.EXPIRED
        if self.start_at is not None and at < self.start_at:
            return CouponState.SCHEDULED
        return CouponState.ACTIVE

    def under(self, code: str) -> Coupon:
        """The same as one of its single-use codes gives it."""
        return replace(self, id=code, code=code, batch=self.id)


def fold(code: str) -> str:
    """Codes are the same whatever their case and surrounding space."""
    return "".join(code.split()).upper()


def identities(buyer: Buyer) -> list[str]:
    """Who counts against a limit per customer: the account, or else each of a guest's e-mail and phone, as digests."""
    if buyer.customer_id:
        return [f"customer:{buyer.customer_id}"]
    email = normalise_email(buyer.email or "")
    phone = "".join(char for char in buyer.phone or "" if char.isdecimal())
    return [f"{kind}:{_digest(text)}" for kind, text in (("email", email), ("phone", phone)) if text]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
