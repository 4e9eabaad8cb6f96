"""What the merchant sets: who sells, and the rates. The rates are edited on the plugin's own page."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from spoeq_core.sdk import Invalid, message, parse_gstin
from spoeq_gst.defaults import default_rows
from spoeq_gst.model import RateRow, Taxation

CODE_LENGTH = 2


class GstSettings(BaseModel):
    """The seller's registration, and the rows of rates; of each HSN code the longest beginning counts."""

    model_config = ConfigDict(extra="forbid")

    gstin: str = Field(
        "",
        max_length=20,
        title="Your GSTIN",
        description="15 characters; the first two are your state. Empty: not registered, no tax is charged.",
    )
    registration: Literal["regular", "composition"] = Field(
        "regular",
        title="Registration",
        description="Under the composition scheme no tax is charged to buyers.",
        json_schema_extra={"labels": {"regular": "Regular", "composition": "Composition scheme"}},
    )
    default_rate: Decimal = Field(
        Decimal(18),
        ge=0,
        le=100,
        max_digits=6,
        decimal_places=3,
        title="Rate of products without one, in percent",
        description="For products without an HSN code, and for codes that no row of the rates names.",
    )
    invoice_prefix: str = Field(
        "INV",
        pattern="^[A-Z0-9]{1,3}$",
        title="Invoice numbers begin with",
        description="Up to three capital letters or digits, as in INV/26-27/17. Each financial year begins at 1.",
    )
    credit_prefix: str = Field(
        "CN",
        pattern="^[A-Z0-9]{1,3}$",
        title="Credit note numbers begin with",
        description="Other than that of invoices.",
    )
    rates: tuple[RateRow, ...] = Field(
        default_factory=default_rows, max_length=1000, json_schema_extra={"widget": "hidden"}
    )

    @field_validator("gstin")
    @classmethod
    def _checked(cls, text: str) -> str:
        if not text.strip():
            return ""
        try:
            return parse_gstin(text)
        except Invalid as error:
            raise ValueError(error.errors[0].message) from None

    @field_validator("rates")
    @classmethod
    def _each_once(cls, rows: tuple[RateRow, ...], info: ValidationInfo) -> tuple[RateRow, ...]:
        for keys in ([row.id for row in rows], [(row.hsn, row.valid_from) for row in rows]):
            if len(set(keys)) < len(keys):
                raise ValueError(message("Two rows have the same HSN code and day."))
        return rows

    @field_validator("credit_prefix")
    @classmethod
    def _of_its_own(cls, prefix: str, info: ValidationInfo) -> str:
        if prefix == info.data.get("invoice_prefix"):
            raise ValueError(message("Invoices and credit notes are numbered apart: choose another prefix."))
        return prefix

    @property
    def taxation(self) -> Taxation:
        """What prices depend on; a seller who is not registered, or under composition, charges no tax."""
        home = self.gstin[:CODE_LENGTH] if self.registration == "regular" else ""
        return Taxation(home, self.rates, self.default_rate)
