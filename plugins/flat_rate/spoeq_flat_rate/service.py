"""Quotes by zone, and the merchant's changes to the zones."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from pydantic import ValidationError

from spoeq_core.sdk import Conflict, FieldError, Invalid, NotFound, PricingCart, ShippingOption, Shop, save_settings
from spoeq_flat_rate.model import Zone, working_day, zone_for
from spoeq_flat_rate.settings import FlatRateSettings

PLUGIN = "flat_rate"


async def quote(shop: Shop, cart: PricingCart) -> list[ShippingOption]:
    """The one option for the cart's destination; none where no zone covers it."""
    there = cart.destination
    if there is None:
        return []
    zones = shop.plugin_settings(FlatRateSettings).zones
    zone = zone_for(zones, there.country, there.state, there.postal_code)
    price = zone.price(cart.weight_g, cart.items_total) if zone else None
    if zone is None or price is None:
        return []
    today = shop.clock.now().astimezone(ZoneInfo(shop.profile.timezone)).date()
    return [
        ShippingOption(
            id=zone.id,
            label=zone.label,
            price=price,
            earliest=working_day(today, zone.min_days),
            latest=working_day(today, zone.max_days),
            cod=zone.cod,
        )
    ]


def find_zone(shop: Shop, zone_id: str) -> Zone:
    """The zone of that id.

    Raises:
        NotFound: there is none.
    """
    zones = shop.plugin_settings(FlatRateSettings).zones
    found = next((zone for zone in zones if zone.id == zone_id), None)
    if found is None:
        raise NotFound(f"There is no shipping zone {zone_id!r}.")
    return found


async def save_zone(shop: Shop, values: dict[str, object], replacing: str | None) -> Zone:
    """Add a zone, or put it in the place of another.

    Raises:
        Invalid: a value is refused.
        Conflict: another zone has the id.
    """
    try:
        zone = Zone.model_validate(values)
    except ValidationError as error:
        raise Invalid(
            "The zone was not saved.",
            errors=[FieldError(_field(item["loc"]), item["msg"].removeprefix("Value error, ") + ".") for item in error.errors()],
        ) from None
    zones = shop.plugin_settings(FlatRateSettings).zones
    if zone.id != replacing and any(other.id == zone.id for other in zones):
        raise Conflict(f"There is a zone {zone.id!r} already.", hint="Choose another name.")
    kept = tuple(zone if other.id == replacing else other for other in zones)
    await save_settings(shop, PLUGIN, {"zones": kept if replacing else (*zones, zone)})
    return zone


async def delete_zone(shop: Shop, zone_id: str) -> None:
    """Remove a zone; addresses in it are served by a less exact one, if any."""
    find_zone(shop, zone_id)
    zones = shop.plugin_settings(FlatRateSettings).zones
    await save_settings(shop, PLUGIN, {"zones": tuple(zone for zone in zones if zone.id != zone_id)})


def _field(path: tuple[int | str, ...]) -> str:
    return str(path[0]) if path else "rates"
