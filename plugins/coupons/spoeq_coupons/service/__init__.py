"""What staff do with coupons, and what pricing and checkout ask of them."""

from spoeq_coupons.service.codes import GENERATE, PERMISSION, codes_of, generate_codes
from spoeq_coupons.service.pricing import (
    MOST_CODES,
    Facts,
    Offer,
    facts_of,
    facts_with,
    given_by,
    offers_for,
    quotas,
    running_offers,
    uses_of,
    why_not_now,
)
from spoeq_coupons.service.staff import (
    create_coupon,
    delete_coupon,
    find_coupon,
    list_coupons,
    typed_coupon,
    update_coupon,
)

__all__ = [
    "GENERATE",
    "MOST_CODES",
    "PERMISSION",
    "Facts",
    "Offer",
    "codes_of",
    "create_coupon",
    "delete_coupon",
    "facts_of",
    "facts_with",
    "find_coupon",
    "generate_codes",
    "given_by",
    "list_coupons",
    "offers_for",
    "quotas",
    "running_offers",
    "typed_coupon",
    "update_coupon",
    "uses_of",
    "why_not_now",
]
