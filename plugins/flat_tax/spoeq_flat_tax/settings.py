"""What the merchant sets: the table of taxes, and what is not in it."""

from __future__ import annotations

from functools import cached_property
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from spoeq_core.sdk import Destination
from spoeq_flat_tax.model import Taxation, TaxRow, read_table

LONGEST_TABLE = 200_000


class FlatTaxSettings(BaseModel):
    """The table as CSV, so that it is pasted from a spreadsheet and read back as it was."""

    model_config = ConfigDict(extra="forbid")

    table: str = Field(
        "",
        max_length=LONGEST_TABLE,
        title="Taxes",
        description=(
            "One a line: country, state, beginning of postal codes, tax class, name, percent; what is empty is any. "
            "DE,,,,VAT,19 is Germany's; DE,,,reduced,VAT,7 that of class reduced; US,NY,100,,NYC,4.5 that of codes 100…"
        ),
        json_schema_extra={"widget": "textarea"},
    )
    shipping: Literal["goods", "own", "none"] = Field(
        "goods",
        title="Tax on delivery and fees",
        json_schema_extra={
            "labels": {
                "goods": "At the rates of the goods, in proportion",
                "own": "At those of the class shipping",
                "none": "None",
            }
        },
    )
    home_country: str = Field(
        "",
        pattern="^([A-Z]{2})?$",
        title="Country of carts without an address",
        description="Two letters, as in DE: their tax is shown before the address is known. Empty: none is.",
    )
    home_state: str = Field("", max_length=60, title="State of carts without an address")
    home_postal_code: str = Field("", max_length=20, title="Postal code of carts without an address")

    @field_validator("table")
    @classmethod
    def _readable(cls, text: str) -> str:
        read_table(text)
        return text

    @cached_property
    def rows(self) -> tuple[TaxRow, ...]:
        """The table, read."""
        return read_table(self.table)

    @property
    def taxation(self) -> Taxation:
        """What prices depend on."""
        home = Destination(self.home_country, self.home_state, self.home_postal_code) if self.home_country else None
        return Taxation(self.rows, home, self.shipping)
