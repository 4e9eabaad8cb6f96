"""What a coupon gives to the lines that it is for, as adjustments on which the core does the arithmetic."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from spoeq_core.sdk import (
    Adjustment,
    Effect,
    Fixed,
    Free,
    OnLines,
    OnOrder,
    OnShipping,
    Percent,
    PricingLine,
    Target,
    message,
)
from spoeq_coupons.model.coupon import Coupon, CouponType, Tier


def adjustments(coupon: Coupon, lines: Sequence[PricingLine], code: str | None) -> list[Adjustment]:
    """What it gives where it applies.

    Args:
        coupon: The coupon.
        lines: The lines that it is for.
        code: As it was typed; None for a promotion without one.
    """
    return [_adjustment(coupon, effect, target, code) for effect, target in _effects(coupon, lines)]


def free_units(lines: Sequence[PricingLine], buy: int, get: int) -> dict[str, int]:
    """How many pieces of each line are free, by line id: of `buy` + `get` pieces `get`, the cheapest of all.

    Each piece is counted once: one that is free is none that was bought. Of equal prices those of the later line are
    free.

    Args:
        lines: The lines that take part.
        buy: Pieces that must be paid for, one or more.
        get: Pieces that are free with them, one or more.
    """
    left = sum(line.quantity for line in lines) // (buy + get) * get
    free: dict[str, int] = {}
    for line in sorted(reversed(lines), key=lambda line: line.unit_price):
        if taken := min(left, line.quantity):
            free[line.id] = taken
            left -= taken
    return free


def tier_reached(tiers: Sequence[Tier], worth: int) -> Tier | None:
    """The highest tier that goods of so much (minor units) reach; None below the first."""
    return max((tier for tier in tiers if tier.value_from <= worth), key=lambda tier: tier.value_from, default=None)


def _effects(coupon: Coupon, lines: Sequence[PricingLine]) -> list[tuple[Effect, Target]]:
    narrowed = coupon.products or coupon.categories or coupon.brands
    goods = OnLines(tuple(line.id for line in lines)) if narrowed else OnOrder()
    match coupon.type:
        case CouponType.FREE_SHIPPING:
            return [(Free(), OnShipping())]
        case CouponType.BUY_X_GET_Y:
            free, pieces = free_units(lines, coupon.buy, coupon.get), {line.id: line.quantity for line in lines}
            return [(Percent(Decimal(100 * n) / pieces[key]), OnLines((key,))) for key, n in sorted(free.items())]
        case CouponType.TIERED:
            tier = tier_reached(coupon.tiers, sum(line.quantity * line.unit_price for line in lines))
            return [] if tier is None else [(Percent(tier.percent) if tier.percent else Fixed(tier.amount), goods)]
        case CouponType.PERCENT:
            return [(Percent(coupon.percent), goods)]
        case CouponType.FIXED:
            return [(Fixed(coupon.amount), goods)]


def _adjustment(coupon: Coupon, effect: Effect, target: Target, code: str | None) -> Adjustment:
    return Adjustment(
        rule=coupon.id,
        label=coupon.title or message("Coupon %(code)s", code=coupon.code),
        target=target,
        effect=effect,
        lane=coupon.lane.value,
        priority=coupon.priority,
        exclusive=coupon.exclusive,
        code=code,
        max_amount=coupon.max_discount,
        currency=coupon.currency,
    )
