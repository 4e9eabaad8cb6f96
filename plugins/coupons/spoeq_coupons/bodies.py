"""What the API takes and shows of a coupon."""

from __future__ import annotations

from collections.abc import Collection
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

from spoeq_core.sdk import (
    GOODS,
    Body,
    Invalid,
    MoneyBody,
    Shop,
    amount_of,
    ids_of_goods,
    message,
    money,
    segments_named,
)
from spoeq_coupons.checks import (
    LONGEST_NOTE,
    LONGEST_TITLE,
    MOST_NAMED,
    MOST_PIECES,
    MOST_PRIORITY,
    MOST_TIERS,
    MOST_USES,
)
from spoeq_coupons.model import Coupon, CouponType, Lane, Tier

LONGEST_CODE = 60
LONGEST_NAME = 300
SAME_NAMED = (
    "max_uses",
    "per_user_limit",
    "start_at",
    "end_at",
    "active",
    "combinable",
    "shown",
    "description",
    "automatic",
    "title",
    "lane",
    "priority",
    "exclusive",
    "first_order",
    "signed_in",
    "single_use",
)
PIECES_EXAMPLE = '{"buy": 2, "get": 1}'
TIERS_EXAMPLE = '[{"min_order": {"amount": 99900}, "value": 10}]'
MONEY_EXAMPLE = '{"amount": 10000, "currency": "INR"}'
WANTED = {
    CouponType.PERCENT: "a number, as in 12.5",
    CouponType.FIXED: f"money, as in {MONEY_EXAMPLE}",
    CouponType.FREE_SHIPPING: "left out",
    CouponType.BUY_X_GET_Y: f"so many pieces, as in {PIECES_EXAMPLE}",
    CouponType.TIERED: f"steps, as in {TIERS_EXAMPLE}",
}


def _one_error(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
    """One sentence instead of one a kind that the value is not."""
    try:
        return handler(value)
    except ValidationError:
        message = (
            f"Give a number for a percent coupon, as in 12.5, money for a fixed one, as in {MONEY_EXAMPLE}, "
            f"{PIECES_EXAMPLE} for buy_x_get_y, or {TIERS_EXAMPLE} for tiered"
        )
        raise PydanticCustomError("coupon_value", "{message}", {"message": message}) from None


def _utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("This time is out of range") from None


class PiecesBody(Body):
    """So many pieces are paid for, and so many of the cheapest are free."""

    buy: StrictInt = Field(ge=1, le=MOST_PIECES)
    get: StrictInt = Field(ge=1, le=MOST_PIECES)


class TierBody(Body):
    """What is taken off goods of so much and more: a number is a percentage."""

    min_order: MoneyBody
    value: StrictInt | StrictFloat | MoneyBody


Steps = Annotated[list[TierBody], Field(min_length=1, max_length=MOST_TIERS)]
Value = Annotated[StrictInt | StrictFloat | MoneyBody | PiecesBody | Steps | None, WrapValidator(_one_error)]
Name = Annotated[StrictStr, Field(min_length=1, max_length=LONGEST_NAME)]
Names = Annotated[list[Name], Field(max_length=MOST_NAMED)]
Moment = Annotated[AwareDatetime, AfterValidator(_utc)]
Uses = Annotated[StrictInt, Field(ge=1, le=MOST_USES)]
Note = Annotated[StrictStr, Field(max_length=LONGEST_NOTE)]
Code = Annotated[StrictStr, Field(min_length=1, max_length=LONGEST_CODE)]


class CodeBody(Body):
    """A code that a shopper enters."""

    code: Code


class CouponChange(Body):
    """Changes to a coupon: what is left out stays, null takes a limit away. The code and the type stay.

    Products, categories and brands are named by id or slug, segments of customers as `<plugin>.<code>`.
    """

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
    automatic: StrictBool = False
    title: Annotated[StrictStr, Field(max_length=LONGEST_TITLE)] = ""
    lane: Lane = Lane.COUPON
    priority: Annotated[StrictInt, Field(ge=-MOST_PRIORITY, le=MOST_PRIORITY)] = 0
    exclusive: StrictBool = False
    products: Names = Field(default_factory=list)
    categories: Names = Field(default_factory=list)
    brands: Names = Field(default_factory=list)
    payment_methods: Names = Field(default_factory=list)
    first_order: StrictBool = False
    signed_in: StrictBool = False
    segments: Names = Field(default_factory=list)
    single_use: StrictBool = False


class CouponBody(CouponChange):
    """A new coupon.

    `value` is a number for percent, money for fixed, pieces for buy_x_get_y, steps for tiered, and left out for free
    shipping. `automatic` applies it without a code; then `lane` is promotion if it is left out, else coupon.
    """

    code: Code
    type: CouponType


class CodesBody(Body):
    """How many single-use codes to make."""

    count: StrictInt


async def given_fields(shop: Shop, body: CouponChange, kind: CouponType, kept: Collection[str] = ()) -> dict[str, Any]:
    """The coupon's fields that the body names, in the types of the model. `kept` are the segments that it is for now.

    Raises:
        Invalid: the value does not fit the type, an amount is in another currency, or goods or segments are unknown.
    """
    named = body.model_fields_set
    found: dict[str, Any] = {name: getattr(body, name) for name in SAME_NAMED if name in named}
    if "min_order" in named:
        found["min_order"] = amount_of(body.min_order, shop, "min_order") if body.min_order else 0
    if "max_discount" in named:
        found["max_discount"] = amount_of(body.max_discount, shop, "max_discount") if body.max_discount else None
    if "payment_methods" in named:
        found["payment_methods"] = tuple(dict.fromkeys(body.payment_methods))
    if "segments" in named:
        found["segments"] = await segments_named(shop, body.segments, kept)
    if isinstance(body, CouponBody) and body.automatic and "lane" not in named:
        found["lane"] = Lane.PROMOTION
    if "value" in named or isinstance(body, CouponBody):
        found |= _value(shop, body.value, kind)
    return found | await ids_of_goods(shop, {kind: getattr(body, kind) for kind in GOODS if kind in named})


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
        "automatic": coupon.automatic,
        "title": coupon.title,
        "lane": coupon.lane.value,
        "priority": coupon.priority,
        "exclusive": coupon.exclusive,
        "products": list(coupon.products),
        "categories": list(coupon.categories),
        "brands": list(coupon.brands),
        "payment_methods": list(coupon.payment_methods),
        "first_order": coupon.first_order,
        "signed_in": coupon.signed_in,
        "segments": list(coupon.segments),
        "single_use": coupon.single_use,
        "uses": uses,
        "version": coupon.version,
    }


def terms_view(coupon: Coupon) -> dict[str, Any]:
    """What a coupon gives, as everybody who knows the code may see it."""
    return {
        "type": coupon.type.value,
        "value": _value_view(coupon),
        "min_order": money(coupon.min_order, coupon.currency) if coupon.min_order else None,
        "max_discount": None if coupon.max_discount is None else money(coupon.max_discount, coupon.currency),
    }


def _value_view(coupon: Coupon) -> Any:
    match coupon.type:
        case CouponType.PERCENT:
            return _number(coupon.percent)
        case CouponType.FIXED:
            return money(coupon.amount, coupon.currency)
        case CouponType.BUY_X_GET_Y:
            return {"buy": coupon.buy, "get": coupon.get}
        case CouponType.TIERED:
            return [
                {
                    "min_order": money(tier.value_from, coupon.currency),
                    "value": _number(tier.percent) if tier.percent else money(tier.amount, coupon.currency),
                }
                for tier in coupon.tiers
            ]
    return None


def _number(percent: Decimal) -> float:
    return int(percent) if percent == int(percent) else float(percent)


def _value(shop: Shop, value: object, kind: CouponType) -> dict[str, Any]:
    match kind, value:
        case CouponType.FREE_SHIPPING, None:
            return {}
        case CouponType.PERCENT, int() | float():
            return {"percent": Decimal(str(value))}
        case CouponType.FIXED, MoneyBody():
            return {"amount": amount_of(value, shop, "value")}
        case CouponType.BUY_X_GET_Y, PiecesBody(buy=buy, get=get):
            return {"buy": buy, "get": get}
        case CouponType.TIERED, list():
            return {"tiers": tuple(_tier(shop, tier) for tier in value)}
    raise Invalid.field(
        "value", message("The value of a %(kind)s coupon is %(wanted)s.", kind=kind.value, wanted=WANTED[kind]), "type"
    )


def _tier(shop: Shop, tier: TierBody) -> Tier:
    value_from = amount_of(tier.min_order, shop, "value")
    if isinstance(tier.value, MoneyBody):
        return Tier(value_from, amount=amount_of(tier.value, shop, "value"))
    return Tier(value_from, percent=Decimal(str(tier.value)))
