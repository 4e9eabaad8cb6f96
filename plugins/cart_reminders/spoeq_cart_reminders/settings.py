"""What the merchant sets for reminders."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class ReminderSettings(BaseModel):
    """How often one customer is reminded."""

    model_config = ConfigDict(extra="forbid")

    days_between: int = Field(
        7,
        ge=1,
        le=90,
        title="Days between two reminders to one customer",
        description="However often they come back to the cart and leave it again.",
    )
