"""Coupons as carts are judged by them: with the categories below those that they name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from spoeq_core.sdk import Shop, all_categories
from spoeq_coupons.model import Coupon


async def widened(shop: Shop, coupons: Sequence[Coupon]) -> list[Coupon]:
    """The same coupons, each with the categories below its own; one command if any names some.

    A line of a cart knows the categories that its product was put in, and not those above.
    """
    if not any(coupon.categories for coupon in coupons):
        return list(coupons)
    known = await all_categories(shop)

    def below(keys: Sequence[str]) -> tuple[str, ...]:
        found = [category for key in keys if (category := known.find(key))]
        return tuple({*keys, *(key for category in found for key in known.with_descendants(category))})

    return [replace(coupon, categories=below(coupon.categories)) for coupon in coupons]
