"""What pricing and checkout ask of coupons."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from spoeq_core.sdk import (
    Buyer,
    Order,
    PricingCart,
    Quota,
    Reason,
    Shop,
    full_quotas,
    has_ordered,
    keep_at_most,
    message,
    quota_counts,
)
from spoeq_coupons.documents import CouponRepository
from spoeq_coupons.model import Coupon, CouponState, fold, identities, judged, waits, why_not
from spoeq_coupons.service.resolving import resolve
from spoeq_coupons.service.widening import widened

PLUGIN = "coupons"
USED_UP = "coupon_used_up"
FIRST_ORDER = "coupon_first_order"
MOST_CODES = 10


@dataclass(frozen=True, slots=True)
class Facts:
    """The coupons of a cart's codes by folded code, what applies without one, and why some give the buyer nothing."""

    coupons: Mapping[str, Coupon]
    used_up: Mapping[str, Reason]
    automatic: tuple[Coupon, ...] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """A coupon that shoppers are shown, for one of them: whether it is in the cart, and why it gives nothing there."""

    coupon: Coupon
    in_cart: bool
    why_not: Reason | None


async def uses_of(shop: Shop, coupons: Sequence[Coupon]) -> dict[str, int]:
    """How many orders each coupon is used in, by its id."""
    counts = await quota_counts(shop, [_key(coupon) for coupon in coupons])
    return {coupon.id: counts.get(_key(coupon), 0) for coupon in coupons}


async def facts_of(shop: Shop, cart: PricingCart) -> Facts | None:
    """What pricing has to know of a cart's codes and of what applies without one; None if there is neither."""
    automatic = tuple(await _running(shop, "coupons automatic", shop.repository(CouponRepository).automatic))
    codes = cart.codes[:MOST_CODES]
    if not codes and not automatic:
        return None
    coupons = await _entered(shop, codes)
    return Facts(coupons, await _used_up(shop, [*coupons.values(), *automatic], cart.buyer), automatic)


async def facts_with(shop: Shop, cart: PricingCart, tried: Coupon) -> Facts:
    """The same as if a coupon were stored like this, and its code, if it needs one, were among the cart's."""
    known = await facts_of(shop, cart) or Facts({}, {})
    (tried,) = await widened(shop, [tried])
    automatic = tuple(coupon for coupon in known.automatic if coupon.id != tried.id)
    if tried.automatic:
        return Facts(known.coupons, known.used_up, (*automatic, tried))
    return Facts({**known.coupons, tried.id: tried}, known.used_up, automatic)


async def running_offers(shop: Shop) -> list[Coupon]:
    """The coupons that shoppers are shown and that apply at this time, newest first."""
    return await _running(shop, "coupons shown", shop.repository(CouponRepository).shown)


async def offers_for(shop: Shop, cart: PricingCart) -> list[Offer]:
    """The running offers that are not used up, each judged as the cart would judge it.

    Those of the cart's other codes are read by one command, and all counts of uses by another, however many there are.
    """
    running = await running_offers(shop)
    if not running:
        return []
    entered = await _entered(shop, cart.codes[:MOST_CODES])
    coupons = {**{coupon.id: coupon for coupon in running}, **entered}
    used_up = await _used_up(shop, list(coupons.values()), cart.buyer)
    offers = [Offer(coupon, coupon.id in entered, _hindrance(coupon, coupons, cart, used_up)) for coupon in running]
    return [offer for offer in offers if offer.why_not is None or offer.why_not.code != USED_UP]


async def why_not_now(shop: Shop, cart: PricingCart, coupon: Coupon) -> Reason | None:
    """Why a code, which is among the cart's, gives nothing there; None if it does, or waits for the way to pay."""
    facts = await facts_of(shop, cart)
    if facts is None:
        return None
    reason = _verdict(coupon, facts.coupons, cart, facts.used_up)
    return None if reason is not None and waits(reason, cart) else reason


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
    if coupon.automatic:
        return why_not(coupon, cart) or used_up.get(coupon.id)
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
    coupons = list((await resolve(shop, given, all_kinds=True)).values())
    first = [coupon for coupon in coupons if coupon.first_order]
    ordered = bool(first) and await _has_ordered(shop, buyer, order.id)
    refused = [Quota(_key(one, "first"), 0, _not_first(one).message, code=FIRST_ORDER) for one in first if ordered]
    return refused or [quota for coupon in coupons for quota in _quotas(coupon, buyer)]


def given_by(priced: Mapping[str, Any]) -> set[str]:
    """Ids of the coupons that took something off a frozen price."""
    charged = [*priced["lines"], *([priced["shipping"]] if priced["shipping"] else [])]
    return {discount["rule"] for item in charged for discount in item["discounts"] if discount["plugin"] == PLUGIN}


async def _entered(shop: Shop, codes: Sequence[str]) -> dict[str, Coupon]:
    found = await resolve(shop, codes) if codes else {}
    return dict(zip(found, await widened(shop, list(found.values())), strict=True))


async def _running(shop: Shop, name: str, read: Callable[[], Awaitable[list[Coupon]]]) -> list[Coupon]:
    """Those of the coupons that apply at this time; all of them are kept in the cache."""

    async def make() -> list[Coupon]:
        return await widened(shop, await read())

    now = shop.clock.now()
    kept = await shop.cache.get_or_make(name, make)
    ahead = [at for coupon in kept for at in (coupon.start_at, coupon.end_at) if at and at > now]
    if ahead:  # what is made of them now is right until the next one begins or ends
        keep_at_most((min(ahead) - now).total_seconds())
    return [coupon for coupon in kept if coupon.state(now) is CouponState.ACTIVE]


async def _used_up(shop: Shop, coupons: Sequence[Coupon], buyer: Buyer) -> dict[str, Reason]:
    limited = [(coupon, quota) for coupon in coupons for quota in _quotas(coupon, buyer) if quota.limit is not None]
    full = await full_quotas(shop, [quota for _, quota in limited])
    found = {coupon.id: Reason(quota.code, quota.message) for coupon, quota in limited if quota.key in full}
    first = [coupon for coupon in coupons if coupon.first_order and coupon.id not in found]
    if first and buyer.customer_id and buyer.is_new and await _has_ordered(shop, Buyer(buyer.customer_id)):
        found |= {coupon.id: _not_first(coupon) for coupon in first}
    return found


async def _has_ordered(shop: Shop, buyer: Buyer, other_than: str = "") -> bool:
    return await has_ordered(
        shop, customer_id=buyer.customer_id, email=buyer.email, phone=buyer.phone, other_than=other_than
    )


def _not_first(coupon: Coupon) -> Reason:
    return Reason(FIRST_ORDER, message("%(code)s is for a first order.", code=coupon.code))


def _quotas(coupon: Coupon, buyer: Buyer) -> Iterator[Quota]:
    gone = message("%(code)s has been used up.", code=coupon.code)
    if coupon.batch:
        yield Quota(code_key(coupon.id, coupon.serial), 1, gone, code=USED_UP)
    yield Quota(_key(coupon), coupon.max_uses, gone, code=USED_UP)
    told = message("You have used %(code)s as often as it allows.", code=coupon.code)
    for who in identities(buyer):
        if coupon.first_order:
            yield Quota(_key(coupon, f"first:{who}"), 1, _not_first(coupon).message, code=FIRST_ORDER)
        if coupon.per_user_limit is not None:
            yield Quota(_key(coupon, who), coupon.per_user_limit, told, code="coupon_used_by_you")


def _key(coupon: Coupon, who: str = "all") -> str:
    return f"coupon:{coupon.batch or coupon.id}:{coupon.serial}:{who}"


def code_key(code: str, serial: str) -> str:
    """Under which the use of a single-use code is counted."""
    return f"coupon:{code}:{serial}:code"
