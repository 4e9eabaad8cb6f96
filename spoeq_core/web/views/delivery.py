"""What the pages say of a delivery before the checkout."""

from __future__ import annotations

from typing import Any

from spoeq_core.checkout.estimating import Estimate
from spoeq_core.pricing.shape import money
from spoeq_core.shop import Shop
from spoeq_core.web.languages import translate

View = dict[str, Any]
REACHED, NOWHERE, UNKNOWN, WRONG, FAILED = "reached", "nowhere", "unknown", "wrong", "failed"


def no_answer(pin: str, state: str) -> View:
    """Why a PIN code that was asked about has no answer: `unknown`, `wrong`, or none was given (empty)."""
    return {"pin": pin, "state": state, "city": "", "by": None, "price": None, "door": None}


def delivery_view(shop: Shop, found: Estimate) -> View:
    """When and for how much goods reach a PIN code; `door` says whether they can be paid there, for which fee."""
    place, option, offer = found.place, found.option, found.at_the_door
    if found.failed:
        return no_answer(place.pin, FAILED)
    if option is None:
        return {**no_answer(place.pin, NOWHERE), "city": place.city}
    currency = shop.profile.currency
    by = option.latest or option.earliest
    door = offer and {
        "label": translate(offer.option.label),
        "available": offer.option.available,
        "reason": translate(offer.option.reason),
        "fee": money(offer.option.fee, currency),
    }
    return {
        "pin": place.pin,
        "state": REACHED,
        "city": place.city,
        "by": by.isoformat() if by else None,
        "price": money(option.price, currency),
        "door": door,
    }
