"""What the API takes and shows of a sale."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, Field, StrictBool, StrictFloat, StrictInt, StrictStr

from spoeq_core.sdk import (
    GOODS,
    Body,
    MoneyBody,
    MoneyShape,
    Shape,
    Shop,
    amount_of,
    ids_of_goods,
    money,
    segments_named,
)
from spoeq_sale_prices.checks import LONGEST_NAME, MOST_NAMED
from spoeq_sale_prices.model import Kind, Sale, SaleState

LONGEST_REFERENCE = 300
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
SAME_NAMED = ("starts_at", "ends_at", "active")


def _utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("This time is out of range") from None


Reference = Annotated[StrictStr, Field(min_length=1, max_length=LONGEST_REFERENCE)]
References = Annotated[list[Reference], Field(max_length=MOST_NAMED)]
Moment = Annotated[AwareDatetime, AfterValidator(_utc)]
SaleName = Annotated[StrictStr, Field(min_length=1, max_length=LONGEST_NAME)]
Off = StrictInt | StrictFloat | MoneyBody


class SaleFields(Body):
    """What a sale may say besides its name, what it takes off and when.

    Products, categories and brands are named by id or slug, segments of customers as `<plugin>.<code>`.
    """

    products: References = Field(default_factory=list)
    categories: References = Field(default_factory=list)
    brands: References = Field(default_factory=list)
    segments: References = Field(default_factory=list)
    active: StrictBool = True


class SaleBody(SaleFields):
    """A new sale.

    `value` is a number for a percentage, money for so much off each piece; `ends_at` is the first moment after it.
    """

    name: SaleName
    value: Off
    starts_at: Moment
    ends_at: Moment


class SaleChange(SaleFields):
    """Changes to a sale: what is left out stays."""

    name: SaleName = Field(default_factory=str)
    value: Off = Field(default_factory=int)
    starts_at: Moment = Field(default_factory=lambda: NEVER)
    ends_at: Moment = Field(default_factory=lambda: NEVER)


class SaleShape(Shape):
    """A sale as staff see it; goods by id. `value` is a number for a percentage, money for an amount off a piece."""

    id: str
    name: str
    value: float | MoneyShape
    products: list[str]
    categories: list[str]
    brands: list[str]
    segments: list[str]
    starts_at: datetime
    ends_at: datetime
    active: bool
    state: SaleState
    version: int


class SaleList(Shape):
    """A page of the sales."""

    items: list[SaleShape]
    total: int
    page: int
    per_page: int


async def given_fields(shop: Shop, body: SaleBody | SaleChange, kept: Collection[str] = ()) -> dict[str, Any]:
    """The sale's fields that the body names, in the types of the model. `kept` are the segments that it is for now.

    Raises:
        Invalid: an amount is in another currency, or goods or segments are unknown.
    """
    named = body.model_fields_set
    found: dict[str, Any] = {name: getattr(body, name) for name in SAME_NAMED if name in named}
    if "name" in named:
        found["name"] = " ".join(body.name.split())
    if "value" in named:
        found |= _value(shop, body.value)
    if "segments" in named:
        found["segments"] = await segments_named(shop, body.segments, kept)
    return found | await ids_of_goods(shop, {kind: getattr(body, kind) for kind in GOODS if kind in named})


def sale_view(sale: Sale, at: datetime) -> dict[str, Any]:
    """A sale as staff see it."""
    return {
        "id": sale.id,
        "name": sale.name,
        "value": _number(sale.percent) if sale.kind is Kind.PERCENT else money(sale.amount, sale.currency),
        "products": list(sale.products),
        "categories": list(sale.categories),
        "brands": list(sale.brands),
        "segments": list(sale.segments),
        "starts_at": sale.starts_at,
        "ends_at": sale.ends_at,
        "active": sale.active,
        "state": sale.state(at).value,
        "version": sale.version,
    }


def _value(shop: Shop, value: float | MoneyBody) -> dict[str, Any]:
    """What is taken off; the other kind takes nothing."""
    if isinstance(value, MoneyBody):
        amount, currency = amount_of(value, shop, "value"), shop.profile.currency
        return {"kind": Kind.AMOUNT, "amount": amount, "currency": currency, "percent": Decimal(0)}
    return {"kind": Kind.PERCENT, "percent": Decimal(str(value)), "amount": 0}


def _number(percent: Decimal) -> float:
    return int(percent) if percent == int(percent) else float(percent)
