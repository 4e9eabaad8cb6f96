"""Staff pages: the coupons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from quart import Blueprint, Response

from spoeq_core.sdk import (
    BothChanged,
    Conflict,
    Faults,
    FieldError,
    Form,
    Invalid,
    Shop,
    SpoeqError,
    StaleAggregate,
    conflict_state,
    current_shop,
    flash,
    form_state,
    format_amount,
    message,
    page,
    parse_amount,
    plain_amount,
    query_int,
    query_text,
    read_form,
    render,
    see_other,
    settled,
    staff,
    translate,
)
from spoeq_coupons.api import PERMISSION, note
from spoeq_coupons.checks import problems_of
from spoeq_coupons.model import Coupon, CouponType, fold, sentence
from spoeq_coupons.service import create_coupon, delete_coupon, find_coupon, list_coupons, update_coupon, uses_of

PATH = "/admin/coupons"
PER_PAGE = 50
ATTEMPTS = 5
LABELS = {
    "value": message("How much"),
    "max_discount": message("Largest discount"),
    "min_order": message("Smallest order"),
    "max_uses": message("Uses in all"),
    "per_user_limit": message("Uses of one customer"),
    "start_at": message("Valid from"),
    "end_at": message("Valid until"),
    "description": message("Note"),
    "combinable": message("May be used with other coupons"),
    "shown": message("Shown"),
    "active": message("Active"),
}
"""The fields that staff change, and what they are called where two changed them."""

blueprint = Blueprint("coupons_admin", __name__)


@blueprint.get("/coupons")
@staff(PERMISSION)
async def index() -> Response:
    """All coupons."""
    shop = current_shop()
    number, q = query_int("page", 1, minimum=1), query_text("q")
    coupons, total = await list_coupons(shop, page=number, per_page=PER_PAGE, q=q)
    uses = await uses_of(shop, coupons)
    return await render(
        "admin",
        "coupons/list.html",
        page=page("Coupons"),
        rows=[_row(coupon, shop, uses[coupon.id]) for coupon in coupons],
        total=total,
        number=number,
        pages=max(1, -(-total // PER_PAGE)),
        q=q,
    )


@blueprint.get("/coupons/new")
@staff(PERMISSION)
async def new() -> Response:
    """An empty form."""
    return await _form(None, {"type": CouponType.PERCENT.value, "active": "1"})


@blueprint.post("/coupons/new")
@staff(PERMISSION)
async def create() -> Response:
    """Give out a code."""
    shop, form = current_shop(), await read_form()
    try:
        coupon = await create_coupon(shop, _entered(form, shop, None))
    except Invalid as error:
        return await _form(None, form.as_dict(), error.errors, 422)
    except Conflict as error:
        return await _form(None, form.as_dict(), [FieldError("code", str(error))], 409)
    await note(shop, "coupon.created", coupon)
    return flash(see_other(PATH), message("%(code)s is given out.", code=coupon.code))


@blueprint.get("/coupons/<code>")
@staff(PERMISSION)
async def edit(code: str) -> Response:
    """A coupon's form."""
    shop = current_shop()
    coupon = await find_coupon(shop, code)
    return await _form(coupon, _values(coupon, shop))


@blueprint.post("/coupons/<code>")
@staff(PERMISSION)
async def update(code: str) -> Response:
    """Change a coupon."""
    shop, form = current_shop(), await read_form()
    for _ in range(ATTEMPTS):
        coupon = await find_coupon(shop, code)
        try:
            mine = _texts(_entered(form, shop, coupon), shop)
            stored = await update_coupon(shop, _entered(settled(form, mine, _texts(coupon, shop)), shop, coupon))
        except BothChanged as error:
            return await _form(coupon, error.taken_over(form), status=409, conflict=error)
        except Invalid as error:
            return await _form(coupon, form.as_dict(), error.errors, 422)
        except StaleAggregate:
            continue
        await note(shop, "coupon.changed", stored)
        return flash(see_other(PATH), message("%(code)s is saved.", code=coupon.code))
    raise StaleAggregate("This coupon is being changed by many at once.", hint="Try again.")


@blueprint.post("/coupons/<code>/delete")
@staff(PERMISSION)
async def remove(code: str) -> Response:
    """Take a code out of circulation."""
    shop = current_shop()
    coupon = await delete_coupon(shop, code)
    await note(shop, "coupon.deleted", coupon)
    return flash(see_other(PATH), message("%(code)s is deleted. Past orders keep their discount.", code=coupon.code))


async def _form(
    coupon: Coupon | None,
    values: Mapping[str, Any],
    errors: Sequence[FieldError] = (),
    status: int = 200,
    conflict: BothChanged | None = None,
) -> Response:
    shop = current_shop()
    title = message("Coupon %(code)s", code=coupon.code) if coupon else message("New coupon")
    return await render(
        "admin",
        "coupons/edit.html",
        status=status,
        page=page(title),
        coupon=coupon,
        sentence=_sentence(coupon) if coupon else "",
        currency=coupon.currency if coupon else shop.profile.currency,
        form=form_state(values, errors),
        **_opened(coupon, shop, values, errors, conflict),
    )


def _opened(
    coupon: Coupon | None,
    shop: Shop,
    values: Mapping[str, Any],
    errors: Sequence[FieldError],
    conflict: BothChanged | None,
) -> dict[str, Any]:
    """What the form compares with when it is sent: the coupon as it was when the form was first opened."""
    if coupon is None:
        return {"base": "", "conflicts": []}
    state = conflict_state(_texts(coupon, shop), {name: translate(text) for name, text in LABELS.items()}, conflict)
    return state | ({"base": values["base"]} if errors and values.get("base") else {})


def _entered(form: Form, shop: Shop, coupon: Coupon | None) -> Coupon:
    faults = Faults()
    kind = coupon.type if coupon else faults.of(lambda: _kind(form.text("type")), CouponType.PERCENT)
    start = coupon or Coupon(id=fold(form.text("code")), code=form.text("code"), type=kind)
    currency = start.currency or shop.profile.currency

    def amount(name: str) -> int | None:
        return faults.of(lambda: _amount(name, form, currency), None)

    percent = faults.of(lambda: _percent(form.text("value")), Decimal(0)) if kind is CouponType.PERCENT else Decimal(0)
    entered = replace(
        start,
        percent=percent,
        amount=(amount("value") or 0) if kind is CouponType.FIXED else 0,
        max_discount=amount("max_discount") if kind is CouponType.PERCENT else None,
        min_order=amount("min_order") or 0,
        max_uses=faults.of(lambda: _number("max_uses", form), None),
        per_user_limit=faults.of(lambda: _number("per_user_limit", form), None),
        start_at=faults.of(lambda: _moment("start_at", form, shop), None),
        end_at=faults.of(lambda: _moment("end_at", form, shop), None),
        active=form.flag("active"),
        combinable=form.flag("combinable"),
        shown=form.flag("shown"),
        description=form.text("description"),
    )
    faults.add(problems_of(entered))
    faults.raise_if_any()
    return entered


def _kind(text: str) -> CouponType:
    try:
        return CouponType(text)
    except ValueError:
        raise Invalid.field("type", "Choose what the coupon gives.", "enum") from None


def _percent(text: str) -> Decimal:
    try:
        return Decimal(text.removesuffix("%").strip())
    except InvalidOperation:
        raise Invalid.field("value", "Enter a percentage, as in 10 or 12.5.", "decimal") from None


def _amount(name: str, form: Form, currency: str) -> int | None:
    if not form.text(name):
        return None
    try:
        return parse_amount(form.text(name), currency)
    except SpoeqError as error:
        raise Invalid.field(name, error.message, "amount") from None


def _number(name: str, form: Form) -> int | None:
    return form.integer(name) if form.text(name) else None


def _moment(name: str, form: Form, shop: Shop) -> datetime | None:
    text = form.text(name)
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(shop.profile.timezone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Invalid.field(name, "Enter a date and a time.", "datetime") from None


def _values(coupon: Coupon, shop: Shop) -> dict[str, str]:
    currency, zone = coupon.currency, ZoneInfo(shop.profile.timezone)

    def amount(value: int | None) -> str:
        return plain_amount(value, currency) if value else ""

    def local(moment: datetime | None) -> str:
        return moment.astimezone(zone).strftime("%Y-%m-%dT%H:%M") if moment else ""

    return {
        "code": coupon.code,
        "type": coupon.type.value,
        "value": f"{coupon.percent.normalize():f}" if coupon.type is CouponType.PERCENT else amount(coupon.amount),
        "max_discount": amount(coupon.max_discount),
        "min_order": amount(coupon.min_order),
        "max_uses": str(coupon.max_uses or ""),
        "per_user_limit": str(coupon.per_user_limit or ""),
        "start_at": local(coupon.start_at),
        "end_at": local(coupon.end_at),
        "active": "1" if coupon.active else "",
        "combinable": "1" if coupon.combinable else "",
        "shown": "1" if coupon.shown else "",
        "description": coupon.description,
    }


def _texts(coupon: Coupon, shop: Shop) -> dict[str, str]:
    """What the form changes, as its fields show it."""
    return {name: text for name, text in _values(coupon, shop).items() if name in LABELS}


def _row(coupon: Coupon, shop: Shop, uses: int) -> dict[str, Any]:
    return {
        "code": coupon.code,
        "sentence": _sentence(coupon),
        "state": coupon.state(shop.clock.now()).value,
        "uses": uses,
        "max_uses": coupon.max_uses,
        "shown": coupon.shown,
        "end_at": coupon.end_at,
        "url": f"{PATH}/{coupon.code}",
    }


def _sentence(coupon: Coupon) -> str:
    percent = f"{coupon.percent.normalize():f}%"
    gives = percent if coupon.type is CouponType.PERCENT else format_amount(coupon.amount, coupon.currency)
    return sentence(coupon, gives, format_amount(coupon.min_order, coupon.currency), translate)
