"""What a plugin brings to the application: asked once, at boot, of every installed plugin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from spoeq_core.hooks.caller import hookspec, policy

if TYPE_CHECKING:
    from odmantic import Model
    from pydantic import BaseModel

    from spoeq_core.hooks.contributions import (
        Extension,
        HealthReport,
        LineProperty,
        MenuEntry,
        Migration,
        Permission,
        PersonalData,
        Routes,
    )
    from spoeq_core.jobs.model import JobKind
    from spoeq_core.kernel.events import Event, Handler
    from spoeq_core.kernel.tasks import Schedule
    from spoeq_core.shop import Shop


@hookspec
def register_settings() -> type[BaseModel] | None:
    """The plugin's settings.

    Return a pydantic model with a default for every field. Staff fill it in a generated form; `SecretStr` fields are
    encrypted and never shown again. Read the current values with `shop.plugin_settings(Model)`.

    Example:
        >>> @hookimpl
        ... def register_settings() -> type[BaseModel]:
        ...     return CodSettings
    """


@hookspec
def register_documents() -> Sequence[type[Model]] | None:
    """The odmantic models of the plugin's collections; their indexes are created at boot."""


@hookspec
def register_migrations() -> Sequence[Migration] | None:
    """Steps that bring the plugin's stored data to the form this version reads, numbered from 1 on.

    Those that have not run yet in this shop run in order, once, under a lock: before the plugin is switched on, and
    when a process starts with a newer version of a plugin that is on. Until they are through the plugin is *held*: it
    shows nothing, its subscribers are told later, and what it says about prices, stock and checkout refuses orders. One
    that fails is recorded with its error and keeps the plugin held; it is tried again at the next start, or by
    `spoeq plugins migrate`. Nothing is rolled back: each must be idempotent, since a process that was killed half-way
    has done a part of it. A new shop runs them all, on empty collections. Never change or renumber one that was
    published; a version that lacks one which has run is refused.

    Example:
        >>> async def colours(shop: Shop) -> None:
        ...     gifts = shop.mongo.collection("gifts")
        ...     await gifts.update_many({"ribbon": "yes"}, {"$set": {"ribbon": "red"}})
        >>> @hookimpl
        ... def register_migrations() -> Sequence[Migration]:
        ...     return [Migration(1, "Write the ribbon of old gifts as a colour", colours)]
    """


@hookspec
def register_routes() -> Routes | None:
    """Blueprints for the JSON API, the storefront and the admin. They answer only while the plugin is enabled."""


@hookspec
def register_permissions() -> Sequence[Permission] | None:
    """What staff need a right for in this plugin's pages."""


@hookspec
def register_menu() -> Sequence[MenuEntry] | None:
    """Entries in the admin's navigation."""


@hookspec
def register_subscribers() -> Mapping[type[Event], Handler] | None:
    """What the plugin does when told: `{event type: async handler(shop, event, delivery)}`; idempotent."""


@hookspec
def register_schedules() -> Sequence[Schedule] | None:
    """Work that repeats."""


@hookspec
def register_jobs() -> Sequence[JobKind] | None:
    """Kinds of long work with progress, which the worker does in steps; begin one by `create_job`.

    Their names begin with the plugin's (`recommendations.rebuild`). While the plugin is disabled its jobs wait.

    Example:
        >>> @hookimpl
        ... def register_jobs() -> Sequence[JobKind]:
        ...     return [JobKind("recommendations.rebuild", step, "recommendations.manage")]
    """


@hookspec
def register_extensions() -> Sequence[Extension] | None:
    """Fields the plugin adds to products, variants, cart lines, orders and customers."""


@hookspec
def register_line_properties() -> Sequence[LineProperty] | None:
    """What shoppers may say about a cart line (an engraving); a form gives it as `properties.<name>`.

    A `flag`, a yes-or-no field of your extension of products, says which products take it; nothing is asked later.
    A name that two plugins declare belongs to the first: the second is set aside.

    Example:
        >>> @hookimpl
        ... def register_line_properties() -> Sequence[LineProperty]:
        ...     return [LineProperty("engraving", "Engraving", max_length=20, required=True, flag="engraved")]
    """


@hookspec
def register_ratings() -> bool | None:
    """Whether the plugin rates products, by `set_ratings`.

    While no enabled plugin does, no rating is shown, filtered or sorted by; what was set is back when one is enabled.

    Example:
        >>> @hookimpl
        ... def register_ratings() -> bool:
        ...     return True
    """


@hookspec
def register_data_manifest() -> Sequence[PersonalData] | None:
    """The plugin's collections that hold data about people: what a person gets a copy of, and what erasing does to it.

    Every collection of yours that can be traced to a person belongs here. Fields that you keep with customers, orders
    and cart lines by `register_extensions` do not: those with a `pii` class are exported and erased by the core.
    The handlers are asked of installed plugins, enabled or not, since the data outlives the switch. An `export` that
    fails leaves its part of the file marked as incomplete; an `erase` that fails is repeated after all others are done,
    five times, and then the job says which plugin it was; erasing again begins with it.

    Example:
        >>> async def export(shop: Shop, person: Person) -> AsyncIterator[Row]:
        ...     for wish in await shop.repository(WishRepository).find({"customer_id": person.customer_id}):
        ...         yield {"product": wish.product_id, "since": wish.at}
        >>> @hookimpl
        ... def register_data_manifest() -> Sequence[PersonalData]:
        ...     return [PersonalData("wishes", "Wishlist", "contact", "deleted", "Deleted.", export, erase)]
    """


@hookspec
@policy(timeout=3.0, on_error="skip")
async def health_report(shop: Shop) -> HealthReport | None:
    """Whether the plugin can do its work now; shown by /readyz and the admin."""
