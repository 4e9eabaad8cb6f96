"""A few codes to try, given out through the shop's own API for coupons if that plugin is there."""

from __future__ import annotations

from spoeq_core.sdk import Shop, seed_documents

CODES: tuple[dict[str, object], ...] = (
    {"code": "WELCOME10", "type": "percent", "percent": "10", "description": "10% off everything"},
    {"code": "FLAT200", "type": "fixed", "amount": 20000, "min_order": 149900, "description": "₹200 off from ₹1,499"},
    {"code": "SHIPFREE", "type": "free_shipping", "combinable": True, "description": "Free delivery"},
    {"code": "ONCE50", "type": "percent", "percent": "50", "max_uses": 10, "per_user_limit": 1, "max_discount": 50000},
)
