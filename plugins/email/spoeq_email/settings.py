"""What the merchant sets for mail."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class EmailSettings(BaseModel):
    """Where mail goes out, and from whom."""

    model_config = ConfigDict(extra="forbid")

    delivery: Literal["inbox", "smtp"] = Field(
        "inbox",
        description="The inbox is for development: nothing leaves the shop, and staff read the messages under Inbox.",
        json_schema_extra={"labels": {"inbox": "To the inbox", "smtp": "By a mail server"}},
    )
    from_address: str = Field("shop@localhost", pattern=r"^[^@\s<>\"]+@[^@\s<>\"]+$", max_length=254)
    from_name: str = Field("", max_length=80, description="Empty: the shop's name.")
    host: str = Field("127.0.0.1", max_length=253, title="SMTP host")
    port: int = Field(587, ge=1, le=65535, title="SMTP port")
    security: Literal["starttls", "tls", "none"] = Field(
        "starttls",
        description="None is only for a server on this machine.",
        json_schema_extra={"labels": {"starttls": "STARTTLS", "tls": "TLS", "none": "None"}},
    )
    username: str = Field("", max_length=254)
    password: SecretStr = SecretStr("")
    timeout_seconds: int = Field(15, ge=1, le=60)
