"""What the API answers of coupons, as its OpenAPI document describes it."""

from __future__ import annotations

from datetime import datetime

from spoeq_core.sdk import MoneyShape, Shape
from spoeq_coupons.model import CouponType, Lane


class BuyGet(Shape):
    """So many pieces are paid for, and so many of the cheapest are free, again and again."""

    buy: int
    get: int


class TierShape(Shape):
    """What is taken off goods of so much and more: a percentage, or money."""

    min_order: MoneyShape
    value: float | MoneyShape


class Terms(Shape):
    """What a coupon gives.

    `value` is a number for percent, money for fixed, pieces for buy_x_get_y, steps for tiered, null for free shipping.
    """

    code: str
    type: CouponType
    value: float | MoneyShape | BuyGet | list[TierShape] | None
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
    automatic: bool
    title: str
    lane: Lane
    priority: int
    exclusive: bool
    products: list[str]
    categories: list[str]
    brands: list[str]
    payment_methods: list[str]
    first_order: bool
    signed_in: bool
    segments: list[str]
    single_use: bool
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
    automatic: bool | None = None
    title: str | None = None
    lane: Lane | None = None
    priority: int | None = None
    exclusive: bool | None = None
    products: list[str] | None = None
    categories: list[str] | None = None
    brands: list[str] | None = None
    payment_methods: list[str] | None = None
    first_order: bool | None = None
    signed_in: bool | None = None
    segments: list[str] | None = None
    single_use: bool | None = None
    uses: int | None = None
    version: int | None = None


class CodesAsked(Shape):
    """The job that makes single-use codes; staff watch it in the admin."""

    job: str
    total: int
    url: str
