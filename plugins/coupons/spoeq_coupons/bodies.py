"""What the API takes and shows of a coupon."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)
from pydantic_core import PydanticCustomError

from spoeq_core.sdk import Body, Invalid, MoneyBody, Shop, amount_of, money
from spoeq_coupons.checks import LONGEST_NOTE, MOST_USES
from spoeq_coupons.model import Coupon, CouponType

LONGEST_CODE = 60
SAME_NAMED = ("max_uses", "per_user_limit", "start_at", "end_at", "active", "combinable", "shown", "description")
MONEY_EXAMPLE = '{"amount": 10000, "currency": "INR"}'


def _one_error(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
    """One sentence instead of one a kind that the value is not."""
    try:
        return handler(value)
    except ValidationError:
        message = f"Give a number for a percent coupon, as in 12.5, or money for a fixed one, as in {MONEY_EXAMPLE}"
        raise PydanticCustomError("coupon_value", "{message}", {"message": message}) from None


def _utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("This time is out of range") from None


Value = Annotated[StrictInt | StrictFloat | MoneyBody | None, WrapValidator(_one_error)]
Moment = Annotated[AwareDatetime, AfterValidator(_utc)]
Uses = Annotated[StrictInt, Field(ge=1, le=MOST_USES)]
Note = Annotated[StrictStr, Field(max_length=LONGEST_NOTE)]
Code = Annotated[StrictStr, Field(min_length=1, max_length=LONGEST_CODE)]


class CodeBody(Body):
    """A code that a shopper enters."""

    code: Code


class CouponBody(Body):
    """A new coupon. `value` is a number for percent, money for fixed, and left out for free shipping."""

    code: Code
    type: CouponType
    value: Value = None
    min_order: MoneyBody | None = None
    max_discount: MoneyBody | None = None
    max_uses: Uses | None = None
    per_user_limit: Uses | None = None
    start_at: Moment | None = None
    end_at: Moment | None = None
    active: StrictBool = True
    combinable: StrictBool = False
    shown: StrictBool = False
    description: Note = ""


class CouponChange(Body):
    """Changes to a coupon: what is left out stays, null takes a limit away. The code and the type stay."""

    value: Value = None
    min_order: MoneyBody | None = None
    max_discount: MoneyBody | None = None
    max_uses: Uses | None = None
    per_user_limit: Uses | None = None
    start_at: Moment | None = None
    end_at: Moment | None = None
    active: StrictBool = True
    combinable: StrictBool = False
    shown: StrictBool = False
    description: Note = ""


def given_fields(shop: Shop, body: CouponBody | CouponChange, kind: CouponType) -> dict[str, Any]:
    """The coupon's fields that the body names, in the types of the model.

    Raises:
        Invalid: the value does not fit the type, or an amount is in another currency.
    """
    named = body.model_fields_set
    found: dict[str, Any] = {name: getattr(body, name) for name in SAME_NAMED if name in named}
    if "min_order" in named:
        found["min_order"] = amount_of(body.min_order, shop, "min_order") if body.min_order else 0
    if "max_discount" in named:
        found["max_discount"] = amount_of(body.max_discount, shop, "max_discount") if body.max_discount else None
    if "value" in named or isinstance(body, CouponBody):
        found |= _value(shop, body.value, kind)
    return found


def coupon_view(coupon: Coupon, uses: int) -> dict[str, Any]:
    """A coupon as staff see it."""
    return {
        "code": coupon.code,
        **terms_view(coupon),
        "max_uses": coupon.max_uses,
        "per_user_limit": coupon.per_user_limit,
        "start_at": coupon.start_at,
        "end_at": coupon.end_at,
        "active": coupon.active,
        "combinable": coupon.combinable,
        "shown": coupon.shown,
        "description": coupon.description,
        "uses": uses,
        "version": coupon.version,
    }


def terms_view(coupon: Coupon) -> dict[str, Any]:
    """What a coupon gives, as everybody who knows the code may see it."""
    value: Any = None
    if coupon.type is CouponType.PERCENT:
        value = int(coupon.percent) if coupon.percent == int(coupon.percent) else float(coupon.percent)
    elif coupon.type is CouponType.FIXED:
        value = money(coupon.amount, coupon.currency)
    return {
        "type": coupon.type.value,
        "value": value,
        "min_order": money(coupon.min_order, coupon.currency) if coupon.min_order else None,
        "max_discount": None if coupon.max_discount is None else money(coupon.max_discount, coupon.currency),
    }


def _value(shop: Shop, value: float | MoneyBody | None, kind: CouponType) -> dict[str, Any]:
    if kind is CouponType.FREE_SHIPPING and value is None:
        return {}
    if kind is CouponType.PERCENT and isinstance(value, int | float):
        return {"percent": Decimal(str(value))}
    if kind is CouponType.FIXED and isinstance(value, MoneyBody):
        return {"amount": amount_of(value, shop, "value")}
    wanted = {
        CouponType.PERCENT: "a number, as in 12.5",
        CouponType.FIXED: f"money, as in {MONEY_EXAMPLE}",
        CouponType.FREE_SHIPPING: "left out",
    }[kind]
    raise Invalid.field("value", f"The value of a {kind.value} coupon is {wanted}.", "type")
