"""What the merchant sets for recommendations."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class RecommendationSettings(BaseModel):
    """Which rails there are, how long they are, and how sure a pair has to be."""

    model_config = ConfigDict(extra="forbid")

    together: bool = Field(True, title="Bought together, on product pages")
    similar: bool = Field(True, title="Similar products, on product pages")
    cart: bool = Field(True, title="Goes well with it, below the cart")
    viewed: bool = Field(
        True,
        title="Recently viewed",
        description="Kept in a signed cookie of the visitor's browser for 30 days, and nowhere in the shop.",
    )
    shown: int = Field(4, ge=2, le=12, title="Products in a rail")
    minimum: int = Field(
        2,
        ge=1,
        le=1000,
        title="Show a pair from so many orders",
        description="A pair that was bought together less often is not shown: it may be chance.",
    )
