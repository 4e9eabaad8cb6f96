"""The places where goods lie: making and changing them, and choosing one to pack from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypedDict

from spoeq_core.inventory.documents import LocationRepository, StockRepository, holds_any
from spoeq_core.inventory.model import HOME, Location, check_location, packed_from
from spoeq_core.inventory.service.reading import stock_of
from spoeq_core.kernel.errors import Conflict, Invalid, NotFound, StaleAggregate
from spoeq_core.kernel.messages import message
from spoeq_core.shop import Shop


class LocationChanges(TypedDict, total=False):
    """Fields of a location to change."""

    name: str
    address: str
    priority: int
    active: bool


async def locations(shop: Shop) -> list[Location]:
    """Every place where goods may lie, in the order in which parcels are packed from them: one at least."""
    return await shop.repository(LocationRepository).all()


async def get_location(shop: Shop, code: str) -> Location:
    """The place of that code.

    Raises:
        NotFound: there is none.
    """
    found = {location.id: location for location in await locations(shop)}.get(code)
    if found is None:
        raise NotFound(message("There is no location “%(code)s”.", code=code), code="unknown_location")
    return found


async def create_location(shop: Shop, code: str, changes: LocationChanges) -> Location:
    """A new place.

    Raises:
        Invalid: a field is wrong, or the code is taken.
    """
    location = Location(code, **changes)
    check_location(location)
    taken = Invalid.field("code", message("There is a location “%(code)s” already.", code=code), "duplicate")
    if code == HOME:
        raise taken
    try:
        return await shop.repository(LocationRepository).insert(location)
    except Conflict:
        raise taken from None


async def change_location(shop: Shop, code: str, changes: LocationChanges, *, version: int | None = None) -> Location:
    """The place as it is now. It is only closed once nothing lies there any more.

    Args:
        shop: The shop.
        code: Which.
        changes: What is to be different.
        version: The only version that the caller has seen, if it must still be that.

    Raises:
        NotFound: there is none.
        Invalid: a field is wrong.
        Conflict: goods lie there (`code` "not_empty").
        StaleAggregate: it is not of that version any more.
    """
    known = await get_location(shop, code)
    if version is not None and known.version != version:
        raise StaleAggregate("This location was changed by somebody else in the meantime.", hint="Reload the page.")
    wanted = replace(known, **changes)
    check_location(wanted)
    if known.active and not wanted.active:
        await _require_empty(shop, known)
    if wanted == known:
        return known
    if known.version:
        return await shop.repository(LocationRepository).save(wanted)
    try:
        return await shop.repository(LocationRepository).insert(replace(wanted, version=1))
    except Conflict:
        said = "This location was changed by somebody else in the meantime."
        raise StaleAggregate(said, hint="Reload the page.") from None


async def require_location(shop: Shop, code: str, *, receiving: bool = False) -> None:
    """Refuse a place that was named for a movement if there is none, or if it takes no goods any more.

    Args:
        shop: The shop.
        code: Which; the main one needs no look.
        receiving: Whether goods come there: then it must be in use.

    Raises:
        Invalid: names the field `location`.
    """
    found = None if code == HOME else await shop.repository(LocationRepository).find_by_id(code)
    if found is None and code != HOME:
        raise Invalid.field("location", message("There is no location “%(code)s”.", code=code), "unknown_location")
    if found is not None and receiving and not found.active:
        said = message("%(place)s is not in use any more. Choose another location.", place=found.label)
        raise Invalid.field("location", said, "inactive")


async def place_to_pack(shop: Shop, pieces: Mapping[str, int], wanted: str = "") -> str:
    """The code of the place that a parcel is packed from: the one that is wanted, else the first that has all of it.

    Args:
        shop: The shop.
        pieces: By SKU.
        wanted: A code, if staff chose one.

    Raises:
        Invalid: there is no such place.
    """
    if wanted:
        await require_location(shop, wanted)
        return wanted
    stocks = await stock_of(shop, list(pieces))
    if not any(stock.away for stock in stocks.values()):
        return HOME
    order = [location.id for location in await locations(shop)]
    lying = {code: {sku: stock.at(code) for sku, stock in stocks.items()} for code in order}
    return packed_from(order, lying, pieces)


async def place_to_return(shop: Shop, wanted: str) -> str:
    """The code of the place for goods that come back: the one that is wanted; the main one if that takes none now."""
    if wanted in ("", HOME):
        return HOME
    found = await shop.repository(LocationRepository).find_by_id(wanted)
    return wanted if found is not None and found.active else HOME


async def _require_empty(shop: Shop, location: Location) -> None:
    left = await shop.repository(StockRepository).read(holds_any(location.id), limit=3)
    if left:
        skus = ", ".join(f"{stock.sku}: {stock.at(location.id)}" for stock in left)
        raise Conflict(
            message("Goods still lie at %(place)s (%(skus)s …).", place=location.label, skus=skus),
            hint="Move them to another location first.",
            code="not_empty",
        )
