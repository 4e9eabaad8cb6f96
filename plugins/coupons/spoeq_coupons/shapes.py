"""What the API answers of coupons, as its OpenAPI document describes it."""

from __future__ import annotations

from datetime import datetime

from spoeq_core.sdk import MoneyShape, Shape
from spoeq_coupons.model import CouponType


class Terms(Shape):
    """What a coupon gives; `value` is a number for percent, money for fixed, null for free shipping."""

    code: str
    type: CouponType
    value: float | MoneyShape | None
    min_order: MoneyShape | None
    max_discount: MoneyShape | None


class CouponShape(Terms):
    """A coupon as staff see it."""

    max_uses: int | None
    per_user_limit: int | None
    start_at: datetime | None
    end_at: datetime | None
    active: bool
    combinable: bool
    shown: bool
    description: str
    uses: int
    version: int


class CouponList(Shape):
    """A page of coupons."""

    items: list[CouponShape]
    total: int
    page: int
    per_page: int


class Why(Shape):
    """Why a code gives nothing."""

    code: str
    message: str


class CheckedCoupon(Terms):
    """A coupon tried on the cart. What stands after `valid` is for staff."""

    valid: bool
    reason: Why | None = None
    max_uses: int | None = None
    per_user_limit: int | None = None
    start_at: datetime | None = None
    end_at: datetime | None = None
    active: bool | None = None
    combinable: bool | None = None
    shown: bool | None = None
    description: str | None = None
    uses: int | None = None
    version: int | None = None
