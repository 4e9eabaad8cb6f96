"""Coupons: what a code gives, and when it does not."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from spoeq_core.sdk import (
    Adjustment,
    Buyer,
    Declined,
    Effect,
    Fixed,
    Free,
    OnOrder,
    OnShipping,
    Percent,
    Phase,
    PricingCart,
    Reason,
    Target,
    counted,
    format_amount,
    message,
    normalise_email,
)

LANE = "coupon"


class CouponType(StrEnum):
    """What a coupon gives."""

    PERCENT = "percent"
    FIXED = "fixed"
    FREE_SHIPPING = "free_shipping"


class CouponState(StrEnum):
    """Where a coupon is in its life."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    SCHEDULED = "scheduled"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Coupon:
    """A code that gives something.

    Attributes:
        id: The folded code: one coupon a code, whatever its case.
        code: The same, as shoppers read it.
        type: What it gives.
        serial: Under which its uses are counted: a code that is given out again begins at none.
        currency: ISO 4217; what its amounts are in, and the only one it applies to.
        percent: For type percent, above 0 and at most 100.
        amount: For type fixed, minor units.
        max_discount: The most a percentage gives, minor units.
        min_order: Value of the goods, before discounts, from which it applies; minor units.
        max_uses: Orders it may be used in; None is any number.
        per_user_limit: Orders of one customer (by account, or else by e-mail and phone) it may be used in.
        start_at: From when on it applies, UTC.
        end_at: Until when it applies, exclusive, UTC.
        active: Whether staff let it be used.
        combinable: Whether it may be used with other coupons.
        shown: Whether it is an offer that all shoppers see, and not a code that somebody was given.
        description: A note for staff.
    """

    id: str
    code: str
    type: CouponType
    serial: str = ""
    currency: str = ""
    percent: Decimal = Decimal(0)
    amount: int = 0
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
    version: int = 1
    created_at: datetime | None = None
    updated_at: datetime | None = None

    @property
    def phase(self) -> Phase:
        """The pricing phase in which it works."""
        return Phase.SHIPPING if self.type is CouponType.FREE_SHIPPING else Phase.ORDER

    def state(self, at: datetime) -> CouponState:
        """Where it is in its life at that time."""
        if not self.active:
            return CouponState.INACTIVE
        if self.end_at is not None and at >= self.end_at:
            return CouponState.EXPIRED
        if self.start_at is not None and at < self.start_at:
            return CouponState.SCHEDULED
        return CouponState.ACTIVE


def fold(code: str) -> str:
    """Codes are the same whatever their case and surrounding space."""
    return "".join(code.split()).upper()


def answers(
    codes: Sequence[str], coupons: Mapping[str, Coupon], cart: PricingCart, used_up: Mapping[str, Reason], phase: Phase
) -> list[Adjustment | Declined]:
    """What the codes of a cart give in a phase, or why they give nothing; codes that are no coupons are not answered.

    Whoever else knows such a code may answer; the core declines what nobody knows.
    """
    found: list[Adjustment | Declined] = []
    for code, reason in judged(codes, coupons, cart, used_up).items():
        coupon = coupons[fold(code)]
        if coupon.phase is not phase:
            continue
        found.append(_adjustment(coupon, code) if reason is None else Declined(coupon.id, reason, code))
    return found


def judged(
    codes: Sequence[str], coupons: Mapping[str, Coupon], cart: PricingCart, used_up: Mapping[str, Reason]
) -> dict[str, Reason | None]:
    """Why each code of a coupon gives nothing, or None where it gives something.

    Of codes that cannot be used together the one that was entered first is kept.
    """
    verdicts: dict[str, Reason | None] = {}
    kept: list[Coupon] = []
    for code in codes:
        coupon = coupons.get(fold(code))
        if coupon is None:
            continue
        reason = why_not(coupon, cart) or used_up.get(coupon.id) or _beside(coupon, kept)
        verdicts[code] = reason
        if reason is None:
            kept.append(coupon)
    return verdicts


def why_not(coupon: Coupon, cart: PricingCart) -> Reason | None:
    """Why a coupon by itself does not apply to a cart; None if it does."""
    refusals = {
        CouponState.INACTIVE: Reason("coupon_inactive", message("%(code)s is not valid any more.", code=coupon.code)),
        CouponState.EXPIRED: Reason("coupon_expired", message("%(code)s has expired.", code=coupon.code)),
        CouponState.SCHEDULED: Reason("coupon_not_started", message("%(code)s is not valid yet.", code=coupon.code)),
    }
    if (refusal := refusals.get(coupon.state(cart.at))) is not None:
        return refusal
    if coupon.currency != cart.currency:
        return Reason(
            "coupon_currency",
            message("%(code)s is for orders in %(currency)s.", code=coupon.code, currency=coupon.currency),
        )
    if cart.items_total < coupon.min_order:
        missing = format_amount(coupon.min_order - cart.items_total, coupon.currency)
        return Reason(
            "coupon_minimum", message("Add %(missing)s more to use %(code)s.", code=coupon.code, missing=missing)
        )
    return None


def identities(buyer: Buyer) -> list[str]:
    """Who counts against a limit per customer: the account, or else each of a guest's e-mail and phone, as digests."""
    if buyer.customer_id:
        return [f"customer:{buyer.customer_id}"]
    email = normalise_email(buyer.email or "")
    phone = "".join(char for char in buyer.phone or "" if char.isdecimal())
    return [f"{kind}:{_digest(text)}" for kind, text in (("email", email), ("phone", phone)) if text]


def sentence(coupon: Coupon, gives: str, minimum: str, say: Callable[[str], str] = str) -> str:
    """The coupon read back in words; `gives` and `minimum` are formatted amounts, `say` translates a part."""
    free = coupon.type is CouponType.FREE_SHIPPING
    parts = [message("Free delivery") if free else message("%(what)s off", what=gives)]
    if coupon.min_order:
        parts.append(message("on orders from %(amount)s", amount=minimum))
    if coupon.per_user_limit:
        parts.append(counted("once a customer", "%(n)s times a customer", coupon.per_user_limit))
    if coupon.max_uses:
        parts.append(counted("one use in all", "%(n)s uses in all", coupon.max_uses))
    parts.append(message("with other coupons too") if coupon.combinable else message("not with other coupons"))
    return say(message("%(parts)s.", parts=", ".join(map(say, parts))))


def _beside(coupon: Coupon, kept: Sequence[Coupon]) -> Reason | None:
    """Why it cannot be used with those that apply already."""
    if any(other.id == coupon.id for other in kept):
        return Reason("coupon_twice", message("%(code)s is in your cart already.", code=coupon.code))
    blocker = next((other for other in (coupon, *kept) if not other.combinable), None)
    if not kept or blocker is None:
        return None
    return Reason("coupon_not_combinable", message("%(code)s cannot be used with another coupon.", code=blocker.code))


def _adjustment(coupon: Coupon, code: str) -> Adjustment:
    effect, target = _effect(coupon)
    return Adjustment(
        rule=coupon.id,
        label=message("Coupon %(code)s", code=coupon.code),
        target=target,
        effect=effect,
        lane=LANE,
        code=code,
        max_amount=coupon.max_discount,
        currency=coupon.currency,
    )


def _effect(coupon: Coupon) -> tuple[Effect, Target]:
    if coupon.type is CouponType.PERCENT:
        return Percent(coupon.percent), OnOrder()
    if coupon.type is CouponType.FIXED:
        return Fixed(coupon.amount), OnOrder()
    return Free(), OnShipping()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
