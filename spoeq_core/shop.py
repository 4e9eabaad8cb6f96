"""Shop: the small frozen bundle that services and plugins receive."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar, cast

from pydantic import BaseModel, ConfigDict, Field, field_validator

from spoeq_core.kernel.clock import Clock
from spoeq_core.kernel.languages import is_language
from spoeq_core.kernel.messages import message

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from spoeq_core.hooks.caller import Hooks
    from spoeq_core.kernel.cache import TagCache
    from spoeq_core.kernel.crypto import Keyring
    from spoeq_core.kernel.mongo import Mongo
    from spoeq_core.kernel.outbox import Outbox
    from spoeq_core.kernel.settings import Settings
    from spoeq_core.kernel.storage import FileStorage

S = TypeVar("S", bound=BaseModel)
R = TypeVar("R")

LOCAL_STORAGE = "local"
"""Name of the storage that is always there: a folder on the shop's own disk."""


class ShopProfile(BaseModel):
    """What the merchant says of the shop: the core's own settings, edited in the admin."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field("SPOEQ shop", max_length=80, title="Shop name")
    tagline: str = Field("", max_length=160)
    legal_name: str = Field("", max_length=160)
    address: str = Field("", max_length=400)
    email: str = Field("", max_length=254, title="Contact e-mail")
    phone: str = Field("", max_length=20, title="Contact phone")
    grievance_officer: str = Field("", max_length=160)
    return_days: int = Field(0, ge=0, le=365, title="Days for returns", description="0: pages say nothing of it.")
    currency: str = Field("INR", pattern="^[A-Z]{3}$")
    country: str = Field("IN", pattern="^[A-Z]{2}$")
    locale: str = Field("en_IN", max_length=12)
    languages: list[str] = Field(
        ["en"],
        max_length=20,
        description="One code a line, as en or hi; the first is for those who chose none. Empty: English.",
    )
    language_from_browser: bool = Field(
        False,
        title="Begin in the browser's language",
        description="Shoppers who chose none see the language that their browser asks for, if it is in the list.",
    )
    timezone: str = Field("Asia/Kolkata", max_length=64)
    prices_include_tax: bool = Field(True, title="Prices include tax")
    cash_rounding: Literal["none", "cash_payments", "all_orders"] = Field(
        "none",
        title="Round totals to what can be paid in cash",
        description="What is added or taken off is not taxed.",
        json_schema_extra={
            "labels": {
                "none": "Of no order",
                "cash_payments": "Of orders that are paid at the door",
                "all_orders": "Of all orders",
            }
        },
    )
    cash_step: int = Field(
        100,
        ge=1,
        le=1_000_000,
        title="Smallest amount of cash",
        description="Totals are rounded to a multiple of it: a rupee in India, 0.05 in Switzerland.",
        json_schema_extra={"widget": "money"},
    )
    max_quantity: int = Field(99, ge=1, le=999, title="Most pieces of one item in an order")
    order_prefix: str = Field("SPQ", pattern="^[A-Z0-9]{1,6}$", title="Prefix of order numbers")
    unpaid_minutes: int = Field(
        30,
        ge=0,
        le=10_080,
        title="Minutes an online order waits for its money",
        description="Then it is cancelled and its stock is free again. 0: it waits for ever.",
    )
    abandoned_hours: int = Field(
        24,
        ge=0,
        le=720,
        title="Hours after which a cart counts as left",
        description="Plugins that remind customers of their carts are told then. 0: never.",
    )
    support_refund_cap: int = Field(
        200_000, ge=0, title="What a Support Agent may refund at once", json_schema_extra={"widget": "money"}
    )
    storefront_theme: str = Field("storefront", max_length=60)
    admin_theme: str = Field("admin", max_length=60)
    file_storage: str = Field(
        LOCAL_STORAGE,
        max_length=60,
        title="Where pictures are kept",
        description="local: on the shop's own disk. Otherwise the name of a storage that an enabled plugin offers.",
    )

    def cash_step_of(self, *, in_cash: bool) -> int:
        """What the total of an order is rounded to, minor units; 0 where it is not rounded."""
        rounded = self.cash_rounding == "all_orders" or (in_cash and self.cash_rounding == "cash_payments")
        return self.cash_step if rounded else 0

    @field_validator("languages")
    @classmethod
    def _known_languages(cls, value: list[str]) -> list[str]:
        wrong = [code for code in value if not is_language(code)]
        if wrong:
            raise ValueError(
                message("%(text)s is no code of a language. Write one a line, as in: en", text=", ".join(wrong))
            )
        return list(dict.fromkeys(value)) or ["en"]


class PluginSettings(Protocol):
    """The current settings of plugins, and of the core itself."""

    def of(self, model: type[S]) -> S:
        """The values of the plugin that registered this model."""
        ...


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What the storefront's theme gives to mails.

    Attributes:
        roots: The folders of the theme and its parents, the theme first; each may hold `templates/email/`.
        settings: What staff chose in the theme, and its defaults.
    """

    roots: tuple[Path, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)


def _plain(shop: Shop) -> Letterhead:
    """No theme's."""
    del shop
    return Letterhead()


@dataclass(frozen=True, slots=True)
class Shop:
    """Everything a use case needs of the outside. One per process; never module-level."""

    settings: Settings
    clock: Clock
    mongo: Mongo
    redis: Redis
    hooks: Hooks
    outbox: Outbox
    local_files: FileStorage
    storage_of: Callable[[Shop], FileStorage]
    keyring: Keyring
    configuration: PluginSettings
    cache: TagCache
    repositories: dict[object, object] = field(default_factory=dict)
    rendering: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))
    """Held while a picture is rendered, which takes much memory: one at a time in a process."""
    letterhead: Callable[[Shop], Letterhead] = _plain
    """What mails are drawn with besides the core's templates."""

    @property
    def profile(self) -> ShopProfile:
        """What the merchant says of the shop."""
        return self.configuration.of(ShopProfile)

    @property
    def storage(self) -> FileStorage:
        """Where uploaded files are kept, as the shop's settings say."""
        return self.storage_of(self)

    def plugin_settings(self, model: type[S]) -> S:
        """The current values of a plugin's settings model."""
        return self.configuration.of(model)

    def repository(self, kind: Callable[[Mongo, Outbox, Clock], R]) -> R:
        """The repository of that class, made once per shop."""
        if kind not in self.repositories:
            self.repositories[kind] = kind(self.mongo, self.outbox, self.clock)
        return cast(R, self.repositories[kind])

    def key(self, *parts: str) -> str:
        """A Redis key of this shop."""
        return ":".join((self.settings.redis_prefix, *parts))
