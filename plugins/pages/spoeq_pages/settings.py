"""What staff set for the pages."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

CODE = r"^[A-Za-z0-9_\-=]*$"


class PagesSettings(BaseModel):
    """Settings of the help page, and codes by which search engines know whose shop this is."""

    model_config = ConfigDict(extra="forbid")

    support_hours: str = Field(
        "Monday to Saturday, 10 am to 6 pm",
        max_length=120,
        title="When somebody answers",
        description="Shown with the phone number on the help page, and as {support_hours} in texts.",
    )
    google_code: str = Field(
        "",
        max_length=120,
        pattern=CODE,
        title="Google's verification code",
        description="From Search Console: the content of its meta tag.",
    )
    bing_code: str = Field(
        "",
        max_length=120,
        pattern=CODE,
        title="Bing's verification code",
        description="From Bing Webmaster Tools: the content of its meta tag.",
    )
    facebook_code: str = Field(
        "",
        max_length=120,
        pattern=CODE,
        title="Meta's domain verification code",
        description="For the catalogue of Instagram and Facebook shops.",
    )
