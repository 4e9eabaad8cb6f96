"""JSON: the places where goods lie, for staff."""

from __future__ import annotations

from typing import Any, cast

from pydantic import Field
from quart import Blueprint, Response

from spoeq_core.audit.service import record
from spoeq_core.inventory import service as inventory
from spoeq_core.inventory.model import LAST_PRIORITY, LONGEST_ADDRESS, LONGEST_NAME, LONGEST_NOTE, MAX_PIECES, Location
from spoeq_core.inventory.service import LocationChanges
from spoeq_core.kernel.ids import derived_id, new_id
from spoeq_core.web.access import current_actor, staff
from spoeq_core.web.api.inventory import stock_view
from spoeq_core.web.api.shapes.catalog import LocationList, LocationShape, StockRow
from spoeq_core.web.api.shopping import idempotency_key, wanted_version
from spoeq_core.web.bodies import Body, json_response, read_body
from spoeq_core.web.context import current_shop
from spoeq_core.web.idempotency import once
from spoeq_core.web.openapi import IDEMPOTENCY_KEY, IF_MATCH, operation

blueprint = Blueprint("api_locations", __name__)

TAGS = ("Inventory",)
Code = Field(min_length=1, max_length=20)


class LocationPatch(Body):
    """Fields to change; `priority`: parcels are packed from the lowest number first."""

    name: str = Field("", max_length=LONGEST_NAME)
    address: str = Field("", max_length=LONGEST_ADDRESS)
    priority: int = Field(0, ge=0, le=LAST_PRIORITY)
    active: bool = True

    def changes(self) -> LocationChanges:
        """What was given."""
        return cast(LocationChanges, self.model_dump(include=self.model_fields_set - {"code"}))


class NewLocation(LocationPatch):
    """A place; its code never changes."""

    code: str = Code
    name: str = Field(min_length=1, max_length=LONGEST_NAME)


class Transfer(Body):
    """Pieces that are carried from one place to another, by the codes of the places."""

    source: str = Code
    target: str = Code
    pieces: int = Field(ge=1, le=MAX_PIECES)
    note: str = Field("", max_length=LONGEST_NOTE)


@blueprint.get("/locations")
@staff("inventory.view")
@operation("Places where goods lie, in the order of packing", tags=TAGS, responses={200: LocationList})
async def index() -> Response:
    """Every place; a shop has the main one at least."""
    return json_response({"items": [_view(location) for location in await inventory.locations(current_shop())]})


@blueprint.post("/locations")
@staff("inventory.manage")
@operation("Make a location", tags=TAGS, request=NewLocation, responses={201: LocationShape})
async def create() -> Response:
    """Make a place."""
    body = await read_body(NewLocation)
    location = await inventory.create_location(current_shop(), body.code, body.changes())
    return await _saved(location, "location.created", 201)


@blueprint.patch("/locations/<code>")
@staff("inventory.manage")
@operation(
    "Change a location",
    tags=TAGS,
    request=LocationPatch,
    headers=[IF_MATCH],
    responses={200: LocationShape, 404: None, 409: "Goods lie there, so it cannot be closed"},
)
async def update(code: str) -> Response:
    """Change what is named; If-Match refuses a version that is not the one seen."""
    changes = (await read_body(LocationPatch)).changes()
    location = await inventory.change_location(current_shop(), code, changes, version=wanted_version())
    return await _saved(location, "location.changed", 200)


@blueprint.post("/inventory/<sku>/transfer")
@staff("inventory.manage")
@operation(
    "Carry pieces from one location to another",
    tags=TAGS,
    request=Transfer,
    headers=[IDEMPOTENCY_KEY],
    responses={200: StockRow, 404: None, 409: "Fewer pieces lie there"},
)
async def transfer(sku: str) -> Response:
    """Two rows of the log by one update; what orders hold stays theirs."""
    shop, body, actor, key = current_shop(), await read_body(Transfer), await current_actor(), idempotency_key()
    scope = f"transfer:{sku}:{actor.id}"
    transfer_id = derived_id(f"{scope}:{key}") if key else new_id()

    async def carry() -> Response:
        way = {"source": body.source, "target": body.target, "note": body.note}
        stock = await inventory.transfer(shop, sku, body.pieces, transfer_id=transfer_id, actor=actor.id, **way)
        return json_response(stock_view(stock))

    return await once(shop, key, scope, carry)


async def _saved(location: Location, action: str, status: int) -> Response:
    actor = await current_actor()
    await record(current_shop(), action, f"location:{location.id}", actor_id=actor.id, actor_name=actor.name)
    return json_response(_view(location), status, {"ETag": f'"{location.version}"'})


def _view(location: Location) -> dict[str, Any]:
    return {
        "code": location.id,
        "name": location.label,
        "address": location.address,
        "priority": location.priority,
        "active": location.active,
        "version": location.version,
    }
