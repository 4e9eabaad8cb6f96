"""When a coupon applies: time, currency, goods, value, buyer, way to pay."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from spoeq_core.sdk import PricingCart, PricingLine, Reason, counted, format_amount, message
from spoeq_coupons.model.coupon import Coupon, CouponState, CouponType
from spoeq_coupons.model.giving import free_units, tier_reached

PAYMENT: Final = "coupon_payment_method"


def eligible_lines(coupon: Coupon, cart: PricingCart) -> list[PricingLine]:
    """The lines of the cart that it is for: of one of its products, in one of its categories, of one of its brands.

    What it does not name (no brand at all) narrows nothing.
    """
    products, categories, brands = set(coupon.products), set(coupon.categories), set(coupon.brands)
    return [
        line
        for line in cart.lines
        if (not products or line.product_id in products)
        and (not categories or not categories.isdisjoint(line.category_ids))
        and (not brands or line.brand_id in brands)
    ]


def why_not(coupon: Coupon, cart: PricingCart) -> Reason | None:
    """Why a coupon by itself does not apply to a cart; None if it does."""
    return next((reason for check in _CHECKS if (reason := check(coupon, cart)) is not None), None)


def _life(coupon: Coupon, cart: PricingCart) -> Reason | None:
    refusals = {
        CouponState.INACTIVE: Reason("coupon_inactive", message("%(code)s is not valid any more.", code=coupon.code)),
        CouponState.EXPIRED: Reason("coupon_expired", message("%(code)s has expired.", code=coupon.code)),
        CouponState.SCHEDULED: Reason("coupon_not_started", message("%(code)s is not valid yet.", code=coupon.code)),
    }
    return refusals.get(coupon.state(cart.at))


def _currency(coupon: Coupon, cart: PricingCart) -> Reason | None:
    if coupon.currency == cart.currency:
        return None
    told = message("%(code)s is for orders in %(currency)s.", code=coupon.code, currency=coupon.currency)
    return Reason("coupon_currency", told)


def _buyer(coupon: Coupon, cart: PricingCart) -> Reason | None:
    if (coupon.signed_in or coupon.segments) and not cart.buyer.customer_id:
        return Reason("coupon_sign_in", message("Sign in to use %(code)s.", code=coupon.code))
    if coupon.segments and cart.buyer.segments.isdisjoint(coupon.segments):
        return Reason("coupon_segment", message("%(code)s is for certain customers only.", code=coupon.code))
    if coupon.first_order and not cart.buyer.is_new:
        return Reason("coupon_first_order", message("%(code)s is for a first order.", code=coupon.code))
    return None


def _goods(coupon: Coupon, cart: PricingCart) -> Reason | None:
    if not cart.lines or eligible_lines(coupon, cart):
        return None
    return Reason(
        "coupon_products", message("%(code)s is for other products than those in the cart.", code=coupon.code)
    )


def _value(coupon: Coupon, cart: PricingCart) -> Reason | None:
    worth = _worth(eligible_lines(coupon, cart))
    least = coupon.min_order
    if coupon.type is CouponType.TIERED and tier_reached(coupon.tiers, worth) is None:
        least = max(least, coupon.tiers[0].value_from)
    if worth >= least:
        return None
    missing = format_amount(least - worth, coupon.currency)
    return Reason("coupon_minimum", message("Add %(missing)s more to use %(code)s.", code=coupon.code, missing=missing))


def _pieces(coupon: Coupon, cart: PricingCart) -> Reason | None:
    if coupon.type is not CouponType.BUY_X_GET_Y or not cart.lines:
        return None
    lines = eligible_lines(coupon, cart)
    if free_units(lines, coupon.buy, coupon.get):
        return None
    wanted = max(1, coupon.buy + coupon.get - sum(line.quantity for line in lines))
    told = counted(
        "Add one more piece to use %(code)s.", "Add %(n)s more pieces to use %(code)s.", wanted, code=coupon.code
    )
    return Reason("coupon_pieces", told)


def _payment(coupon: Coupon, cart: PricingCart) -> Reason | None:
    if not coupon.payment_methods or cart.payment_method in coupon.payment_methods:
        return None
    if cart.payment_method is None:
        told = message("%(code)s is taken off when you choose the way to pay that it is for.", code=coupon.code)
    else:
        told = message("%(code)s is for another way to pay.", code=coupon.code)
    return Reason(PAYMENT, told)


def _worth(lines: Iterable[PricingLine]) -> int:
    return sum(line.quantity * line.unit_price for line in lines)


_CHECKS: Final[tuple[Callable[[Coupon, PricingCart], Reason | None], ...]] = (
    _life,
    _currency,
    _buyer,
    _goods,
    _value,
    _pieces,
    _payment,
)
