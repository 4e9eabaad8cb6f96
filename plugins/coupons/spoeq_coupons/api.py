"""JSON: coupons for staff, and their validation against a cart."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AwareDatetime, Field, StrictBool, StrictInt, StrictStr
from quart import Blueprint, Response

from spoeq_core.sdk import (
    Body,
    FieldError,
    Invalid,
    Shop,
    apply_code,
    current_cart,
    current_shop,
    json_response,
    limit_visitor,
    money,
    operation,
    priced_cart_response,
    public,
    query_int,
    query_text,
    read_body,
    remove_code,
    staff,
)
from spoeq_coupons.model import Coupon, CouponType, fold, why_not
from spoeq_coupons.service import (
    create_coupon,
    delete_coupon,
    find_coupon,
    list_coupons,
    update_coupon,
    uses_of,
)

PERMISSION = "coupons.manage"

blueprint = Blueprint("coupons_api", __name__)


class MoneyBody(Body):
    """An amount: integer minor units and an ISO 4217 currency."""

    amount: StrictInt = Field(ge=0, le=10**12)
    currency: StrictStr


Value = MoneyBody | Annotated[Decimal, Field(strict=False)]
Moment = Annotated[AwareDatetime, Field(strict=False)]


class CouponBody(Body):
    """A new coupon. `value` is a number for percent, money for fixed, and left out for free shipping."""

    code: StrictStr = Field(min_length=1, max_length=60)
    type: Annotated[CouponType, Field(strict=False)]
    value: Value | None = None
    min_order: MoneyBody | None = None
    max_discount: MoneyBody | None = None
    max_uses: StrictInt | None = Field(None, ge=1, le=10**9)
    per_user_limit: StrictInt | None = Field(None, ge=1, le=10**6)
    start_at: Moment | None = None
    end_at: Moment | None = None
    active: StrictBool = True
    combinable: StrictBool = False
    description: StrictStr = Field("", max_length=500)


class CouponChange(Body):
    """Changes to a coupon; what is left out stays. The code and the type stay."""

    value: Value | None = None
    min_order: MoneyBody | None = None
    max_discount: MoneyBody | None = None
    max_uses: StrictInt | None = Field(None, ge=1, le=10**9)
    per_user_limit: StrictInt | None = Field(None, ge=1, le=10**6)
    start_at: Moment | None = None
    end_at: Moment | None = None
    active: StrictBool | None = None
    combinable: StrictBool | None = None
    description: StrictStr | None = Field(None, max_length=500)


class CodeBody(Body):
    """A code that a shopper enters."""

    code: StrictStr = Field(min_length=1, max_length=60)


@blueprint.get("/coupons")
@staff(PERMISSION)
@operation("All coupons, newest first", tags=["coupons"], query={"q": "Beginning of the code"})
async def index() -> Response:
    """All coupons."""
    shop = current_shop()
    page, per_page = query_int("page", 1, minimum=1), query_int("per_page", 50, minimum=1, maximum=100)
    coupons, total = await list_coupons(shop, page=page, per_page=per_page, q=query_text("q"))
    uses = await uses_of(shop, coupons)
    items = [_view(coupon, shop, uses[coupon.id]) for coupon in coupons]
    return json_response({"items": items, "total": total, "page": page, "per_page": per_page})


@blueprint.post("/coupons")
@staff(PERMISSION)
@operation("Give out a code", tags=["coupons"], request=CouponBody, responses={201: "The coupon"})
async def create() -> Response:
    """Give out a code."""
    shop = current_shop()
    body = await read_body(CouponBody)
    coupon = Coupon(id=fold(body.code), code=body.code, type=body.type, **_fields(shop, body, body.type))
    stored = await create_coupon(shop, coupon)
    return json_response(_view(stored, shop, 0), 201)


@blueprint.get("/coupons/<code>")
@public
@operation("Whether a code can be used with the cart, and why not", tags=["coupons"])
async def validate(code: str) -> Response:
    """Whether a code can be used with the cart."""
    shop = current_shop()
    await limit_visitor(shop, "coupon", times=30, seconds=60)
    coupon = await find_coupon(shop, code)
    reason = why_not(coupon, (await current_cart(shop)).as_pricing_input(with_code=coupon.code))
    if reason is not None:
        raise Invalid(reason.message, errors=[FieldError("code", reason.message, reason.code)], code=reason.code)
    return json_response(
        {"code": coupon.code, "type": coupon.type.value, "valid": True, "description": coupon.description}
    )


@blueprint.patch("/coupons/<code>")
@staff(PERMISSION)
@operation("Change a coupon", tags=["coupons"], request=CouponChange)
async def change(code: str) -> Response:
    """Change a coupon."""
    shop = current_shop()
    coupon = await find_coupon(shop, code)
    body = await read_body(CouponChange)
    given = _fields(shop, body, coupon.type)
    changed = replace(coupon, **{name: value for name, value in given.items() if name in _named(body)})
    stored = await update_coupon(shop, changed)
    return json_response(_view(stored, shop, (await uses_of(shop, [stored]))[stored.id]))


@blueprint.delete("/coupons/<code>")
@staff(PERMISSION)
@operation("Take a code out of circulation", tags=["coupons"], responses={204: None})
async def remove(code: str) -> Response:
    """Take a code out of circulation."""
    await delete_coupon(current_shop(), code)
    return Response("", status=204)


@blueprint.post("/cart/apply-coupon")
@public
@operation("Enter a code", tags=["cart"], request=CodeBody)
async def apply() -> Response:
    """Enter a code."""
    shop = current_shop()
    await limit_visitor(shop, "coupon", times=30, seconds=60)
    body = await read_body(CodeBody)
    cart = await apply_code(shop, await current_cart(shop), body.code)
    return await priced_cart_response(shop, cart)


@blueprint.delete("/cart/coupons/<code>")
@public
@operation("Take a code out of the cart", tags=["cart"])
async def take_out(code: str) -> Response:
    """Take a code out of the cart."""
    shop = current_shop()
    cart = await remove_code(shop, await current_cart(shop), code)
    return await priced_cart_response(shop, cart)


def _view(coupon: Coupon, shop: Shop, uses: int) -> dict[str, Any]:
    currency = shop.profile.currency
    value: Any = None
    if coupon.type is CouponType.PERCENT:
        value = int(coupon.percent) if coupon.percent == int(coupon.percent) else float(coupon.percent)
    elif coupon.type is CouponType.FIXED:
        value = money(coupon.amount, currency)
    return {
        "code": coupon.code,
        "type": coupon.type.value,
        "value": value,
        "min_order": money(coupon.min_order, currency) if coupon.min_order else None,
        "max_discount": None if coupon.max_discount is None else money(coupon.max_discount, currency),
        "max_uses": coupon.max_uses,
        "per_user_limit": coupon.per_user_limit,
        "start_at": coupon.start_at,
        "end_at": coupon.end_at,
        "active": coupon.active,
        "combinable": coupon.combinable,
        "description": coupon.description,
        "uses": uses,
        "version": coupon.version,
    }


def _fields(shop: Shop, body: CouponBody | CouponChange, kind: CouponType) -> dict[str, Any]:
    percent, amount = _value(shop, body.value, kind, required=isinstance(body, CouponBody))
    return {
        "percent": percent,
        "amount": amount,
        "max_discount": _minor(shop, "max_discount", body.max_discount),
        "min_order": _minor(shop, "min_order", body.min_order) or 0,
        "max_uses": body.max_uses,
        "per_user_limit": body.per_user_limit,
        "start_at": _utc(body.start_at),
        "end_at": _utc(body.end_at),
        "active": body.active,
        "combinable": body.combinable,
        "description": body.description,
    }


def _named(body: CouponChange) -> set[str]:
    named = set(body.model_fields_set)
    return named | ({"percent", "amount"} if "value" in named else set())


def _value(shop: Shop, value: Value | None, kind: CouponType, *, required: bool) -> tuple[Decimal, int]:
    if kind is CouponType.FREE_SHIPPING or (value is None and not required):
        return Decimal(0), 0
    if kind is CouponType.PERCENT and isinstance(value, Decimal):
        return value, 0
    if kind is CouponType.FIXED and isinstance(value, MoneyBody):
        return Decimal(0), _minor(shop, "value", value) or 0
    wanted = "a number, as in 10" if kind is CouponType.PERCENT else 'money, as in {"amount": 10000, "currency": "INR"}'
    raise Invalid.field("value", f"The value of a {kind.value} coupon is {wanted}.", "type")


def _minor(shop: Shop, name: str, given: MoneyBody | None) -> int | None:
    if given is None:
        return None
    if given.currency != shop.profile.currency:
        raise Invalid.field(name, f"This shop sells in {shop.profile.currency}.", "currency")
    return given.amount


def _utc(moment: datetime | None) -> datetime | None:
    return moment.astimezone(UTC) if moment else None
