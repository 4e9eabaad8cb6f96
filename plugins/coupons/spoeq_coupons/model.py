"""Coupons: what a code gives, and when it does not."""

from __future__ import annotations

from collections.abc import Mapping
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
)

LANE = "coupon"


class CouponType(StrEnum):
    """What a coupon gives."""

    PERCENT = "percent"
    FIXED = "fixed"
    FREE_SHIPPING = "free_shipping"


@dataclass(frozen=True, slots=True)
class Coupon:
    """A code that gives something.

    Attributes:
        id: The folded code: one coupon a code, whatever its case.
        code: As staff wrote it.
        percent: For type percent, above 0 and at most 100.
        amount: For type fixed, minor units.
        max_discount: The most a percentage gives, minor units.
        min_order: Value of the goods, before discounts, from which it applies; minor units.
        max_uses: Orders it may be used in; None is any number.
        per_user_limit: Orders of one customer (by account, or else by e-mail and phone) it may be used in.
        combinable: Whether it may be used with other coupons.
    """

    id: str
    code: str
    type: CouponType
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
    description: str = ""
    version: int = 1
    created_at: datetime | None = None
    updated_at: datetime | None = None

    @property
    def phase(self) -> Phase:
        """The pricing phase in which it works."""
        return Phase.SHIPPING if self.type is CouponType.FREE_SHIPPING else Phase.ORDER


def fold(code: str) -> str:
    """Codes are the same whatever their case and surrounding space."""
    return "".join(code.split()).upper()


def answer(coupon: Coupon, cart: PricingCart, used_up: Mapping[str, Reason]) -> Adjustment | Declined:
    """What the coupon gives this cart, or why it gives nothing."""
    reason = why_not(coupon, cart) or used_up.get(coupon.id)
    if reason is not None:
        return Declined(rule=coupon.id, reason=reason, code=coupon.code)
    effect, target = _effect(coupon)
    return Adjustment(
        rule=coupon.id,
        label=f"Coupon {coupon.code}",
        target=target,
        effect=effect,
        lane=LANE,
        exclusive=False,
        code=coupon.code,
        max_amount=coupon.max_discount,
    )


def why_not(coupon: Coupon, cart: PricingCart) -> Reason | None:
    """Why a coupon does not apply to a cart; None if it does."""
    if not coupon.active:
        return Reason("coupon_inactive", f"{coupon.code} is not valid any more.")
    if coupon.start_at is not None and cart.at < coupon.start_at:
        return Reason("coupon_not_started", f"{coupon.code} is not valid yet.")
    if coupon.end_at is not None and cart.at >= coupon.end_at:
        return Reason("coupon_expired", f"{coupon.code} has expired.")
    if cart.items_total < coupon.min_order:
        return Reason("coupon_minimum", f"{coupon.code} applies to larger orders: add more to your cart.")
    if len(cart.codes) > 1 and not coupon.combinable:
        return Reason("coupon_not_combinable", f"{coupon.code} cannot be used with another coupon.")
    return None


def unknown(code: str) -> Declined:
    """Nobody gave out this code."""
    return Declined(rule=fold(code), reason=Reason("coupon_unknown", f"There is no coupon {code}."), code=code)


def identities(buyer: Buyer) -> list[str]:
    """Who counts against a limit per customer: the account, or else each of a guest's e-mail and phone."""
    if buyer.customer_id:
        return [f"customer:{buyer.customer_id}"]
    found = []
    if buyer.email:
        found.append(f"email:{buyer.email.strip().casefold()}")
    if buyer.phone:
        found.append(f"phone:{buyer.phone}")
    return found


def sentence(coupon: Coupon, gives: str, minimum: str) -> str:
    """The coupon read back in words; `gives` and `minimum` are formatted amounts."""
    what = "Free shipping" if coupon.type is CouponType.FREE_SHIPPING else f"{gives} off"
    parts = [what]
    if coupon.min_order:
        parts.append(f"on orders from {minimum}")
    if coupon.per_user_limit:
        parts.append("once a customer" if coupon.per_user_limit == 1 else f"{coupon.per_user_limit} times a customer")
    if coupon.max_uses:
        parts.append(f"{coupon.max_uses} uses in all")
    parts.append("with other coupons too" if coupon.combinable else "not with other coupons")
    return ", ".join(parts) + "."


def _effect(coupon: Coupon) -> tuple[Effect, Target]:
    if coupon.type is CouponType.PERCENT:
        return Percent(coupon.percent), OnOrder()
    if coupon.type is CouponType.FIXED:
        return Fixed(coupon.amount), OnOrder()
    return Free(), OnShipping()
