"""Staff pages: the coupons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from quart import Blueprint, Response

from spoeq_core.sdk import (
    BothChanged,
    Conflict,
    FieldError,
    Form,
    Invalid,
    Shop,
    StaleAggregate,
    conflict_state,
    current_actor,
    current_shop,
    flash,
    form_state,
    message,
    page,
    payment_method_ids,
    query_int,
    query_text,
    read_form,
    render,
    see_other,
    settled,
    staff,
    translate,
)
from spoeq_coupons.api import note
from spoeq_coupons.entry import LABELS, entered, texts
from spoeq_coupons.model import Coupon, CouponType, Lane
from spoeq_coupons.service import (
    PERMISSION,
    create_coupon,
    delete_coupon,
    find_coupon,
    generate_codes,
    list_coupons,
    update_coupon,
    uses_of,
)
from spoeq_coupons.trying import tried
from spoeq_coupons.wording import sentence

PATH = "/admin/coupons"
PER_PAGE = 50
ATTEMPTS = 5

blueprint = Blueprint("coupons_admin", __name__)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the form shows beside its values."""

    errors: Sequence[FieldError] = ()
    conflict: BothChanged | None = None
    trial: Mapping[str, Any] = field(default_factory=dict)


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


@blueprint.get("/coupons/try")
@staff(PERMISSION)
async def try_form() -> Response:
    """A cart to try what is stored on."""
    return await _try_page({}, Sheet())


@blueprint.post("/coupons/try")
@staff(PERMISSION)
async def try_stored() -> Response:
    """What the cart costs, and why."""
    form = await read_form()
    sheet = await _trial(form, None)
    return await _try_page(form.as_dict(), sheet, 422 if sheet.errors else 200)


@blueprint.get("/coupons/new")
@staff(PERMISSION)
async def new() -> Response:
    """An empty form."""
    kind = query_text("type") or CouponType.PERCENT.value
    return await _form(None, {"type": kind, "active": "1", "lane": Lane.COUPON.value}, Sheet())


@blueprint.post("/coupons/new")
@staff(PERMISSION)
async def create() -> Response:
    """Give out a code, or begin a promotion."""
    shop, form = current_shop(), await read_form()
    try:
        coupon = await create_coupon(shop, await entered(form, shop, None))
    except Invalid as error:
        return await _form(None, form.as_dict(), Sheet(error.errors), 422)
    except Conflict as error:
        return await _form(None, form.as_dict(), Sheet([FieldError("code", str(error))]), 409)
    await note(shop, "coupon.created", coupon)
    done = message("%(code)s runs.", code=coupon.code) if coupon.automatic else None
    return flash(see_other(PATH), done or message("%(code)s is given out.", code=coupon.code))


@blueprint.post("/coupons/new/try")
@staff(PERMISSION)
async def try_new() -> Response:
    """Try a coupon that is not stored yet."""
    shop, form = current_shop(), await read_form()
    try:
        coupon = await entered(form, shop, None)
    except Invalid as error:
        return await _form(None, form.as_dict(), Sheet(error.errors), 422)
    sheet = await _trial(form, coupon)
    return await _form(None, form.as_dict(), sheet, 422 if sheet.errors else 200)


@blueprint.get("/coupons/<code>")
@staff(PERMISSION)
async def edit(code: str) -> Response:
    """A coupon's form."""
    shop = current_shop()
    coupon = await find_coupon(shop, code)
    return await _form(coupon, await texts(coupon, shop), Sheet())


@blueprint.post("/coupons/<code>")
@staff(PERMISSION)
async def update(code: str) -> Response:
    """Change a coupon."""
    shop, form = current_shop(), await read_form()
    for _ in range(ATTEMPTS):
        coupon = await find_coupon(shop, code)
        try:
            mine = await texts(await entered(form, shop, coupon), shop)
            now = settled(form, mine, await texts(coupon, shop))
            stored = await update_coupon(shop, await entered(now, shop, coupon))
        except BothChanged as error:
            return await _form(coupon, error.taken_over(form), Sheet(conflict=error), 409)
        except Invalid as error:
            return await _form(coupon, form.as_dict(), Sheet(error.errors), 422)
        except StaleAggregate:
            continue
        await note(shop, "coupon.changed", stored)
        return flash(see_other(PATH), message("%(code)s is saved.", code=coupon.code))
    raise StaleAggregate("This coupon is being changed by many at once.", hint="Try again.")


@blueprint.post("/coupons/<code>/try")
@staff(PERMISSION)
async def try_changed(code: str) -> Response:
    """Try a coupon as it stands in the form."""
    shop, form = current_shop(), await read_form()
    coupon = await find_coupon(shop, code)
    try:
        changed = await entered(form, shop, coupon)
    except Invalid as error:
        return await _form(coupon, form.as_dict(), Sheet(error.errors), 422)
    sheet = await _trial(form, changed)
    return await _form(coupon, form.as_dict(), sheet, 422 if sheet.errors else 200)


@blueprint.post("/coupons/<code>/codes")
@staff(PERMISSION)
async def make_codes(code: str) -> Response:
    """Have single-use codes made, and show how far that is."""
    shop, form, actor = current_shop(), await read_form(), await current_actor()
    coupon = await find_coupon(shop, code)
    try:
        job = await generate_codes(shop, coupon, form.integer("count"), actor_id=actor.id, actor_name=actor.name)
    except Invalid as error:
        return await _form(coupon, await texts(coupon, shop) | form.as_dict(), Sheet(error.errors), 422)
    except Conflict as error:
        return flash(see_other(f"{PATH}/{coupon.code}"), error.message, "warn")
    await note(shop, "coupon.codes_made", coupon)
    return see_other(f"/admin/jobs/{job.id}")


@blueprint.post("/coupons/<code>/delete")
@staff(PERMISSION)
async def remove(code: str) -> Response:
    """Take a code out of circulation."""
    shop = current_shop()
    coupon = await delete_coupon(shop, code)
    await note(shop, "coupon.deleted", coupon)
    return flash(see_other(PATH), message("%(code)s is deleted. Past orders keep their discount.", code=coupon.code))


async def _trial(form: Form, coupon: Coupon | None) -> Sheet:
    try:
        return Sheet(trial=await tried(current_shop(), form, coupon))
    except Invalid as error:
        return Sheet(error.errors)


async def _try_page(values: Mapping[str, Any], sheet: Sheet, status: int = 200) -> Response:
    shop = current_shop()
    return await render(
        "admin",
        "coupons/try_page.html",
        status=status,
        page=page("Try a cart"),
        form=form_state(values, sheet.errors),
        trial=sheet.trial,
        currency=shop.profile.currency,
        methods=payment_method_ids(shop),
    )


async def _form(coupon: Coupon | None, values: Mapping[str, Any], sheet: Sheet, status: int = 200) -> Response:
    shop = current_shop()
    title = message("Coupon %(code)s", code=coupon.code) if coupon else message("New coupon")
    return await render(
        "admin",
        "coupons/edit.html",
        status=status,
        page=page(title),
        coupon=coupon,
        kind=coupon.type.value if coupon else values.get("type", CouponType.PERCENT.value),
        sentence=sentence(coupon, translate) if coupon else "",
        currency=coupon.currency if coupon else shop.profile.currency,
        form=form_state(values, sheet.errors),
        trial=sheet.trial,
        methods=payment_method_ids(shop),
        **conflict_state(await texts(coupon, shop) if coupon else None, LABELS, sheet.conflict, shown=values),
    )


def _row(coupon: Coupon, shop: Shop, uses: int) -> dict[str, Any]:
    return {
        "code": coupon.code,
        "sentence": sentence(coupon, translate),
        "state": coupon.state(shop.clock.now()).value,
        "uses": uses,
        "max_uses": coupon.max_uses,
        "shown": coupon.shown,
        "automatic": coupon.automatic,
        "end_at": coupon.end_at,
        "url": f"{PATH}/{coupon.code}",
    }
