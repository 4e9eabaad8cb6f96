"""What the plugin keeps with a product."""

from __future__ import annotations

from pydantic import BaseModel, Field


class GiftProduct(BaseModel):
    """Whether shoppers may add a message to this product."""

    gift_message: bool = Field(
        default=False, title="Takes a gift message", description="Shoppers may write a card that goes into the parcel."
    )
