"""What the merchant sets for reviews."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class ReviewSettings(BaseModel):
    """Who may review, what is shown without being read first, and whether buyers are asked."""

    model_config = ConfigDict(extra="forbid")

    unverified: bool = Field(
        True,
        title="Also from people who did not buy it here",
        description="They need an account, and their reviews are not marked as those of buyers.",
    )
    verified_by: Literal["delivered", "confirmed"] = Field(
        "delivered",
        title="A purchase counts once the order is",
        json_schema_extra={
            "labels": {"delivered": "Delivered", "confirmed": "Paid, or accepted for payment at the door"}
        },
    )
    publish_from: int = Field(
        0,
        ge=0,
        le=5,
        title="Show reviews of buyers at once from so many stars",
        description="0: staff read every review first. 1: reviews of buyers are never held back.",
    )
    photos: bool = Field(True, title="With photos")
    ask_after_days: int = Field(
        0,
        ge=0,
        le=60,
        title="Ask “How was it?” so many days after delivery",
        description="0: nobody is asked. One message for each order, to customers who agreed to news.",
    )
