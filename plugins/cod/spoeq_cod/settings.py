"""What the merchant sets for cash on delivery. Amounts are minor units (paise)."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

STATUTORY_SUM = 2_00_000_00
"""Cash of ₹2,00,000 or more from one person in a day is forbidden (Income-tax Act, s. 269ST)."""


class CodSettings(BaseModel):
    """Fee and limits."""

    model_config = ConfigDict(extra="forbid")

    label: str = Field("Cash on delivery", min_length=1, max_length=80)
    fee: int = Field(
        4900, ge=0, le=100_000, title="Fee (paise)", description="Shown before the choice; 4900 is ₹49. 0 for none."
    )
    free_above: int | None = Field(
        None, ge=0, title="No fee from an order value of (paise)", description="Empty: always charged."
    )
    cap: int = Field(
        5_000_00, ge=0, le=STATUTORY_SUM - 1, title="Highest order value (paise)", description="500000 is ₹5,000."
    )
    orders_per_day: int = Field(3, ge=1, le=20, title="Orders a day for one phone or address")
    sum_per_day: int = Field(
        50_000_00, ge=0, le=STATUTORY_SUM - 1, title="Sum of a person's orders in a day (paise)"
    )
    excluded_pins: list[str] = Field(
        default_factory=list, title="PINs without cash on delivery", description="Whole PINs or beginnings, one a line."
    )
