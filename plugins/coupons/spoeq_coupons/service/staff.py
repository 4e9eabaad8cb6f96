"""Giving out coupons and changing them."""

from __future__ import annotations

from dataclasses import replace

from spoeq_core.sdk import (
    Conflict,
    Invalid,
    NotFound,
    Shop,
    StaleAggregate,
    message,
    new_id,
)
from spoeq_coupons.checks import problems_of
from spoeq_coupons.documents import CouponRepository
from spoeq_coupons.model import Coupon, fold
from spoeq_coupons.service.resolving import resolve


async def find_coupon(shop: Shop, code: str) -> Coupon:
    """The coupon of a code, whatever its case.

    Raises:
        NotFound: there is none.
    """
    found = await shop.repository(CouponRepository).find_by_id(fold(code))
    if found is None:
        raise _unknown(code)
    return found


async def typed_coupon(shop: Shop, code: str) -> Coupon:
    """What a code gives that a shopper types: a coupon's own, or a single-use one.

    Raises:
        NotFound: there is no such code.
    """
    found = (await resolve(shop, [code])).get(fold(code))
    if found is None:
        raise _unknown(code)
    return found


async def list_coupons(shop: Shop, *, page: int = 1, per_page: int = 50, q: str = "") -> tuple[list[Coupon], int]:
    """A page of the coupons whose code begins with `q`, newest first, and how many there are."""
    return await shop.repository(CouponRepository).newest(fold(q), page=page, per_page=per_page)


async def create_coupon(shop: Shop, coupon: Coupon) -> Coupon:
    """Give out a code, or begin a promotion without one; its amounts are in the shop's currency.

    Raises:
        Invalid: a value is refused.
        Conflict: the code is given out already.
    """
    now, code = shop.clock.now(), fold(coupon.code)
    fresh = replace(
        coupon,
        id=code,
        code=code,
        serial=new_id(),
        currency=shop.profile.currency,
        version=1,
        created_at=now,
        updated_at=now,
    )
    _check(fresh)
    try:
        return await shop.repository(CouponRepository).insert(fresh)
    except Conflict:
        raise Conflict(
            message("There is a coupon %(code)s already.", code=code), hint="Choose another code.", code="duplicate"
        ) from None


async def update_coupon(shop: Shop, coupon: Coupon) -> Coupon:
    """Store a changed coupon; its code stays.

    Raises:
        Invalid: a value is refused.
        StaleAggregate: somebody else changed or deleted it.
    """
    _check(coupon)
    return await shop.repository(CouponRepository).save(replace(coupon, updated_at=shop.clock.now()))


async def delete_coupon(shop: Shop, code: str, *, version: int | None = None) -> Coupon:
    """Take a code out of circulation for good, and its single-use codes; past orders keep what it gave them.

    Raises:
        NotFound: there is none.
        StaleAggregate: it is not of that version any more.
    """
    coupon = await find_coupon(shop, code)
    if version is not None and coupon.version != version:
        raise StaleAggregate("This coupon was changed by somebody else in the meantime.", hint="Read it again.")
    if not await shop.repository(CouponRepository).delete(coupon.id):
        raise _unknown(code)
    return coupon


def _unknown(code: str) -> NotFound:
    return NotFound(
        message("There is no coupon %(code)s.", code=code), hint="Check how it is spelt.", code="coupon_unknown"
    )


def _check(coupon: Coupon) -> None:
    errors = problems_of(coupon)
    if errors:
        raise Invalid("The coupon was not saved.", errors=errors)
