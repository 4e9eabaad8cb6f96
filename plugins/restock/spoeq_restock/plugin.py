"""Back in stock: what it adds to the shop, at a glance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from odmantic import Model

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
    current_actor,
    hookimpl,
)
from spoeq_restock import admin, api, pages, subscribers
from spoeq_restock.documents import WaitingDocument
from spoeq_restock.model import OUT
from spoeq_restock.personal import REQUESTS

SLOT = "product.below_buy"

manifest = Manifest(
    name="restock",
    title="Back in stock",
    description="Shoppers leave an e-mail address at a sold-out product and get one message when it is back.",
    slots=(SLOT,),
)


@hookimpl
def register_documents() -> Sequence[type[Model]]:
    """Who waits for what."""
    return [WaitingDocument]


@hookimpl
def register_data_manifest() -> Sequence[PersonalData]:
    """Whose address waits for what."""
    return [REQUESTS]


@hookimpl
def register_permissions() -> Sequence[Permission]:
    """Seeing how many wait."""
    return [Permission(admin.PERMISSION, "See how many wait for stock", frozenset({"staff", "warehouse"}))]


@hookimpl
def register_menu() -> Sequence[MenuEntry]:
    """The page in the admin's navigation."""
    return [MenuEntry("Waiting for stock", admin.PATH, admin.PERMISSION, "Shop", "bell", 35)]


@hookimpl
def register_routes() -> Routes:
    """The API, the form and the way out, the staff page."""
    return Routes(api=api.blueprint, pages=pages.blueprint, admin=admin.blueprint)


@hookimpl
def register_subscribers() -> Mapping[type[Event], Handler]:
    """Telling when stock comes back."""
    return subscribers.HANDLERS


@hookimpl
def register_schedules() -> Sequence[Schedule]:
    """Telling whom nobody has told yet."""
    return subscribers.SCHEDULES


@hookimpl
async def page_fragments(slot: str, page: Mapping[str, Any]) -> Sequence[Fragment] | None:
    """The form below a choice that is sold out."""
    if slot != SLOT:
        return None
    chosen = page["selected"]
    if not chosen or chosen["stock"]["state"] != OUT:
        return None
    actor = await current_actor()
    email = actor.email if actor.kind == "customer" else ""
    return [Fragment("restock/form.html", {"sku": chosen["sku"], "email": email}, weight=10)]
