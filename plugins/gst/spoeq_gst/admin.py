"""Staff pages: the rates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from quart import Blueprint, Response

from spoeq_core.sdk import (
    BothChanged,
    Conflict,
    Faults,
    FieldError,
    Form,
    Invalid,
    NotFound,
    Product,
    Shop,
    SpoeqError,
    conflict_state,
    current_actor,
    current_shop,
    find_state,
    flash,
    form_state,
    message,
    page,
    parse_amount,
    plain_amount,
    read_form,
    record,
    render,
    see_other,
    settled,
    staff,
)
from spoeq_gst import returned, returns
from spoeq_gst.model import RateRow, indian_date
from spoeq_gst.service import advice, checked_row, create_row, delete_row, find_row, update_row
from spoeq_gst.settings import GstSettings

PATH = "/admin/gst"
PERMISSION = returned.PERMISSION
GONE = message("Somebody deleted this rate meanwhile. What you typed is kept here: saving makes a new rate of it.")
NO_DATE = date(1, 1, 1)
LABELS = {
    "hsn": message("HSN code"),
    "valid_from": message("From"),
    "rate": message("Rate in percent"),
    "limit": message("Up to a price of one piece without tax"),
    "rate_above": message("Rate above it, in percent"),
    "note": message("What it is for"),
}
"""The fields, and what they are called where two changed them."""

blueprint = Blueprint("gst_admin", __name__)
blueprint.register_blueprint(returns.blueprint)
blueprint.register_blueprint(returned.blueprint)


@blueprint.get("/gst")
@staff(PERMISSION)
async def index() -> Response:
    """The rates, and what to look at."""
    shop, actor = current_shop(), await current_actor()
    settings, found = shop.plugin_settings(GstSettings), await advice(shop)
    state = find_state(settings.taxation.home) if settings.taxation.home else None
    return await render(
        "admin",
        "gst/rates.html",
        page=page("GST rates"),
        rows=[_row(row, shop) for row in settings.rates],
        may_export=actor.may(returns.PERMISSION),
        may_set=actor.may("plugins.manage"),
        today=indian_date(shop.clock.now()),
        gstin=settings.gstin,
        home=state.name if state else "",
        charges=bool(settings.taxation.home),
        default_rate=_percent_text(settings.default_rate),
        without_hsn=found.without_hsn,
        products=[_product(product) for product in found.products],
        unnamed=found.unnamed,
        inconsistent=[_product(product) for product in found.inconsistent],
    )


@blueprint.get("/gst/rates/new")
@staff(PERMISSION)
async def new() -> Response:
    """An empty form."""
    return await _form(None, {"valid_from": indian_date(current_shop().clock.now()).isoformat()})


@blueprint.post("/gst/rates/new")
@staff(PERMISSION)
async def create() -> Response:
    """Add a row."""
    return await _save(None)


@blueprint.get("/gst/rates/<row_id>")
@staff(PERMISSION)
async def edit(row_id: str) -> Response:
    """A row's form."""
    shop = current_shop()
    return await _form(row_id, _values(find_row(shop, row_id), shop.profile.currency))


@blueprint.post("/gst/rates/<row_id>")
@staff(PERMISSION)
async def update(row_id: str) -> Response:
    """Change a row."""
    return await _save(row_id)


@blueprint.post("/gst/rates/<row_id>/delete")
@staff(PERMISSION)
async def remove(row_id: str) -> Response:
    """Remove a row."""
    shop = current_shop()
    await delete_row(shop, row_id)
    await _note(shop, "tax_rate.deleted", row_id)
    return flash(see_other(PATH), "Rate removed.")


async def _save(row_id: str | None) -> Response:
    shop, form = current_shop(), await read_form()
    currency = shop.profile.currency
    try:
        row = await (_changed(shop, row_id, form) if row_id else create_row(shop, _entered(form, currency)))
    except BothChanged as error:
        return await _form(row_id, error.taken_over(form), status=409, conflict=error)
    except Invalid as error:
        return await _form(row_id, form.as_dict(), error.errors, 422)
    except Conflict as error:
        return await _form(row_id, form.as_dict(), [FieldError("hsn", error.message)], 409)
    except NotFound:
        return await _form(None, form.as_dict(), [FieldError("hsn", GONE)], 409)
    await _note(shop, "tax_rate.saved", row.id)
    return flash(see_other(PATH), message("The rate of %(hsn)s is saved.", hsn=row.hsn))


async def _changed(shop: Shop, row_id: str, form: Form) -> RateRow:
    """The row as it is stored after the change, with what somebody else changed of it meanwhile."""
    currency = shop.profile.currency
    mine = _values(checked_row(_entered(form, currency)), currency)
    return await update_row(
        shop, row_id, lambda stored: _entered(settled(form, mine, _values(stored, currency)), currency)
    )


async def _form(
    row_id: str | None,
    values: Mapping[str, str],
    errors: Sequence[FieldError] = (),
    status: int = 200,
    conflict: BothChanged | None = None,
) -> Response:
    shop = current_shop()
    stored = _values(find_row(shop, row_id), shop.profile.currency) if row_id else None
    return await render(
        "admin",
        "gst/rate.html",
        status=status,
        page=page(values.get("hsn", "") if row_id else "New rate"),
        row_id=row_id,
        form=form_state(values, errors),
        **conflict_state(stored, LABELS, conflict, shown=values),
    )


def _entered(form: Form, currency: str) -> dict[str, object]:
    faults = Faults()
    values: dict[str, object] = {
        "hsn": "".join(form.text("hsn").split()),
        "valid_from": faults.of(lambda: _day(form), NO_DATE),
        "rate": faults.of(lambda: _percent("rate", form), None) or Decimal(0),
        "limit": faults.of(lambda: _amount(form, currency), None),
        "rate_above": faults.of(lambda: _percent("rate_above", form), None) if form.text("rate_above") else None,
        "note": form.text("note"),
    }
    known = {"limit"} if form.text("limit") and values["limit"] is None else set()
    known |= {"rate_above"} if form.text("rate_above") and values["rate_above"] is None else set()
    if not known:
        faults.of(lambda: checked_row(values), None)
    faults.raise_if_any()
    return values


def _day(form: Form) -> date:
    try:
        return date.fromisoformat(form.text("valid_from"))
    except ValueError:
        raise Invalid.field("valid_from", "Enter a day.", "date") from None


def _percent(name: str, form: Form) -> Decimal:
    try:
        number = Decimal(form.text(name).removesuffix("%").strip())
    except InvalidOperation:
        number = Decimal("nan")
    if not number.is_finite():
        raise Invalid.field(name, "Enter a percentage, as in 5 or 0.25.", "decimal")
    return number


def _amount(form: Form, currency: str) -> int | None:
    if not form.text("limit"):
        return None
    try:
        return parse_amount(form.text("limit"), currency)
    except SpoeqError as error:
        raise Invalid.field("limit", error.message, "amount") from None


def _values(row: RateRow, currency: str) -> dict[str, str]:
    return {
        "hsn": row.hsn,
        "valid_from": row.valid_from.isoformat(),
        "rate": _percent_text(row.rate),
        "limit": plain_amount(row.limit, currency) if row.limit is not None else "",
        "rate_above": _percent_text(row.rate_above) if row.rate_above is not None else "",
        "note": row.note,
    }


def _percent_text(rate: Decimal) -> str:
    return f"{rate.normalize():f}"


def _row(row: RateRow, shop: Shop) -> dict[str, Any]:
    return {
        **_values(row, shop.profile.currency),
        "day": row.valid_from,
        "limit": {"amount": row.limit, "currency": shop.profile.currency} if row.limit is not None else None,
        "url": f"{PATH}/rates/{row.id}",
    }


def _product(product: Product) -> dict[str, str]:
    return {"name": product.name, "url": f"/admin/products/{product.id}"}


async def _note(shop: Shop, action: str, row_id: str) -> None:
    actor = await current_actor()
    await record(shop, action, f"tax_rate:{row_id}", actor_id=actor.id, actor_name=actor.name)
