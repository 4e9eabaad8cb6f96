"""Recommendations: what they add to the shop, at a glance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from odmantic import Model
from pydantic import BaseModel

from spoeq_core.sdk import (
    Event,
    Fragment,
    Handler,
    JobKind,
    Manifest,
    MenuEntry,
    Permission,
    PersonalData,
    Recommender,
    Routes,
    Schedule,
    Shop,
    hookimpl,
)
from spoeq_recommendations import admin, pages, showing, subscribers
from spoeq_recommendations.demo import sell_together
from spoeq_recommendations.documents import BasketDocument, NeighboursDocument
from spoeq_recommendations.personal import BASKETS, VIEWED
from spoeq_recommendations.rebuilding import PERMISSION, REBUILD, begin
from spoeq_recommendations.service import OwnRecommender
from spoeq_recommendations.settings import RecommendationSettings

manifest = Manifest(
    name="recommendations",
    title="Recommendations",
    description="What is bought together, what is similar and what was looked at, with the reason beside each.",
    slots=showing.SLOTS,
)


@hookimpl
def register_settings() -> type[BaseModel]:
    """Which rails there are."""
    return RecommendationSettings


@hookimpl
def register_documents() -> Sequence[type[Model]]:
    """Orders that count, and their pairs."""
    return [BasketDocument, NeighboursDocument]


@hookimpl
def register_recommender() -> Recommender:
    """Answers product pages, the cart and the API."""
    return OwnRecommender()


@hookimpl
def register_jobs() -> Sequence[JobKind]:
    """Counting everything."""
    return [REBUILD]


@hookimpl
def register_data_manifest() -> Sequence[PersonalData]:
    """Orders without names, and a cookie."""
    return [BASKETS, VIEWED]


@hookimpl
def register_permissions() -> Sequence[Permission]:
    """Seeing pairs, hiding them and counting them."""
    return [Permission(PERMISSION, "See, hide and count what is bought together", frozenset({"staff"}))]


@hookimpl
def register_menu() -> Sequence[MenuEntry]:
    """The page in the admin's navigation."""
    return [MenuEntry("Bought together", admin.PATH, PERMISSION, "Shop", "products", 38)]


@hookimpl
def register_routes() -> Routes:
    """What differs by visitor, and the staff page."""
    return Routes(pages=pages.blueprint, admin=admin.blueprint)


@hookimpl
def register_subscribers() -> Mapping[type[Event], Handler]:
    """Orders that come and go."""
    return subscribers.HANDLERS


@hookimpl
def register_schedules() -> Sequence[Schedule]:
    """Counting what is new, and everything each night."""
    return subscribers.SCHEDULES


@hookimpl
async def plugin_enabling(shop: Shop, plugin: str) -> bool | None:
    """Count everything: of orders that came while the plugin was off, nobody told it."""
    if plugin != manifest.name:
        return None
    await begin(shop, actor_name="SPOEQ")
    return True


@hookimpl
async def page_fragments(shop: Shop, slot: str, page: Mapping[str, Any]) -> Sequence[Fragment] | None:
    """The rails."""
    return await showing.fragments(shop, slot, page)


@hookimpl
async def demo_data(shop: Shop) -> bool | None:
    """Some orders that count."""
    await sell_together(shop)
    return True
