"""What the merchant sets."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class GiftWrapSettings(BaseModel):
    """What it costs, and who may read what is to be wrapped."""

    model_config = ConfigDict(extra="forbid")

    price: int = Field(
        4900, ge=0, le=100_000_00, title="Price of a wrap, for each piece", json_schema_extra={"widget": "money"}
    )
    workshop_key: SecretStr = Field(
        SecretStr(""),
        title="Key of the workshop",
        description="Whoever sends it may read what is to be wrapped over the API. Empty: nobody may.",
    )
