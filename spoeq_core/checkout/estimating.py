"""What can be said of the delivery before the checkout, to somebody who only gave a PIN code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from spoeq_core.hooks.caller import HookError
from spoeq_core.identity.addresses import INDIA
from spoeq_core.identity.places import Place
from spoeq_core.payments import service as payments
from spoeq_core.payments.service import Offer
from spoeq_core.pricing.model import Buyer, Destination
from spoeq_core.pricing.service import Item, PriceRequest, price, pricing_cart
from spoeq_core.shipping import service as shipping
from spoeq_core.shipping.model import ShippingOption
from spoeq_core.shop import Shop


@dataclass(frozen=True, slots=True)
class Estimate:
    """How goods could reach a place.

    Attributes:
        place: Where to.
        option: The way that a parcel goes if nobody chooses: the cheapest; None where nothing goes there.
        at_the_door: The offer to pay at the door, available or with its reason; None where there is none.
        failed: Whether a plugin failed, so that nothing can be promised now.
    """

    place: Place
    option: ShippingOption | None = None
    at_the_door: Offer | None = None
    failed: bool = False


async def estimate(
    shop: Shop, items: Sequence[Item], place: Place, buyer: Buyer, codes: tuple[str, ...] = (), wait: int | None = 0
) -> Estimate:
    """The delivery of these goods to a place: when, for how much, and whether it can be paid at the door.

    It promises nothing: the checkout asks again with the whole address. `wait` is how many days later they are sent,
    None if nobody knows.
    """
    there = Destination(INDIA, place.state, place.pin, place.city)
    request = PriceRequest(tuple(items), codes, buyer, destination=there)
    try:
        options = await shipping.options(shop, pricing_cart(shop, request))
        priced = await price(shop, request)
        offers = await payments.offers(shop, priced)
    except HookError:
        return Estimate(place, failed=True)
    option = options[0].after(wait) if options else None
    door = next((offer for offer in offers if offer.provider.on_delivery), None)
    if option is not None and not option.cod:
        door = None
    return Estimate(place, option, door)
