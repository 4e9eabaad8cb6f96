"""What staff set for sales."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class SaleSettings(BaseModel):
    """Settings of the history of prices."""

    model_config = ConfigDict(extra="forbid")

    show_lowest: bool = Field(
        False,
        title="Show the lowest price of 30 days",
        description="Beside a struck price: the lowest of the 30 days before it was reduced. The European Union asks "
        "for it (Directive 98/6/EC, article 6a).",
    )
    keep_days: int = Field(
        400,
        ge=90,
        le=1825,
        title="Days for which prices are remembered",
        description="What is older is forgotten each day.",
    )
