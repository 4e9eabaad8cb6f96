"""Search: what it adds to the shop, at a glance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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
from spoeq_search import admin, subscribers
from spoeq_search.engine import TantivyEngine
from spoeq_search.service import status
from spoeq_search.settings import SearchSettings

manifest = Manifest(
    name="search",
    title="Search",
    description="Finds products by words in any script, with typos, synonyms, units and facets, from its own index.",
    default_enabled=True,
)


@hookimpl
def register_search_engine() -> SearchEngine:
    """The engine of this process."""
    return TantivyEngine()


@hookimpl
def register_settings() -> type[BaseModel]:
    """Words that mean the same."""
    return SearchSettings


@hookimpl
def register_subscribers() -> Mapping[type[Event], Handler]:
    """Looking at what was touched."""
    return subscribers.HANDLERS


@hookimpl
def register_schedules() -> Sequence[Schedule]:
    """Looking whether or not something was told, and building."""
    return subscribers.SCHEDULES


@hookimpl
def register_permissions() -> Sequence[Permission]:
    """Building the index again."""
    return [Permission(admin.PERMISSION, "See the search index and build it again")]


@hookimpl
def register_menu() -> Sequence[MenuEntry]:
    """The page in the admin's navigation."""
    return [MenuEntry("Search", admin.PATH, admin.PERMISSION, "Settings", "search", 60)]


@hookimpl
def register_routes() -> Routes:
    """The staff page."""
    return Routes(admin=admin.blueprint)


@hookimpl
async def health_report(shop: Shop) -> HealthReport:
    """Whether an index could be built; while there is none, the database answers, and nothing is wrong."""
    found = await status(shop)
    return HealthReport(not found.error, f"no index could be built: {found.error}" if found.error else "")
