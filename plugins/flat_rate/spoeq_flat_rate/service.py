"""Quotes by zone, and the merchant's changes to the zones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from spoeq_core.sdk import (
    Conflict,
    FieldError,
    Invalid,
    NotFound,
    PricingCart,
    ShippingOption,
    Shop,
    field_errors,
    message,
    save_settings,
)
from spoeq_flat_rate.model import Zone, free_id, working_day, zone_for
from spoeq_flat_rate.settings import FlatRateSettings

PLUGIN = "flat_rate"
Zones = Mapping[str, tuple[Zone, ...]]
MISSING = {
    "name": message("Enter a name."),
    "label": message("Enter what shoppers read."),
    "rates": message("Enter at least one price."),
}


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
    return _zone_of(shop.plugin_settings(FlatRateSettings).zones, zone_id)


async def create_zone(shop: Shop, values: Mapping[str, object]) -> Zone:
    """Add a zone; its id is made from its name.

    Raises:
        Invalid: a value is refused.
        Conflict: another zone has the name.
    """
    made: list[Zone] = []

    def added(now: FlatRateSettings) -> Zones:
        name = str(values.get("name", ""))
        made[:] = [_zone({**values, "id": free_id(name, {zone.id for zone in now.zones})})]
        _refuse_same_name(made[0], now.zones)
        return {"zones": (*now.zones, *made)}

    await save_settings(shop, PLUGIN, added)
    return made[0]


async def update_zone(shop: Shop, zone_id: str, changed: Callable[[Zone], Mapping[str, object]]) -> Zone:
    """Put a changed zone in the place of what it was; the others stay as they are stored.

    Args:
        shop: The shop.
        zone_id: Which zone.
        changed: The values of the changed zone, of the zone as it is stored; asked again if somebody was faster.

    Raises:
        NotFound: there is none of that id.
        Invalid: a value is refused.
        Conflict: another zone has the name.
    """

    def replaced(now: FlatRateSettings) -> Zones:
        zone = _zone({**changed(_zone_of(now.zones, zone_id)), "id": zone_id})
        _refuse_same_name(zone, [other for other in now.zones if other.id != zone_id])
        return {"zones": tuple(zone if other.id == zone_id else other for other in now.zones)}

    await save_settings(shop, PLUGIN, replaced)
    return find_zone(shop, zone_id)


async def delete_zone(shop: Shop, zone_id: str) -> None:
    """Remove a zone; addresses in it are served by a less exact one, if any.

    Raises:
        NotFound: there is none of that id.
    """

    def left(now: FlatRateSettings) -> Zones:
        gone = _zone_of(now.zones, zone_id)
        return {"zones": tuple(zone for zone in now.zones if zone is not gone)}

    await save_settings(shop, PLUGIN, left)


def checked_zone(values: Mapping[str, object], zone_id: str = "unnamed") -> Zone:
    """The values as a zone, which is not stored.

    Raises:
        Invalid: a value is refused.
    """
    return _zone({**values, "id": zone_id})


def _zone_of(zones: Iterable[Zone], zone_id: str) -> Zone:
    found = next((zone for zone in zones if zone.id == zone_id), None)
    if found is None:
        raise NotFound(message("There is no shipping zone '%(zone_id)s'.", zone_id=zone_id))
    return found


def _zone(values: Mapping[str, object]) -> Zone:
    try:
        return Zone.model_validate(values)
    except ValidationError as error:
        raise Invalid("The zone was not saved.", errors=[_at_field(item) for item in field_errors(error)]) from None


def _at_field(error: FieldError) -> FieldError:
    """The error at the form's field, where one stands for a list of prices or words."""
    field = error.field.partition(".")[0]
    words = MISSING.get(field, error.message) if error.code in {"string_too_short", "too_short"} else error.message
    return FieldError(field, words, error.code)


def _refuse_same_name(zone: Zone, others: Iterable[Zone]) -> None:
    if any(other.name.casefold() == zone.name.casefold() for other in others):
        raise Conflict(
            message("There is a zone %(name)s already.", name=zone.name), hint="Choose another name.", code="duplicate"
        )
