"""Search on Typesense: what it adds to the shop, at a glance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from odmantic import Model
from pydantic import BaseModel

from spoeq_core.sdk import (
    Event,
    Handler,
    HealthReport,
    Manifest,
    MenuEntry,
    Permission,
    Routes,
    Schedule,
    SearchEngine,
    Shop,
    hookimpl,
)
from spoeq_search_typesense import admin, subscribers
from spoeq_search_typesense.documents import StateDocument
from spoeq_search_typesense.engine import TypesenseEngine
from spoeq_search_typesense.service import trouble
from spoeq_search_typesense.settings import TypesenseSettings

manifest = Manifest(
    name="search_typesense",
    title="Search on Typesense",
    description="Finds products from an index on your Typesense server, which all hosts of a shop share.",
    before=("search",),
    hosts=("the Typesense server of its settings",),
    needs_setup=True,
)


@hookimpl
def register_search_engine() -> SearchEngine:
    """The engine of this process."""
    return TypesenseEngine()


@hookimpl
def register_settings() -> type[BaseModel]:
    """The server, and words that mean the same."""
    return TypesenseSettings


@hookimpl
def register_documents() -> Sequence[type[Model]]:
    """How far the index follows the shop."""
    return [StateDocument]


@hookimpl
def register_subscribers() -> Mapping[type[Event], Handler]:
    """Products that are deleted."""
    return subscribers.HANDLERS


@hookimpl
def register_schedules() -> Sequence[Schedule]:
    """Looking at what was touched, and building."""
    return subscribers.SCHEDULES


@hookimpl
def register_permissions() -> Sequence[Permission]:
    """Building the index again."""
    return [Permission(admin.PERMISSION, "See the index on Typesense and build it again")]


@hookimpl
def register_menu() -> Sequence[MenuEntry]:
    """The page in the admin's navigation."""
    return [MenuEntry("Search on Typesense", admin.PATH, admin.PERMISSION, "Settings", "search", 61)]


@hookimpl
def register_routes() -> Routes:
    """The staff page."""
    return Routes(admin=admin.blueprint)


@hookimpl
async def health_report(shop: Shop) -> HealthReport | None:
    """Whether the server answers and can be written to; nothing is said while none is named."""
    problem = await trouble(shop)
    return None if problem is None else HealthReport(not problem, problem)
