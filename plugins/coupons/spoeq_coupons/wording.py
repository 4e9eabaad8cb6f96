"""An offer as shoppers read it: whole sentences, which each language words in its own order."""

from __future__ import annotations

from collections.abc import Iterator

from spoeq_core.sdk import counted, format_amount, message
from spoeq_coupons.model import Coupon, CouponType


def headline(coupon: Coupon) -> str:
    """What it gives, in two or three words."""
    if coupon.type is CouponType.FREE_SHIPPING:
        return message("Free delivery")
    return message("%(what)s off", what=_gives(coupon))


def in_words(coupon: Coupon) -> str:
    """What it gives, and on what, in a sentence."""
    minimum = _amount(coupon, coupon.min_order)
    if coupon.type is CouponType.FREE_SHIPPING:
        if coupon.min_order:
            return message("Free delivery on orders from %(minimum)s.", minimum=minimum)
        return message("Free delivery on every order.")
    what = _gives(coupon)
    if coupon.max_discount:
        most = _amount(coupon, coupon.max_discount)
        if coupon.min_order:
            return message(
                "%(what)s off, up to %(most)s, on orders from %(minimum)s.", what=what, most=most, minimum=minimum
            )
        return message("%(what)s off your order, up to %(most)s.", what=what, most=most)
    if coupon.min_order:
        return message("%(what)s off orders from %(minimum)s.", what=what, minimum=minimum)
    return message("%(what)s off your order.", what=what)


def terms(coupon: Coupon) -> Iterator[str]:
    """What else one should know before counting on it."""
    if coupon.min_order:
        minimum = _amount(coupon, coupon.min_order)
        yield message("Goods worth %(minimum)s or more, before discounts.", minimum=minimum)
    if coupon.per_user_limit:
        yield counted("Once for each customer.", "%(n)s times for each customer.", coupon.per_user_limit)
    if coupon.max_uses:
        yield counted("For one order in all: the first one.", "For the first %(n)s orders.", coupon.max_uses)
    if coupon.combinable:
        yield message("Can be used with other coupons that allow it.")
    else:
        yield message("Cannot be used with other coupons.")


def _gives(coupon: Coupon) -> str:
    if coupon.type is CouponType.PERCENT:
        return f"{coupon.percent.normalize():f}%"
    return _amount(coupon, coupon.amount)


def _amount(coupon: Coupon, amount: int) -> str:
    return format_amount(amount, coupon.currency)
