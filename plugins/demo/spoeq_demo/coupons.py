"""A few codes to try, given out through the shop's own API, as any client would."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spoeq_core.sdk import Settings, SpoeqError
from spoeq_demo.asking import as_admin

CODES: tuple[Mapping[str, Any], ...] = (
    {"code": "WELCOME10", "type": "percent", "value": 10, "shown": True, "description": "10% off everything"},
    {
        "code": "FLAT200",
        "type": "fixed",
        "value": {"amount": 20000, "currency": "INR"},
        "min_order": {"amount": 149900, "currency": "INR"},
        "shown": True,
        "description": "₹200 off orders from ₹1,499",
    },
    {"code": "SHIPFREE", "type": "free_shipping", "combinable": True, "shown": True, "description": "Free delivery"},
    {
        "code": "ONCE50",
        "type": "percent",
        "value": 50,
        "max_discount": {"amount": 50000, "currency": "INR"},
        "max_uses": 10,
        "per_user_limit": 1,
        "description": "Half off, ₹500 at most, for the first ten",
    },
)
CREATED = 201
DUPLICATE = 409
MISSING = 404


async def create_coupons(settings: Settings) -> None:
    """Give out the codes that are not given out yet; nothing if the plugin `coupons` is not installed.

    Raises:
        SpoeqError: the API refused.
    """
    async with as_admin(settings) as ask:
        for coupon in CODES:
            status, answer = await ask("POST", "/coupons", coupon)
            if status == MISSING:
                return
            if status not in {CREATED, DUPLICATE}:
                raise SpoeqError(f"Coupon {coupon['code']} was refused: {answer}")
