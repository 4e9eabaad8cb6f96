"""What the merchant sets for cash on delivery. Amounts are minor units (paise)."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from spoeq_core.sdk import message

STATUTORY_SUM = 2_00_000_00
"""Cash of ₹2,00,000 or more from one person in a day is forbidden (Income-tax Act, s. 269ST)."""
MONEY: JsonDict = {"widget": "money"}


def _beginning_of_pin(text: str) -> str:
    pin = "".join(text.split())
    if not pin.isdecimal() or not pin.isascii() or not 1 <= len(pin) <= 6:  # noqa: PLR2004 - a PIN's digits
        raise ValueError(message("“%(text)s” is neither a PIN nor its beginning.", text=text))
    return pin


class CodSettings(BaseModel):
    """Fee and limits."""

    model_config = ConfigDict(extra="forbid")

    label: str = Field("Cash on delivery", min_length=1, max_length=80, title="What shoppers read")
    fee: int = Field(
        4900, ge=0, le=100_000, title="Fee", description="Shown before the choice.", json_schema_extra=MONEY
    )
    free_above: int | None = Field(
        None,
        ge=0,
        title="No fee from an order value of",
        description="Value of the goods before discounts. Empty: the fee is always charged.",
        json_schema_extra=MONEY,
    )
    cap: int = Field(5_000_00, ge=0, le=STATUTORY_SUM - 1, title="Highest order value", json_schema_extra=MONEY)
    known_cap: int | None = Field(
        None,
        ge=0,
        le=STATUTORY_SUM - 1,
        title="Highest order value of customers who ordered before",
        description="For signed-in customers. Empty: the same as for others.",
        json_schema_extra=MONEY,
    )
    orders_per_day: int = Field(3, ge=1, le=20, title="Orders a day for one phone or address")
    sum_per_day: int = Field(
        50_000_00,
        ge=0,
        le=STATUTORY_SUM - 1,
        title="Value a day for one phone or address",
        description="Always below ₹2,00,000, as section 269ST of the Income-tax Act wants it.",
        json_schema_extra=MONEY,
    )
    excluded_pins: list[Annotated[str, AfterValidator(_beginning_of_pin)]] = Field(
        default_factory=list,
        max_length=2000,
        title="PINs without cash on delivery",
        description="Whole PINs or their beginnings, one a line.",
    )
