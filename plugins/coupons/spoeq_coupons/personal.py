"""What coupons know of people: who used which; the uses stand with the orders, and are counted under digests."""

from __future__ import annotations

from collections.abc import AsyncIterator

from spoeq_core.sdk import Person, PersonalData, Row, Shop, message, orders_of
from spoeq_coupons.service import given_by


async def export(shop: Shop, person: Person) -> AsyncIterator[Row]:
    """Each code that took something off one of their orders."""
    async for order in orders_of(shop, person):
        for coupon in sorted(given_by(order.priced)):
            yield {"coupon": coupon, "order": order.number, "at": order.placed_at}


USES = PersonalData(
    "coupons",
    message("Coupons used"),
    "contact",
    "kept",
    message(
        "Uses are counted under the account's number, or under digests of a guest's e-mail and phone, so that a "
        "limit for each customer holds."
    ),
    export,
)
