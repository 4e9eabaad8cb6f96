"""Which coupon a code stands for: its own, or one of the single-use codes that were made for it."""

from __future__ import annotations

from collections.abc import Sequence

from spoeq_core.sdk import Shop
from spoeq_coupons.documents import CodeRepository, CouponRepository
from spoeq_coupons.model import Coupon, fold
from spoeq_coupons.model.codes import is_single_use


async def resolve(shop: Shop, codes: Sequence[str], *, all_kinds: bool = False) -> dict[str, Coupon]:
    """The coupons of these codes by folded code; one command more if some may be single-use codes, and one for those.

    What applies without a code, or by single-use codes, cannot be typed: it is found with `all_kinds` only.
    """
    ids = [fold(code) for code in codes]
    coupons = await shop.repository(CouponRepository).by_ids(ids)
    single = await _of_single_use(shop, [code for code in ids if code not in coupons and is_single_use(code)])
    typed = {key: one for key, one in coupons.items() if all_kinds or not (one.automatic or one.single_use)}
    return {**typed, **single}


async def _of_single_use(shop: Shop, codes: Sequence[str]) -> dict[str, Coupon]:
    if not codes:
        return {}
    made = await shop.repository(CodeRepository).find({"_id": {"$in": sorted(set(codes))}})
    coupons = await shop.repository(CouponRepository).by_ids([code.batch for code in made])
    found = {code: coupons[code.batch] for code in made if code.batch in coupons}
    return {code.id: one.under(code.id) for code, one in found.items() if one.serial == code.serial and one.single_use}
