"""Coupons and promotions as pure rules: what each gives to a cart, and why it does not."""

from spoeq_coupons.model.conditions import eligible_lines, why_not
from spoeq_coupons.model.coupon import Coupon, CouponState, CouponType, Lane, Tier, fold, identities
from spoeq_coupons.model.giving import adjustments, free_units, tier_reached
from spoeq_coupons.model.judging import answers, automatic_answers, judged, waits

__all__ = [
    "Coupon",
    "CouponState",
    "CouponType",
    "Lane",
    "Tier",
    "adjustments",
    "answers",
    "automatic_answers",
    "eligible_lines",
    "fold",
    "free_units",
    "identities",
    "judged",
    "tier_reached",
    "waits",
    "why_not",
]
