"""Reviews: what they add to the shop, at a glance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from odmantic import Model
from pydantic import BaseModel

from spoeq_core.sdk import (
    Event,
    Fragment,
    Handler,
    Manifest,
    MenuEntry,
    Permission,
    PersonalData,
    Routes,
    Schedule,
    Shop,
    hookimpl,
)
from spoeq_reviews import admin, api, pages, showing, subscribers
from spoeq_reviews.demo import write_reviews
from spoeq_reviews.documents import InvitationDocument, ReviewDocument
from spoeq_reviews.personal import INVITATIONS, REVIEWS
from spoeq_reviews.service.purging import remove_everything
from spoeq_reviews.service.rating import recount_everything
from spoeq_reviews.settings import ReviewSettings

manifest = Manifest(
    name="reviews",
    title="Reviews",
    description="Stars, words and photos of shoppers, verified by their orders, and read by staff first.",
    slots=(*showing.SLOTS, *admin.SLOTS),
)


@hookimpl
def register_settings() -> type[BaseModel]:
    """Who may review, and what is shown at once."""
    return ReviewSettings


@hookimpl
def register_documents() -> Sequence[type[Model]]:
    """Reviews, and which buyers are to be asked."""
    return [ReviewDocument, InvitationDocument]


@hookimpl
def register_ratings() -> bool:
    """The stars of products come from here."""
    return True


@hookimpl
def register_data_manifest() -> Sequence[PersonalData]:
    """Who wrote what, and whose orders are asked about."""
    return [REVIEWS, INVITATIONS]


@hookimpl
def register_permissions() -> Sequence[Permission]:
    """Reading reviews before everybody does."""
    return [Permission(api.PERMISSION, "Publish, reject and answer reviews", frozenset({"staff", "support"}))]


@hookimpl
def register_menu() -> Sequence[MenuEntry]:
    """The queue in the admin's navigation."""
    return [MenuEntry("Reviews", admin.PATH, api.PERMISSION, "Shop", "star", 37)]


@hookimpl
def register_routes() -> Routes:
    """The API, what shoppers read and write, where staff decide."""
    return Routes(api=api.blueprint, pages=pages.blueprint, admin=admin.blueprint)


@hookimpl
def register_subscribers() -> Mapping[type[Event], Handler]:
    """Counting stars, telling authors, planning questions."""
    return subscribers.HANDLERS


@hookimpl
def register_schedules() -> Sequence[Schedule]:
    """Counting everything once a day, and asking buyers."""
    return subscribers.SCHEDULES


@hookimpl
async def plugin_enabling(shop: Shop, plugin: str) -> bool | None:
    """Count the stars anew: what happened to reviews while the plugin was off was told to nobody."""
    if plugin != manifest.name:
        return None
    await recount_everything(shop)
    return True


@hookimpl
async def plugin_purging(shop: Shop) -> bool:
    """Take the photos from where pictures are kept, and the stars from the products."""
    await remove_everything(shop)
    return True


@hookimpl
async def page_fragments(shop: Shop, slot: str, page: Mapping[str, Any]) -> Sequence[Fragment] | None:
    """The reviews below a product, and the ways to write one."""
    return await showing.fragments(shop, slot, page)


@hookimpl
async def admin_fragments(shop: Shop, slot: str, page: Mapping[str, Any]) -> Sequence[Fragment] | None:
    """How many reviews wait, and those of a product."""
    return await admin.fragments(shop, slot, page)


@hookimpl
async def demo_data(shop: Shop) -> bool | None:
    """A few dozen reviews in two languages."""
    await write_reviews(shop)
    return True
