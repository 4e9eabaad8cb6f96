"""What carts keep of people."""

from __future__ import annotations

from collections.abc import AsyncIterator

from spoeq_core.cart.documents import CartRepository
from spoeq_core.extensions.service import personal
from spoeq_core.hooks.contributions import Person, PersonalData, Row
from spoeq_core.kernel.messages import message
from spoeq_core.shop import Shop


async def _export(shop: Shop, person: Person) -> AsyncIterator[Row]:
    if not person.customer_id:
        return
    async for cart in shop.repository(CartRepository).stream({"customer_id": person.customer_id}, sort=[("_id", 1)]):
        yield {
            "status": cart.status.value,
            "currency": cart.currency,
            "coupons": list(cart.codes),
            "changed_at": cart.updated_at,
            "items": [
                {
                    "sku": line.sku,
                    "name": line.name,
                    "quantity": line.quantity,
                    "properties": dict(line.properties),
                    "plugins": personal(shop, "cart_line", line.ext),
                }
                for line in cart.lines
            ],
        }


async def _erase(shop: Shop, person: Person) -> None:
    if person.customer_id:
        await shop.repository(CartRepository).collection.delete_many({"customer_id": person.customer_id})


PERSONAL_DATA: tuple[PersonalData, ...] = (
    PersonalData(
        "carts",
        message("Carts"),
        "contact",
        "deleted",
        message("Deleted. A guest's end after 30 days."),
        _export,
        _erase,
    ),
)
