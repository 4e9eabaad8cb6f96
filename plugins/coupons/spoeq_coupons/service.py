"""What staff do with coupons, and what pricing asks of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from spoeq_core.sdk import (
    Adjustment,
    Buyer,
    Conflict,
    Declined,
    FieldError,
    Invalid,
    NotFound,
    Order,
    Phase,
    PricingCart,
    Quota,
    Reason,
    Shop,
    full_quotas,
    quota_counts,
)
from spoeq_coupons.documents import CouponRepository
from spoeq_coupons.model import Coupon, CouponType, answer, fold, identities, unknown

CODE = re.compile(r"^[A-Z0-9][A-Z0-9_-]{1,39}$")
MOST_CODES = 10


async def find_coupon(shop: Shop, code: str) -> Coupon:
    """The coupon of a code, whatever its case.

    Raises:
        NotFound: there is none.
    """
    found = await shop.repository(CouponRepository).find_by_id(fold(code))
    if found is None:
        raise NotFound(f"There is no coupon {code!r}.")
    return found


async def list_coupons(shop: Shop, *, page: int = 1, per_page: int = 50, q: str = "") -> tuple[list[Coupon], int]:
    """A page of coupons, newest first, and how many there are."""
    query: dict[str, Any] = {"_id": {"$regex": f"^{re.escape(fold(q))}"}} if q else {}
    coupons = shop.repository(CouponRepository)
    found = await coupons.find(query, sort=[("created_at", -1)], skip=(page - 1) * per_page, limit=per_page)
    return found, await coupons.count(query)


async def uses_of(shop: Shop, coupons: Sequence[Coupon]) -> Mapping[str, int]:
    """How many orders each coupon is used in, by its id."""
    counts = await quota_counts(shop, [_key(coupon.id) for coupon in coupons])
    return {coupon.id: counts.get(_key(coupon.id), 0) for coupon in coupons}


async def create_coupon(shop: Shop, coupon: Coupon) -> Coupon:
    """Give out a code.

    Raises:
        Invalid: a value is refused.
        Conflict: the code is given out already.
    """
    now = shop.clock.now()
    fresh = replace(coupon, id=fold(coupon.code), code=fold(coupon.code), created_at=now, updated_at=now)
    _check(fresh)
    try:
        return await shop.repository(CouponRepository).insert(fresh)
    except Conflict:
        raise Conflict(f"There is a coupon {fresh.code} already.", hint="Choose another code.", code="duplicate") from None


async def update_coupon(shop: Shop, coupon: Coupon) -> Coupon:
    """Store a changed coupon; its code stays.

    Raises:
        Invalid: a value is refused.
        StaleAggregate: somebody else changed it.
    """
    _check(coupon)
    return await shop.repository(CouponRepository).save(replace(coupon, updated_at=shop.clock.now()))


async def delete_coupon(shop: Shop, code: str) -> None:
    """Take a code out of circulation for good; past orders keep what it gave them.

    Raises:
        NotFound: there is none.
    """
    if not await shop.repository(CouponRepository).delete(fold(code)):
        raise NotFound(f"There is no coupon {code!r}.")


async def load_facts(shop: Shop, cart: PricingCart) -> Mapping[str, Any] | None:
    """The coupons of the cart's codes, and which of them are used up; nothing if there is no code."""
    codes = {fold(code) for code in cart.codes[:MOST_CODES]}
    if not codes:
        return None
    coupons = await shop.repository(CouponRepository).find({"_id": {"$in": sorted(codes)}})
    return {"coupons": {coupon.id: coupon for coupon in coupons}, "used_up": await _used_up(shop, coupons, cart.buyer)}


def answers(cart: PricingCart, facts: Mapping[str, Any], phase: Phase) -> list[Adjustment | Declined]:
    """What the cart's codes give in a phase; a code that nobody gave out is declined in the order phase."""
    coupons: Mapping[str, Coupon] = facts.get("coupons", {})
    found: list[Adjustment | Declined] = []
    for code in cart.codes[:MOST_CODES]:
        coupon = coupons.get(fold(code))
        if coupon is None and phase is Phase.ORDER:
            found.append(unknown(code))
        elif coupon is not None and coupon.phase is phase:
            found.append(answer(coupon, cart, facts["used_up"]))
    return found


async def quotas(shop: Shop, order: Order) -> list[Quota]:
    """The places that an order takes under its coupons' limits."""
    if not order.codes:
        return []
    buyer = Buyer(customer_id=order.customer_id, email=order.email, phone=order.phone)
    coupons = await shop.repository(CouponRepository).find({"_id": {"$in": sorted(fold(c) for c in order.codes)}})
    return [quota for coupon in coupons for quota in _quotas(coupon, buyer)]


async def _used_up(shop: Shop, coupons: Sequence[Coupon], buyer: Buyer) -> dict[str, Reason]:
    limited = [(coupon, quota) for coupon in coupons for quota in _quotas(coupon, buyer) if quota.limit is not None]
    full = await full_quotas(shop, [quota for _, quota in limited]) if limited else frozenset()
    return {coupon.id: Reason(quota.code, quota.message) for coupon, quota in limited if quota.key in full}


def _quotas(coupon: Coupon, buyer: Buyer) -> list[Quota]:
    overall = Quota(
        _key(coupon.id), coupon.max_uses, f"{coupon.code} has been used up.", code="coupon_used_up"
    )
    if coupon.per_user_limit is None:
        return [overall]
    message = f"You have used {coupon.code} as often as it allows."
    personal = [
        Quota(_key(coupon.id, who), coupon.per_user_limit, message, code="coupon_used_by_you")
        for who in identities(buyer)
    ]
    return [overall, *personal]


def _key(coupon_id: str, who: str = "all") -> str:
    return f"coupon:{coupon_id}:{who}"


def _check(coupon: Coupon) -> None:
    errors = [
        *([] if CODE.match(coupon.id) else [FieldError("code", "Use 2 to 40 letters, digits, - and _.", "pattern")]),
        *_check_value(coupon),
        *_check_limits(coupon),
    ]
    if errors:
        raise Invalid("The coupon was not saved.", errors=errors)


def _check_value(coupon: Coupon) -> list[FieldError]:
    if coupon.type is CouponType.PERCENT and not 0 < coupon.percent <= 100:  # noqa: PLR2004 - percent
        return [FieldError("value", "A percentage is above 0 and at most 100.", "out_of_range")]
    if coupon.type is CouponType.FIXED and not 0 < coupon.amount <= 10**12:
        return [FieldError("value", "The amount must be above zero.", "out_of_range")]
    return []


def _check_limits(coupon: Coupon) -> list[FieldError]:
    errors = []
    if coupon.start_at and coupon.end_at and coupon.end_at <= coupon.start_at:
        errors.append(FieldError("end_at", "The end must come after the start.", "out_of_range"))
    for name in ("max_uses", "per_user_limit", "max_discount"):
        value = getattr(coupon, name)
        if value is not None and value < 1:
            errors.append(FieldError(name, "Enter 1 or more, or leave it empty for no limit.", "out_of_range"))
    if coupon.min_order < 0:
        errors.append(FieldError("min_order", "The minimum cannot be below zero.", "out_of_range"))
    return errors
