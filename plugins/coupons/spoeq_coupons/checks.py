"""What may be stored as a coupon."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from spoeq_core.sdk import MAX_AMOUNT, FieldError, message
from spoeq_coupons.model import Coupon, CouponType, Tier

CODE = re.compile(r"[A-Z0-9][A-Z0-9_-]{1,39}")
HUNDRED = 100
DECIMALS = 2
MOST_USES = 10**9
MOST_PIECES = 1000
MOST_TIERS = 20
MOST_NAMED = 200
MOST_PRIORITY = 1000
LONGEST_NOTE = 500
LONGEST_TITLE = 80
LONGEST_PREFIX = 20
"""Of a coupon whose single-use codes begin with its own."""


def problems_of(coupon: Coupon) -> list[FieldError]:
    """Everything that is wrong with a coupon, field by field."""
    checks = (_code, _value, _pieces, _tiers, _amounts, _limits, _dates, _ways, _conditions)
    return [problem for check in checks for problem in check(coupon)]


def _code(coupon: Coupon) -> Iterator[FieldError]:
    if not CODE.fullmatch(coupon.id):
        yield FieldError("code", "Use 2 to 40 letters, digits, - and _, beginning with a letter or digit.", "pattern")
    if len(coupon.description) > LONGEST_NOTE:
        yield FieldError("description", message("At most %(most)s characters.", most=LONGEST_NOTE), "too_long")
    if len(coupon.title) > LONGEST_TITLE:
        yield FieldError("title", message("At most %(most)s characters.", most=LONGEST_TITLE), "too_long")


def _value(coupon: Coupon) -> Iterator[FieldError]:
    if coupon.type is CouponType.PERCENT:
        yield from _percent("value", coupon.percent)
    if coupon.type is CouponType.FIXED and not 0 < coupon.amount <= MAX_AMOUNT:
        yield FieldError("value", "The amount must be above zero.", "out_of_range")


def _percent(field: str, percent: Decimal) -> Iterator[FieldError]:
    if not percent.is_finite() or not 0 < percent <= HUNDRED:
        yield FieldError(field, "A percentage is above 0 and at most 100.", "out_of_range")
    elif round(percent, DECIMALS) != percent:
        yield FieldError(field, message("A percentage has at most %(most)s decimals.", most=DECIMALS), "decimals")


def _pieces(coupon: Coupon) -> Iterator[FieldError]:
    if coupon.type is not CouponType.BUY_X_GET_Y:
        return
    for name, pieces in (("buy", coupon.buy), ("get", coupon.get)):
        if not 1 <= pieces <= MOST_PIECES:
            yield FieldError(name, message("Enter 1 to %(n)s pieces.", n=MOST_PIECES), "out_of_range")


def _tiers(coupon: Coupon) -> Iterator[FieldError]:
    if coupon.type is not CouponType.TIERED:
        return
    if not 1 <= len(coupon.tiers) <= MOST_TIERS:
        yield FieldError("tiers", message("Enter 1 to %(n)s steps.", n=MOST_TIERS), "out_of_range")
    yield from next((found for tier in coupon.tiers if (found := list(_tier(tier)))), [])
    if any(one.value_from >= other.value_from for one, other in pairwise(coupon.tiers)):
        yield FieldError("tiers", "Each step must begin at a higher value than the one before.", "overlap")


def _tier(tier: Tier) -> Iterator[FieldError]:
    if not 0 < tier.value_from <= MAX_AMOUNT:
        yield FieldError("tiers", "A step begins at a value above zero.", "out_of_range")
    if tier.amount and not tier.percent:
        if not 0 < tier.amount <= MAX_AMOUNT:
            yield FieldError("tiers", "The amount must be above zero.", "out_of_range")
    else:
        yield from _percent("tiers", tier.percent)


def _amounts(coupon: Coupon) -> Iterator[FieldError]:
    if not 0 <= coupon.min_order <= MAX_AMOUNT:
        yield FieldError("min_order", "Enter an amount, or leave it empty for orders of any value.", "out_of_range")
    if coupon.max_discount is None:
        return
    if coupon.type not in {CouponType.PERCENT, CouponType.TIERED}:
        yield FieldError("max_discount", "Only percentages need a largest discount.", "not_for_type")
    elif not 0 < coupon.max_discount <= MAX_AMOUNT:
        yield FieldError("max_discount", "Enter an amount, or leave it empty for no limit.", "out_of_range")


def _limits(coupon: Coupon) -> Iterator[FieldError]:
    for name, limit in (("max_uses", coupon.max_uses), ("per_user_limit", coupon.per_user_limit)):
        if limit is not None and not 1 <= limit <= MOST_USES:
            yield FieldError(name, "Enter 1 or more, or leave it empty for no limit.", "out_of_range")


def _dates(coupon: Coupon) -> Iterator[FieldError]:
    if coupon.start_at and coupon.end_at and coupon.end_at <= coupon.start_at:
        yield FieldError("end_at", "The end must come after the start.", "out_of_range")


def _ways(coupon: Coupon) -> Iterator[FieldError]:
    if abs(coupon.priority) > MOST_PRIORITY:
        yield FieldError("priority", message("Enter -%(n)s to %(n)s.", n=MOST_PRIORITY), "out_of_range")
    if not coupon.single_use:
        return
    if coupon.automatic:
        yield FieldError("single_use", "What applies without a code needs no single-use codes.", "contradiction")
    if coupon.shown:
        yield FieldError("shown", "Single-use codes are given to some; they are no offer to all.", "contradiction")
    if len(coupon.id) > LONGEST_PREFIX:
        told = message("At most %(n)s characters: single-use codes begin with it.", n=LONGEST_PREFIX)
        yield FieldError("code", told, "too_long")


def _conditions(coupon: Coupon) -> Iterator[FieldError]:
    named = {
        "products": coupon.products,
        "categories": coupon.categories,
        "brands": coupon.brands,
        "payment_methods": coupon.payment_methods,
        "segments": coupon.segments,
    }
    for name, values in named.items():
        if len(values) > MOST_NAMED:
            yield FieldError(name, message("At most %(n)s.", n=MOST_NAMED), "too_long")
