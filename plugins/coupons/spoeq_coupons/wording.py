"""A coupon in words: for shoppers in whole sentences, which each language words in its own order, and for staff."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from spoeq_core.sdk import counted, format_amount, message
from spoeq_coupons.model import Coupon, CouponType, Tier


def headline(coupon: Coupon) -> str:
    """What it gives, in two or three words."""
    if coupon.type is CouponType.FREE_SHIPPING:
        return message("Free delivery")
    if coupon.type is CouponType.BUY_X_GET_Y:
        return message("Buy %(buy)s, get %(get)s free", buy=coupon.buy, get=coupon.get)
    if coupon.type is CouponType.TIERED:
        return message("Up to %(what)s off", what=_tier_gives(coupon, coupon.tiers[-1]))
    return message("%(what)s off", what=gives(coupon))


def in_words(coupon: Coupon) -> str:
    """What it gives, and on what, in a sentence."""
    if coupon.type is CouponType.BUY_X_GET_Y:
        pieces = coupon.buy + coupon.get
        return counted(
            "Of %(all)s pieces the cheapest is free.",
            "Of %(all)s pieces the %(n)s cheapest are free.",
            coupon.get,
            all=pieces,
        )
    if coupon.type is CouponType.TIERED:
        return message("%(steps)s.", steps=", ".join(_steps(coupon, str)))
    return _simple(coupon)


def terms(coupon: Coupon) -> Iterator[str]:
    """What else one should know before counting on it."""
    if coupon.min_order:
        minimum = _amount(coupon, coupon.min_order)
        yield message("Goods worth %(minimum)s or more, before discounts.", minimum=minimum)
    yield from (told for holds, told in zip(_narrowed(coupon), NARROWED, strict=True) if holds)
    if coupon.per_user_limit:
        yield counted("Once for each customer.", "%(n)s times for each customer.", coupon.per_user_limit)
    if coupon.max_uses:
        yield counted("For one order in all: the first one.", "For the first %(n)s orders.", coupon.max_uses)
    if coupon.automatic:
        yield message("No code is needed.")
    elif coupon.combinable:
        yield message("Can be used with other coupons that allow it.")
    else:
        yield message("Cannot be used with other coupons.")


def sentence(coupon: Coupon, say: Callable[[str], str] = str) -> str:
    """The coupon read back to staff; `say` translates a part."""
    tiered = coupon.type is CouponType.TIERED
    parts = _steps(coupon, say) if tiered else [say(headline(coupon))]
    parts += [say(part) for part in _conditions(coupon)]
    return say(message("%(parts)s.", parts=", ".join(parts)))


def gives(coupon: Coupon) -> str:
    """The percentage or the amount, as in 12.5% or ₹200."""
    if coupon.type is CouponType.PERCENT:
        return f"{coupon.percent.normalize():f}%"
    return _amount(coupon, coupon.amount)


def _narrowed(coupon: Coupon) -> tuple[bool, ...]:
    """Whether it is for some goods, some buyers, some ways to pay: in the order of the sentences below."""
    goods = bool(coupon.products or coupon.categories or coupon.brands)
    signed_in = coupon.signed_in and not coupon.segments
    return goods, coupon.first_order, signed_in, bool(coupon.segments), bool(coupon.payment_methods)


NARROWED = (
    message("For some products only."),
    message("For a first order."),
    message("For customers who are signed in."),
    message("For certain customers only."),
    message("For some ways to pay only."),
)
NARROWED_IN_SHORT = (
    message("on some products"),
    message("on a first order"),
    message("for customers who are signed in"),
    message("for certain customers"),
    message("with some ways to pay"),
)


def _conditions(coupon: Coupon) -> Iterator[str]:
    if coupon.min_order:
        yield message("on orders from %(amount)s", amount=_amount(coupon, coupon.min_order))
    yield from (told for holds, told in zip(_narrowed(coupon), NARROWED_IN_SHORT, strict=True) if holds)
    if coupon.per_user_limit:
        yield counted("once a customer", "%(n)s times a customer", coupon.per_user_limit)
    if coupon.max_uses:
        yield counted("one use in all", "%(n)s uses in all", coupon.max_uses)
    yield from _beside(coupon)


def _beside(coupon: Coupon) -> Iterator[str]:
    if coupon.single_use:
        yield message("by single-use codes")
    if coupon.automatic:
        yield message("without a code")
    if coupon.exclusive:
        yield message("alone, without any other discount")
    elif not coupon.automatic:
        yield message("with other coupons too") if coupon.combinable else message("not with other coupons")


def _simple(coupon: Coupon) -> str:
    minimum = _amount(coupon, coupon.min_order)
    if coupon.type is CouponType.FREE_SHIPPING:
        if coupon.min_order:
            return message("Free delivery on orders from %(minimum)s.", minimum=minimum)
        return message("Free delivery on every order.")
    what = gives(coupon)
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


def _steps(coupon: Coupon, say: Callable[[str], str]) -> list[str]:
    """Each tier: `10% off from ₹999`."""
    steps = [(_tier_gives(coupon, tier), _amount(coupon, tier.value_from)) for tier in coupon.tiers]
    return [say(message("%(what)s off from %(amount)s", what=what, amount=amount)) for what, amount in steps]


def _tier_gives(coupon: Coupon, tier: Tier) -> str:
    return f"{tier.percent.normalize():f}%" if tier.percent else _amount(coupon, tier.amount)


def _amount(coupon: Coupon, amount: int) -> str:
    return format_amount(amount, coupon.currency)
