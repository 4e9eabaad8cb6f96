"""Staff pages: shipping zones."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from quart import Blueprint, Response

from spoeq_core.sdk import (
    BothChanged,
    Conflict,
    Faults,
    FieldError,
    Form,
    Invalid,
    NotFound,
    Shop,
    SpoeqError,
    conflict_state,
    current_shop,
    flash,
    form_state,
    message,
    page,
    parse_amount,
    plain_amount,
    read_form,
    render,
    see_other,
    settled,
    staff,
)
from spoeq_flat_rate.model import Zone
from spoeq_flat_rate.service import checked_zone, create_zone, delete_zone, find_zone, update_zone
from spoeq_flat_rate.settings import FlatRateSettings

PATH = "/admin/shipping-zones"
PERMISSION = "shipping.manage"

NEW = {"countries": "IN", "label": message("Standard delivery"), "min_days": "3", "max_days": "6", "cod": "1"}

GONE = message("Somebody deleted this zone meanwhile. What you typed is kept here: saving makes a new zone of it.")
LABELS = {
    "name": message("Name"),
    "label": message("What shoppers read"),
    "countries": message("Countries"),
    "states": message("States"),
    "pin_prefixes": message("PINs"),
    "rates": message("Prices"),
    "free_above": message("Free from an order value of"),
    "min_order": message("Smallest order"),
    "min_days": message("Earliest, in working days"),
    "max_days": message("Promised, in working days"),
    "cod": message("Parcels can be paid for at the door"),
}
"""The fields, and what they are called where two changed them."""

blueprint = Blueprint("flat_rate_admin", __name__)


@blueprint.get("/shipping-zones")
@staff(PERMISSION)
async def index() -> Response:
    """All zones."""
    shop = current_shop()
    zones = shop.plugin_settings(FlatRateSettings).zones
    rows = [{"zone": zone, "rates": _rates(zone, shop.profile.currency)} for zone in zones]
    return await render("admin", "flat_rate/zones.html", page=page("Shipping zones"), rows=rows)


@blueprint.get("/shipping-zones/new")
@staff(PERMISSION)
async def new() -> Response:
    """An empty form."""
    return await _form(None, NEW)


@blueprint.post("/shipping-zones/new")
@staff(PERMISSION)
async def create() -> Response:
    """Add a zone."""
    return await _save(None)


@blueprint.get("/shipping-zones/<zone_id>")
@staff(PERMISSION)
async def edit(zone_id: str) -> Response:
    """A zone's form."""
    shop = current_shop()
    zone = find_zone(shop, zone_id)
    return await _form(zone_id, _values(zone, shop.profile.currency))


@blueprint.post("/shipping-zones/<zone_id>")
@staff(PERMISSION)
async def update(zone_id: str) -> Response:
    """Change a zone."""
    return await _save(zone_id)


@blueprint.post("/shipping-zones/<zone_id>/delete")
@staff(PERMISSION)
async def remove(zone_id: str) -> Response:
    """Remove a zone."""
    await delete_zone(current_shop(), zone_id)
    return flash(see_other(PATH), "Zone removed.")


async def _save(zone_id: str | None) -> Response:
    shop = current_shop()
    form = await read_form()
    try:
        zone = await (_changed(shop, zone_id, form) if zone_id else create_zone(shop, _entered(form, _currency(shop))))
    except BothChanged as error:
        return await _form(zone_id, error.taken_over(form), status=409, conflict=error)
    except Invalid as error:
        return await _form(zone_id, form.as_dict(), error.errors, 422)
    except Conflict as error:
        return await _form(zone_id, form.as_dict(), [FieldError("name", str(error))], 409)
    except NotFound:
        return await _form(None, form.as_dict(), [FieldError("name", GONE)], 409)
    return flash(see_other(PATH), message("Zone %(name)s is saved.", name=zone.name))


async def _changed(shop: Shop, zone_id: str, form: Form) -> Zone:
    """The zone as it is stored after the change, with what somebody else changed of it meanwhile."""
    currency = _currency(shop)
    mine = _values(checked_zone(_entered(form, currency)), currency)
    return await update_zone(
        shop, zone_id, lambda stored: _entered(settled(form, mine, _values(stored, currency)), currency)
    )


async def _form(
    zone_id: str | None,
    values: Mapping[str, str],
    errors: Sequence[FieldError] = (),
    status: int = 200,
    conflict: BothChanged | None = None,
) -> Response:
    shop = current_shop()
    stored = _values(find_zone(shop, zone_id), _currency(shop)) if zone_id else None
    return await render(
        "admin",
        "flat_rate/zone.html",
        status=status,
        page=page(values.get("name", "") if zone_id else "New zone"),
        zone_id=zone_id,
        form=form_state(values, errors),
        **conflict_state(stored, LABELS, conflict, shown=values),
    )


def _currency(shop: Shop) -> str:
    return shop.profile.currency


def _entered(form: Form, currency: str) -> dict[str, object]:
    faults = Faults()
    no_rates: Sequence[Mapping[str, int]] = ()
    values: dict[str, object] = {
        "name": form.text("name"),
        "label": form.text("label"),
        "countries": _words(form.text("countries").upper()),
        "states": [line.strip() for line in form.text("states").splitlines() if line.strip()],
        "pin_prefixes": _words(form.text("pin_prefixes")),
        "rates": faults.of(lambda: _read_rates(form, currency), no_rates),
        "min_order": faults.of(lambda: _amount("min_order", form, currency), None) or 0,
        "free_above": faults.of(lambda: _amount("free_above", form, currency), None),
        "min_days": faults.of(lambda: form.integer("min_days", 0), 0),
        "max_days": faults.of(lambda: form.integer("max_days", 0), 0),
        "cod": form.flag("cod"),
    }
    faults.of(lambda: checked_zone(values), None)
    faults.raise_if_any()
    return values


def _read_rates(form: Form, currency: str) -> Sequence[Mapping[str, int]]:
    return [_rate(line, currency) for line in form.text("rates").splitlines() if line.strip()]


def _rate(line: str, currency: str) -> dict[str, int]:
    weight, _, price = line.replace("=", ":").rpartition(":")
    digits = weight.lower().replace("g", "").strip()
    if digits not in {"", "any"} and not digits.isdecimal():
        raise Invalid.field(
            "rates", message("“%(line)s” is no rate. Write one a line, as in 1000: 79 or any: 299.", line=line)
        )
    try:
        amount = parse_amount(price, currency)
    except SpoeqError as error:
        raise Invalid.field("rates", message("“%(line)s”: %(what)s", line=line, what=error.message)) from None
    return {"up_to_g": int(digits) if digits.isdecimal() else 0, "price": amount}


def _amount(name: str, form: Form, currency: str) -> int | None:
    text = form.text(name)
    if not text:
        return None
    try:
        return parse_amount(text, currency)
    except SpoeqError as error:
        raise Invalid.field(name, error.message) from None


def _words(text: str) -> list[str]:
    return [word for word in re.split(r"[\s,;]+", text) if word]


def _values(zone: Zone, currency: str) -> dict[str, str]:
    return {
        "name": zone.name,
        "label": zone.label,
        "countries": ", ".join(zone.countries),
        "states": "\n".join(zone.states),
        "pin_prefixes": ", ".join(zone.pin_prefixes),
        "rates": "\n".join(_rates(zone, currency)),
        "min_order": plain_amount(zone.min_order, currency) if zone.min_order else "",
        "free_above": "" if zone.free_above is None else plain_amount(zone.free_above, currency),
        "min_days": str(zone.min_days),
        "max_days": str(zone.max_days),
        "cod": "1" if zone.cod else "",
    }


def _rates(zone: Zone, currency: str) -> list[str]:
    return [f"{rate.up_to_g or 'any'}: {plain_amount(rate.price, currency)}" for rate in zone.rates]
