"""What may be stored as a coupon."""

from __future__ import annotations

import re
from collections.abc import Iterator

from spoeq_core.sdk import MAX_AMOUNT, FieldError
from spoeq_coupons.model import Coupon, CouponType

CODE = re.compile(r"[A-Z0-9][A-Z0-9_-]{1,39}")
HUNDRED = 100
DECIMALS = 2
MOST_USES = 10**9
LONGEST_NOTE = 500


def problems_of(coupon: Coupon) -> list[FieldError]:
    """Everything that is wrong with a coupon, field by field."""
    return [*_code(coupon), *_value(coupon), *_amounts(coupon), *_limits(coupon), *_dates(coupon)]


def _code(coupon: Coupon) -> Iterator[FieldError]:
    if not CODE.fullmatch(coupon.id):
        yield FieldError("code", "Use 2 to 40 letters, digits, - and _, beginning with a letter or digit.", "pattern")
    if len(coupon.description) > LONGEST_NOTE:
        yield FieldError("description", f"At most {LONGEST_NOTE} characters.", "too_long")


def _value(coupon: Coupon) -> Iterator[FieldError]:
    percent = coupon.percent
    if coupon.type is CouponType.PERCENT:
        if not percent.is_finite() or not 0 < percent <= HUNDRED:
            yield FieldError("value", "A percentage is above 0 and at most 100.", "out_of_range")
        elif round(percent, DECIMALS) != percent:
            yield FieldError("value", f"A percentage has at most {DECIMALS} decimals.", "decimals")
    if coupon.type is CouponType.FIXED and not 0 < coupon.amount <= MAX_AMOUNT:
        yield FieldError("value", "The amount must be above zero.", "out_of_range")


def _amounts(coupon: Coupon) -> Iterator[FieldError]:
    if not 0 <= coupon.min_order <= MAX_AMOUNT:
        yield FieldError("min_order", "Enter an amount, or leave it empty for orders of any value.", "out_of_range")
    if coupon.max_discount is None:
        return
    if coupon.type is not CouponType.PERCENT:
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
