"""Which of a cart's codes, and which promotions without one, give something: the answers to the pricing hook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from spoeq_core.sdk import Adjustment, Declined, Phase, PricingCart, Reason, message
from spoeq_coupons.model.conditions import PAYMENT, eligible_lines, why_not
from spoeq_coupons.model.coupon import Coupon, fold
from spoeq_coupons.model.giving import adjustments

Answers = list[Adjustment | Declined]


def answers(
    codes: Sequence[str], coupons: Mapping[str, Coupon], cart: PricingCart, used_up: Mapping[str, Reason], phase: Phase
) -> Answers:
    """What the codes of a cart give in a phase, or why they give nothing; codes that are no coupons are not answered.

    Whoever else knows such a code may answer; the core declines what nobody knows.
    """
    found: Answers = []
    for code, reason in judged(codes, coupons, cart, used_up).items():
        coupon = coupons[fold(code)]
        if coupon.phase is phase:
            found += _answered(coupon, cart, reason, code)
    return found


def automatic_answers(
    promotions: Sequence[Coupon], cart: PricingCart, used_up: Mapping[str, Reason], phase: Phase
) -> Answers:
    """What promotions without a code give in a phase; why one gives nothing stands in the trace, for staff."""
    found: Answers = []
    for promotion in promotions:
        if promotion.phase is phase:
            found += _answered(promotion, cart, why_not(promotion, cart) or used_up.get(promotion.id), None)
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


def waits(reason: Reason, cart: PricingCart) -> bool:
    """Whether a code gives nothing only since the way to pay is not chosen yet."""
    return reason.code == PAYMENT and cart.payment_method is None


def _answered(coupon: Coupon, cart: PricingCart, reason: Reason | None, code: str | None) -> Answers:
    if reason is None:
        return [*adjustments(coupon, eligible_lines(coupon, cart), code)]
    return [Declined(coupon.id, reason, code, waits=waits(reason, cart))]


def _beside(coupon: Coupon, kept: Sequence[Coupon]) -> Reason | None:
    """Why it cannot be used with those that apply already."""
    if any(other.id == coupon.id for other in kept):
        return Reason("coupon_twice", message("%(code)s is in your cart already.", code=coupon.code))
    if coupon.batch and any(other.batch == coupon.batch for other in kept):
        return Reason("coupon_twice", message("A code of the same offer is in your cart already.", code=coupon.code))
    blocker = next((other for other in (coupon, *kept) if not other.combinable), None)
    if not kept or blocker is None:
        return None
    return Reason("coupon_not_combinable", message("%(code)s cannot be used with another coupon.", code=blocker.code))
