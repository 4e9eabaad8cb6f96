"""Staff pages: the places where goods lie."""

from __future__ import annotations

from typing import Any

from quart import Blueprint, Response

from spoeq_core.audit.service import record
from spoeq_core.inventory import service as inventory
from spoeq_core.inventory.model import HOME, Location, Stock
from spoeq_core.inventory.service import LocationChanges
from spoeq_core.kernel.errors import Conflict, FieldError, Invalid
from spoeq_core.kernel.messages import message
from spoeq_core.web.access import current_actor, staff
from spoeq_core.web.answers import see_other
from spoeq_core.web.bodies import Faults, Form, form_state, read_form
from spoeq_core.web.common import page
from spoeq_core.web.context import current_shop
from spoeq_core.web.flash import flash
from spoeq_core.web.languages import translate
from spoeq_core.web.theming import render

blueprint = Blueprint("admin_locations", __name__)

PATH = "/admin/locations"


@blueprint.get("/locations")
@staff("inventory.view")
async def index() -> Response:
    """All places, and the form for another one."""
    return await _page(None, {}, ())


@blueprint.get("/locations/<code>")
@staff("inventory.view")
async def show(code: str) -> Response:
    """All places, and the form of one."""
    return await _page(await inventory.get_location(current_shop(), code), {}, ())


@blueprint.post("/locations")
@staff("inventory.manage")
async def create() -> Response:
    """Make a place."""
    shop, form = current_shop(), await read_form()
    try:
        location = await inventory.create_location(shop, form.text("code").upper(), _changes(form))
    except Invalid as error:
        return await _page(None, form.as_dict(), error.errors, 422)
    await _note("location.created", location)
    return flash(see_other(PATH), message("%(place)s is a location now.", place=location.label))


@blueprint.post("/locations/<code>")
@staff("inventory.manage")
async def change(code: str) -> Response:
    """Rename, rank, close or open a place."""
    shop, form = current_shop(), await read_form()
    known = await inventory.get_location(shop, code)
    try:
        wanted: LocationChanges = {**_changes(form), "active": code == HOME or form.flag("active")}
        location = await inventory.change_location(shop, code, wanted, version=form.integer("version"))
    except Invalid as error:
        return await _page(known, form.as_dict(), error.errors, 422)
    except Conflict as error:
        return await _page(known, form.as_dict(), [FieldError("active", str(error), error.code)], 409)
    await _note("location.changed", location)
    return flash(see_other(PATH), "Saved.")


async def place_views() -> list[dict[str, Any]]:
    """Every place, in the order in which parcels are packed from them."""
    return [_view(location) for location in await inventory.locations(current_shop())]


def lying_views(stock: Stock, places: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What of a stock lies at which place; empty ones that are in use too. Nothing where the shop has one place."""
    known = {place["code"] for place in places}
    lost = [{"code": code, "label": code, "active": False} for code in stock.lying if code not in known]
    rows = [{**place, "pieces": stock.at(place["code"])} for place in (*places, *lost)] if len(places) > 1 else []
    return [row for row in rows if row["active"] or row["pieces"]]


def _view(location: Location) -> dict[str, Any]:
    return {
        "code": location.id,
        "label": translate(location.label),
        "address": location.address,
        "priority": location.priority,
        "active": location.active,
        "version": location.version,
        "home": location.id == HOME,
    }


async def _page(
    shown: Location | None, typed: dict[str, str], errors: list[FieldError] | tuple[FieldError, ...], status: int = 200
) -> Response:
    return await render(
        "admin",
        "pages/locations.html",
        status=status,
        page=page("Locations"),
        locations=await place_views(),
        location=_view(shown) if shown else None,
        form=form_state(typed, errors),
    )


def _changes(form: Form) -> LocationChanges:
    faults = Faults()
    priority = faults.of(lambda: form.integer("priority", 0), 0)
    faults.raise_if_any()
    return {"name": form.text("name"), "address": form.text("address"), "priority": priority}


async def _note(action: str, location: Location) -> None:
    actor = await current_actor()
    detail = {"name": location.name, "priority": location.priority, "active": location.active}
    by = {"actor_id": actor.id, "actor_name": actor.name}
    await record(current_shop(), action, f"location:{location.id}", **by, detail=detail)
