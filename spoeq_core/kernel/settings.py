"""Settings of a process, read from the environment (`SPOEQ_*`)."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from spoeq_core.kernel.errors import ConfigurationError

DEFAULT_SECRET = "insecure-development-secret-change-me"  # noqa: S105

SHORTEST_SECRET = 32


class Settings(BaseSettings):
    """What a process must know before it can start; everything a merchant decides lives in the database instead."""

    model_config = SettingsConfigDict(env_prefix="SPOEQ_", extra="ignore", frozen=True)

    env: Literal["dev", "staging", "prod"] = "dev"
    mongodb_uri: str = Field("", description="Empty: the embedded server is started in data_dir.")
    mongodb_database: str = "spoeq"
    redis_url: str = Field("", description="Empty: the embedded server is started in data_dir.")
    redis_prefix: str = Field("spoeq", description="Keys and streams of this shop in a Redis that it shares.")
    secret_key: str = DEFAULT_SECRET
    base_url: str = "http://127.0.0.1:8000"
    data_dir: Path = Path("spoeq-data")
    strict_plugins: bool = False
    safe_mode: bool = False
    trusted_proxies: int = Field(0, ge=0, description="How many proxies in front set X-Forwarded-*.")
    max_body_bytes: int = 1024 * 1024
    max_upload_bytes: int = 12 * 1024 * 1024
    max_import_bytes: int = Field(32 * 1024 * 1024, description="Of a CSV that staff import.")
    database_timeout_ms: int = Field(
        5000, ge=100, description="How long a web process waits for MongoDB and each answer."
    )
    cache: Literal["pages", "data", "off"] = Field(
        "pages", description="pages: whole public pages are kept; data: only what they are made of; off: nothing."
    )
    cache_megabytes: int = Field(64, ge=8, description="Of each web process, for what it keeps.")
    hook_patience_seconds: float = Field(
        0.0,
        ge=0,
        description="The least that each hook gets, if its own deadline is shorter: for a debugger, for tests.",
    )
    plugin_poll_seconds: float = 0.5
    outbox_poll_seconds: float = 5.0
    job_poll_seconds: float = 0.5
    password_rounds: int = Field(12, ge=4, le=16, description="bcrypt's cost; each step doubles the work.")
    log_level: str = "INFO"

    @property
    def secure_cookies(self) -> bool:
        """Whether the shop is reached by https, so that cookies may be `Secure` and `__Host-`."""
        return urlsplit(self.base_url).scheme == "https"

    @property
    def for_development(self) -> bool:
        """Whether this shop is one to develop with: nothing that is reached by https, whatever `env` says, may be."""
        return self.env == "dev" and not self.secure_cookies

    @model_validator(mode="after")
    def _refuse_insecure_production(self) -> Self:
        if self.env != "prod":
            return self
        if self.secret_key == DEFAULT_SECRET or len(self.secret_key) < SHORTEST_SECRET:
            raise ConfigurationError(
                f"SPOEQ_ENV=prod with the default secret or one shorter than {SHORTEST_SECRET} characters.",
                hint="Set SPOEQ_SECRET_KEY, for example to the output of: "
                "python -c 'import secrets; print(secrets.token_urlsafe(48))'",
            )
        if not self.mongodb_uri or not self.redis_url:
            raise ConfigurationError(
                "SPOEQ_ENV=prod with an embedded server.", hint="Set SPOEQ_MONGODB_URI and SPOEQ_REDIS_URL."
            )
        if not self.secure_cookies:
            raise ConfigurationError(
                f"SPOEQ_ENV=prod with the plain-http base URL {self.base_url}.",
                hint="Set SPOEQ_BASE_URL to the shop's https:// address.",
            )
        return self
