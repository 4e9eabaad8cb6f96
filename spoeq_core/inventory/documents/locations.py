"""The places where goods lie: one document each, by code. Of the main one there is none until it is changed."""

from __future__ import annotations

from odmantic import Field, Model

from spoeq_core.inventory.model import HOME, Location, ranked
from spoeq_core.kernel.mongo import Repository


class LocationDocument(Model):
    """A place where goods lie; `_id` is its code."""

    model_config = {"collection": "locations"}

    id: str = Field(primary_field=True)
    name: str
    address: str = ""
    priority: int = 0
    active: bool = True
    version: int = 1


class LocationRepository(Repository[Location]):
    """The places of the shop."""

    document = LocationDocument
    model = Location

    async def all(self) -> list[Location]:
        """Every place, the main one too, in the order in which parcels are packed from them."""
        found = {location.id: location for location in await self.find({})}
        return ranked({HOME: Location(HOME, version=0), **found}.values())
