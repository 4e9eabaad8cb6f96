"""What the merchant sets: the bucket, how it is reached, and how browsers read from it."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, SecretStr

_ADDRESS = r"^(https?://[A-Za-z0-9.-]+(:\d{1,5})?(/[A-Za-z0-9._~/-]*)?)?$"


class S3Settings(BaseModel):
    """A bucket. Pictures are public, so the bucket may be read by everybody or by the shop alone."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    bucket: str = Field("", max_length=63, pattern=r"^([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])?$")
    region: str = Field(
        "ap-south-1", max_length=40, pattern="^[a-z0-9-]+$", description="For Cloudflare R2: auto.", title="Region"
    )
    endpoint: str = Field(
        "",
        max_length=200,
        pattern=_ADDRESS,
        description="Empty for Amazon. For R2: https://ACCOUNT.r2.cloudflarestorage.com",
    )
    access_key: str = Field("", max_length=200, title="Access key")
    secret_key: SecretStr = Field(SecretStr(""), title="Secret key")
    prefix: str = Field(
        "",
        max_length=100,
        pattern="^([A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*)?$",
        description="A folder inside the bucket, for a bucket that the shop shares.",
    )
    public_url: str = Field(
        "",
        max_length=200,
        pattern=_ADDRESS,
        title="Public address",
        description="Where browsers read the bucket, as https://pictures.example.com. Empty: the shop passes it on.",
    )
    timeout_seconds: int = Field(10, ge=1, le=60)
