"""What staff do with coupons, and what pricing and checkout ask of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from spoeq_core.sdk import (
    Buyer,
    Conflict,
    Invalid,
    NotFound,
    Order,
    PricingCart,
    Quota,
    Reason,
    Shop,
    StaleAggregate,
    full_quotas,
    keep_at_most,
    message,
    new_id,
    quota_counts,
)
from spoeq_coupons.checks import problems_of
from spoeq_coupons.documents import CouponRepository
from spoeq_coupons.model import Coupon, CouponState, fold, identities, judged

PLUGIN = "coupons"
USED_UP = "coupon_used_up"
MOST_CODES = 10


@dataclass(frozen=True, slots=True)
class Facts:
    """The coupons of a cart's codes, by id, and why some of them are used up."""

    coupons: Mapping[str, Coupon]
    used_up: Mapping[str, Reason]


@dataclass(frozen=True, slots=True)
class Offer:
    """A coupon that shoppers are shown, for one of them: whether it is in the cart, and why it gives nothing there."""

    coupon: Coupon
    in_cart: bool
    why_not: Reason | None


async def find_coupon(shop: Shop, code: str) -> Coupon:
    """The coupon of a code, whatever its case.

    Raises:
        NotFound: there is none.
    """
    found = await shop.repository(CouponRepository).find_by_id(fold(code))
    if found is None:
        raise NotFound(
            message("There is no coupon %(code)s.", code=code), hint="Check how it is spelt.", code="coupon_unknown"
        )
    return found


async def list_coupons(shop: Shop, *, page: int = 1, per_page: int = 50, q: str = "") -> tuple[list[Coupon], int]:
    """A page of the coupons whose code begins with `q`, newest first, and how many there are."""
    return await shop.repository(CouponRepository).newest(fold(q), page=page, per_page=per_page)


async def uses_of(shop: Shop, coupons: Sequence[Coupon]) -> dict[str, int]:
    """How many orders each coupon is used in, by its id."""
    counts = await quota_counts(shop, [_key(coupon) for coupon in coupons])
    return {coupon.id: counts.get(_key(coupon), 0) for coupon in coupons}


async def create_coupon(shop: Shop, coupon: Coupon) -> Coupon:
    """Give out a code; its amounts are in the shop's currency.

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
    """Take a code out of circulation for good; past orders keep what it gave them.

    Raises:
        NotFound: there is none.
        StaleAggregate: it is not of that version any more.
    """
    coupon = await find_coupon(shop, code)
    if version is not None and coupon.version != version:
        raise StaleAggregate("This coupon was changed by somebody else in the meantime.", hint="Read it again.")
    if not await shop.repository(CouponRepository).delete(coupon.id):
        raise NotFound(message("There is no coupon %(code)s.", code=code), code="coupon_unknown")
    return coupon


async def facts_of(shop: Shop, cart: PricingCart) -> Facts | None:
    """What pricing has to know of a cart's codes; nothing if it has none."""
    codes = cart.codes[:MOST_CODES]
    if not codes:
        return None
    coupons = await shop.repository(CouponRepository).by_ids([fold(code) for code in codes])
    return Facts(coupons, await _used_up(shop, list(coupons.values()), cart.buyer))


async def running_offers(shop: Shop) -> list[Coupon]:
    """The coupons that shoppers are shown and that apply at this time, newest first."""
    now = shop.clock.now()
    shown = await shop.cache.get_or_make("coupons shown", shop.repository(CouponRepository).shown)
    ahead = [at for coupon in shown for at in (coupon.start_at, coupon.end_at) if at and at > now]
    if ahead:  # what is made of them now is right until the next one begins or ends
        keep_at_most((min(ahead) - now).total_seconds())
    return [coupon for coupon in shown if coupon.state(now) is CouponState.ACTIVE]


async def offers_for(shop: Shop, cart: PricingCart) -> list[Offer]:
    """The running offers that are not used up, each judged as the cart would judge it.

    Those of the cart's other codes are read by one command, and all counts of uses by another, however many there are.
    """
    running = await running_offers(shop)
    if not running:
        return []
    entered = await shop.repository(CouponRepository).by_ids([fold(code) for code in cart.codes[:MOST_CODES]])
    coupons = {**{coupon.id: coupon for coupon in running}, **entered}
    used_up = await _used_up(shop, list(coupons.values()), cart.buyer)
    offers = [Offer(coupon, coupon.id in entered, _hindrance(coupon, coupons, cart, used_up)) for coupon in running]
    return [offer for offer in offers if offer.why_not is None or offer.why_not.code != USED_UP]


async def why_not_now(shop: Shop, cart: PricingCart, coupon: Coupon) -> Reason | None:
    """Why a code, which is among the cart's, gives nothing there; None if it does."""
    facts = await facts_of(shop, cart)
    if facts is None:
        return None
    return _verdict(coupon, facts.coupons, cart, facts.used_up)


def _hindrance(
    coupon: Coupon, coupons: Mapping[str, Coupon], cart: PricingCart, used_up: Mapping[str, Reason]
) -> Reason | None:
    """Why a visitor cannot use an offer now; nothing can be taken off an empty cart."""
    reason = _verdict(coupon, coupons, cart, used_up)
    if reason is None and not cart.lines:
        return Reason("cart_empty", message("Put something into your cart to use %(code)s.", code=coupon.code))
    return reason


def _verdict(
    coupon: Coupon, coupons: Mapping[str, Coupon], cart: PricingCart, used_up: Mapping[str, Reason]
) -> Reason | None:
    """Why a coupon gives nothing in a cart, among whose codes it is or would be entered last."""
    codes = [code for code in cart.codes[:MOST_CODES] if fold(code) in coupons]
    if all(fold(code) != coupon.id for code in codes):
        codes.append(coupon.code)
    verdicts = judged(codes, coupons, cart, used_up)
    return next((reason for code, reason in verdicts.items() if fold(code) == coupon.id), None)


async def quotas(shop: Shop, order: Order) -> list[Quota]:
    """The places that an order takes under the limits of the coupons that gave it something."""
    given = sorted(given_by(order.priced))
    if not given:
        return []
    buyer = Buyer(customer_id=order.customer_id, email=order.email, phone=order.phone)
    coupons = await shop.repository(CouponRepository).by_ids(given)
    return [quota for coupon in coupons.values() for quota in _quotas(coupon, buyer)]


def given_by(priced: Mapping[str, Any]) -> set[str]:
    """Ids of the coupons that took something off a frozen price."""
    charged = [*priced["lines"], *([priced["shipping"]] if priced["shipping"] else [])]
    return {discount["rule"] for item in charged for discount in item["discounts"] if discount["plugin"] == PLUGIN}


async def _used_up(shop: Shop, coupons: Sequence[Coupon], buyer: Buyer) -> dict[str, Reason]:
    limited = [(coupon, quota) for coupon in coupons for quota in _quotas(coupon, buyer) if quota.limit is not None]
    full = await full_quotas(shop, [quota for _, quota in limited])
    return {coupon.id: Reason(quota.code, quota.message) for coupon, quota in limited if quota.key in full}


def _quotas(coupon: Coupon, buyer: Buyer) -> Iterator[Quota]:
    yield Quota(_key(coupon), coupon.max_uses, message("%(code)s has been used up.", code=coupon.code), code=USED_UP)
    if coupon.per_user_limit is None:
        return
    told = message("You have used %(code)s as often as it allows.", code=coupon.code)
    for who in identities(buyer):
        yield Quota(_key(coupon, who), coupon.per_user_limit, told, code="coupon_used_by_you")


def _key(coupon: Coupon, who: str = "all") -> str:
    return f"coupon:{coupon.id}:{coupon.serial}:{who}"


def _check(coupon: Coupon) -> None:
    errors = problems_of(coupon)
    if errors:
        raise Invalid("The coupon was not saved.", errors=errors)
