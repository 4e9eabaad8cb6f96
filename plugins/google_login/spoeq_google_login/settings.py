"""The shop as Google knows it."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from spoeq_core.sdk import message


class GoogleSettings(BaseModel):
    """What the Google Cloud console shows of the client; without both nobody is offered the button."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    client_id: str = Field(
        "",
        max_length=200,
        pattern="^[A-Za-z0-9._-]*$",
        title=message("Client ID"),
        description=message("From the Google Cloud console: it ends in .apps.googleusercontent.com"),
    )
    client_secret: SecretStr = Field(SecretStr(""), title=message("Client secret"))

    @property
    def complete(self) -> bool:
        """Whether both are there."""
        return bool(self.client_id and self.client_secret.get_secret_value())
